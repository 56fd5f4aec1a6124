"""How much of the last real step is left behind pads: measured on the layer itself, with the weights it has.

In: a subject and a recurrent layer that reads pads. Out: the share of a small change that arrives, against the same
layer with a mask, which gives what it gives without pads.
"""

from typing import Any

import numpy as np

from mismatch.check.guard import as_numpy, untouched
from mismatch.check.steps import Reached
from mismatch.check.subject import Subject

ROWS = 8
CHANGE = 0.05
"""Size of the change in standard deviations of what reaches the layer: small, but far above float32's last digits."""


def fade(subject: Subject, seen: Reached) -> float | None:
    """Median share over rows with pads behind their data; None where the layer cannot be asked."""

    layer = getattr(seen.call.layer, "forward_layer", seen.call.layer)
    if len(seen.call.inputs[0].shape) != 3:
        return None
    backwards = bool(getattr(layer, "go_backwards", False))
    rows = np.flatnonzero(seen.before if backwards else seen.after)[:ROWS]
    values = as_numpy(seen.call.inputs[0])[rows].astype("float32")
    real = seen.real[rows]
    if not len(rows):
        return None
    last = np.argmax(real, 1) if backwards else real.shape[1] - 1 - np.argmax(real[:, ::-1], 1)
    changed = values.copy()
    changed[np.arange(len(rows)), last] += CHANGE * max(float(values[real].std()), 1e-3)
    try:
        with untouched(subject.model):
            bare = _moved(layer, values, changed, None)
            masked = _moved(layer, values, changed, real)
    except Exception:  # a layer of one's own kind may take no mask; then there is no number to give
        return None
    known = masked > 0
    return float(np.median(bare[known] / masked[known])) if known.any() else None


def _moved(layer: Any, values: np.ndarray, changed: np.ndarray, real: np.ndarray | None) -> np.ndarray:
    """How far the last output of the layer moves for each row."""
    import keras

    both = keras.ops.convert_to_tensor(np.concatenate([values, changed]))
    mask = None if real is None else keras.ops.convert_to_tensor(np.concatenate([real, real]))
    out = keras.tree.flatten(layer(both, mask=mask, training=False))[0]
    states = as_numpy(out)
    states = states[:, -1] if states.ndim == 3 else states
    before, after = np.split(states, 2)
    moved: np.ndarray = np.linalg.norm(after - before, axis=-1)
    return moved

"""How much of the data is left behind pads: measured on the layer itself, with the weights it has, row by row.

In: a subject and a recurrent layer that reads pads. Out: the share of a small change that arrives in each padded row,
against the same layer with a mask, which gives what it gives without pads.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mismatch.check.guard import as_numpy, untouched
from mismatch.check.steps import Reached
from mismatch.check.subject import Subject

CHANGE = 0.05
"""Size of the change in standard deviations of what reaches the layer: small, but far above float32's last digits."""
LEAST = 1e-4
"""The least share that float32 tells from nothing."""


@dataclass(frozen=True, eq=False)
class Faded:
    """left: (n,) share of a change that arrives, for each padded row that was run. pads: (n,) pads it passed.

    What is changed is the last real step; for a layer that reads both ways every real step, and all that it gives
    counts.
    """

    left: np.ndarray
    pads: np.ndarray

    def at(self, count: int) -> float:
        """Median share that is left in the rows of so many pads."""
        return float(np.median(self.left[self.pads == count]))

    @property
    def middle(self) -> int:
        """Median of the pads, one that a row has."""
        return int(np.quantile(self.pads, 0.5, method="inverted_cdf"))

    @property
    def most(self) -> int:
        return int(self.pads.max())

    def below(self, share: float) -> int:
        """Rows of which less is left."""
        return int(np.count_nonzero(self.left < share))


def fade(subject: Subject, seen: Reached) -> Faded | None:
    """What is left in each row that the layer reads pads of; None where the layer cannot be asked."""
    layer, both = seen.call.layer, seen.call.kind == "Bidirectional"
    if len(seen.call.inputs[0].shape) != 3:
        return None
    pads = seen.after + seen.before if both else seen.last
    values = as_numpy(seen.call.inputs[0]).astype("float32")[pads > 0]
    real, pads = seen.real[pads > 0], pads[pads > 0]
    if not len(pads):
        return None
    size = CHANGE * max(float(values[real].std()), 1e-3)
    changed = values + size * (real if both else _last(real, seen.backwards))[..., None].astype("float32")
    try:
        with untouched(subject.model):
            bare = _moved(layer, values, changed, None)
            masked = _moved(layer, values, changed, real)
    except Exception:  # a layer of one's own kind may take no mask; then there is no number to give
        return None
    known = masked > 0
    return Faded(bare[known] / masked[known], pads[known]) if known.any() else None


def _last(real: np.ndarray, backwards: bool) -> np.ndarray:
    """(n, T) True at the real step of each row that is read last."""
    place = np.argmax(real, 1) if backwards else real.shape[1] - 1 - np.argmax(real[:, ::-1], 1)
    there: np.ndarray = np.arange(real.shape[1]) == place[:, None]
    return there


def _moved(layer: Any, values: np.ndarray, changed: np.ndarray, real: np.ndarray | None) -> np.ndarray:
    """How far the last output of the layer moves for each row."""
    import keras

    both = keras.ops.convert_to_tensor(np.concatenate([values, changed]))
    mask = None if real is None else keras.ops.convert_to_tensor(np.concatenate([real, real]))
    out = layer(both, mask=mask, training=False)
    parts = out[:2] if getattr(layer, "merge_mode", "") is None else keras.tree.flatten(out)[:1]
    states = np.concatenate([as_numpy(part) for part in parts], axis=-1)
    states = states[:, -1] if states.ndim == 3 else states
    before, after = np.split(states.astype(float), 2)
    moved: np.ndarray = np.linalg.norm(after - before, axis=-1)
    return moved

"""Whether pads matter: what an input or a layer has there is changed, and the model's outputs are looked at.

In: a subject, and a padded input or a call that hands on a mask. Out: whether any output moves, at real steps where it
has steps.
"""

from typing import Any

import numpy as np

from mismatch.check.guard import as_numpy
from mismatch.check.masks import as_array
from mismatch.check.streams import Stream
from mismatch.check.subject import Subject
from mismatch.check.trace import Call, Trace, mask_of

LEAST = 1e-5
"""Change of an output, over its spread or 1, that is more than rounding."""


def pads_matter(subject: Subject, call: Call) -> bool | None:
    """Whether outputs depend on what `call` gives at steps that its mask hides; None where that cannot be tried."""
    mask = as_array(call.output_masks[0]) if call.output_masks else None
    outputs = call.outputs[0] if call.outputs else None
    if mask is None or mask.ndim != 2 or mask.all() or outputs is None or len(outputs.shape) < 3:
        return None
    if tuple(outputs.shape[:2]) != mask.shape or "float" not in str(outputs.dtype):
        return None
    other = subject.changed(subject.trace.calls.index(call), lambda given: _changed(given, outputs, mask))
    return _differ(subject.trace, other, mask.astype(bool))


def input_pads_matter(subject: Subject, stream: Stream) -> bool | None:
    """Whether outputs depend on what an input holds at its pads; None where that cannot be tried."""
    return _differ(subject.trace, subject.filled(stream), stream.real)


def _differ(trace: Trace, other: Trace, real: np.ndarray) -> bool | None:
    """Whether outputs of two runs differ, at real steps (n, T) where they have steps; None where one has none."""
    if other.error is not None or len(other.outputs) != len(trace.outputs):
        return None
    pairs = zip(trace.outputs, other.outputs, strict=True)
    return any(_moved(as_numpy(a), as_numpy(b), real) for a, b in pairs)


def _changed(given: Any, like: Any, mask: np.ndarray) -> Any:
    """`given` with its first tensor moved at masked steps, its mask kept."""
    import keras

    flat = keras.tree.flatten(given)
    off = ~mask.astype(bool).reshape(*mask.shape, *(1,) * (len(like.shape) - 2))
    moved = flat[0] + keras.ops.cast(keras.ops.convert_to_tensor(off), flat[0].dtype)
    if mask_of(flat[0]) is not None:
        moved._keras_mask = mask_of(flat[0])
    return keras.tree.pack_sequence_as(given, [moved, *flat[1:]])


def _moved(before: np.ndarray, after: np.ndarray, real: np.ndarray) -> bool:
    if before.shape != after.shape:
        return True
    if before.ndim >= 3 and before.shape[:2] == real.shape:
        before, after = before[real], after[real]
    if not before.size or before.dtype.kind not in "f":
        return bool(np.any(before != after))
    return bool(np.abs(after.astype(float) - before).max() > LEAST * max(1.0, float(np.nanstd(before))))

"""Which layers read the steps of which padded input: one real step is changed, and what moves is looked at.

In: a padded input, a run of the model, and one with a step of this input changed. Out: a `Stream`. A layer reads the
steps of an input where nothing moves before the change: a decoder that is given a summary moves at every step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mismatch.check.guard import as_numpy
from mismatch.check.inputs import Fed
from mismatch.check.pads import Pads
from mismatch.check.trace import Call, Trace

TRIES = 8
"""Other real steps that are tried in place of the last one of a row."""


@dataclass(frozen=True, eq=False)
class Stream:
    """fed: an input. pads: its pads. real: (n, T) bool for the rows that were run. calls: the layers it reaches step
    by step, in the order they ran.
    """

    fed: Fed
    pads: Pads
    real: np.ndarray
    calls: tuple[Call, ...]


def changed(values: np.ndarray, real: np.ndarray) -> np.ndarray | None:
    """`values` (n, T, ...) with another real step in place of the last one of each row; None where all are the same."""
    rows, last = np.flatnonzero(real.any(1)), last_step(real)
    steps = values[real]
    rng = np.random.default_rng(0)
    found, left = values.copy(), rows
    for _ in range(TRIES):
        found[left, last[left]] = steps[rng.integers(0, len(steps), len(left))]
        same = found[left, last[left]] == values[left, last[left]]
        left = left[same.all(axis=tuple(range(1, same.ndim)))]
    return found if len(left) < len(rows) else None


def filled(values: np.ndarray, real: np.ndarray) -> np.ndarray:
    """`values` (n, T, ...) with real steps, of any row, in place of the pads."""
    steps, found = values[real], values.copy()
    found[~real] = steps[np.random.default_rng(0).integers(0, len(steps), np.count_nonzero(~real))]
    return found


def last_step(real: np.ndarray) -> np.ndarray:
    """(n,) place of the last real step of each row of (n, T)."""
    return np.asarray(real.shape[1] - 1 - np.argmax(real[:, ::-1], axis=1))


def readers(trace: Trace, other: Trace, real: np.ndarray) -> tuple[Call, ...]:
    """The calls of `trace` that are given the steps of an input; `other` is the run with one of these changed."""
    before, after = trace.leaves, other.leaves
    if len(before) != len(after) or any(a.layer is not b.layer for a, b in zip(before, after, strict=True)):
        return ()
    last, found, carried = last_step(real), [], set()
    for a, b in zip(before, after, strict=True):
        if not a.inputs or not _of_steps(a, real):
            continue
        moved = _moved(a.inputs[0], b.inputs[0])
        if _late(moved, last * moved.shape[1] // real.shape[1]) or (id(a.inputs[0]) in carried and moved.any()):
            found.append(a)
            carried |= {id(tensor) for tensor in a.outputs if _same_steps(tensor, a.inputs[0])}
    return tuple(found)


def _of_steps(call: Call, real: np.ndarray) -> bool:
    """Whether what a call is given has a row for each row, and steps."""
    shape = call.inputs[0].shape
    return len(shape) >= (2 if call.kind == "Embedding" else 3) and shape[0] == len(real) and 0 < shape[1]


def _same_steps(tensor: Any, other: Any) -> bool:
    return len(tensor.shape) >= 3 and len(other.shape) >= 2 and tensor.shape[:2] == other.shape[:2]


def _moved(before: Any, after: Any) -> np.ndarray:
    """(n, T') whether a step is another one."""
    a, b = as_numpy(before), as_numpy(after)
    if a.shape != b.shape:
        return np.ones(a.shape[:2], bool)
    if a.dtype.kind not in "fc":
        return _any_step(a != b)
    a, b = a.astype(float), b.astype(float)
    least = 1e-5 * float(np.nanstd(a)) if a.size else 0.0
    return _any_step(np.abs(a - b) > least)


def _any_step(differs: np.ndarray) -> np.ndarray:
    """(n, T', ...) as (n, T'): whether any feature of a step differs."""
    return np.asarray(differs.any(axis=tuple(range(2, differs.ndim))))


def _late(moved: np.ndarray, last: np.ndarray) -> bool:
    """Whether what moves lies in the second half of what stands in front of the change, in half the rows or more."""
    known = moved.any(1) & (last >= 2)
    first: Sequence[int] = np.argmax(moved, axis=1)[known]
    return bool(known.any() and np.median(np.asarray(first) / last[known]) >= 0.5)

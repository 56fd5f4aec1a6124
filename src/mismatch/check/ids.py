"""Ids that are looked up: every Embedding of a run with the ids that reach it, and those it has no row for.

In: a subject. Out: (layer, ids, what is wrong), the last empty where all is well.
"""

from collections.abc import Iterator

import numpy as np

from mismatch.check.guard import as_numpy
from mismatch.check.subject import Subject
from mismatch.check.trace import Call


def tables(subject: Subject) -> Iterator[tuple[Call, np.ndarray, str]]:
    """Every call of an Embedding, in the run or where it failed."""
    import keras

    for call in subject.trace.seen if subject.given else ():
        if call.kind == "Embedding" and call.inputs and not isinstance(call.inputs[0], keras.KerasTensor):
            ids = _whole(subject, as_numpy(call.inputs[0]))
            yield call, ids, _wrong(ids, int(call.layer.input_dim))


def _whole(subject: Subject, ids: np.ndarray) -> np.ndarray:
    """All rows of the batch where an input reaches the table as it is, else the rows that were run."""
    for fed in subject.inputs:
        if fed.values.ndim == ids.ndim and np.array_equal(fed.values[subject.rows], ids):
            return fed.values
    return ids


def _wrong(ids: np.ndarray, rows: int) -> str:
    """What the table of so many rows cannot look up."""
    if not ids.size:
        return ""
    low, high = ids.min(), ids.max()
    if high >= rows or low < 0:
        bad = int(np.count_nonzero((ids >= rows) | (ids < 0)))
        return f"ids run from {low:g} to {high:g}, the table has rows 0 to {rows - 1}: {bad} ids have none"
    part = int(np.count_nonzero(ids != np.floor(ids))) if ids.dtype.kind == "f" else 0
    return f"{part} of {ids.size} ids are no whole numbers and will be cut to one" if part else ""

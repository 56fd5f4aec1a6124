"""Masks that reach layers, and whether they have the form that a mask must have.

In: a subject. Out: sentences on what is wrong with a mask, each with its grade; counts of masked steps.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mismatch.check.guard import as_numpy
from mismatch.check.streams import Stream
from mismatch.check.subject import Subject
from mismatch.check.trace import RECURRENT, Call

MAKERS = ("Masking", "Embedding")
BY_STEP = (*RECURRENT, "GlobalAveragePooling1D", "TimeDistributed")
"""Layers whose mask has one value for each step. That of attention is (N, queries, keys) or (N, 1, keys), of any type;
that of Softmax has the shape of what it weighs."""


def as_array(mask: Any) -> np.ndarray | None:
    """A mask as a NumPy array, None for none and for one of a graph that is being built."""
    import keras

    if mask is None or isinstance(mask, keras.KerasTensor):
        return None
    return mask if isinstance(mask, np.ndarray) else as_numpy(mask)


def wrong(subject: Subject) -> Iterator[tuple[str, str, str, str]]:
    """(where, what, severity, advice) of every mask of the wrong form: the one given, and those handed to layers."""
    main = subject.main
    if subject.mask_values is not None and main is not None and subject.given:
        for what in form(subject.mask_values, main.shape):
            yield "mask", *what
    for call in subject.trace.seen:
        handed = call.explicit and call.kind in BY_STEP
        given = [i for i, mask in enumerate(call.masks) if mask is not None] if handed else []
        for i in given[:1]:
            array = as_array(call.masks[i])
            if array is not None and array is not subject.mask_values and len(call.inputs[i].shape) >= 3:
                for what in form(array, tuple(call.inputs[i].shape)):
                    yield call.where, *what


def form(mask: np.ndarray, shape: tuple[int, ...]) -> Iterator[tuple[str, str, str]]:
    """(what, severity, advice) where a mask has another form than (N, T) bool over values of `shape`."""
    rows, steps = shape[0], shape[1] if len(shape) > 1 else 0
    said = f"mask ({', '.join(map(str, mask.shape))}) over {rows} rows of {steps} steps"
    fits = f"Give a mask of shape ({rows}, {steps}), True at real steps."
    if mask.ndim == 3 and mask.shape == (rows, steps, 1):
        yield f"{said} has an axis too many", "warning", "Drop the last axis: mask[..., 0]."
    elif mask.ndim != 2:
        yield f"{said} must have two axes", "error", fits
    elif mask.shape[1] > steps:
        yield f"{said} is longer: in a graph its first {steps} steps are taken without a word", "error", fits
    elif mask.shape == (1, steps) and rows > 1:
        yield f"{said} is one row for all: every sequence gets the length of one", "error", fits
    elif mask.shape != (rows, steps):
        yield f"{said} does not cover them", "error", fits
    if mask.dtype.kind != "b":
        rest = np.setdiff1d(np.unique(mask), [0, 1])
        grade = "error" if rest.size else "warning"
        also = f", with values such as {rest[0]:g}" if rest.size and mask.dtype.kind in "iuf" else ""
        yield f"mask is of type {mask.dtype}{also}: a mask is bool", grade, "mask = mask.astype(bool)"


def made_on(stream: Stream) -> bool:
    """Whether a layer that the steps of an input pass makes a mask."""
    return any(call.kind in MAKERS and any(mask is not None for mask in call.output_masks) for call in stream.calls)


def made(subject: Subject) -> Iterator[tuple[Call, np.ndarray]]:
    """Every mask that a layer makes from what reaches it, (n, T) bool for the rows that were run."""
    for call in subject.trace.leaves:
        if call.kind in MAKERS and not call.masked and call.output_masks and call.output_masks[0] is not None:
            array = as_array(call.output_masks[0])
            if array is not None and array.ndim == 2:
                yield call, array.astype(bool)

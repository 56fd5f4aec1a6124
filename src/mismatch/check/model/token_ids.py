"""M220: token ids go into the model as if they were amounts."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.inputs import Fed
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject
from mismatch.check.trace import RECURRENT, kind

LEAST = 5
"""Distinct values and largest value from which whole numbers look like ids."""


class TokenIds(Rule):
    """Inputs of whole numbers, one for each step, in a model without an Embedding."""

    code = "M220"
    name = "token_ids"
    severity = "warning"
    meaning = "Whole numbers that look like ids enter the model as one real number per step."
    why = "Id 16 is not twice id 8. As amounts, ids saturate the gates and say little of the token."
    example = "pad_sequences(ids)[..., None] into a GRU."
    instead = "Embedding(number of ids, 8, mask_zero=True) as the first layer, on the ids (N, T)."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if not subject.given or subject.embeds or not reads_steps(subject):
            return
        for fed in subject.inputs:
            values = _ids(fed)
            if values is not None:
                distinct = len(np.unique(values))
                what = f"{fed.name} holds whole numbers from {values.min():g} to {values.max():g} ({distinct} distinct)"
                what += ", one per step and without order in time, and no Embedding reads them"
                yield self.found(what, where=fed.name, distinct=distinct, largest=float(values.max()))


def reads_steps(subject: Subject) -> bool:
    """Whether the model has a recurrent layer, or one that masks or convolves steps."""
    kinds = {kind(layer) for layer in getattr(subject.model, "layers", ()) or ()}
    kinds |= {call.kind for call in subject.trace.seen}
    return bool(kinds & {*RECURRENT, "Masking", "Conv1D"})


def _ids(fed: Fed) -> np.ndarray | None:
    """The values as (N, T) where they look like ids, else None."""
    values = fed.values
    values = values[..., 0] if values.ndim == 3 and values.shape[2] == 1 else values
    if values.ndim != 2 or values.dtype.kind not in "iuf" or not values.size:
        return None
    if not np.isfinite(values).all() or values.min() < 0 or values.max() < LEAST or np.any(values != np.floor(values)):
        return None
    real = values[values > 0]
    return values if len(np.unique(real)) >= LEAST and not _in_order(values) else None


def _in_order(values: np.ndarray) -> bool:
    """Whether neighbours in time are alike, as counts and amounts are: lag-1 correlation of real steps above 0.5."""
    both = (values[:, 1:] > 0) & (values[:, :-1] > 0)
    late, early = values[:, 1:][both], values[:, :-1][both]
    if len(late) < 3 or late.std() == 0 or early.std() == 0:
        return False
    return bool(np.corrcoef(late, early)[0, 1] > 0.5)

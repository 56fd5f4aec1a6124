"""M220: token ids go into the model as if they were amounts."""

from collections.abc import Iterator

import numpy as np

from mismatch.check import tokens
from mismatch.check.finding import Finding
from mismatch.check.guard import as_numpy
from mismatch.check.inputs import Fed
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject
from mismatch.check.targets import DENSE, SPARSE
from mismatch.check.trace import RECURRENT, kind

LOOKED_UP = ("OneHot", "CategoryEncoding", "IntegerLookup", "Hashing", "Discretization", "Embedding")
"""Layers and operations that take ids for ids."""


class TokenIds(Rule):
    """Inputs of whole numbers, or of shares k/n, one for each step, in a model without an Embedding."""

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
            if (values := tokens.ids(fed.values)) is not None and _as_amounts(subject, fed):
                distinct = len(np.unique(values))
                what = f"{fed.name} holds whole numbers from {values.min():g} to {values.max():g} ({distinct} distinct)"
                what += ", one per step and without order in time, and no Embedding reads them"
                yield self.found(what, where=fed.name, distinct=distinct, largest=float(values.max()))
            elif units := _divided(subject, fed):
                what = f"{fed.name} holds multiples of 1/{units}, one per step, and the model has {units} units: ids "
                what += "divided by the number of tokens, read as amounts"
                yield self.found(what, where=fed.name, distinct=len(np.unique(fed.values)), largest=1.0)


def reads_steps(subject: Subject) -> bool:
    """Whether the model has a recurrent layer, or one that masks or convolves steps."""
    kinds = {kind(layer) for layer in getattr(subject.model, "layers", ()) or ()}
    kinds |= {call.kind for call in subject.trace.seen}
    return bool(kinds & {*RECURRENT, "Masking", "Conv1D"})


def _as_amounts(subject: Subject, fed: Fed) -> bool:
    """Whether an input reaches a layer that reads steps, as numbers; where the model stops before, it is taken so."""
    if subject.trace.error is not None:
        return True
    first = next((call for call in subject.readers(fed) if call.recurrent or call.kind in ("Masking", "Conv1D")), None)
    if first is None or any(call.kind in LOOKED_UP for call in subject.readers(fed)):
        return False
    given = as_numpy(first.inputs[0])
    return not (given.shape[-1] > 1 and np.isin(given, (0, 1)).all())


def _divided(subject: Subject, fed: Fed) -> int:
    """By how many tokens ids were divided, as the units of a classifier tell; 0 where nothing says so."""
    for target in subject.targets:
        sure = target.kind in (SPARSE, DENSE) and target.units
        if sure and target.units and tokens.shares(fed.values, target.units) and _as_amounts(subject, fed):
            return target.units
    return 0

"""M221: values that were cut to whole numbers on their way, as pad_sequences does by default."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.inputs import Fed
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject

SMALL = 10
"""Whole numbers below it may be what was left of standardised features."""


class CutToIntegers(Rule):
    """Type and values of inputs that no Embedding reads."""

    code = "M221"
    name = "cut_to_integers"
    severity = "error"
    meaning = "An input is all zeros, or signed integers where real numbers are expected."
    why = "pad_sequences makes int32 of what it is given: 0.5 becomes 0, and values in [0, 1) all vanish."
    example = "pad_sequences([[0.5, 1.7, -0.9]]) gives [[0, 1, 0]]."
    instead = "pad_sequences(..., dtype='float32')."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for fed in subject.inputs if subject.given and not subject.embeds else ():
            values = fed.values
            if not values.size or values.dtype.kind not in "biuf":
                continue
            if not values.any() and _sequence(fed, subject):
                what = f"{fed.name} ({values.dtype}) holds nothing but zeros: {values.size} values"
                yield self.found(what, where=fed.name, distinct=1)
            elif values.dtype.kind == "i" and _remains(fed) and _sequence(fed, subject):
                distinct = len(np.unique(values))
                what = f"{fed.name} is {values.dtype}, with {distinct} distinct values from {values.min()} to "
                what += f"{values.max()}: it looks like real numbers cut to whole ones"
                yield self.found(what, where=fed.name, severity="warning", distinct=distinct)


def _sequence(fed: Fed, subject: Subject) -> bool:
    """Whether an input is the sequence, not a state to start from or a feature beside it, which may well be zero.

    Floats that are all zero beside other inputs are meant so: states, or the start of a decoder.
    """
    ranks = [other.values.ndim for other in subject.inputs]
    alone = len(ranks) == 1
    return alone or (fed.values.ndim == max(ranks) and fed.values.ndim > 2 and fed.values.dtype.kind != "f")


def _remains(fed: Fed) -> bool:
    """Signed integers of few values that are more than marks of 0 and 1 (or -1 and 1): zero the most common."""
    kinds, counts = np.unique(fed.values, return_counts=True)
    if len(kinds) < 3 or np.abs(kinds).max() > SMALL or fed.values.ndim < 2:
        return False
    return bool(kinds[np.argmax(counts)] == 0 and (kinds.min() < 0 or fed.values.ndim > 2))

"""M213: a mask that is not one bool for each step of each row."""

from collections.abc import Iterator

import numpy as np

from mismatch.check import pads
from mismatch.check.finding import Finding
from mismatch.check.masks import wrong
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject


class MaskForm(Rule):
    """Shape, type and sense of masks that are handed over."""

    code = "M213"
    name = "mask_form"
    severity = "error"
    meaning = "A mask is not (N, T) bool, or is True at the pads in place of the data."
    why = "Keras broadcasts (1, T) over the batch, cuts a mask that is too long, and takes any number for true."
    example = "mask of shape (1, 6) for 32 rows; mask of 8 steps over 6."
    instead = "Give (N, T) bool, True at the steps that are data."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for where, what, severity, advice in dict.fromkeys(wrong(subject)):
            yield self.found(what, where=where, severity=severity, advice=advice)
        mask, main = subject.mask_values, subject.main
        if not subject.given or not subject.mask_fits or mask is None or main is None:
            return
        seen = pads.find(main.values)
        if seen is None or seen.own or np.all(mask.astype(bool) == seen.real):
            return
        padded = ~seen.real
        if mask.astype(bool)[padded].all() and not mask.astype(bool)[seen.real].any():
            what = f"mask is True at the {np.count_nonzero(padded)} steps that are pads, and False at the data"
            yield self.found(what, where="mask", advice="mask = ~mask")

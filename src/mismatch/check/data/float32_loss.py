"""D109: different numbers become the same in 32 bits: times in milliseconds, long identifiers."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share

LARGE = 2.0**20
"""Size from which on 32 bits no longer hold steps of 0.06."""
LOST = 0.01


class Float32Loss(Rule):
    code, name, severity = "D109", "float32_loss", "warning"
    meaning = "Distinct values of a feature fall together in float32, which is what a model is given."
    why = "32 bits hold 24 bits of a number: of 1,700,000,000,123 the last five digits are lost, in silence."
    example = "A time stamp in milliseconds among the features."
    instead = "Subtract the start of each sequence, or leave it out: the order of steps is what a GRU reads."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if subject.is_text:
            return
        for column in range(subject.width):
            values = subject.values[np.isfinite(subject.values[:, column]), column]
            if not len(values) or np.abs(values).max() < LARGE:
                continue
            before, after = len(np.unique(values)), len(np.unique(values.astype(np.float32)))
            if before - after > LOST * before:
                lost = share(before - after, before)
                yield self.found(
                    f"of {before:,} distinct values {after:,} are left in float32 ({lost} lost)",
                    where=subject.feature(column),
                    distinct=before,
                    left=after,
                )

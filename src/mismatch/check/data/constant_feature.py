"""D107: a feature that never changes, over all sequences or within each."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import named
from mismatch.config.counting import counted
from mismatch.data.sources.giveaways import numbers_rows, told


class ConstantFeature(Rule):
    code, name, severity = "D107", "constant_feature", "warning"
    meaning = "A feature has one value in all steps of all sequences, or one value within each sequence."
    why = (
        "The first tells nothing and divides by zero when standardised; the second is no sequence but a property of "
        "the whole, which a GRU must carry through all steps."
    )
    example = "A column `unit` that was left among the features; the age of a patient beside heart beats."
    instead = "Leave constant features out; give properties of the whole to the layer after the GRU."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if subject.is_text or len(subject.values) < 2:
            return
        values = subject.values
        known = np.isfinite(values).all(axis=0)
        constant = known & (values == values[:1]).all(axis=0)
        if constant.any():
            names = [subject.feature(int(k)) for k in np.flatnonzero(constant)]
            verb = "has" if len(names) == 1 else "have"
            yield self.found(
                f"{counted(len(names), 'feature')} of {subject.width} {verb} one value in all {len(values):,} steps",
                where=named(names),
                advice="leave them out: data.features names those to keep",
                features=names,
            )
        inside = subject.owner[1:] == subject.owner[:-1]
        if not inside.any():
            return
        still = known & ~constant & (values[1:][inside] == values[:-1][inside]).all(axis=0)
        names = [subject.feature(int(k)) for k in np.flatnonzero(still) if not _names_more(subject, int(k))]
        if names:
            verb = "never changes" if len(names) == 1 else "never change"
            yield self.found(
                f"{counted(len(names), 'feature')} of {subject.width} {verb} within a sequence",
                where=named(names),
                severity="note",
                advice="give properties of the whole to the layer after the GRU, beside its output",
                features=names,
            )


def _names_more(subject: Subject, column: int) -> bool:
    """Whether a feature names the class or the sequence, of which other rules say that it is to be left out."""
    if not subject.lengths.all():
        return False
    first, items = subject.values[subject.offsets, column], subject.items
    return numbers_rows(first) or told(first, items.labels, len(items.classes)) is not None

"""D126: a feature holds the label."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share
from mismatch.data.sources.giveaways import steady, told


class LabelInFeatures(Rule):
    code, name, severity = "D126", "label_in_features", "error"
    meaning = (
        "A feature has one value within each sequence, and each class its own: few values that go with one class each, "
        "or (a warning) a range of values for each class."
    )
    why = "The model reads the answer. Accuracy is perfect, and means nothing."
    example = (
        "A table with the columns `species` and `species_code`: one is the label, the other stayed a feature. Patients "
        "that were numbered class by class, their number among the features."
    )
    instead = "Leave it out: data.features names those to keep."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if subject.is_text or not subject.lengths.all():
            return
        chance = float(subject.counts.max() / len(subject.items))
        for column in np.flatnonzero(steady(subject.values, subject.lengths)).tolist():
            tells = told(subject.values[subject.offsets, column], subject.items.labels, len(subject.items.classes))
            if tells is None:
                continue
            how = f"each class has a range of its {tells.kinds} values, which names"
            yield self.found(
                f"{how if tells.ranges else f'its {tells.kinds} values name'} the class of {share(tells.share)} of the "
                f"sequences; guessing names {share(chance)}",
                where=subject.feature(column),
                severity="warning" if tells.ranges else "error",
                values=tells.kinds,
                named=tells.share,
                guessing=chance,
            )

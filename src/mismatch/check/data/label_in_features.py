"""D126: a feature holds the label."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share

PURE, FEWEST = 0.99, 20
"""Share of sequences whose class the feature names, and how many sequences it takes to say so."""


class LabelInFeatures(Rule):
    code, name, severity = "D126", "label_in_features", "error"
    meaning = "A feature has one value within each sequence, few values in all, and each value goes with one class."
    why = "The model reads the answer. Accuracy is perfect, and means nothing."
    example = "A table with the columns `species` and `species_code`: one is the label, the other stayed a feature."
    instead = "Leave it out: data.features names those to keep."

    def look(self, subject: Subject) -> Iterator[Finding]:
        size, classes = len(subject.items), len(subject.items.classes)
        if subject.is_text or size < FEWEST or classes < 2 or not subject.lengths.all():
            return
        inside = subject.owner[1:] == subject.owner[:-1]
        starts = subject.values[subject.offsets]
        chance = subject.counts.max() / size
        for column in range(subject.width):
            values = subject.values[:, column]
            if (values[1:][inside] != values[:-1][inside]).any():
                continue
            _, code = np.unique(starts[:, column], return_inverse=True)
            kinds = int(code.max()) + 1
            if kinds < 2 or kinds > max(classes, size // 10):
                continue
            table = np.zeros((kinds, classes))
            np.add.at(table, (code, subject.items.labels), 1)
            pure = table.max(axis=1).sum() / size
            if pure >= PURE and pure > chance + (1 - chance) / 2:
                yield self.found(
                    f"its {kinds} values name the class of {share(pure)} of the sequences; guessing names "
                    f"{share(chance)}",
                    where=subject.feature(column),
                    values=kinds,
                    named=float(pure),
                    guessing=float(chance),
                )

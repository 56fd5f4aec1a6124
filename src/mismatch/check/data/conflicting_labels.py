"""D112: equal sequences under different labels, and the accuracy that this alone puts out of reach."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share
from mismatch.config.counting import counted

SERIOUS = 0.01


class ConflictingLabels(Rule):
    code, name, severity = "D112", "conflicting_labels", "warning"
    meaning = "Equal sequences carry different labels."
    why = (
        "No model can be right on both: they bound the accuracy on these rows, and on all where the other rows are "
        "labelled no better. Differences below that noise mean little."
    )
    example = '"ok" labelled pos 40 times and neg 35 times.'
    instead = "Look at the rows named; correct them, or keep them and read accuracies against the bound."

    def look(self, subject: Subject) -> Iterator[Finding]:
        labels, classes = subject.items.labels, len(subject.items.classes)
        pairs, counts = np.unique(subject.same * classes + labels, return_counts=True)
        sequence = pairs // classes
        sizes, most = np.bincount(sequence, counts), np.zeros(sequence.max(initial=-1) + 1)
        np.maximum.at(most, sequence, counts)
        kinds = np.bincount(sequence)
        torn = kinds > 1
        if not torn.any():
            return
        wrong, copied, total = int((sizes - most).sum()), int(sizes[sizes > 1].sum()), len(labels)
        rows = np.flatnonzero(torn[subject.same])
        floor = wrong / copied
        yield self.found(
            f"{counted(int(torn.sum()), 'distinct sequence')} under several labels ({subject.places(rows)}): no "
            f"accuracy above {share(total - wrong, total)} is possible on these {counted(total, 'row')}; of the "
            f"{copied:,} rows that have a copy {share(floor)} are against the majority of their copies",
            severity="warning" if wrong >= SERIOUS * total else "note",
            sequences=int(torn.sum()),
            rows=len(rows),
            bound=1 - wrong / total,
            copied=copied,
            floor=floor,
        )

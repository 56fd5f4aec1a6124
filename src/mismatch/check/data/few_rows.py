"""D116: too few sequences, of a class or in all, for what one would like to say about accuracies."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import named
from mismatch.config.counting import counted

FEW, COARSE = 10, 0.05
"""Sequences of a class below which nothing is said of it; half the 95% interval of an accuracy that is coarse."""


class FewRows(Rule):
    code, name, severity = "D116", "few_rows", "warning"
    meaning = (
        "A class has fewer than 10 sequences, or the test part (a quarter where none is named) is so small that the "
        "95 % interval of an accuracy near 0.5 is wider than 6 points to each side."
    )
    why = "Two ways of padding that differ by less than that interval cannot be told apart by one split."
    example = "80 recordings: a test part of 20 gives accuracies to within 22 points."
    instead = "Collect more, join rare classes, or repeat over many random splits and compare pairs."

    def look(self, subject: Subject) -> Iterator[Finding]:
        counts = subject.counts
        rare = np.flatnonzero(counts < FEW)
        if len(rare):
            yield self.found(
                f"{counted(len(rare), 'class')} of {len(counts)} with fewer than {FEW} sequences: nothing can be said "
                "of them",
                where=named([f"{subject.items.classes[k]} ({counts[k]})" for k in rare[counts[rare].argsort()]]),
                classes={subject.items.classes[k]: int(counts[k]) for k in rare},
            )
        tested = subject.tested
        if tested is not None and not tested.any():
            return  # part_classes says so
        size = max(len(subject.items) // 4, 1) if tested is None else int(tested.sum())
        half = 1.96 * np.sqrt(0.25 / size)
        if half > 1.2 * COARSE:
            yield self.found(
                f"a test part of {counted(size, 'sequence')} gives an accuracy near 0.5 to within {min(half, 1):.2f} "
                f"(95% interval); for {COARSE} it takes {int(np.ceil((0.98 / COARSE) ** 2))}",
                severity="warning" if half > 2 * COARSE else "note",
                settings="replicates=20",
                tested=size,
                half_width=float(half),
            )

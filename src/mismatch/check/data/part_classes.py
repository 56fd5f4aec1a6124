"""D119: a class stands on one side of the file's parts alone."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import named
from mismatch.config.counting import counted


class PartClasses(Rule):
    code, name, severity = "D119", "part_classes", "error"
    meaning = (
        "A class is tested but never trained on, or a side is empty (an error); or a class is trained on but never "
    )
    meaning += "tested (a warning)."
    why = "What was never seen cannot be named: its test rows are all wrong, whatever the model."
    example = "A test file whose label column is spelt with capitals."
    instead = "Spell labels the same in both files, or leave the class out."

    def look(self, subject: Subject) -> Iterator[Finding]:
        tested = subject.tested
        if tested is None:
            return
        if not tested.any() or tested.all():
            side = "to train on" if tested.all() else "for testing"
            advice = "Name some, or leave the column of parts out: a quarter is then drawn for testing."
            yield self.found(f"the file names parts, and no sequence {side}", advice=advice)
            return
        labels, size = subject.items.labels, len(subject.items.classes)
        seen, asked = (np.bincount(labels[side], minlength=size) for side in (~tested, tested))
        for rows, other, what, severity in (
            (asked, seen, "tested but never trained on", "error"),
            (seen, asked, "trained on but never tested", "warning"),
        ):
            lone = np.flatnonzero((rows > 0) & (other == 0))
            if len(lone):
                names = [subject.items.classes[k] for k in lone]
                said = f"{counted(len(lone), 'class')} {what}, with {counted(int(rows[lone].sum()), 'sequence')}"
                yield self.found(said, where=named(names), severity=severity, classes=names)

"""D117: one class outnumbers another, so that guessing it looks like skill."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import named
from mismatch.config.counting import counted

UNEVEN, LOPSIDED, OBVIOUS = 3.0, 10.0, 0.9
"""Ratio of the largest class to the smallest: noted, warned; and the accuracy of guessing that is warned of."""


class ClassImbalance(Rule):
    code, name, severity = "D117", "class_imbalance", "warning"
    meaning = "The largest class has at least three times as many sequences as the smallest (ten times: a warning)."
    why = "An accuracy is then to be held against the share of the largest class, not against 1/K."
    example = "950 quiet recordings and 50 with a fault: guessing `quiet` has an accuracy of 0.95."
    instead = "Read balanced accuracy and macro F1 beside accuracy; weight the classes, or draw them in equal shares."

    def look(self, subject: Subject) -> Iterator[Finding]:
        counts = subject.counts
        if len(counts) < 2 or not counts.min():
            return
        large, small = int(counts.argmax()), int(counts.argmin())
        ratio, guess = counts[large] / counts[small], counts[large] / counts.sum()
        if ratio < UNEVEN and guess < OBVIOUS:
            return
        classes, sizes = subject.items.classes, (int(counts[large]), int(counts[small]))
        weights = ", ".join(f"{k}: {counts.sum() / (len(counts) * counts[k]):.3g}" for k in np.arange(len(counts))[:8])
        yield self.found(
            f"{counted(sizes[0], 'sequence')} of {named([classes[large]])}, {sizes[1]:,} of {named([classes[small]])}: "
            f"guessing reaches {guess:.3f}, not {1 / len(counts):.3f}",
            severity="warning" if ratio >= LOPSIDED or guess >= OBVIOUS else "note",
            settings=f"{subject.command} data.balance=equal",
            keras=f"model.fit(x, y, class_weight={{{weights}{', ...' if len(counts) > 8 else ''}}})",
            ratio=float(ratio),
            guessing=float(guess),
        )

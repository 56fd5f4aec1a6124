"""D113: sequences that stand in the file more than once under one label: a random split puts copies on both sides."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share, verb
from mismatch.config.counting import counted

SERIOUS = 0.01
TEXTS = "table = table.drop_duplicates(['TEXT', 'LABEL'])  # your two columns; keeps what differs in signs or case"
NUMBERS = """first = {}
for row, (s, label) in enumerate(zip(sequences, labels)): first.setdefault((s.tobytes(), label), row)
rows = list(first.values())  # of each the first"""
"""What keeps one of each: whole bytes, as NumPy drops zeros at the end of those it compares."""


class Duplicates(Rule):
    code, name, severity = "D113", "duplicates", "warning"
    meaning = "Equal sequences with equal labels stand in the file more than once (texts: the same tokens)."
    why = "A split at random puts one copy into training and another into the test, where it is known by heart."
    example = "A scraped table in which the same review stands under three dates."
    instead = "Keep one of each before splitting; the datasets text and series do so."

    def look(self, subject: Subject) -> Iterator[Finding]:
        labels, total = subject.items.labels, len(subject.items)
        keys = subject.same * len(subject.items.classes) + labels
        _, first, counts = np.unique(keys, return_index=True, return_counts=True)
        again = total - len(first)
        if not again:
            return
        is_copy = verb(again, "is a copy", "are copies")
        rows = first[counts.argsort()[::-1]][: int((counts > 1).sum())]
        yield self.found(
            f"{counted(again, 'row')} of {total:,} ({share(again, total)}) {is_copy} of another; the most frequent "
            f"stands there {counted(int(counts.max()), 'time')} ({subject.places(rows)})",
            severity="warning" if again >= SERIOUS * total else "note",
            settings=subject.command,
            keras=TEXTS if subject.is_text else NUMBERS,
            copies=again,
            distinct=len(first),
            most=int(counts.max()),
        )

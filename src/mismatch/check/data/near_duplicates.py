"""D114: sequences that differ from another one by next to nothing."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import counted, share

SERIOUS = 0.01


class NearDuplicates(Rule):
    code, name, severity = "D114", "near_duplicates", "warning"
    meaning = (
        "Texts of six tokens and more that share 60 % of their word triples with another, or series that differ from "
        "another of their length nowhere by more than a hundredth of a deviation."
    )
    why = "They are copies as far as a model is concerned: split at random, the test part holds what was trained on."
    example = "A review and the same review with a typing error corrected; overlapping windows of one recording."
    instead = "Name what they have in common as the group (the film, the recording), and split by it."

    def look(self, subject: Subject) -> Iterator[Finding]:
        pairs = subject.near
        if not len(pairs):
            return
        rows = np.unique(pairs)
        first = " and ".join(subject.items.places[row] for row in pairs[0])
        yield self.found(
            f"{counted(len(rows), 'sequence')} of {len(subject.items):,} ({share(len(rows), len(subject.items))}) are "
            f"nearly equal to another, such as {first}",
            severity="warning" if len(rows) >= SERIOUS * len(subject.items) else "note",
            settings=f"{subject.command} data.group=COLUMN",
            rows=len(rows),
            pairs=len(pairs),
        )

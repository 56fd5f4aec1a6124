"""D114: sequences that differ from another one by next to nothing."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share, verb
from mismatch.config.counting import counted

SERIOUS = 0.01


class NearDuplicates(Rule):
    code, name, severity = "D114", "near_duplicates", "warning"
    meaning = (
        "Texts of six tokens and more that share 60 % of their word triples with another; series that differ from "
        "another of their length nowhere by more than a hundredth of a deviation; series half of whose steps and more "
        "stand in others too, in runs of six equal steps and more, wherever."
    )
    why = "They are copies as far as a model is concerned: split at random, the test part holds what was trained on."
    example = "A review and the same review with a typing error corrected; overlapping windows of one recording."
    instead = "Name what they have in common as the group (the film, the recording), and split by it."

    def look(self, subject: Subject) -> Iterator[Finding]:
        pairs, shared = subject.near, subject.overlap
        if len(pairs):
            rows = np.unique(pairs)
            yield self._found(subject, rows, "nearly equal to another", pairs[0], pairs=len(pairs))
        if shared is not None:
            what = "overlapping: at least half of their steps stand in others too"
            sides = "" if subject.tested is None else f"; {len(shared.across):,} of them across the file's own parts"
            yield self._found(subject, shared.rows, what, shared.pair, sides, across=len(shared.across))

    def _found(
        self, subject: Subject, rows: np.ndarray, what: str, pair: Sequence[int], more: str = "", **evidence: Any
    ) -> Finding:
        first, total = " and ".join(subject.items.places[row] for row in pair), len(subject.items)
        return self.found(
            f"{counted(len(rows), 'sequence')} of {total:,} ({share(len(rows), total)}) {verb(len(rows), 'is', 'are')} "
            f"{what}, such as {first}{more}",
            severity="warning" if len(rows) >= SERIOUS * total else "note",
            settings=f"{subject.command} data.group=COLUMN",
            rows=len(rows),
            **evidence,
        )

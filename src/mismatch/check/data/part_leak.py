"""D110: sequences of the test part stand among the training rows too, equal or nearly so."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share, verb
from mismatch.config.counting import counted

SERIOUS = 0.01
"""Share of the test part from which on it is an error."""


class PartLeak(Rule):
    code, name, severity = "D110", "part_leak", "error"
    meaning = "Sequences of the test part stand in the training part too: the same, nearly the same, or overlapping."
    why = "Accuracy on them is memory. The test part then says more than the model will do on new data."
    example = "A test file that was drawn from the table it was meant to be held against."
    instead = "Take them out of the training part; where copies belong together, name their group and split by it."

    def look(self, subject: Subject) -> Iterator[Finding]:
        tested = subject.tested
        if tested is None or not tested.any() or tested.all():
            return
        size = int(tested.sum())
        rows = np.flatnonzero(tested & np.isin(subject.same, subject.same[~tested]))
        if len(rows):
            yield self._found(subject, rows, size, "the same", exact=True)
        pairs = subject.near
        across = pairs[tested[pairs[:, 0]] != tested[pairs[:, 1]]]
        near = np.setdiff1d(across[tested[across]], rows)
        if len(near):
            yield self._found(subject, near, size, "nearly the same", exact=False)
        if subject.overlap is not None:
            shared = subject.overlap.across[tested[subject.overlap.across]]
            shared = np.setdiff1d(shared, np.union1d(rows, near))
            if len(shared):
                yield self._found(subject, shared, size, "half of their steps and more, shifted", exact=False)

    def _found(self, subject: Subject, rows: np.ndarray, size: int, how: str, exact: bool) -> Finding:
        stand = verb(len(rows), "stands", "stand")
        return self.found(
            f"{counted(len(rows), 'sequence')} of {size:,} in the test part ({share(len(rows), size)}) {stand} in the "
            f"training part too, {how} ({subject.places(rows)})",
            severity="error" if exact and len(rows) >= SERIOUS * size else "warning",
            settings=f"{subject.command} data.group=COLUMN",
            rows=len(rows),
            tested=size,
            exact=exact,
        )

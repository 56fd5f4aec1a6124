"""Contrasts that are one piece of evidence under several names.

In: what the contrasts of an experiment came to. Out: a number for each, which twins share. Twins are contrasts of the
same two arms in the same metric, or of other arms whose differences are the same numbers in every replicate: three
tasks that draw the same labels, say, with one arm at its ceiling and the other at chance. A contrast written the other
way round, against minus arm, is the same evidence with the opposite sign. Differences that do not vary
(two arms that both always reach the ceiling) make no twins of different arms: nothing tells one pair from another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SAME = 1e-9
"""Differences this close are equal; accuracies of 4096 sequences lie 2e-4 apart, exact ones carry rounding of 1e-12."""
FEWEST = 3
"""Of fewer differences, equal ones may be chance."""


@dataclass(frozen=True)
class Compared:
    """kind: what is compared in (table, metric, scale). arms: ids, arm and against. differences: by replicate."""

    kind: tuple[str | None, ...]
    arms: tuple[str, ...]
    differences: tuple[float, ...]

    def sign_to(self, other: "Compared") -> int:
        """1 for a twin in the same direction, -1 for one in the opposite direction, else 0."""
        if self.kind != other.kind or not self.differences or len(self.differences) != len(other.differences):
            return 0
        mine, theirs = np.array(self.differences), np.array(other.differences)
        varied = len(mine) >= FEWEST and float(np.ptp(mine)) > SAME
        for sign in (1, -1):
            if np.allclose(mine, sign * theirs, rtol=0, atol=SAME) and (varied or self.arms == other.arms[::sign]):
                return sign
        return 0

    def twin_of(self, other: "Compared") -> bool:
        """Whether the two are one piece of evidence."""
        return self.sign_to(other) != 0


def groups(compared: Sequence[Compared]) -> list[int]:
    """For each, the place of the first that it is a twin of: its own, where it has none before it."""
    found: list[int] = []
    for place, one in enumerate(compared):
        earlier = (at for at in range(place) if found[at] == at and one.twin_of(compared[at]))
        found.append(next(earlier, place))
    return found

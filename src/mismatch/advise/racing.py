"""A race of arms on paired replicates: those that are clearly worse than the leader drop out, look by look.

In: scores by arm and replicate. Out: a `Look`, which a report can show. The arm that is truly best drops out, at any
look, with a probability of at most `alpha`: what the looks spend of it sums to `alpha` (`analysis/spending.py`), and at
each the arm is held to the level of that look against all K - 1 rivals (`rivals.py`). Sequential elimination on blocks
is that of racing (Maron & Moore 1997; Birattari et al. 2002), whose tests make no such promise. Truly best is what has
the highest mean accuracy on sequences not seen, when trained on parts of these data. How often it errs is simulated in
`simulation.py` and tabled in docs/advice.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mismatch.advise.rivals import Counts, Floats, Rivals, Splits, beside_leader
from mismatch.analysis.spending import shares

Scores = Mapping[str, Sequence[float] | NDArray[np.floating] | Mapping[int, float]]
"""Accuracy by arm: of replicates 0, 1, 2, ... in order, or by number of the replicate where some are missing."""


@dataclass(frozen=True)
class Standing:
    """Where an arm stands at a look.

    mean: accuracy, as if the arm had all replicates that any arm has. against: the leader; empty for the leader itself.
    behind: mean paired difference to it over `replicates` that both have, in accuracy. p: of "no worse", for all
    rivals and looks together, so that `out` means p <= alpha; 1 where the arm has too few replicates to be tested.
    failed: runs that failed.
    """

    arm: str
    mean: float
    against: str
    behind: float
    replicates: int
    p: float
    out: bool
    failed: int = 0


@dataclass(frozen=True)
class Look:
    """What a look saw; `standings` from the highest mean to the lowest, in the order given where they are equal."""

    number: int
    leader: str
    standings: tuple[Standing, ...]

    @property
    def out(self) -> tuple[Standing, ...]:
        """The arms that drop out here."""
        return tuple(one for one in self.standings if one.out)

    @property
    def left(self) -> tuple[str, ...]:
        """The arms that race on, the leader first."""
        return tuple(one.arm for one in self.standings if not one.out)

    @property
    def means(self) -> dict[str, float]:
        """Mean accuracy by arm."""
        return {one.arm: one.mean for one in self.standings}


@dataclass(frozen=True)
class Race:
    """The rule of a race, fixed before it starts.

    entrants: arms that may ever enter; where results decide which ones join later, all that might. ratio: n_test /
    n_train of a replicate; sequences that it leaves out count as trained on, for what matters is how much test parts
    have in common. tested: sequences in a test part. alpha: probability that the truly best arm ever drops out, at the
    most. looks: numbers of replicates. worst: what a run scores that failed, as chance is.
    """

    entrants: int
    ratio: float
    tested: int
    alpha: float = 0.05
    looks: tuple[int, ...] = (3, 5, 8)
    worst: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no race can be."""
        _require(self.entrants >= 1, "entrants", self.entrants, "1 or more")
        _require(self.ratio > 0, "ratio", self.ratio, "n_test / n_train, above 0")
        _require(self.tested >= 1, "tested", self.tested, "1 sequence or more")
        _require(0 < self.alpha < 1, "alpha", self.alpha, "between 0 and 1")
        rising = all(first < then for first, then in zip(self.looks, self.looks[1:], strict=False))
        _require(bool(self.looks) and self.looks[0] >= 2 and rising, "looks", self.looks, "rising numbers from 2 on")
        _require(0 <= self.worst <= 1, "worst", self.worst, "an accuracy, 0 to 1")

    def look(self, scores: Scores, number: int) -> Look:
        """Look at the arms still in the race, at the replicates up to `looks[number - 1]`.

        An arm that joined late, or lacks a replicate, is compared on those that it shares with the leader; with fewer
        than `looks[0]` it neither leads nor drops out. A run that failed (NaN) scores `worst`; what a diverged model
        scored counts as it is. Replicates of the pair alone enter, so an arm is never held to runs that it missed.

        Args:
            scores: accuracy of every arm still in the race; those that dropped out before are left out.
            number: of the look, from 1 on.

        Raises:
            ValueError: a look that is not planned, no arm, more arms than entrants, no run, no accuracy.
        """
        _require(1 <= number <= len(self.looks), "number", number, f"1 to {len(self.looks)}")
        _require(1 <= len(scores) <= self.entrants, "arms", len(scores), f"1 to {self.entrants}, the entrants")
        table, failed = _table(scores, self.looks[number - 1], self.worst)
        found, adjusted = self.compare(table, number)
        arms, leader = list(scores), int(found.leader)
        order = sorted(range(len(arms)), key=lambda at: (at != leader, -found.means[at]))
        standings = [
            Standing(
                arm=arms[at],
                mean=float(found.means[at]),
                against="" if at == leader else arms[leader],
                behind=float(found.behind[at]),
                replicates=int(found.pairs[at]),
                p=float(adjusted[at]),
                out=bool(adjusted[at] <= self.alpha and at != leader),
                failed=int(failed[at]),
            )
            for at in order
        ]
        return Look(number, arms[leader], tuple(standings))

    def compare(self, table: Floats, number: int) -> tuple[Rivals, Floats]:
        """The arms beside their leader, and the p of each for all looks: arrays of whole races, `(..., K, R)`."""
        found = beside_leader(table, Splits(self.ratio, self.tested), self.entrants, self.looks[0])
        return found, np.minimum(found.p * self.alpha / shares(self.alpha, self.looks)[number - 1], 1.0)


def _table(scores: Scores, replicates: int, worst: float) -> tuple[Floats, Counts]:
    """Scores `(K, replicates)`, NaN where there was no run, and how many runs of each arm failed."""
    table = np.full((len(scores), replicates), np.nan)
    failed = np.zeros(len(scores), np.intp)
    for row, (arm, given) in enumerate(scores.items()):
        runs = given if isinstance(given, Mapping) else dict(enumerate(np.asarray(given, float).tolist()))
        for replicate, score in runs.items():
            _require(replicate >= 0, f"replicate of {arm}", replicate, "0 or more")
            _require(np.isnan(score) or 0 <= score <= 1, f"score of {arm}", score, "an accuracy, or NaN")
            if replicate < replicates:
                failed[row] += np.isnan(score)
                table[row, replicate] = worst if np.isnan(score) else score
        _require(bool(np.isfinite(table[row]).any()), f"runs of {arm}", 0, f"one or more of the first {replicates}")
    return table, failed


def _require(right: bool, name: str, value: object, accepted: str) -> None:
    if not right:
        raise ValueError(f"{name} is {value}, expected {accepted}")

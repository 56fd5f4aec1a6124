"""The field of a race: who is in it, how each stands, and who is out.

In: entrants, runs, looks. Out: means, the best arm of each way, and the arms that go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mismatch.advise.candidates import Entrant, Way
from mismatch.advise.evidence import Entered
from mismatch.advise.racing import Look
from mismatch.advise.rivals import arm_means
from mismatch.advise.runs import Runs
from mismatch.config.arm import Arm

ERRORS = 2.0
"""Standard errors by which an arm may seem worse than it is."""
FEWEST_PAIRS = 3
"""Paired runs below which nothing is known of how much they vary."""


@dataclass
class Field:
    """entrants: all that were ever in the race. means: accuracy by arm, after the last look at it.

    out: by arm, the look at which it dropped out. stopped: arms for which there was no more time.
    chance: what a run that failed scores. tested: sequences in a test part.
    """

    runs: Runs
    chance: float
    tested: int
    entrants: list[Entrant] = field(default_factory=list)
    means: dict[str, float] = field(default_factory=dict)
    out: dict[str, int] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)

    def enter(self, entrants: Sequence[Entrant]) -> None:
        """Note who enters: an arm for each learning rate of a way, whenever that was asked for."""
        known = {each.way: each for each in self.entrants}
        for each in entrants:
            before = known[each.way].arms if each.way in known else ()
            arms = {arm.id: arm for arm in (*each.arms, *before)}
            known[each.way] = Entrant(each.way, tuple(arms.values()))
        self.entrants = list(known.values())

    def saw(self, look: Look) -> None:
        """Note what a look came to."""
        self.means |= look.means
        self.out |= {one.arm: look.number for one in look.out}

    def settle(self, arms: Sequence[Arm]) -> None:
        """Note the means of `arms` over all their replicates, as if each had all that any of them has."""
        scores = {arm.id: found for arm in arms if (found := self._filled(arm))}
        if not scores:
            return
        table = np.full((len(scores), 1 + max(max(found) for found in scores.values())), np.nan)
        for row, found in zip(table, scores.values(), strict=True):
            for replicate, score in found.items():
                row[replicate] = score
        self.means |= dict(zip(scores, map(float, arm_means(table)), strict=True))

    def contenders(self, arms: Sequence[Arm], margin: float) -> list[Arm]:
        """Those of `arms` that may be within `margin` of the best, as far as their paired runs tell."""
        return [arm for arm, mean, error in self._behind(arms) if mean - ERRORS * error <= margin]

    def settled(self, arms: Sequence[Arm], margin: float) -> bool:
        """Whether all of `arms` are within `margin` of the best, as far as their paired runs tell."""
        return all(mean + ERRORS * error <= margin for _, mean, error in self._behind(arms))

    def error(self, one: Arm, other: Arm) -> float:
        """Standard error of how far one is behind the other, by the runs that they share; infinite for too few of them.

        Runs that differ by nothing, or alike, are no proof: they are taken to vary by one sequence of the test part.
        """
        return self._pair(one, other)[1]

    def _behind(self, arms: Sequence[Arm]) -> list[tuple[Arm, float, float]]:
        """How far each is behind the best of them, and its standard error; without those that share no run with it."""
        best = max(arms, key=self.score)
        return [(arm, mean, error) for arm in arms for mean, error in [self._pair(arm, best)] if mean == mean]

    def _pair(self, one: Arm, other: Arm) -> tuple[float, float]:
        """How far one is behind the other, NaN where they share no run, and its standard error."""
        mine, best = self._filled(one), self._filled(other)
        behind = np.asarray([best[k] - mine[k] for k in best.keys() & mine.keys()])
        if behind.size < FEWEST_PAIRS:
            return float(behind.mean()) if behind.size else np.nan, np.inf
        spread = max(float(behind.std(ddof=1)), 1 / self.tested)
        return float(behind.mean()), spread / np.sqrt(behind.size)

    def _filled(self, arm: Arm) -> dict[int, float]:
        return {k: value if value == value else self.chance for k, value in self.runs.scores(arm).items()}

    def affordable(self, arms: Sequence[Arm], count: int, left_s: float) -> list[Arm]:
        """The arms for which `left_s` worker seconds last, with `count` replicates: those with the highest means."""
        ranked = sorted(arms, key=lambda arm: -self.means.get(arm.id, 0.0))
        while len(ranked) > 2 and self.means and self.runs.missing([(arm, count) for arm in ranked]) > left_s:
            self.stopped.add(ranked.pop().id)
        return [arm for arm in arms if arm.id not in self.stopped]

    def score(self, arm: Arm) -> float:
        """Mean accuracy in the race; minus infinity where it was not run."""
        if arm.id in self.means:
            return self.means[arm.id]
        found = self._filled(arm)
        return float(np.mean(list(found.values()))) if found else float("-inf")

    def best(self, entrant: Entrant) -> Arm:
        """Its arm with the learning rate that did best."""
        return max(entrant.arms, key=lambda arm: (arm.id not in self.out, self.score(arm)))

    def raced(self) -> dict[Way, Arm]:
        """The best arm of every way that was run at all."""
        found = {each.way: self.best(each) for each in self.entrants}
        return {way: arm for way, arm in found.items() if self.score(arm) > float("-inf")}

    def scores(self) -> dict[Way, float]:
        """Mean accuracy of every way that was run, at its best learning rate."""
        return {way: self.score(arm) for way, arm in self.raced().items()}

    def unraced(self) -> list[Way]:
        """The ways of which no arm was run."""
        raced = self.raced()
        return [each.way for each in self.entrants if each.way not in raced]

    def way_of(self, arm: str) -> Way:
        """The way of the arm with this id."""
        return next(each.way for each in self.entrants if any(one.id == arm for one in each.arms))

    def told(self) -> tuple[Entered, ...]:
        """What is said of every way that was run."""
        return tuple(self._told(each) for each in self.entrants if self.score(self.best(each)) > float("-inf"))

    def _told(self, entrant: Entrant) -> Entered:
        arm = self.best(entrant)
        outs = [self.out.get(one.id, 0) for one in entrant.arms]
        gone = all(one.id in self.stopped or one.id in self.out for one in entrant.arms)
        return Entered(
            way=entrant.way,
            learning_rate=arm.train.learning_rate,
            accuracy=self.score(arm),
            replicates=len(self.runs.scores(arm)),
            step_ms=self.runs.step_ms(arm),
            out=0 if 0 in outs else max(outs),
            stopped=gone and 0 in outs,
        )

"""From a person's own sequences to an advice, within the minutes they gave.

In: a dataset that can set sequences aside, what `check` found in it, minutes. Out: an `Advice`. Ways are raced on parts
of the sequences that are not set aside; of those that the race leaves, the cheapest within the margin is advised, and
tested with a few others on the ones set aside, which nothing was chosen on. Ctrl-C gives the best answer so far.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mismatch.advise import candidates, final
from mismatch.advise.answer import Advice, Entered, Finalist, Sensitivity
from mismatch.advise.candidates import Entrant, Way
from mismatch.advise.choosing import choose
from mismatch.advise.racing import Look, Race
from mismatch.advise.runs import Runs, scored
from mismatch.advise.stepping import step_times
from mismatch.check.outcome import Checked
from mismatch.config.arm import Arm
from mismatch.config.groups import Settings
from mismatch.config.rules import resolve
from mismatch.sweep.executors.base import Executor

RATES = (0.001, 0.004, 0.016)
"""Learning rates of every way."""
PROBED, PROBE = 6, 512
"""A part of 1/PROBED of the sequences, PROBE at most, says which weights of a training are kept; a smaller one errs."""
LOOKS = (3, 5, 8)
EPOCHS, FEWEST_UPDATES, MOST_UPDATES = 12, 200, 1200
BATCH, SMALL_BATCH, SMALL = 64, 32, 1500
"""Sequences of a batch; of fewer than SMALL training sequences smaller ones."""
RACE_UNTIL, FINAL_UNTIL, TIMED_UNTIL = 0.6, 0.84, 0.95
"""Shares of the time at which the race, the final and the step times end at the latest."""
START_S = 8.0
LEAST_RUNS = 60
"""So many runs of the longest T must fit into the race; else T is bounded."""
LEAST_ENTRANTS, MOST_COMBINED, MOST_FINALISTS = 4, 4, 7
REPLICATES, FEWEST_REPLICATES = 5, 3
"""Of the final."""


@dataclass(frozen=True)
class Asked:
    """What a person asks for. margin: accuracy that is nothing to them. units: of the GRU."""

    minutes: float = 5.0
    margin: float = 0.01
    units: int = 16
    seed: int = 0


class Advising:
    """The steps of an advice, in their order; everything so far can be told at any time."""

    def __init__(
        self, dataset: Any, checked: Checked, asked: Asked, folder: Path, executor: Executor, say: Callable[[str], None]
    ) -> None:
        self.begin = time.monotonic()
        self.asked, self.checked, self.say = asked, checked, say
        self.runs = Runs("advise", folder, executor, 60 * asked.minutes, say=say)
        self.workers = executor.workers
        self.base, self.tested = (_base(dataset, hold, asked) for hold in ("out", "test"))
        self.data = resolve(self.base).data
        self.entrants: list[Entrant] = []
        self.out: dict[str, int] = {}
        self.stopped: set[str] = set()
        self.means: dict[str, float] = {}
        self.interrupted = False

    def advice(self) -> Advice:
        """Race, test, time, tell."""
        try:
            self.race()
        except KeyboardInterrupt:
            self._interrupt()
        finalists = self.finalists()
        try:
            self._train_final(finalists)
            times = {} if self.interrupted else self._step_times([arm for _, _, arm in finalists])
        except KeyboardInterrupt:
            self._interrupt()
            times = {}
        return self.told(finalists, times)

    def race(self) -> None:
        """The looks of the race, as far as the time goes."""
        self.entrants = self._entered()
        arms = [arm for each in self.entrants for arm in each.arms]
        rule = self._rule(len(arms) + MOST_COMBINED * len(RATES))
        left = arms
        for number, count in enumerate(LOOKS, 1):
            left = self._affordable(left, count)
            whole = self._run(left, count)
            if number == 1 and whole:
                joined = self._combined()
                left += joined
                whole = self._run(joined, count)
            look = self._look(rule, left, number)
            if look is None or not whole:
                return
            left = [arm for arm in left if arm.id in look.left]
            if len(left) < 2:
                return

    def _entered(self) -> list[Entrant]:
        """The ways to race: as many, in the order of what matters, as there is time for."""
        lengths = self.data.seen()
        zeros = any(one.name in ("pad_collision", "already_padded") for one in self.checked.findings)
        ways = candidates.ways(self.data, lengths, zeros, self._most(lengths))
        found = candidates.entrants(self.base, ways, RATES)
        spent, capacity = 0.0, self._capacity()
        kept: list[Entrant] = []
        for each in found:
            spent += LOOKS[0] * sum(self.runs.seconds(arm) for arm in each.arms)
            if spent > 0.75 * capacity and len(kept) >= LEAST_ENTRANTS:
                self.untried = [one.way for one in found[len(kept) :]]
                break
            kept.append(each)
        return kept

    untried: Sequence[Way] = ()

    def _most(self, lengths: np.ndarray) -> int:
        """The longest T of which enough runs fit into the race."""
        levels = candidates.levels(lengths, int(lengths.max()))
        for steps in levels:
            arm = resolve(Way(steps).settings(self.base))
            if LEAST_RUNS * self.runs.seconds(arm) <= self._capacity():
                return steps
        return levels[-1]

    def _capacity(self) -> float:
        """Worker seconds of the race."""
        return self.workers * (RACE_UNTIL * 60 * self.asked.minutes - START_S)

    def _rule(self, entrants: int) -> Race:
        data = self.data
        return Race(entrants, data.test / data.train, data.test, looks=LOOKS, worst=data.chance)

    def _run(self, arms: Sequence[Arm], count: int) -> bool:
        """Train so many replicates of arms, one after another, until the race must end; whether all are there."""
        for replicates in range(1, count + 1):
            if not self.runs.train([(arm, replicates) for arm in arms], self.begin + self._until(RACE_UNTIL)):
                return False
        return True

    def _until(self, share: float) -> float:
        return share * 60 * self.asked.minutes

    def _affordable(self, arms: list[Arm], count: int) -> list[Arm]:
        """The arms for which there is time to go on: those with the highest means."""
        left = self.workers * (self._until(RACE_UNTIL) - (time.monotonic() - self.begin))
        ranked = sorted(arms, key=lambda arm: -self.means.get(arm.id, 0.0))
        while len(ranked) > 2 and self.means and self.runs.missing([(arm, count) for arm in ranked]) > left:
            self.stopped.add(ranked.pop().id)
        return [arm for arm in arms if arm.id not in self.stopped]

    def _look(self, rule: Race, arms: Sequence[Arm], number: int) -> Look | None:
        scores = scored(self.runs, arms)
        if not scores:
            return None
        look = rule.look(scores, number)
        self.means |= look.means
        self.out |= {one.arm: number for one in look.out}
        best = self._way_of(look.leader)
        self.say(
            f"look {number}: {len(scores)} arms, {len(look.out)} clearly worse than "
            f"{words_of(best)} ({look.means[look.leader]:.3f})"
        )
        return look

    def _combined(self) -> list[Arm]:
        """Arms of the best value of each factor, taken together, which join the race."""
        means = {each.way: self._mean(each) for each in self.entrants}
        base = self.entrants[0].way
        best: dict[str, list[Way]] = {}
        for factor in candidates.FACTORS:
            alone = [way for way in means if set(candidates.differing(way, base)) <= {*candidates.FACTORS[factor]}]
            best[factor] = [max(alone, key=lambda way: means[way])]
        lead = max(means, key=lambda way: means[way])
        mixed = [lead.like(value, factor) for factor, (value, *_) in best.items()]
        found = [*candidates.combined(best, list(means)), *(way for way in mixed if way not in means)]
        known = {arm.id for each in self.entrants for arm in each.arms}
        joined = [
            each
            for each in candidates.entrants(self.base, list(dict.fromkeys(found)), RATES)
            if each.arms[0].id not in known
        ][:MOST_COMBINED]
        self.entrants += joined
        return [arm for each in joined for arm in each.arms]

    def _mean(self, entrant: Entrant) -> float:
        return max((self._score(arm) for arm in entrant.arms), default=0.0)

    def _score(self, arm: Arm) -> float:
        """Mean accuracy in the race; a run that failed scores chance."""
        if arm.id in self.means:
            return self.means[arm.id]
        found = [self.data.chance if value != value else value for value in self.runs.scores(arm).values()]
        return float(np.mean(found)) if found else float("-inf")

    def _best(self, entrant: Entrant) -> Arm:
        """Its arm with the learning rate that did best in the race."""
        return max(entrant.arms, key=lambda arm: (arm.id not in self.out, self._score(arm)))

    def _way_of(self, arm: str) -> Way:
        return next(each.way for each in self.entrants if any(one.id == arm for one in each.arms))

    def _raced(self) -> list[Entrant]:
        return [each for each in self.entrants if self._mean(each) > float("-inf")]

    def finalists(self) -> list[tuple[str, Way, Arm]]:
        """Role, way and arm of what is tested on the sequences set aside; the advised one first."""
        raced = self._raced()
        if not raced:
            raise KeyboardInterrupt
        best = {each.way: self._best(each) for each in raced}
        left = [way for way, arm in best.items() if arm.id not in self.out] or list(best)
        arms = {arm.id: way for way, arm in best.items()}
        chosen = choose(
            {arm.id: self._score(arm) for arm in best.values()},
            {arm.id: self.runs.step_ms(arm) for arm in best.values()},
            self.asked.margin,
            [best[way].id for way in left if np.isfinite(self.runs.step_ms(best[way]))],
        )
        roles = self._roles(arms[chosen.arm], arms[chosen.leader], list(best))
        found = [(role, way, self._final_arm(way, best[way])) for role, way in roles]
        return found[:MOST_FINALISTS]

    def _roles(self, advised: Way, leader: Way, known: Sequence[Way]) -> list[tuple[str, Way]]:
        """Why a way is in the final, for the advised one and those that people ask about."""
        longest = max(known, key=lambda way: way.steps).steps
        mask = next((way.mask for way in known if way.mask != "none"), "none")
        asked = [("advised", advised), ("the most accurate in the race", leader)]
        asked += [
            ("what Keras does unless told", Way(longest)),
            ("padding after, no mask", Way(longest, padding="post")),
        ]
        asked += [("padding after, masked", Way(longest, padding="post", mask=mask))]
        shorter = [way for way in known if way.steps < advised.steps and way.like(advised, "length") == advised]
        longer = [way for way in known if way.steps > advised.steps and way.like(advised, "length") == advised]
        asked += [("shorter", way) for way in sorted(shorter, key=lambda way: -way.steps)[:1]]
        asked += [("longer", way) for way in sorted(longer, key=lambda way: way.steps)[:1]]
        asked += [("no reduction", replace(advised, reduction="none", pool=None))]
        found: dict[Way, str] = {}
        for role, way in asked:
            if way in known:
                found.setdefault(way, role)
        return [(role, way) for way, role in found.items()]

    def _final_arm(self, way: Way, raced: Arm, control: str = "none") -> Arm:
        asked = way.settings(self.tested)
        train = replace(asked.train, learning_rate=raced.train.learning_rate, updates=raced.train.updates)
        return resolve(replace(asked, train=train, control=replace(asked.control, kind=control)))

    def _train_final(self, finalists: Sequence[tuple[str, Way, Arm]]) -> None:
        """Train the finalists anew, and the controls of the advised one."""
        _, way, advised = finalists[0]
        self.controls = {kind: self._final_arm(way, advised, kind) for kind in ("slow", "sham")}
        arms = [*(arm for _, _, arm in finalists), *self.controls.values()]
        self.say(f"final: {len(finalists)} ways on {self.data_aside()} sequences set aside")
        until = self.begin + self._until(FINAL_UNTIL)
        for count in range(1, REPLICATES + 1):
            enough = count > FEWEST_REPLICATES
            left = self.workers * (until - time.monotonic())
            wanted = [(arm, count) for arm in arms]
            if enough and self.runs.missing(wanted) > left:
                return
            self.runs.train(wanted, until if enough else float("inf"))

    controls: Mapping[str, Arm] = {}

    def data_aside(self) -> int:
        """How many sequences are set aside."""
        return int(resolve(self.tested).data.test)

    def _step_times(self, arms: Sequence[Arm]) -> dict[str, float]:
        left = self._until(TIMED_UNTIL) - (time.monotonic() - self.begin)
        if left < START_S + 4:
            return {}
        self.runs.executor.stop()  # a quiet machine
        return step_times(arms, left - START_S)

    def _interrupt(self) -> None:
        self.interrupted = True
        self.say("interrupted: the best answer so far; the same command goes on")

    def told(self, finalists: Sequence[tuple[str, Way, Arm]], times: Mapping[str, float]) -> Advice:
        """All that is known now."""
        right = {arm.id: self.runs.correct(arm) for _, _, arm in finalists}
        known = [each for each in finalists if len(right[each[2].id]) > 1]
        advised = right[finalists[0][2].id]
        found = []
        for role, way, arm in known:
            own, base = _paired(right[arm.id], advised)
            same = way == known[0][1]
            below = final.difference(base, own)
            found.append(
                Finalist(
                    way, arm, role, final.accuracy(right[arm.id]), below, times.get(arm.id),
                    same or final.equivalent(base, own, self.asked.margin),
                )
            )  # fmt: skip
        data = resolve(self.tested).data
        return Advice(
            subject=self.checked.subject,
            noun=data.NOUN,
            classes=data.classes_count,
            chance=data.chance,
            sequences=len(data.items()),
            aside=data.test,
            margin=self.asked.margin,
            minutes=(time.monotonic() - self.begin) / 60,
            runs=sum(map(len, self.runs.found.values())),
            settings=_overrides(finalists[0][2]),
            entered=tuple(self._told_of(each) for each in self._raced()),
            finalists=tuple(found),
            sensitivity=self._sensitivity(advised),
            checked=self.checked,
            whole=not self.interrupted and not self.stopped,
            untried=tuple(self.untried),
            interrupted=self.interrupted,
        )

    def _told_of(self, entrant: Entrant) -> Entered:
        arm = self._best(entrant)
        outs = [self.out.get(one.id, 0) for one in entrant.arms]
        return Entered(
            way=entrant.way,
            learning_rate=arm.train.learning_rate,
            accuracy=self._score(arm),
            replicates=len(self.runs.scores(arm)),
            step_ms=self.runs.step_ms(arm),
            out=0 if 0 in outs else max(outs),
            stopped=all(one.id in self.stopped or one.id in self.out for one in entrant.arms) and 0 in outs,
        )

    def _sensitivity(self, advised: np.ndarray) -> Sensitivity:
        """What the planted deficit came to: the advised way at a tenth of its learning rate."""
        slow = self.controls.get("slow")
        planted = self.runs.correct(slow) if slow is not None else np.zeros((0, 0))
        if len(planted) < 2 or len(advised) < 2:
            return Sensitivity(False, "no deficit was planted: there was no time")
        base, other = _paired(advised, planted)
        found = final.difference(base, other)
        text = f"a tenth of its learning rate costs {found.estimate:.3f} [{found.low:.3f}, {found.high:.3f}]"
        return Sensitivity(found.low > 0, text, final.enough(base, other, self.asked.margin).sequences)


def words_of(way: Way) -> str:
    """A way in words."""
    return ", ".join(f"{key}={value}" for key, value in vars(way).items() if value not in ("none", None))


def _paired(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    count = min(len(one), len(other))
    return one[:count], other[:count]


def _base(dataset: Any, hold: str, asked: Asked) -> Settings:
    """The settings that all arms share."""
    sized = copy(dataset)
    sized.hold = "out"
    sized.check()
    data = copy(dataset)
    data.hold, data.probe = hold, max(1, min(PROBE, (sized.train + sized.probe + sized.test) // PROBED))
    base = Settings(data=data, seed=asked.seed)
    base.model.units, base.train.keep = asked.units, "best"
    batch = SMALL_BATCH if sized.train < SMALL else BATCH
    batch = min(batch, max(1, sized.train // 2))
    updates = int(np.clip(round(EPOCHS * sized.train / batch), FEWEST_UPDATES, MOST_UPDATES))
    base.train.batch, base.train.updates = batch, -(-updates // base.train.block) * base.train.block
    return base


def _overrides(arm: Arm) -> dict[str, object]:
    """The overrides of the command that make this arm of these data; T is given once, by its steps."""
    plain = resolve(Settings(data=arm.data)).parameters()
    named = {key: value for key, value in arm.parameters().items() if key != "length.ratio"}
    return {key: value for key, value in named.items() if not key.startswith("data") and plain.get(key) != value}

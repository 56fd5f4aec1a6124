"""From a person's own sequences to an advice, within the minutes they gave.

In: a dataset that can set sequences aside, what `check` found in it, minutes. Out: an `Advice`. Ways are raced on parts
of the sequences that are not set aside; of those that the race leaves, the cheapest within the margin is advised, and
tested with a few others on the ones set aside, which nothing was chosen on. Ctrl-C gives the best answer so far.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mismatch.advise import entering, finalists, ownmodel
from mismatch.advise.answer import Advice
from mismatch.advise.candidates import Way
from mismatch.advise.entering import LOOKS, Asked, Scope
from mismatch.advise.field import Field
from mismatch.advise.finalists import Chosen
from mismatch.advise.naming import whole
from mismatch.advise.ownmodel import OwnModel
from mismatch.advise.racing import Look, Race
from mismatch.advise.runs import Runs, scored
from mismatch.advise.stepping import step_times
from mismatch.check.finding import by_severity
from mismatch.check.outcome import Checked
from mismatch.check.words import counted
from mismatch.config.arm import Arm
from mismatch.config.groups import Settings
from mismatch.config.rules import resolve
from mismatch.sweep.executors.base import Executor

RACE_UNTIL, FINAL_UNTIL, TIMED_UNTIL = 0.6, 0.84, 0.95
"""Shares of the time at which the race, the final and the step times end at the latest."""
START_S, LEAST_S = 8.0, 4.0
"""A process starts and imports TensorFlow; seconds of step times that are worth it."""
REPLICATES, FEWEST_REPLICATES = 5, 3
"""Of the final."""
ALWAYS = ("length.steps", "length.truncating", "length.padding", "mask", "features.scale", "reduction")
"""Settings that are named even where they are as by default."""


class Advising:
    """The steps of an advice, in their order."""

    def __init__(
        self, dataset: Any, checked: Checked, asked: Asked, folder: Path, executor: Executor, say: Callable[[str], None]
    ) -> None:
        self.begin = time.monotonic()
        self.asked, self.checked, self.say = asked, checked, say
        self.runs = Runs("advise", folder, executor, 60 * asked.minutes, say=say)
        self.shared, self.tested = (entering.base(dataset, hold, asked) for hold in ("out", "test"))
        self.data = resolve(self.shared).data
        self.field = Field(self.runs, self.data.chance)
        self.untried: Sequence[Way] = ()
        self.controls: Mapping[str, Arm] = {}
        self.own: OwnModel | None = None
        self.folder = folder
        self.interrupted = False

    def advice(self) -> Advice:
        """Race, test, time, tell; where it is interrupted, what is known then.

        Raises:
            KeyboardInterrupt: before anything is known.
        """
        times: Mapping[str, float] = {}
        among: list[Chosen] = []
        try:
            self.race()
            among = self._finalists()
            self.final(among)
            times = self._step_times([each.arm for each in among])
        except KeyboardInterrupt:
            if not self.field.raced():
                raise
            self.interrupted = True
            self.say("interrupted: the best answer so far; the same command goes on")
        return self._told(among or self._finalists(), times)

    def race(self) -> None:
        """The looks of the race, as far as the time goes."""
        names = [one.name for one in self.checked.findings]
        scope, capacity = self._scope(), self._capacity()
        self.field.entrants, self.untried = entering.first(self.shared, names, self.runs.seconds, capacity, scope)
        left = [arm for each in self.field.entrants for arm in each.arms]
        if self.own is not None:
            count, rates = len(self.field.entrants), len(scope.rates)
            self.say(self.own.plan(self.shared, count, count + len(self.untried), rates, self.asked.minutes))
        rule = self._rule(len(left) + entering.MOST_COMBINED * len(scope.rates))
        for number, count in enumerate(LOOKS, 1):
            left = self.field.affordable(left, count, self.runs.executor.workers * self._left(RACE_UNTIL))
            whole = self._run(left, count)
            if number == 1 and whole:
                joined = entering.joining(self.shared, self.field.scores(), self.field.entrants, scope.rates)
                self.field.entrants += joined
                more = [arm for each in joined for arm in each.arms]
                whole, left = self._run(more, count), left + more
            look = self._look(rule, left, number)
            if look is None or not whole:
                return
            left = [arm for arm in left if arm.id in look.left]
            if len(left) < 2:
                return

    def final(self, among: Sequence[Chosen]) -> None:
        """Train the finalists anew, and the controls of the advised one, to be tested on what was set aside."""
        advised, more = among[0], ("noisy", "sham")
        self.controls = {kind: finalists.arm_of(advised.way, advised.arm, self.tested, kind) for kind in more}
        arms = [*(each.arm for each in among), *self.controls.values()]
        self.say(f"final: {counted(len(among), 'way')} on {advised.arm.data.test:,} sequences set aside")
        for count in range(1, REPLICATES + 1):
            enough, wanted = count > FEWEST_REPLICATES, [(arm, count) for arm in arms]
            left = self._left(FINAL_UNTIL)
            if enough and self.runs.missing(wanted) > left * self.runs.executor.workers:
                return
            self.runs.train(wanted, time.monotonic() + left if enough else float("inf"))

    def _scope(self) -> Scope:
        """What the race is about; a model of a person's own is tried first."""
        if self.asked.model is None:
            return Scope()
        self.own = ownmodel.prepared(self.shared, self.folder, self.asked.units, self.asked.minutes)
        self.runs.cost = self.own.seconds
        findings = sorted((*self.own.found.findings, *self.checked.findings), key=by_severity)
        self.checked = replace(self.checked, findings=tuple(findings))
        return self.own.scope(self.shared, self._capacity(), self.asked.minutes)

    def _capacity(self) -> float:
        """Worker seconds of the race."""
        left = min(RACE_UNTIL * 60 * self.asked.minutes - START_S, self._left(RACE_UNTIL))
        return self.runs.executor.workers * left

    def _left(self, share: float) -> float:
        """Seconds until this share of the time is over."""
        return self.begin + share * 60 * self.asked.minutes - time.monotonic()

    def _rule(self, entrants: int) -> Race:
        data = self.data
        return Race(entrants, data.test / data.train, data.test, looks=LOOKS, worst=data.chance)

    def _run(self, arms: Sequence[Arm], count: int) -> bool:
        """Train so many replicates of arms, one after another, until the race must end; whether all are there."""
        for replicates in range(1, count + 1):
            wanted = [(arm, replicates) for arm in arms]
            if not self.runs.train(wanted, time.monotonic() + self._left(RACE_UNTIL)):
                return False
            if self.own is not None:
                self.own.refuse_failed(self.runs.found)
        return True

    def _look(self, rule: Race, arms: Sequence[Arm], number: int) -> Look | None:
        scores = scored(self.runs, arms)
        if not scores:
            return None
        look = rule.look(scores, number)
        self.field.saw(look)
        lead = whole(self.field.way_of(look.leader))
        what = f"{len(look.out)} of {len(scores)} arms clearly worse than {lead}"
        self.say(f"look {number}: {what}, {look.means[look.leader]:.3f}")
        return look

    def _finalists(self) -> list[Chosen]:
        return finalists.chosen(self.field, self.tested, self.asked.margin, self._most())

    def _most(self) -> int:
        """How many ways the final takes; fewer of a slow model, so that it ends in time with the two controls."""
        if self.own is None:
            return finalists.MOST
        run = max(map(self.runs.seconds, self.field.raced().values()), default=1.0)
        runs = self.runs.executor.workers * self._left(FINAL_UNTIL) / run
        return int(np.clip(runs / FEWEST_REPLICATES - 2, 2, finalists.MOST))

    def _step_times(self, arms: Sequence[Arm]) -> dict[str, float]:
        left = self._left(TIMED_UNTIL) - START_S
        if left < LEAST_S:
            return {}
        self.runs.executor.stop()  # a quiet machine
        return step_times(arms, left)

    def _told(self, among: Sequence[Chosen], times: Mapping[str, float]) -> Advice:
        """All that is known now."""
        right = {each.arm.id: self.runs.correct(each.arm) for each in among}
        noisy = self.controls.get("noisy")
        planted = self.runs.correct(noisy) if noisy is not None else np.zeros((0, 0))
        advised, data = among[0].arm, among[0].arm.data
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
            settings=overrides(advised),
            entered=self.field.told(),
            finalists=finalists.told(among, right, times, self.asked.margin),
            sensitivity=finalists.sensitivity(right[advised.id], planted, self.asked.margin),
            checked=self.checked,
            whole=not self.interrupted and not self.field.stopped,
            untried=(*self.field.unraced(), *self.untried),
            interrupted=self.interrupted,
            own=self.own,
        )


def overrides(arm: Arm) -> dict[str, object]:
    """The overrides of the command, beside those of the data, that make this arm: what an advice is on, and what is not
    as it is by default. T is given once, by its steps; what cannot act in this arm has no value and is left out."""
    plain = resolve(Settings(data=arm.data)).parameters()
    named = {key: value for key, value in arm.parameters().items() if key != "length.ratio"}
    mine = {key: value for key, value in named.items() if not key.startswith("data")}
    return {key: value for key, value in mine.items() if key in ALWAYS or value not in (None, plain.get(key))}

"""From a person's own sequences to an advice, within the minutes they gave.

In: a dataset that can set sequences aside, what `check` found in it, minutes. Out: an `Advice`. Ways are raced on parts
of the sequences that are not set aside; of those that the race leaves, the cheapest shown to be within the margin is
advised, and tested with a few others on the ones set aside. Ctrl-C gives the best answer so far.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mismatch.advise import entering, finalists, ownmodel, planned
from mismatch.advise.answer import Advice
from mismatch.advise.budget import Budget
from mismatch.advise.candidates import Entrant, Grid, Way
from mismatch.advise.entering import LOOKS, MORE, MOST_OPEN, MOST_RACED, Asked, Entering
from mismatch.advise.field import Field
from mismatch.advise.finalists import Chosen
from mismatch.advise.naming import whole
from mismatch.advise.ownmodel import OwnModel
from mismatch.advise.progress import Progress
from mismatch.advise.racing import Look, Race
from mismatch.advise.runs import Runs, scored
from mismatch.advise.stepping import LATE, Timed, step_times
from mismatch.check.finding import by_severity
from mismatch.check.outcome import Checked
from mismatch.config.arm import Arm
from mismatch.config.fields import ConfigError
from mismatch.config.groups import Settings
from mismatch.config.rules import resolve
from mismatch.data.streams import Streams
from mismatch.sweep.executors.base import Executor

MOST_UNSURE, MOST_REPLICATES, REPLICATES, FEWEST_REPLICATES, LEAST_REPLICATES = 40, 15, 5, 3, 2
"""Of the final: those that time is left over for, of ways whose trainings differ much and of all; those that it is kept
for, those that ways leave it for where there is not enough for all, and the least."""
ALWAYS = ("length.steps", "length.truncating", "length.padding", "mask", "features.scale", "reduction")
"""Settings that are named even where they are as by default."""
PROBE, PART = 0.04, 0.08
"""Shares of the time that one of the first runs may take, and after which it is looked at anew."""
AGAIN_S = 3.0
"""Until workers that were stopped train again."""
INTERRUPTED = "it was interrupted"


class Advising:
    """The steps of an advice, in their order. budget: of the minutes from now on, where none is given.

    ended: what interrupted it, if anything.
    """

    def __init__(
        self,
        dataset: Any,
        checked: Checked,
        asked: Asked,
        folder: Path,
        executor: Executor,
        say: Callable[[str], None] | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.now, self.executor = executor.now, executor
        self.budget = budget or Budget(60 * asked.minutes, executor.now, executor.now())
        self.progress = Progress(self.budget, say)
        self.asked, self.checked, self.say = asked, checked, self.progress.say
        self.runs = Runs("advise", folder, executor, 60 * asked.minutes, self.progress.ran, self.say)
        self.runs.foreseen = self.budget.slow
        self.shared, self.tested = (entering.base(dataset, hold, asked) for hold in ("out", "test"))
        self.grid = Grid(self.shared, entering.RATES)
        self.data = resolve(self.shared).data
        self.longest = self.data.longest
        self.field = Field(self.runs, self.data.chance, self.data.test)
        self.entering = Entering([], [], entering.RATES)
        self.controls: Mapping[str, Arm] = {}
        self.finals: list[Arm] = []
        self.timed: Timed | None = None
        self.own: OwnModel | None = None
        self.hurried = False
        self.ended: KeyboardInterrupt | None = None

    def advice(self) -> Advice:
        """Race, test, time, tell; where it is interrupted, what is known then.

        Raises:
            ConfigError: where the minutes do not suffice for anything.
            KeyboardInterrupt: before anything is known.
        """
        try:
            with self.progress:
                self.race()
                among = self._finalists()
                self.final(among)
                self.timed = self._step_times([each.arm for each in among])
                self.more()
                told = self._told(among)
        except KeyboardInterrupt as end:
            if not self.field.raced():
                raise
            self.ended = end
            self.say("interrupted: the best answer so far follows; once more, and it ends at once")
            return self._so_far()
        if told.early:
            self.say(f"done after {told.minutes:.1f} of {told.given:g} min: nothing was left to do")
        return told

    def _so_far(self) -> Advice:
        """What is known now, and of an earlier call."""
        self.executor.stop()
        among = self._finalists()
        arms = [each.arm for each in among]
        self.controls = self.controls or self._controls(among[0])
        self.runs.look([(arm, MOST_UNSURE) for arm in (*arms, *self.controls.values())])
        self.timed = self.timed or Timed({}, dict.fromkeys((arm.id for arm in arms), INTERRUPTED))
        return self._told(among)

    def race(self) -> None:
        """The race, as far as the time goes; in the end all means are as if each arm had all replicates."""
        try:
            self._race()
        finally:
            self.field.settle(self._begun())

    def _race(self) -> None:
        """The looks."""
        self._begin()
        left, whole = self._enter()
        rule = self._rule(len(left) + entering.MOST_COMBINED * len(self.entering.rates))
        for number, count in enumerate(LOOKS, 1):
            if number > 1:
                left = self.field.affordable(left, count, self._worker_s(self._race_until()))
                whole = self._run(left, number)
            if number == 1 and whole:
                scores, start = self.field.scores(), self.entering.entrants[0].way
                joined = entering.joining(self.shared, scores, start, self.field.entrants, self.entering.rates)
                self.field.entrants += joined
                more = [arm for each in joined for arm in each.arms]
                whole, left = self._run(more, number), left + more
            look = self._look(rule, left, number)
            self.hurried = self.hurried or not whole
            if look is None or not whole:
                return
            left = [arm for arm in left if arm.id in look.left]
            if len(left) < 2:
                return
        self.settle(left)

    def settle(self, left: Sequence[Arm]) -> None:
        """More replicates of the arms among which the choice is open, while the race lasts; none drops out by them."""
        open_ = list(left)
        for count in range(LOOKS[-1] + MORE, MOST_OPEN + 1, MORE):
            open_ = self.field.contenders(open_, self.asked.margin)
            if len(open_) < 2 or (count > MOST_RACED and self.field.settled(open_, self.asked.margin)):
                return
            wanted = [(arm, count) for arm in open_]
            if self.runs.missing(wanted) > self._worker_s(self._race_until()):
                return
            self._stage("race, more runs of the best", open_, count, self._final_s(MOST_REPLICATES))
            whole = self.runs.train(wanted, self._race_until(), self.budget.told)
            self._sound()
            self.field.settle(self._begun())
            if not whole:
                return

    def final(self, among: Sequence[Chosen]) -> None:
        """Train the finalists anew, and the controls of the advised one, to be tested on what was set aside."""
        advised = among[0]
        self.controls = self._controls(advised)
        first, *others = [each.arm for each in among]
        ordered = [first, *others[:1], self.controls["noisy"], *others[1:], self.controls["sham"]]
        end = self.budget.final(finalists.kinds(among))
        arms = self._lasting(ordered, FEWEST_REPLICATES, end) or self._lasting(ordered, LEAST_REPLICATES, end)
        self.hurried = self.hurried or len(arms) < len(ordered)
        self._stage(f"final on {advised.arm.data.test:,} {self.data.NOUN}s set aside", arms, REPLICATES)
        for count in range(1, REPLICATES + 1):
            wanted = [(arm, count) for arm in arms]
            late = self.runs.missing(wanted) > self._worker_s(end)
            if (late and count > LEAST_REPLICATES) or not self.runs.train(wanted, end, self.budget.told):
                self.hurried = True
                return
        self.finals = arms

    def more(self) -> None:
        """More replicates of the finalists, as far as the time that is left goes; in the end of those alone of which
        they would say more."""
        for count in range(REPLICATES + 1, MOST_UNSURE + 1):
            each = count <= MOST_REPLICATES
            arms, most = (self.finals, MOST_REPLICATES) if each else (self._unsure(), MOST_UNSURE)
            if not arms:
                return
            wanted = [(arm, count) for arm in arms]
            missing = self.runs.missing(wanted)
            start_s = 0.0 if self.executor.made else self.budget.slow * AGAIN_S  # they were stopped for the step times
            if missing > self._worker_s(self.budget.told - start_s):
                return
            if missing:
                self._stage("final, more runs of each", arms, most)
            if not self.runs.train(wanted, self.budget.told, self.budget.told):
                return

    def _unsure(self) -> list[Arm]:
        """The advised one and those whose difference to it trainings alone leave open; none where there are none."""
        arms = [arm for arm in self.finals if arm.control.kind == "none"]
        open_ = finalists.unsure([self.runs.correct(arm) for arm in arms], self.asked.margin)
        found = [arm for arm, one in zip(arms, open_, strict=True) if one]
        return [*arms[:1], *found] if found else []

    def _controls(self, advised: Chosen) -> Mapping[str, Arm]:
        return {kind: finalists.arm_of(advised.way, advised.arm, self.tested, kind) for kind in ("noisy", "sham")}

    def _begin(self) -> None:
        """See how fast the machine is.

        Raises:
            ConfigError: where there is no time for anything.
        """
        for line in self.data.reading():
            self.say(line)
        if self.asked.model is not None:
            self._try()
        entrant = entering.probe(self.grid, self.runs, PROBE * self.budget.seconds)
        probes = entrant.arms[: self._workers]
        self.field.enter([Entrant(entrant.way, probes)])
        self.runs.look([(arm, 1) for arm in probes])
        self._stage("first runs", probes, 1, float("inf"))
        self.runs.train([(arm, 1) for arm in probes], self.budget.told, self.budget.told)
        self._sound()
        if not self.runs.found:
            raise ConfigError("advise.minutes", f"{self.asked.minutes:g}", self._too_short(probes[0]))

    def _try(self) -> None:
        """See what a model of the person's own is, and how long it takes.

        Raises:
            ConfigError: where it cannot be used.
        """
        self.say(f"trying {self.asked.model}")
        seconds = max(ownmodel.LEAST_S * self.budget.slow, PART * self.budget.seconds)
        self.own = own = ownmodel.prepared(self.shared, self.runs.folder, self.asked.units, seconds)
        self.grid = Grid(self.shared, own.rates, own.rates[:1], own.form)
        self.runs.cost, self.runs.compiling, self.runs.foreseen = own.seconds, 0.0, 1.0
        findings = sorted((*own.found.findings, *self.checked.findings), key=by_severity)
        self.checked = replace(self.checked, findings=tuple(findings))

    def _sound(self) -> None:
        """Refuse to go on with a model of the person's own that fails."""
        if self.own is not None:
            self.own.refuse_failed(self.runs.found)

    def _enter(self) -> tuple[list[Arm], bool]:
        """Run the first look of all who there is time for, which is seen anew after each part of them: the arms that
        were begun, and whether all that were planned are there."""
        names = [one.name for one in self.checked.findings]
        until, told = self.now() + entering.FIRST_LOOK * (self._race_until() - self.now()), False
        while True:
            self._slow()
            self.entering = entering.first(self.grid, names, self.runs, self._worker_s(until))
            self.field.enter(self.entering.entrants)
            told = told or self._say_plan()
            arms = [arm for each in self.entering.entrants for arm in each.arms]
            part = next(self.runs.parts(arms, LOOKS[0], self._part_s), [])
            if not part or self.now() > until:
                return self._begun(), not part
            self._stage("race, look 1", arms, LOOKS[0], self._later_s(arms, LOOKS[0]))
            whole = self.runs.train([(arm, LOOKS[0]) for arm in part], self._race_until(), self.budget.told)
            self._sound()
            if not whole:
                return self._begun(), False

    def _begun(self) -> list[Arm]:
        """The arms in the race of which a run is there."""
        return [arm for each in self.field.entrants for arm in each.arms if self.runs.scores(arm)]

    def _say_plan(self) -> bool:
        """Say what will be done; that it was said."""
        for line in planned.lines(self.asked.minutes, self._workers, self.entering, self.data, self.budget, self.runs):
            self.say(line)
        if self.own is not None:
            self.say(f"  {self.own.plan(self.shared)}")
        return True

    def _too_short(self, arm: Arm) -> str:
        read = f"reading the sequences took {self.budget.read_s:.0f} s"
        return f"must be more: {read}, and of runs of {arm.steps} steps none ended in time"

    @property
    def _workers(self) -> int:
        return max(self.executor.workers, 1)

    @property
    def _part_s(self) -> float:
        """Worker seconds after which the time is looked at anew."""
        return PART * self.budget.seconds * self._workers

    def _slow(self) -> None:
        """Note how fast the machine is now."""
        if self.own is None:  # whose pace is relative to what it took here
            self.budget.slow = max(1.0, self.runs.pace)

    def _worker_s(self, end: float) -> float:
        """Worker seconds until then."""
        return self._workers * (end - self.now())

    def _race_until(self) -> float:
        among = self._finalists() if self.field.raced() else []
        return self.budget.race(self._final_s(), finalists.kinds(among) if among else finalists.MOST)

    def _final_s(self, count: int = REPLICATES) -> float:
        """Seconds that the final should take with so many replicates, as the race stands."""
        if not self.field.raced():
            return float("inf")  # its share, whatever that is
        arms = [each.arm for each in self._finalists()]
        return self._train_s([*arms, arms[0], arms[0]], count)

    def _lasting(self, arms: Sequence[Arm], count: int, end: float) -> list[Arm]:
        """The first of these arms, as many as can have so many replicates until then."""
        left = self._worker_s(end)
        fit = [n for n in range(1, len(arms) + 1) if self.runs.missing([(arm, count) for arm in arms[:n]]) <= left]
        return list(arms[: max(fit, default=0)])

    def _stage(self, words: str, arms: Sequence[Arm], count: int, later_s: float = 0.0) -> None:
        """Say what comes now, and how long it and the rest should take. later_s: what is to be trained afterwards."""
        runs = sum(max(count - len(self.runs.found.get(arm.id, {})), 0) for arm in arms)
        mine = [arm for arm in arms if arm.control.kind == "none"]
        ways = len({replace(arm, train=replace(arm.train, learning_rate=1.0)).id for arm in mine})
        self.progress.stage(words, ways, runs, self._train_s(arms, count), later_s + self.budget.after(finalists.MOST))

    def _train_s(self, arms: Sequence[Arm], count: int) -> float:
        """Seconds that so many replicates of these arms should still take."""
        return self.runs.missing([(arm, count) for arm in arms]) / self._workers

    def _later_s(self, arms: Sequence[Arm], count: int) -> float:
        """Seconds of training that come after a look, at the most."""
        looks = self._train_s(arms, LOOKS[-1]) - self._train_s(arms, count)
        return looks + self._final_s(MOST_REPLICATES)

    def _rule(self, entrants: int) -> Race:
        data = self.data
        return Race(entrants, data.test / data.train, data.test, looks=LOOKS, worst=data.chance)

    def _run(self, arms: Sequence[Arm], number: int) -> bool:
        """Train arms for a look, part after part, until the race must end; whether all is there."""
        count = LOOKS[number - 1]
        self._stage(f"race, look {number}", arms, count, self._later_s(arms, count))
        for part in self.runs.parts(arms, count, self._part_s):
            self._slow()
            whole = self.runs.train([(arm, count) for arm in part], self._race_until(), self.budget.told)
            self._sound()
            if not whole:
                return False
        return True

    def _look(self, rule: Race, arms: Sequence[Arm], number: int) -> Look | None:
        scores = scored(self.runs, arms)
        if not scores:
            return None
        look = rule.look(scores, number)
        self.field.saw(look)
        lead = whole(self.field.way_of(look.leader), self.checked.longest)
        what = f"{len(look.out)} of {len(scores)} arms clearly worse than {lead}"
        self.say(f"look {number}: {what}, {look.means[look.leader]:.3f}")
        return look

    def _finalists(self) -> list[Chosen]:
        return finalists.chosen(self.field, self.tested, self.asked.margin, self.longest)

    def _step_times(self, arms: Sequence[Arm]) -> Timed:
        """Of the finalists, on a machine on which nothing of ours trains."""
        left = self.budget.told - self.now()
        if not self.budget.timed(left):
            return Timed({}, dict.fromkeys((arm.id for arm in arms), LATE))
        self.executor.stop()
        self.progress.stage("step times", len(arms), 0, self.budget.seconds - self.budget.spent)
        return step_times(arms, self.budget.told - self.now())

    def _untried(self) -> tuple[Way, ...]:
        raced = self.field.raced()
        return tuple(way for way in dict.fromkeys([*self.field.unraced(), *self.entering.untried]) if way not in raced)

    def _told(self, among: Sequence[Chosen]) -> Advice:
        """All that is known now."""
        right = {each.arm.id: self.runs.correct(each.arm) for each in among}
        delays = {each.arm.id: self.runs.delays(each.arm) for each in among}
        noisy = self.controls.get("noisy")
        planted = self.runs.correct(noisy) if noisy is not None else np.zeros((0, 0))
        advised, data = among[0].arm, among[0].arm.data
        timed, margin, groups = self.timed or Timed({}, {}), self.asked.margin, _groups_of(data)
        return Advice(
            subject=self.checked.subject,
            noun=data.NOUN,
            classes=data.classes_count,
            chance=data.chance,
            sequences=len(data.items()),
            aside=data.test,
            margin=self.asked.margin,
            minutes=self.budget.spent / 60,
            given=self.asked.minutes,
            runs=sum(map(len, self.runs.found.values())),
            settings=overrides(advised),
            entered=self.field.told(),
            finalists=finalists.told(among, right, delays, timed, margin, data.chance, groups),
            sensitivity=finalists.sensitivity(right[advised.id], planted, margin, groups),
            checked=self.checked,
            whole=self.ended is None and not self.field.stopped and not self.hurried,
            untried=self._untried(),
            interrupted=self.ended is not None,
            own=self.own,
        )


def _groups_of(data: Any) -> np.ndarray | None:
    """Groups of the sequences set aside, in their order: (M,); None without groups."""
    groups = data.items().groups
    return None if groups is None else groups[data.places(Streams(0, 0))["test"]]


def overrides(arm: Arm) -> dict[str, object]:
    """The overrides of the command, beside those of the data, that make this arm: what an advice is on, and what is not
    as it is by default. T is given once, by its steps; what cannot act in this arm has no value and is left out."""
    plain = resolve(Settings(data=arm.data)).parameters()
    named = {key: value for key, value in arm.parameters().items() if key != "length.ratio"}
    mine = {key: value for key, value in named.items() if not key.startswith("data")}
    return {key: value for key, value in mine.items() if key in ALWAYS or value not in (None, plain.get(key))}

"""The runs of an advice: trained where they are missing, and what came of them.

In: arms, each with a number of replicates, and a time after which no run is begun. Out: records by arm and replicate.
They are ordinary records of a results folder, so that the same command goes on where it was stopped.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from math import nan
from pathlib import Path
from typing import Any

import numpy as np

from mismatch.advise.delays import Delayed
from mismatch.config.arm import Arm
from mismatch.config.program import KEPT
from mismatch.run.record import Record
from mismatch.sweep import plan as planning
from mismatch.sweep import store
from mismatch.sweep.drive import drive
from mismatch.sweep.estimate import COMPILE_S, seconds
from mismatch.sweep.executors.base import Executor
from mismatch.sweep.plan import Plan, Request, Run, Wanted

PACE_S, RECENT = 2.0, 60
"""Seconds of runs for which the pace was foreseen, before any were trained; and how many runs it is told from."""

COLD_S = 1.5
"""What the first run of a worker takes longer: it reads the file, and TensorFlow starts to compile."""

Asked = Sequence[tuple[Arm, int]]
"""Arms with the number of replicates that is asked of them."""


@dataclass
class Runs:
    """Runs in the results folder `folder`, trained by `executor`. told: is called after each.

    found: records by arm and replicate. foreseen: seconds here for an estimated one, before any run was trained.
    cost: estimated seconds of a run, compiling apart; compiling: of a program.
    """

    name: str
    folder: Path
    executor: Executor
    time_limit: float
    told: Callable[[], None] = lambda: None
    say: Callable[[str], None] = print
    found: dict[str, dict[int, Record]] = field(default_factory=dict)
    foreseen: float = 1.0
    cost: Callable[[Arm], float] = seconds
    compiling: float = COMPILE_S
    _took: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=RECENT))
    _trained: int = 0
    _looked: dict[str, int] = field(default_factory=dict)
    _kept: set[Any] = field(default_factory=set)

    def train(self, wanted: Asked, until: float = float("inf"), cut: float = float("inf")) -> bool:
        """Train what is missing; whether all is there now. None is begun that should take until after `until`; those
        that are not done at `cut` are given up.
        """
        plan = self._plan(wanted)
        self._read(plan)
        left = len(plan.runs)
        with store.Writer(self.folder, self.say) as writer:

            def keep(record: Record, run: Run) -> None:
                nonlocal left
                writer.keep(record)
                left -= 1
                cold, self._trained = self._trained < self.executor.workers, self._trained + 1
                self._add(record, run.arm, COLD_S if cold else 0.0)
                self.told()

            if plan.runs:
                longest = self.pace * max(self.cost(run.arm) for run in plan.runs)
                drive(plan, self.executor, keep, self.say, until - longest, cut)
                programs = {run.program for run in plan.runs}
                self._kept = programs if len(programs) <= KEPT and self.executor.made else set()
        return left == 0

    def look(self, wanted: Asked) -> None:
        """Read what is there of these, once, and train nothing."""
        fresh = [(arm, count) for arm, count in wanted if count > self._looked.get(arm.id, 0)]
        self._looked |= {arm.id: count for arm, count in fresh}
        if fresh:
            self._read(self._plan(fresh))

    def missing(self, wanted: Asked) -> float:
        """Worker seconds that what is missing should take, as far as is known from what was trained."""
        return self.growing([wanted])[-1]

    def growing(self, parts: Sequence[Asked]) -> list[float]:
        """The same of the first of these parts, the first two, and so on.

        A program of several is compiled once, and one of the runs that were trained last is there.
        """
        found, total, programs = [], 0.0, set(self._kept)
        for part in parts:
            left = [(arm, count - len(self.found.get(arm.id, {}))) for arm, count in part]
            fresh = {arm.program for arm, count in left if count > 0} - programs
            alone = sum(self.cost(arm) * max(count, 0) for arm, count in left)
            total += self.pace * (alone + self.compiling * len(fresh))
            programs |= fresh
            found.append(total)
        return found

    def seconds(self, arm: Arm) -> float:
        """Worker seconds of one run, once compiled."""
        return self.pace * self.cost(arm)

    def parts(self, arms: Sequence[Arm], count: int, most_s: float) -> Iterator[list[Arm]]:
        """The arms that miss some of so many replicates, in parts that should take `most_s` worker seconds at the most.

        A part has no more programs than a worker keeps, so that each is compiled once for it.
        """
        part: list[Arm] = []
        for arm in (each for each in arms if len(self.found.get(each.id, {})) < count):
            longer = [*part, arm]
            much = self.missing([(each, count) for each in longer]) > most_s
            if part and (much or len({each.program for each in longer}) > KEPT):
                yield part
                longer = [arm]
            part = longer
        if part:
            yield part

    @property
    def pace(self) -> float:
        """Real seconds for an estimated one."""
        estimated, real = (sum(column) for column in zip((PACE_S, PACE_S * self.foreseen), *self._took, strict=True))
        return real / estimated

    def scores(self, arm: Arm) -> dict[int, float]:
        """Accuracy by replicate; NaN for a run that did not end ok."""
        return {
            k: float(one.metrics["accuracy"]) if one.status == "ok" else float("nan")
            for k, one in self.found.get(arm.id, {}).items()
        }

    def correct(self, arm: Arm) -> np.ndarray:
        """Which of the sequences set aside each replicate got right, (R, M) uint8: replicates 0 to R - 1, in order.

        A run that failed got none.
        """
        known = self.found.get(arm.id, {})
        runs = [known[k] for k in takewhile(known.__contains__, range(len(known)))]
        right = {k: np.asarray(one.trace["test_correct"], np.uint8) for k, one in enumerate(runs) if one.status == "ok"}
        size = len(next(iter(right.values()))) if right else arm.data.test if runs else 0
        found = np.zeros((len(runs), size), np.uint8)
        for replicate, row in right.items():
            found[replicate] = row
        return found

    def delays(self, arm: Arm) -> dict[int, Delayed]:
        """Updates until it has learnt what it can, by replicate; a run that failed never does."""
        never = Delayed(float(arm.train.updates), least=True)
        return {
            k: never
            if one.status != "ok"
            else Delayed(float(one.metrics.get("delay") or nan), bool(one.metrics.get("delay_censored")))
            for k, one in self.found.get(arm.id, {}).items()
        }

    def step_ms(self, arm: Arm) -> float:
        """Median processor time of an update, in milliseconds; time on the wall where that clock did not move."""
        runs = [one.metrics for one in self.found.get(arm.id, {}).values() if one.status == "ok"]
        times = [float(one["step_cpu_ms"] if one["step_cpu_ms"] > 0 else one["step_ms"]) for one in runs]
        return float(np.median(times)) if times else float("inf")

    def _plan(self, wanted: Sequence[tuple[Arm, int]]) -> Plan:
        asked = tuple(Wanted(arm, count, place) for place, (arm, count) in enumerate(wanted))
        request = Request(self.name, str(self.folder), self.time_limit, False, False, None, asked, ())
        return planning.make(request, self.folder)

    def _read(self, plan: Plan) -> None:
        """Records that were there before."""
        missing = {run.id for run in plan.runs}
        known = {one.run for runs in self.found.values() for one in runs.values()}
        if plan.ids - missing - known:
            arms = {each.id: each.arm for each in plan.request.wanted}
            for record in store.load(self.folder).records:
                if record.run in plan.ids:
                    self._add(record, arms[record.arm])

    def _add(self, record: Record, arm: Arm, more_s: float = 0.0) -> None:
        """more_s: what this run should have taken longer than others."""
        if record.replicate not in self.found.setdefault(record.arm, {}):
            took = float(record.metrics.get("run_s") or 0.0)
            if took > 0:  # one that failed may not say
                compiling = self.compiling if record.metrics.get("compile_s") else 0.0
                self._took.append((self.cost(arm) + compiling + more_s, took))
        self.found[record.arm][record.replicate] = record


def scored(runs: Runs, arms: Sequence[Arm]) -> Mapping[str, dict[int, float]]:
    """Accuracy by arm and replicate, of the arms that have any."""
    return {arm.id: found for arm in arms if (found := runs.scores(arm))}

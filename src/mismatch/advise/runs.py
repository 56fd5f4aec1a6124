"""The runs of an advice: trained where they are missing, and what came of them.

In: arms, each with a number of replicates, and a time after which no run is begun. Out: records by arm and replicate.
They are ordinary records of a results folder, so that the same command goes on where it was stopped.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mismatch.config.arm import Arm
from mismatch.run.record import Record
from mismatch.sweep import plan as planning
from mismatch.sweep import store
from mismatch.sweep.drive import drive
from mismatch.sweep.estimate import seconds
from mismatch.sweep.executors.base import Executor
from mismatch.sweep.plan import Plan, Request, Run, Wanted

PACE = 12
"""Runs after which the estimate of their time is believed less than what they took."""


@dataclass
class Runs:
    """Runs in the results folder `folder`, trained by `executor`. told: is called after each, with how many are left.

    cost: worker seconds that a run should take, before anything is known.

    found: records by arm and replicate. spent: estimated and real worker seconds of the runs trained here.
    """

    name: str
    folder: Path
    executor: Executor
    time_limit: float
    told: Callable[[int], None] = lambda left: None
    say: Callable[[str], None] = print
    cost: Callable[[Arm], float] = seconds
    found: dict[str, dict[int, Record]] = field(default_factory=dict)
    spent: tuple[float, float] = (0.0, 0.0)

    def train(self, wanted: Sequence[tuple[Arm, int]], until: float = float("inf")) -> bool:
        """Train what is missing of arms and their numbers of replicates; whether all of it is there now."""
        plan = self._plan(wanted)
        self._read(plan)
        left = len(plan.runs)
        with store.Writer(self.folder, self.say) as writer:

            def keep(record: Record, run: Run) -> None:
                nonlocal left
                writer.keep(record)
                left -= 1
                self._add(record)
                self.spent = (
                    self.spent[0] + self.cost(run.arm),
                    self.spent[1] + float(record.metrics.get("run_s") or 0.0),
                )
                self.told(left)

            if plan.runs:
                drive(plan, self.executor, keep, self.say, until)
        return left == 0

    def missing(self, wanted: Sequence[tuple[Arm, int]]) -> float:
        """Worker seconds that what is missing should take, as far as is known from what was trained."""
        return sum(self.seconds(arm) * max(count - len(self.found.get(arm.id, {})), 0) for arm, count in wanted)

    def seconds(self, arm: Arm) -> float:
        """Worker seconds of one run."""
        return self.pace * self.cost(arm)

    @property
    def pace(self) -> float:
        """Real seconds for an estimated one."""
        return (PACE * 0.3 + self.spent[1]) / (PACE * 0.3 + self.spent[0])

    def scores(self, arm: Arm) -> dict[int, float]:
        """Accuracy by replicate; NaN for a run that did not end ok."""
        return {
            k: float(one.metrics["accuracy"]) if one.status == "ok" else float("nan")
            for k, one in self.found.get(arm.id, {}).items()
        }

    def correct(self, arm: Arm) -> np.ndarray:
        """Which of the sequences set aside each replicate got right, (R, M) uint8; runs that failed got none."""
        runs = [one for _, one in sorted(self.found.get(arm.id, {}).items())]
        rows = [np.asarray(one.trace["test_correct"], np.uint8) for one in runs if one.status == "ok"]
        if not rows:
            return np.zeros((0, 0), np.uint8)
        return np.stack([*rows, *[np.zeros_like(rows[0])] * (len(runs) - len(rows))])

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
            for record in store.load(self.folder).records:
                if record.run in plan.ids:
                    self._add(record)

    def _add(self, record: Record) -> None:
        self.found.setdefault(record.arm, {})[record.replicate] = record


def scored(runs: Runs, arms: Sequence[Arm]) -> Mapping[str, dict[int, float]]:
    """Accuracy by arm and replicate, of the arms that have any."""
    return {arm.id: found for arm in arms if (found := runs.scores(arm))}

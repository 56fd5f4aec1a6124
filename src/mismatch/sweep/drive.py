"""Drives the workers of an executor through a plan: gives each its next run, keeps records, tries lost runs again.

In: a plan, an executor, whose workers may join late and be lost. Out: a record for every run, handed to `keep` in this
thread.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from mismatch.run import pipeline
from mismatch.run.record import Record
from mismatch.sweep.executors.base import Died, Executor, Said, Task
from mismatch.sweep.plan import Plan, Run
from mismatch.sweep.schedule import Schedule

TRIES = 2  # a run whose worker died is tried once more: the death may have been aimed at another
TICK_S = 0.2


@dataclass(frozen=True)
class _Try:
    run: Run
    number: int = 1


def drive(
    plan: Plan,
    executor: Executor,
    keep: Callable[[Record, Run], None],
    say: Callable[[str], None] = print,
    until: float = float("inf"),
    cut: float = float("inf"),
) -> None:
    """Train every run of `plan`. say: for lines about workers. until: `executor.now()` when no more are begun.

    cut: when those that are still trained are given up, with their workers.

    Whatever goes wrong outside a run (a full disk in `keep`, say) comes out of here; finished runs stay kept.
    """
    work = _Work(plan, executor, Schedule.of(plan.runs))
    while work.left:
        if executor.now() > until:
            work.give_up()
        if executor.now() > cut:
            executor.stop()
            return
        work.hand_out()
        outcome = executor.wait(TICK_S)
        if isinstance(outcome, Said):
            say(outcome.line)
        elif outcome is not None:
            tried = work.busy.pop(outcome.worker)
            if isinstance(outcome, Died) and outcome.status == "killed" and tried.number < TRIES:
                work.again.append(_Try(tried.run, tried.number + 1))
                continue
            work.hand_out()  # before the record is written: no worker waits for the disk
            record = _lost(plan, tried, outcome) if isinstance(outcome, Died) else outcome.record
            keep(record.noting(claims_hash=plan.claims), tried.run)


@dataclass
class _Work:
    """What is still to be done. again: runs whose worker died. busy: what each worker trains."""

    plan: Plan
    executor: Executor
    schedule: Schedule
    again: deque[_Try] = field(default_factory=deque)
    busy: dict[int, _Try] = field(default_factory=dict)

    @property
    def left(self) -> bool:
        return bool(self.busy or self.again or self.schedule.left)

    def give_up(self) -> None:
        """Begin no more runs."""
        self.again.clear()
        self.schedule = Schedule.of([])

    def hand_out(self) -> None:
        """Give every idle worker a run, if one is worth starting."""
        count = min(self.executor.workers, len(self.plan.runs))
        self.executor.start(count)
        ready = self.executor.ready(count)
        self.schedule.only(ready)
        for worker in [each for each in ready if each not in self.busy]:
            tried = self.again.popleft() if self.again else _first(self.schedule.next(worker))
            if tried is None:
                continue
            self.busy[worker] = tried
            task = Task(tried.run.arm, tried.run.replicate, self.plan.name, self.plan.time_limit)
            self.executor.submit(worker, task)


def _first(run: Run | None) -> _Try | None:
    return None if run is None else _Try(run)


def _lost(plan: Plan, tried: _Try, death: Died) -> Record:
    """The record of a run that no worker lived to finish."""
    times = f", {tried.number} times in a row" if tried.number > 1 else ""
    return pipeline.lost(tried.run.arm, tried.run.replicate, plan.name, death.status, death.error + times)

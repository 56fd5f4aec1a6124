"""Drives the workers of an executor through a plan: gives each its next run, keeps records, tries lost runs again.

In: a plan, an executor. Out: a record for every run, handed to `keep` in this thread.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mismatch.run import pipeline
from mismatch.run.record import Record
from mismatch.sweep.executors.base import Died, Executor, Task
from mismatch.sweep.plan import Plan, Run
from mismatch.sweep.schedule import Schedule

TRIES = 2  # a run whose worker died is tried once more: the death may have been aimed at another
TICK_S = 0.2


@dataclass(frozen=True)
class _Try:
    run: Run
    number: int = 1


def drive(plan: Plan, executor: Executor, keep: Callable[[Record, Run], None]) -> None:
    """Train every run of `plan`.

    Whatever goes wrong outside a run (a full disk in `keep`, say) comes out of here; finished runs stay kept.
    """
    schedule, busy = Schedule.of(plan.runs), dict[int, _Try]()
    count = min(executor.workers, len(plan.runs))
    executor.start(count)

    def give(worker: int, again: _Try | None = None) -> None:
        run = again.run if again else schedule.next(worker)
        if run is not None:
            executor.submit(worker, Task(run.arm, run.replicate, plan.name, plan.time_limit))
            busy[worker] = again or _Try(run)

    for worker in range(count):
        give(worker)
    while busy:
        outcome = executor.wait(TICK_S)
        if outcome is None:
            continue
        tried = busy.pop(outcome.worker)
        if isinstance(outcome, Died) and outcome.status == "killed" and tried.number < TRIES:
            give(outcome.worker, _Try(tried.run, tried.number + 1))
            continue
        give(outcome.worker)  # before the record is written: no worker waits for the disk
        record = _lost(plan, tried, outcome) if isinstance(outcome, Died) else outcome.record
        keep(record.noting(claims_hash=plan.claims), tried.run)


def _lost(plan: Plan, tried: _Try, death: Died) -> Record:
    """The record of a run that no worker lived to finish."""
    times = f", {tried.number} times in a row" if tried.number > 1 else ""
    return pipeline.lost(tried.run.arm, tried.run.replicate, plan.name, death.status, death.error + times)

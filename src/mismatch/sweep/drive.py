"""Drives the workers of an executor through plans: gives each its next run, keeps records, tries lost runs again.

In: plans in turn, and an executor, whose workers may join late and be lost. Out: a record for every run, handed to the
`keep` of its plan in this thread. A worker for whom nothing is left in a plan begins the next one.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mismatch.run import pipeline
from mismatch.run.record import Record
from mismatch.sweep.executors.base import Died, Executor, Said, Task
from mismatch.sweep.plan import Plan, Run
from mismatch.sweep.schedule import InTurn

TRIES = 2  # a run whose worker died is tried once more: the death may have been aimed at another
TICK_S = 0.2


@dataclass(frozen=True)
class Part:
    """A plan. keep: is given each of its records. end: is called once it and those before it are done."""

    plan: Plan
    keep: Callable[[Record, Run], None]
    end: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class _Try:
    """A run of the part at `place`, tried for the `number`-th time."""

    place: int
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
    """Train every run of a plan; as `drive_all`."""
    drive_all([Part(plan, keep)], executor, say, until, cut)


def drive_all(
    parts: Sequence[Part],
    executor: Executor,
    say: Callable[[str], None] = print,
    until: float = float("inf"),
    cut: float = float("inf"),
) -> None:
    """Train every run of `parts`. say: for lines about workers. until: `executor.now()` when no more are begun.
    cut: when those that are still trained are given up, with their workers.

    Whatever goes wrong outside a run (a full disk in `keep`, say) comes out of here; finished runs stay kept.
    """
    work = _Work(parts, executor)
    work.end()
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
                work.again.append(_Try(tried.place, tried.run, tried.number + 1))
                continue
            work.hand_out()  # before the record is written: no worker waits for the disk
            part = parts[tried.place]
            record = _lost(part.plan, tried, outcome) if isinstance(outcome, Died) else outcome.record
            part.keep(record.noting(claims_hash=part.plan.claims), tried.run)
            work.missing[tried.place] -= 1
            work.end()


class _Work:
    """What is still to be done.

    missing: runs of each part that are not kept yet. ended: parts that are done. again: runs whose worker died.
    busy: what each worker trains.
    """

    def __init__(self, parts: Sequence[Part], executor: Executor) -> None:
        self.parts, self.executor, self.ended = parts, executor, 0
        self.missing = [len(part.plan.runs) for part in parts]
        self.workers = sum(self.missing)  # no more than there are runs
        self.schedule = InTurn([part.plan.runs for part in parts], executor.made)
        self.again: deque[_Try] = deque()
        self.busy: dict[int, _Try] = {}

    @property
    def left(self) -> bool:
        return bool(self.busy or self.again or self.schedule.left)

    def end(self) -> None:
        """End the parts that are done, in their order."""
        while self.ended < len(self.parts) and not self.missing[self.ended]:
            self.parts[self.ended].end()
            self.ended += 1

    def give_up(self) -> None:
        """Begin no more runs."""
        self.again.clear()
        self.schedule = InTurn([], {})

    def hand_out(self) -> None:
        """Give every idle worker a run, if one is worth starting."""
        count = min(self.executor.workers, self.workers)
        self.executor.start(count)
        ready = self.executor.ready(count)
        self.schedule.only(ready)
        for worker in [each for each in ready if each not in self.busy]:
            tried = self.again.popleft() if self.again else self._first(worker)
            if tried is None:
                continue
            self.busy[worker] = tried
            plan = self.parts[tried.place].plan
            self.executor.submit(worker, Task(tried.run.arm, tried.run.replicate, plan.name, plan.time_limit))

    def _first(self, worker: int) -> _Try | None:
        found = self.schedule.next(worker)
        return None if found is None else _Try(*found)


def _lost(plan: Plan, tried: _Try, death: Died) -> Record:
    """The record of a run that no worker lived to finish."""
    times = f", {tried.number} times in a row" if tried.number > 1 else ""
    return pipeline.lost(tried.run.arm, tried.run.replicate, plan.name, death.status, death.error + times)

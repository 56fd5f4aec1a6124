"""The order in which workers are given runs: program by program, so that each is compiled as seldom as pays.

In: the runs of plans. Out: one run after another, for the worker that asks; or how long all of that should take.
"""

import heapq
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from mismatch.sweep.estimate import COMPILE_S

TRIED = 20_000  # runs; for more of them, playing the schedule through takes too long to be worth it


class Work(Protocol):
    """What is scheduled: estimated seconds, and the program it needs, which must be compiled first."""

    @property
    def seconds(self) -> float: ...

    @property
    def program(self) -> Any: ...


R = TypeVar("R", bound=Work)

Made = dict[int, set[Any]]
"""The programs that each worker has compiled."""


@dataclass
class Schedule(Generic[R]):
    """Hands out runs: arms that share a compiled program go to one worker; an idle one helps the busiest.

    groups: what nobody has begun. taken: what each worker is at. here: workers that can be given runs; None: all.
    """

    groups: list[deque[R]]
    taken: dict[int, deque[R]] = field(default_factory=dict)
    made: Made = field(default_factory=dict)
    here: Collection[int] | None = None

    @classmethod
    def of(cls, runs: Sequence[R], made: Made | None = None) -> "Schedule[R]":
        """Largest group first, so that the sweep does not end on it. made: by workers that did other work before."""
        groups: dict[Any, deque[R]] = {}
        for run in runs:
            groups.setdefault(run.program, deque()).append(run)
        return cls(sorted(groups.values(), key=_load, reverse=True), made={} if made is None else made)

    def next(self, worker: int, last: bool = True) -> R | None:
        """The next run for `worker`, or None when nothing is worth starting, now or later.

        last: whether the worker would have nothing else to do; else none compiles what another one has compiled.
        """
        if not self.taken.get(worker):
            group = (self._begin(worker) if self.groups else None) or self._share(worker, last)
            if not group:
                return None
            self.taken[worker] = group
        run = self.taken[worker].popleft()
        self.made.setdefault(worker, set()).add(run.program)
        return run

    @property
    def left(self) -> bool:
        """Whether there are runs that nobody was given yet."""
        return bool(self.groups) or any(self.taken.values())

    def only(self, workers: Collection[int]) -> None:
        """Give what was left to workers other than these, who are gone, to whoever asks next; leave nothing to them."""
        self.here = workers
        for worker in [each for each in self.taken if each not in workers]:
            group = self.taken.pop(worker)
            self.made.pop(worker, None)
            if group:
                self.groups.insert(0, group)

    def _begin(self, worker: int) -> deque[R]:
        """A group whose program `worker` has, else one that nobody has, else, where it pays, one of another's."""
        known = self.made.get(worker, set())
        there = [each for each in self.made if each != worker and (self.here is None or each in self.here)]
        others = set().union(*(self.made[each] for each in there)) - known
        ranks = [(program in others, program not in known) for program in (group[0].program for group in self.groups)]
        first = ranks.index(min(ranks))
        if ranks[first][0]:
            left = [*self.groups, *(group for each, group in self.taken.items() if each != worker)]
            if sum(map(_load, left)) <= COMPILE_S:
                return deque()
        return self.groups.pop(first)

    def _share(self, worker: int, last: bool) -> deque[R]:
        """The last of the largest group in progress: as much as lets both end together, compilation included."""
        largest = max((group for group in self.taken.values() if len(group) > 1), key=_load, default=deque[R]())
        if not largest:
            return deque()
        compiled = largest[0].program in self.made.get(worker, ())
        if not (compiled or last):
            return deque()
        most = (_load(largest) - (0.0 if compiled else COMPILE_S)) / 2
        share: deque[R] = deque()
        while len(largest) > 1 and (most := most - largest[-1].seconds) >= 0:
            share.appendleft(largest.pop())
        return share


class InTurn(Generic[R]):
    """Several schedules, the runs of one plan each: a worker for whom one has nothing begins the next."""

    def __init__(self, plans: Sequence[Sequence[R]], made: Made) -> None:
        self.schedules = [Schedule.of(runs, made) for runs in plans]

    def next(self, worker: int) -> tuple[int, R] | None:
        """The next run for `worker` and the place of its plan, or None when nothing is worth starting."""
        for place, schedule in enumerate(self.schedules):
            last = not any(later.left for later in self.schedules[place + 1 :])
            if (run := schedule.next(worker, last)) is not None:
                return place, run
        return None

    @property
    def left(self) -> bool:
        """Whether there are runs that nobody was given yet."""
        return any(schedule.left for schedule in self.schedules)

    def only(self, workers: Collection[int]) -> None:
        """As `Schedule.only`."""
        for schedule in self.schedules:
            schedule.only(workers)


def wall(runs: Sequence[R], workers: int) -> float:
    """Estimated seconds until all `runs` are done by so many workers, compilation included: the schedule, played."""
    if len(runs) > TRIED:
        return (sum(run.seconds for run in runs) + COMPILE_S * len({run.program for run in runs})) / workers
    schedule, clocks, end = Schedule.of(runs), [(0.0, worker) for worker in range(min(workers, len(runs)))], 0.0
    while clocks:
        now, worker = heapq.heappop(clocks)
        known = len(schedule.made.get(worker, ()))
        run = schedule.next(worker)
        if run is None:
            end = max(end, now)
            continue
        compiling = COMPILE_S if len(schedule.made[worker]) > known else 0.0
        heapq.heappush(clocks, (now + compiling + run.seconds, worker))
    return end


def _load(runs: deque[R]) -> float:
    return sum(run.seconds for run in runs)

"""The order in which workers are given runs: program by program, so that each is compiled as seldom as pays.

In: the runs of a plan. Out: one run after another, for the worker that asks; or how long all of that should take.
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


@dataclass
class Schedule(Generic[R]):
    """Hands out runs: arms that share a compiled program go to one worker; an idle one helps the busiest.

    groups: what nobody has begun. taken: what each worker is at. made: the programs that each worker has compiled.
    """

    groups: list[deque[R]]
    taken: dict[int, deque[R]] = field(default_factory=dict)
    made: dict[int, set[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, runs: Sequence[R], made: dict[int, set[Any]] | None = None) -> "Schedule[R]":
        """Largest group first, so that the sweep does not end on it. made: what workers have compiled before."""
        groups: dict[Any, deque[R]] = {}
        for run in runs:
            groups.setdefault(run.program, deque()).append(run)
        return cls(sorted(groups.values(), key=_load, reverse=True), made={} if made is None else made)

    def next(self, worker: int) -> R | None:
        """The next run for `worker`, or None when nothing is worth starting, now or later."""
        if not self.taken.get(worker):
            group = self._begun_by(worker) or self._share(worker)
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
        """Give what was left to workers other than these, who are gone, to whoever asks next."""
        for worker in [each for each in self.taken if each not in workers]:
            group = self.taken.pop(worker)
            self.made.pop(worker, None)
            if group:
                self.groups.insert(0, group)

    def _begun_by(self, worker: int) -> deque[R]:
        """A group not begun: one whose program `worker` has, one that nobody has, or if it pays, one of another's."""
        known = self.made.get(worker, set())
        others = set().union(*(made for one, made in self.made.items() if one != worker)) - known
        whose = [(program in others, program not in known) for program in (group[0].program for group in self.groups)]
        if not whose:
            return deque()
        first = whose.index(min(whose))
        left = sum(map(_load, self.groups)) + sum(_load(group) for one, group in self.taken.items() if one != worker)
        return deque() if whose[first][0] and left <= 2 * COMPILE_S else self.groups.pop(first)

    def _share(self, worker: int) -> deque[R]:
        """The last of the largest group in progress: as much as lets both end together, compilation included."""
        largest = max((group for group in self.taken.values() if len(group) > 1), key=_load, default=deque[R]())
        if not largest:
            return deque()
        compiled = largest[0].program in self.made.get(worker, ())
        most = (_load(largest) - (0.0 if compiled else COMPILE_S)) / 2
        share: deque[R] = deque()
        while len(largest) > 1 and (most := most - largest[-1].seconds) >= 0:
            share.appendleft(largest.pop())
        return share


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

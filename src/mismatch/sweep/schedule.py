"""The order in which workers are given runs: program by program, so that each is compiled as seldom as pays.

In: the runs of a plan. Out: one run after another, for the worker that asks.
"""

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from mismatch.sweep.estimate import COMPILE_S
from mismatch.sweep.plan import Run


@dataclass
class Schedule:
    """Hands out runs: arms that share a compiled program go to one worker; an idle one helps the busiest."""

    groups: list[deque[Run]]
    taken: dict[int, deque[Run]] = field(default_factory=dict)

    @classmethod
    def of(cls, runs: Sequence[Run]) -> "Schedule":
        """Largest group first, so that the sweep does not end on it."""
        groups: dict[Any, deque[Run]] = {}
        for run in runs:
            groups.setdefault(run.program, deque()).append(run)
        return cls(sorted(groups.values(), key=_load, reverse=True))

    def next(self, worker: int) -> Run | None:
        """The next run for `worker`, or None when nothing is worth starting, now or later."""
        if not self.taken.get(worker):
            group = self.groups.pop(0) if self.groups else self._share()
            if not group:
                return None
            self.taken[worker] = group
        return self.taken[worker].popleft()

    @property
    def left(self) -> bool:
        """Whether there are runs that nobody was given yet."""
        return bool(self.groups) or any(self.taken.values())

    def only(self, workers: Collection[int]) -> None:
        """Give what was left to workers other than these, who are gone, to whoever asks next."""
        for worker in [each for each in self.taken if each not in workers]:
            group = self.taken.pop(worker)
            if group:
                self.groups.insert(0, group)

    def _share(self) -> deque[Run]:
        """Half of the largest group in progress, if that saves more than another compilation costs."""
        largest = max((group for group in self.taken.values() if len(group) > 1), key=_load, default=deque())
        if _load(largest) < 2 * COMPILE_S:
            return deque()
        return deque(largest.pop() for _ in range(len(largest) // 2))


def _load(runs: deque[Run]) -> float:
    return sum(run.seconds for run in runs)

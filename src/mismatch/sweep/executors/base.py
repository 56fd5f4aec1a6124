"""What an executor is: numbered workers, each of which trains one run at a time and sends its record back.

In: tasks. Out: one `Done` or `Died` for each, and lines worth saying. An executor knows neither results folders nor
the order of the runs: the driver (`sweep.drive`) chooses the worker, writes the record, and says whether a run is tried
again. Workers may join and be lost while runs are trained.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from mismatch.config.arm import Arm
from mismatch.run.record import Record


@dataclass(frozen=True)
class Task:
    """One run to train. time_limit: seconds after which it stops by itself, and is killed if it does not."""

    arm: Arm
    replicate: int
    experiment: str
    time_limit: float


@dataclass(frozen=True)
class Done:
    """`worker` has trained its run."""

    worker: int
    record: Record


@dataclass(frozen=True)
class Died:
    """`worker` was lost with its run; where another has its number, it stays `ready`. status: killed | timeout."""

    worker: int
    status: str
    error: str


@dataclass(frozen=True)
class Said:
    """A line for the user, about workers."""

    line: str


Outcome = Done | Died | Said


class Executor(ABC):
    """Workers somewhere."""

    name: ClassVar[str]

    def __init__(self, n_jobs: Any) -> None:
        """n_jobs: how many workers, or whatever else the launcher says of them."""
        self._workers = n_jobs

    @cached_property
    def made(self) -> dict[int, set[Any]]:
        """The programs that each worker has compiled, as far as is known here."""
        return {}

    @property
    def workers(self) -> int:
        """How many there can be, as far as is known now."""
        return int(self._workers)

    def now(self) -> float:
        """Seconds by the clock that its runs take their time of; what limits of time are compared with."""
        return time.monotonic()

    def awake(self) -> bool:
        """Whether a worker has imported TensorFlow, as far as is known here."""
        return True

    def warm(self) -> None:
        """Get everything ready that `start` will probably need, and return at once."""
        self.start(self.workers)

    @abstractmethod
    def start(self, count: int) -> None:
        """Get workers 0 .. count - 1 ready and return at once. Called again and again, it adds what is missing."""

    def ready(self, count: int) -> Collection[int]:
        """Numbers of the workers, out of `count`, that runs can be given to or that train one.

        The first `count`, for an executor whose workers neither join late nor are lost for good.
        """
        return range(count)

    @abstractmethod
    def submit(self, worker: int, task: Task) -> None:
        """Give an idle worker its next run and return at once.

        Raises:
            Exception: when the executor itself is broken; the sweep then stops.
        """

    @abstractmethod
    def wait(self, seconds: float) -> Outcome | None:
        """The next outcome of any worker, or line about them; None if there is none within `seconds`.

        Raises:
            Exception: whatever went wrong outside a run; the sweep then stops.
        """

    @abstractmethod
    def stop(self) -> None:
        """End all workers at once; what they were training is lost. May be called twice."""

"""What an executor is: numbered workers, each of which trains one run at a time and sends its record back.

In: tasks. Out: one `Done` or `Died` for each. An executor knows neither results folders nor the order of the runs:
the driver (`sweep.drive`) chooses the worker, writes the record, and says whether a run is tried again.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

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
    """`worker` was lost with its run, and another has its number. status: killed | timeout."""

    worker: int
    status: str
    error: str


class Executor(ABC):
    """Workers somewhere. `workers` is how many there can be."""

    name: ClassVar[str]

    def __init__(self, n_jobs: int) -> None:
        self.workers = n_jobs

    @abstractmethod
    def start(self, count: int) -> None:
        """Get workers 0 .. count - 1 ready and return at once. Called again, it adds those that are missing."""

    @abstractmethod
    def submit(self, worker: int, task: Task) -> None:
        """Give an idle worker its next run and return at once.

        Raises:
            Exception: when the executor itself is broken; the sweep then stops.
        """

    @abstractmethod
    def wait(self, seconds: float) -> Done | Died | None:
        """The next outcome of any worker, None if there is none within `seconds`.

        Raises:
            Exception: whatever went wrong outside a run; the sweep then stops.
        """

    @abstractmethod
    def stop(self) -> None:
        """End all workers at once; what they were training is lost. May be called twice."""

"""Trains in this process, one run after another: what a single arm takes, without the start of a worker."""

import sys

from mismatch.run.pipeline import run
from mismatch.sweep.executors.base import Done, Executor, Outcome, Task


class Inline(Executor):
    """One worker: the process itself. A run that exceeds its limit stops by itself; nobody else could stop it."""

    name = "inline"

    def __init__(self, n_jobs: int = 1) -> None:
        super().__init__(1)
        self._tasks: list[Task] = []

    def awake(self) -> bool:
        """Whether this process has imported it."""
        return "tensorflow" in sys.modules

    def start(self, count: int) -> None:
        """Nothing to get ready."""

    def submit(self, worker: int, task: Task) -> None:
        """Note the run for `wait`."""
        self._tasks.append(task)

    def wait(self, seconds: float) -> Outcome | None:
        """Train what was submitted; takes as long as that takes."""
        if not self._tasks:
            return None
        task = self._tasks.pop(0)
        return Done(0, run(task.arm, task.replicate, task.experiment, task.time_limit))

    def stop(self) -> None:
        """Forget what was not begun."""
        self._tasks.clear()

"""Workers with a clock of their own, whose runs take what a test says, and come to what it says; nothing is trained."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mismatch.config.arm import Arm
from mismatch.run import pipeline
from mismatch.sweep.estimate import COMPILE_S, seconds
from mismatch.sweep.executors.base import Done, Executor, Outcome, Task


class Clocked(Executor):
    """pace: seconds of a run for an estimated one. start_s: until workers are there. right: accuracy of an arm.

    interrupts: numbers of runs after which somebody presses Ctrl-C. trained: arm and replicate of all runs that ended.
    """

    name = "clocked"
    by: KeyboardInterrupt = KeyboardInterrupt()

    def __init__(
        self,
        pace: float = 1.0,
        start_s: float = 6.0,
        interrupts: Sequence[int] = (),
        right: Callable[[Arm], float] = lambda arm: 0.8,
    ) -> None:
        super().__init__(2)
        self.pace, self.start_s, self.interrupts, self.right = pace, start_s, [*interrupts], right
        self.time, self.stops = 0.0, 0
        self.trained: list[tuple[str, int]] = []
        self.there = start_s
        self.busy: dict[int, tuple[float, Any]] = {}
        self.compiled: list[set[Any]] = [set(), set()]

    def now(self) -> float:
        return self.time

    def start(self, count: int) -> None:
        if self.there == float("inf"):
            self.there = self.time + self.start_s

    def submit(self, worker: int, task: Task) -> None:
        compiling = 0.0 if task.arm.program in self.compiled[worker] else COMPILE_S
        self.compiled[worker].add(task.arm.program)
        took = self.pace * (seconds(task.arm) + compiling)
        self.busy[worker] = (max(self.time, self.there) + took, self._record(task, took, compiling))

    def wait(self, seconds: float) -> Outcome | None:
        """Time passes until the run that ends first does, but no more than so many seconds."""
        if not self.busy or min(end for end, _ in self.busy.values()) > self.time + seconds:
            self.time += seconds
            return None
        if self.interrupts and len(self.trained) >= self.interrupts[0]:
            del self.interrupts[0]
            raise self.by
        worker = min(self.busy, key=lambda one: self.busy[one][0])
        end, record = self.busy.pop(worker)
        self.time = max(self.time, end)
        self.trained.append((record.arm, record.replicate))
        return Done(worker, record)

    def stop(self) -> None:
        self.busy.clear()
        self.there, self.stops = float("inf"), self.stops + 1

    def _record(self, task: Task, took: float, compiling: float) -> Any:
        rng = np.random.default_rng([task.replicate, int(task.arm.id, 16)])
        size = task.arm.data.test
        correct = (rng.random(size) < self.right(task.arm)).astype(np.uint8)
        times = {"run_s": took, "compile_s": compiling, "step_ms": seconds(task.arm), "step_cpu_ms": seconds(task.arm)}
        begun = pipeline.begin(task.arm, task.replicate, task.experiment)
        return begun.ended("ok", None, {"accuracy": float(correct.mean()), **times}, None, {"test_correct": correct})

"""Runs whose outcome is known: workers that train nothing, and say of an arm what a test says is true of it."""

import numpy as np

from mismatch.config.arm import Arm
from mismatch.regret.sources import Source, task
from mismatch.run import pipeline
from mismatch.sweep.executors.base import Done, Executor

SMALL = Source("late_small", 160, 400, "keep the end", task("late", min_length=20, max_length=24))


def skill(arm: Arm) -> float:
    """Accuracy on any sequence: padding after without a mask loses much, windows of a convolution some."""
    lost = 0.4 if arm.length.padding == "post" and arm.mask.kind == "none" else 0.0
    rate = 0.0 if arm.train.learning_rate == 0.004 else 0.05
    front = 0.1 if arm.reduction.kind in ("conv_pool", "strided") else 0.0
    return 0.9 - lost - rate - front


def step_ms(arm: Arm) -> float:
    return arm.steps / 10 + (0.5 if arm.mask.kind != "none" else 0.0)


class Known(Executor):
    """One worker; a run takes `run_s` seconds by its record, and none by the clock."""

    name = "known"

    def __init__(self, run_s: float = 0.5) -> None:
        super().__init__(1)
        self.run_s, self.tasks, self.trained = run_s, [], 0

    def start(self, count: int) -> None:
        pass

    def submit(self, worker: int, task) -> None:
        self.tasks.append(task)

    def wait(self, seconds: float):
        task = self.tasks.pop()
        self.trained += 1
        return Done(0, record(task.arm, task.replicate, self.run_s))

    def stop(self) -> None:
        self.tasks.clear()


def record(arm: Arm, replicate: int, run_s: float):
    """What training would have come to: hits drawn with the arm's skill, the same draws for all arms."""
    luck = np.random.default_rng([7, replicate]).random(arm.data.test)
    correct = (luck < skill(arm)).astype(np.uint8)
    time = {"run_s": run_s + 1.0, "compile_s": 1.0, "step_ms": 2 * step_ms(arm), "step_cpu_ms": step_ms(arm)}
    trace = {"test_correct": correct} if arm.data.fixed_test else {}
    begun = pipeline.begin(arm, replicate, "advise")
    return begun.ended("ok", None, {"accuracy": float(correct.mean()), **time}, {}, trace)

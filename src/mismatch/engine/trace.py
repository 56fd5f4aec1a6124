"""What is noted while a model trains, whatever trains it: losses, probes, times; and when training must stop.

In: block by block, what an engine saw. Out: a `Trace`. NumPy only.
"""

import time
from dataclasses import dataclass, field

import numpy as np

from mismatch.adapt import Adapted


class Diverged(Exception):
    """The loss became NaN or infinite."""


class OutOfTime(Exception):
    """The run exceeded its time limit."""


@dataclass
class Trace:
    """What training showed, update by update.

    batch_loss, grad_norm: (updates,) float32, grad_norm NaN under engine=fit
    probe_loss, probe_accuracy: (updates / block + 1,) float32 on the fixed probe, before training and after each block
    probe_exact: the same, mean exact posterior of the predicted class; NaN where the posterior is unknown
    block_s, block_cpu_s: (updates / block,) wall and CPU seconds of each block
    compile_s: seconds to build and compile what was not cached; train_s: seconds of training and probing
    """

    batch_loss: np.ndarray
    grad_norm: np.ndarray
    probe_loss: np.ndarray
    probe_accuracy: np.ndarray
    probe_exact: np.ndarray
    block_s: np.ndarray
    block_cpu_s: np.ndarray
    compile_s: float
    train_s: float
    problem: Exception | None = None


@dataclass
class Log:
    """A trace in the making, where both engines note what they see: lists of whole blocks."""

    batch_loss: list[np.ndarray] = field(default_factory=list)
    grad_norm: list[np.ndarray] = field(default_factory=list)
    probe: list[tuple[float, float, float]] = field(default_factory=list)
    block_s: list[float] = field(default_factory=list)
    block_cpu_s: list[float] = field(default_factory=list)

    def trace(self, compile_s: float, train_s: float, problem: Exception | None) -> Trace:
        probe = np.array(self.probe, np.float32).reshape(-1, 3)
        losses = np.concatenate(self.batch_loss or [np.zeros(0)]).astype(np.float32)
        norms = np.concatenate(self.grad_norm or [np.zeros(0)]).astype(np.float32)
        times = np.array(self.block_s), np.array(self.block_cpu_s)
        exact = probe[:, 2]
        return Trace(losses, norms, probe[:, 0], probe[:, 1], exact, *times, compile_s, train_s, problem)


def score(logits: np.ndarray, part: Adapted) -> tuple[float, float, float]:
    """Mean cross-entropy (nats) and accuracy on the labels of `part`, and its exact accuracy: NaN if not known."""
    rows, labels, predicted = np.arange(len(logits)), part.labels, logits.argmax(1)
    shifted = logits.astype(np.float64) - logits.max(1, keepdims=True)
    loss = float((np.log(np.exp(shifted).sum(1)) - shifted[rows, labels]).mean())
    exact = np.nan if part.posterior is None else part.posterior[rows, predicted].mean(dtype=np.float64)
    return loss, float((predicted == labels).mean()), float(exact)


def watch(values: np.ndarray, begin: float, time_limit: float) -> None:
    """Raise Diverged unless all losses and gradient norms of a block are finite, OutOfTime past the limit."""
    if not np.isfinite(values).all():
        raise Diverged(f"loss became {values[~np.isfinite(values)][0]}")
    if time.perf_counter() - begin > time_limit:
        raise OutOfTime(f"exceeded time_limit={time_limit:g} s")

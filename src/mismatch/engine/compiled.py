"""Training in compiled blocks of updates, the engine of every experiment.

In: an arm, its adapted data, initial weights and batch order. Out: an `Outcome`. Several blocks, and the probes after
them, are one call of a program (`_Blocks`). A batch of one length each (``length.padding=none``) is an update of its
own, cut to that length (`_Lengths`).
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mismatch.adapt import Adapted
from mismatch.config import kept as kept_programs
from mismatch.config.arm import Arm
from mismatch.data.streams import Streams
from mismatch.engine.backend import tf
from mismatch.engine.outcome import Kept, Outcome, outcome, pieces, scored
from mismatch.engine.programs import Program, program
from mismatch.engine.trace import Diverged, Log, OutOfTime, score, watch
from mismatch.engine.weights import initial_weights


def train(arm: Arm, parts: dict[str, Adapted], streams: Streams, order: np.ndarray, time_limit: float) -> Outcome:
    """Train stretch by stretch, with a probe after each block; arguments and result as `engine.train`."""
    begin = time.perf_counter()
    made, compile_s = program(arm)
    weights = initial_weights(arm, made.built.weights, streams)
    made.reset(weights, arm.train.learning_rate, streams)
    probe, way = parts["probe"], way_of(arm, made, parts)
    if compile_s:  # the first call compiles; its updates are undone
        first = time.perf_counter()
        way.train(order[: arm.train.block])
        made.reset(weights, arm.train.learning_rate, streams)
        compile_s += time.perf_counter() - first
        kept_programs.seal()
    log, kept, problem = Log(), Kept(arm, made.built.model), None
    start = time.perf_counter()
    log.probe.append(score(way.logits(probe), probe))
    kept.note(log.probe[-1][0])
    try:
        for rows in way.stretches(order):
            trained = way.train(rows)
            for losses, norms, logits in zip(trained.losses, trained.norms, trained.logits, strict=True):
                log.block_s.append(trained.block_s)
                log.block_cpu_s.append(trained.block_cpu_s)
                log.batch_loss.append(losses)
                log.grad_norm.append(norms)
                log.probe.append(score(logits, probe))
                watch(np.append(losses, [*norms, log.probe[-1][0]]), begin, time_limit)
            kept.note(log.probe[-1][0])
    except (Diverged, OutOfTime) as error:
        problem = error
    train_s = time.perf_counter() - start
    kept.restore()
    logits = [way.logits(part) for part in scored(parts)]
    return outcome(log.trace(compile_s, train_s, problem), logits, made.built, weights)


def way_of(arm: Arm, made: Program, parts: dict[str, Adapted]) -> "_Blocks | _Lengths":
    """How a program is called for these data."""
    return (_Lengths if arm.bucketed else _Blocks)(arm, made, parts)


@dataclass(frozen=True)
class _Trained:
    """Some blocks of updates: losses and gradient norms (blocks, S), logits of the probe after each (blocks, P, K).

    block_s, block_cpu_s: wall and CPU seconds of a block's updates, without the probe.
    """

    losses: np.ndarray
    norms: np.ndarray
    logits: np.ndarray
    block_s: float
    block_cpu_s: float


class _Blocks:
    """Batches of one shape: a call of the program for each stretch of blocks, and for each piece of a part."""

    def __init__(self, arm: Arm, made: Program, parts: dict[str, Adapted]) -> None:
        self.arm, self.made, self.data = arm, made, parts["train"]
        self.explicit, self.delay = arm.mask.kind == "explicit", (arm.control.delay_ms or 0.0) / 1000
        # The weights that are kept are chosen after each block.
        self.most = 1 if arm.train.keep == "best" else made.blocks
        self.probe = self._piece(parts["probe"], self._rows(parts["probe"])[0])
        self.probed = len(parts["probe"].labels)
        # What stands in the place of batches while there are none.
        self.batches = self._batches(np.zeros((arm.train.block, arm.train.batch), np.int64))
        self.probe_s: tuple[float, float] | None = None

    def stretches(self, order: np.ndarray) -> Iterator[np.ndarray]:
        """Rows (updates, B) of the training part, stretch by stretch."""
        return _cut(order, self.most * self.arm.train.block)

    def train(self, rows: np.ndarray) -> _Trained:
        """Train on `rows` (blocks S, B)."""
        if self.probe_s is None:
            self.probe_s = self._probe_s()
        count, size = len(rows) // self.arm.train.block, self.arm.train.block
        self.batches = self._batches(rows)
        (losses, norms, logits), *spent = _timed(lambda: self._call(self.probe, 1, count), len(rows) * self.delay)
        # What is left is never below nothing, whatever a busy machine makes of the two times.
        block_s, block_cpu_s = (
            max(all_s / count - probe_s, 0.0) for all_s, probe_s in zip(spent, self.probe_s, strict=True)
        )
        losses, norms = (each[: len(rows)].reshape(count, size) for each in (losses, norms))
        return _Trained(losses, norms, logits[1 : count + 1, : self.probed], block_s, block_cpu_s)

    def _probe_s(self) -> tuple[float, float]:
        """Wall and CPU seconds of a probe within a call: those of a call with it alone beyond one with nothing."""
        alone, nothing = self._call_s(0), self._call_s(1)
        return max(alone[0] - nothing[0], 0.0), max(alone[1] - nothing[1], 0.0)

    def _call_s(self, first: int) -> tuple[float, float]:
        """Wall and CPU seconds of a call without updates, the quicker of two."""
        return min(_timed(lambda: self._call(self.probe, first, 0))[1:] for _ in range(2))

    def logits(self, part: Adapted) -> np.ndarray:
        """Logits (N, K) of a part, in pieces of the compiled size, the last one filled with repeats."""
        found = [self._predict(self._piece(part, rows)) for rows in self._rows(part)]
        return np.concatenate(found)[: len(part.labels)]

    def _rows(self, part: Adapted) -> np.ndarray:
        return pieces(len(part.labels), self.arm.data.probe)

    def _piece(self, part: Adapted, rows: np.ndarray) -> tuple[Any, Any]:
        return tf.constant(part.inputs[rows]), tf.constant(part.mask[rows] if self.explicit else True)

    def _batches(self, rows: np.ndarray) -> tuple[Any, Any, Any]:
        """Arguments of the program; one with fewer blocks is filled up with repeats, which are not looked at."""
        rows = np.resize(rows, (self.made.blocks * self.arm.train.block, self.arm.train.batch))
        return *self._piece(self.data, rows), tf.constant(self.data.labels[rows].astype(np.int32))

    def _predict(self, piece: tuple[Any, Any]) -> np.ndarray:
        return self._call(piece, 0, 0)[2][0]

    def _call(self, piece: tuple[Any, Any], first: int, last: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        found = self.made.train(*self.batches, *piece, tf.constant(first), tf.constant(last))
        return found[0].numpy(), found[1].numpy(), found[2].numpy()


class _Lengths:
    """Batches of one length each: a call for every update, and for every length of a part, unpadded."""

    def __init__(self, arm: Arm, made: Program, parts: dict[str, Adapted]) -> None:
        self.arm, self.made, self.data, self.probe = arm, made, parts["train"], parts["probe"]
        self.delay = (arm.control.delay_ms or 0.0) / 1000
        self.pieces = self._pieces(self.probe)  # which are used again and again

    def stretches(self, order: np.ndarray) -> Iterator[np.ndarray]:
        """As `_Blocks.stretches`, block by block."""
        return _cut(order, self.arm.train.block)

    def train(self, rows: np.ndarray) -> _Trained:
        """As `_Blocks.train`."""
        found, *spent = _timed(lambda: [self._update(row) for row in rows], len(rows) * self.delay)
        losses, norms = (np.array([each[part] for each in found], np.float32)[None] for part in (0, 1))
        return _Trained(losses, norms, self.logits(self.probe)[None], *spent)

    def _update(self, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        inputs = self.data.inputs[row, : int(self.data.lengths[row].max())]
        loss, norm = self.made.update(tf.constant(inputs), tf.constant(self.data.labels[row].astype(np.int32)))
        return loss.numpy(), norm.numpy()

    def logits(self, part: Adapted) -> np.ndarray:
        """Logits (N, K) of a part, length by length."""
        pieces = self.pieces if part is self.probe else self._pieces(part)
        found = [(rows, self.made.predict(piece).numpy()) for rows, piece in pieces]
        logits = np.empty((len(part.labels), found[0][1].shape[1]), np.float32)
        for rows, values in found:
            logits[rows] = values
        return logits

    def _pieces(self, part: Adapted) -> list[tuple[np.ndarray, Any]]:
        members = [(np.flatnonzero(part.lengths == length), int(length)) for length in np.unique(part.lengths)]
        return [(rows, tf.constant(part.inputs[rows, :length])) for rows, length in members]


def _cut(order: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """`order` in pieces of `size` updates, the last one with what is left."""
    return (order[first : first + size] for first in range(0, len(order), size))


def _timed(call: Callable[[], Any], planted_s: float = 0.0) -> tuple[Any, float, float]:
    """What `call` returns, and the wall and CPU seconds that it took, with a delay that is planted behind it."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = call()
    wait(planted_s)
    return found, time.perf_counter() - wall, time.process_time() - cpu


def wait(seconds: float) -> None:
    """Keep this core busy: a planted delay must not depend on how the system sleeps."""
    end = time.perf_counter() + seconds
    while seconds and time.perf_counter() < end:
        pass

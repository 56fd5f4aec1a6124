"""Training in compiled blocks of updates, the engine of every experiment.

In: an arm, its adapted data, initial weights and batch order. Out: an `Outcome`. A batch of one length each
(``length.padding=none``) is an update of its own, cut to that length.
"""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from mismatch.adapt import Adapted
from mismatch.config import kept as kept_programs
from mismatch.config.arm import Arm
from mismatch.data.streams import Streams
from mismatch.engine.backend import tf
from mismatch.engine.outcome import Kept, Outcome, outcome, scored
from mismatch.engine.programs import Program, program
from mismatch.engine.trace import Diverged, Log, OutOfTime, score, watch
from mismatch.engine.weights import initial_weights


def train(arm: Arm, parts: dict[str, Adapted], streams: Streams, order: np.ndarray, time_limit: float) -> Outcome:
    """Train block by block, probing after each; arguments and result as `engine.train`."""
    begin = time.perf_counter()
    made, compile_s = program(arm)
    weights = initial_weights(arm, made.built.weights, streams)
    made.reset(weights, arm.train.learning_rate, streams)
    data, probe, size = parts["train"], parts["probe"], arm.train.block
    delay = (arm.control.delay_ms or 0.0) / 1000
    explicit = arm.mask.kind == "explicit"
    chunks = _chunks(made, probe, explicit)
    if compile_s:  # the first call compiles; its updates are undone
        first = time.perf_counter()
        _update(made, _batches(made, data, order[:size], explicit))
        _logits(made, chunks, len(probe.labels))
        made.reset(weights, arm.train.learning_rate, streams)
        compile_s += time.perf_counter() - first
        kept_programs.seal()
    log, kept, problem = Log(), Kept(arm, made.built.model), None
    start = time.perf_counter()
    log.probe.append(score(_logits(made, chunks, len(probe.labels)), probe))
    kept.note(log.probe[-1][0])
    try:
        for first_update in range(0, len(order), size):
            rows = order[first_update : first_update + size]
            batches = _batches(made, data, rows, explicit)
            wall, cpu = time.perf_counter(), time.process_time()
            losses, norms = _update(made, batches)
            wait(size * delay)
            log.block_s.append(time.perf_counter() - wall)
            log.block_cpu_s.append(time.process_time() - cpu)
            log.batch_loss.append(losses)
            log.grad_norm.append(norms)
            log.probe.append(score(_logits(made, chunks, len(probe.labels)), probe))
            kept.note(log.probe[-1][0])
            watch(np.append(losses, [*norms, log.probe[-1][0]]), begin, time_limit)
    except (Diverged, OutOfTime) as error:
        problem = error
    train_s = time.perf_counter() - start
    kept.restore()
    logits = [_logits(made, _chunks(made, part, explicit), len(part.labels)) for part in scored(parts)]
    return outcome(log.trace(compile_s, train_s, problem), logits, made.built, weights)


def _batches(made: Program, data: Adapted, rows: np.ndarray, explicit: bool) -> list[tuple[Any, Any, Any]]:
    """Arguments for `made.block`: all of `rows` (S, B) at once, or batch by batch, cut to the batch's own length."""
    pieces = [rows] if made.probe else [row[None] for row in rows]
    cuts = [None if made.probe else int(data.lengths[piece].max()) for piece in pieces]
    return [
        (
            tf.constant(data.inputs[piece][:, :, :cut]),
            tf.constant(data.mask[piece] if explicit else True),
            tf.constant(data.labels[piece].astype(np.int32)),
        )
        for piece, cut in zip(pieces, cuts, strict=True)
    ]


def _update(made: Program, batches: list[tuple[Any, Any, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """Train on `batches`; losses and gradient norms, one per update."""
    results = [made.block(*batch) for batch in batches]
    losses, norms = (np.concatenate([result[part].numpy() for result in results]) for part in (0, 1))
    return losses, norms


def wait(seconds: float) -> None:
    """Keep this core busy: a planted delay must not depend on how the system sleeps."""
    end = time.perf_counter() + seconds
    while seconds and time.perf_counter() < end:
        pass


@dataclass(frozen=True)
class _Chunk:
    """Sequences that are predicted together: which of the part's rows, and the arguments of `Program.predict`."""

    rows: np.ndarray
    inputs: Any
    mask: Any


def _chunks(made: Program, data: Adapted, explicit: bool) -> list[_Chunk]:
    """Pieces of the compiled size, the last one filled with repeats; or one piece per length, unpadded."""
    count, size = len(data.labels), made.probe
    if size is None:
        lengths = [int(length) for length in np.unique(data.lengths)]
        members = [(np.flatnonzero(data.lengths == length), length) for length in lengths]
        return [_Chunk(rows, tf.constant(data.inputs[rows, :length]), tf.constant(True)) for rows, length in members]
    rows = np.arange(-(-count // size) * size) % count
    return [
        _Chunk(part, tf.constant(data.inputs[part]), tf.constant(data.mask[part] if explicit else True))
        for part in rows.reshape(-1, size)
    ]


def _logits(made: Program, chunks: list[_Chunk], count: int) -> np.ndarray:
    """Logits (count, K)."""
    parts = [made.predict(chunk.inputs, chunk.mask).numpy() for chunk in chunks]
    logits = np.empty((count, parts[0].shape[1]), np.float32)
    for chunk, part in zip(chunks, parts, strict=True):
        logits[chunk.rows] = part
    return logits

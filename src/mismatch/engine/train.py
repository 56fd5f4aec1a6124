"""Training in compiled blocks of updates, or by plain `model.fit` on the same batches.

In: an arm, its adapted data, initial weights and batch order. Out: a `Trace` and test logits. One
compiled program serves every arm and replicate with the same shapes: weights are re-assigned and the
optimizer's slots zeroed between runs, nothing is rebuilt. Programs live in `_PROGRAMS`, the only cache.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mismatch.adapt import Adapted
from mismatch.config.arm import Arm
from mismatch.data.streams import Streams, digest
from mismatch.engine.backend import keras, tf
from mismatch.engine.layers import MatmulConv1D, SequenceGRU
from mismatch.engine.model import Built, build
from mismatch.engine.weights import initial_weights

KEPT_PROGRAMS = 8
TRAIN_SCORED = 1024  # training sequences that are predicted after training


class Diverged(Exception):
    """The loss became NaN or infinite."""


class OutOfTime(Exception):
    """The run exceeded its time limit."""


@dataclass
class Trace:
    """What training showed, update by update.

    batch_loss, grad_norm: (updates,) float32, grad_norm NaN under engine=fit
    probe_loss, probe_accuracy: (updates / block + 1,) float32 on the fixed probe, before training and after each block
    block_s, block_cpu_s: (updates / block,) wall and CPU seconds of each block
    compile_s: seconds to build and compile what was not cached; train_s: seconds of training and probing
    """

    batch_loss: np.ndarray
    grad_norm: np.ndarray
    probe_loss: np.ndarray
    probe_accuracy: np.ndarray
    block_s: np.ndarray
    block_cpu_s: np.ndarray
    compile_s: float
    train_s: float
    problem: Exception | None = None


@dataclass(frozen=True)
class Outcome:
    """A finished training: logits (N, K) on test and on the first training sequences, and what the model was."""

    trace: Trace
    logits: np.ndarray
    train_logits: np.ndarray
    mask_reached_gru: bool
    init_hash: str
    parameters: int
    threads: int


@dataclass
class _Log:
    """A trace in the making: lists of whole blocks."""

    batch_loss: list[np.ndarray] = field(default_factory=list)
    grad_norm: list[np.ndarray] = field(default_factory=list)
    probe: list[tuple[float, float]] = field(default_factory=list)
    block_s: list[float] = field(default_factory=list)
    block_cpu_s: list[float] = field(default_factory=list)

    def trace(self, compile_s: float, train_s: float, problem: Exception | None) -> Trace:
        probe = np.array(self.probe, np.float32).reshape(-1, 2)
        losses = np.concatenate(self.batch_loss or [np.zeros(0)]).astype(np.float32)
        norms = np.concatenate(self.grad_norm or [np.zeros(0)]).astype(np.float32)
        times = np.array(self.block_s), np.array(self.block_cpu_s)
        return Trace(losses, norms, probe[:, 0], probe[:, 1], *times, compile_s, train_s, problem)


@dataclass(frozen=True)
class Program:
    """A model with its compiled functions.

    `probe` is P, None where every length has a chunk of its own.
    block(inputs (S, B, T, D), masks (S, B, T) or None, labels (S, B)) trains S updates and returns their
    losses and gradient norms, (S,) each. predict(inputs (P, T, D), masks) returns logits (P, K).
    """

    built: Built
    optimizer: keras.optimizers.Optimizer
    block: Any
    predict: Any
    probe: int | None

    def reset(self, weights: list[np.ndarray], learning_rate: float) -> None:
        """Start afresh: these weights, empty optimizer slots, step 0."""
        self.built.model.set_weights(weights)
        for variable in self.optimizer.variables:
            variable.assign(tf.zeros(variable.shape, variable.dtype))
        self.optimizer.learning_rate = learning_rate


_PROGRAMS: OrderedDict[tuple[Any, ...], Program] = OrderedDict()


def program(arm: Arm) -> tuple[Program, float]:
    """The compiled program for `arm`'s shapes and the seconds it took to make (0 when cached)."""
    if arm.program in _PROGRAMS:
        _PROGRAMS.move_to_end(arm.program)
        return _PROGRAMS[arm.program], 0.0
    begin = time.perf_counter()
    if len(_PROGRAMS) >= KEPT_PROGRAMS:
        _PROGRAMS.popitem(last=False)
    made = _compile(arm)
    _PROGRAMS[arm.program] = made
    return made, time.perf_counter() - begin


def _compile(arm: Arm) -> Program:
    # Batches of many lengths would each need a compilation of their own: stock layers, traced once for all T.
    built = build(arm) if arm.bucketed else build(arm, SequenceGRU, MatmulConv1D)
    model, explicit = built.model, arm.mask.kind == "explicit"
    optimizer = keras.optimizers.get(
        {"class_name": arm.train.optimizer, "config": {"learning_rate": arm.train.learning_rate}}
    )
    optimizer.build(model.trainable_variables)
    loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    updates, batch = 1 if arm.bucketed else arm.train.block, arm.train.batch
    steps = None if arm.bucketed else arm.steps
    item = (steps,) if arm.data.vocabulary_size else (steps, arm.input_width)
    dtype = tf.int32 if arm.data.vocabulary_size else tf.float32

    def update(inputs: Any, labels: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            loss = loss_function(labels, model(inputs, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        # An Embedding's gradient is a list of slices, rows repeated: its norm is that of the dense sum.
        return loss, tf.linalg.global_norm([tf.convert_to_tensor(g) for g in gradients])

    def block(inputs: Any, masks: Any, labels: Any) -> tuple[Any, Any]:
        def body(i: Any, losses: Any, norms: Any) -> tuple[Any, Any, Any]:
            loss, norm = update([inputs[i], masks[i]] if explicit else inputs[i], labels[i])
            return i + 1, losses.write(i, loss), norms.write(i, norm)

        arrays = [tf.TensorArray(tf.float32, updates, element_shape=()) for _ in range(2)]
        _, losses, norms = tf.while_loop(lambda i, *_: i < updates, body, (0, *arrays), maximum_iterations=updates)
        return losses.stack(), norms.stack()

    def predict(inputs: Any, masks: Any) -> Any:
        return model([inputs, masks] if explicit else inputs, training=False)

    def compiled(function: Callable[..., Any], *lead: int | None, labels: bool) -> Any:
        mask = tf.TensorSpec((*lead, steps), tf.bool) if explicit else tf.TensorSpec((), tf.bool)
        signature = [tf.TensorSpec((*lead, *item), dtype), mask] + ([tf.TensorSpec(lead, tf.int32)] if labels else [])
        traced = tf.function(function, input_signature=signature, jit_compile=not arm.bucketed, autograph=False)
        return traced.get_concrete_function()  # called hundreds of times a run: no signature matching each time

    probe = None if arm.bucketed else arm.data.probe
    return Program(
        built, optimizer, compiled(block, updates, batch, labels=True), compiled(predict, probe, labels=False), probe
    )


def run(
    arm: Arm, parts: dict[str, Adapted], streams: Streams, order: np.ndarray, time_limit: float = float("inf")
) -> Outcome:
    """Train on `parts["train"]` in the order (updates, batch) of indices, then predict the test part.

    A run that diverges or exceeds `time_limit` seconds ends early: its trace carries the problem and
    the logits are those of that moment.
    """
    engine = _train_compiled if arm.train.engine == "compiled" else _train_fit
    return engine(arm, parts, streams, order, time_limit)


def _train_compiled(
    arm: Arm, parts: dict[str, Adapted], streams: Streams, order: np.ndarray, time_limit: float
) -> Outcome:
    begin = time.perf_counter()
    made, compile_s = program(arm)
    weights = initial_weights(arm, made.built.weights, streams)
    made.reset(weights, arm.train.learning_rate)
    train, probe, size = parts["train"], parts["probe"], arm.train.block
    delay = (arm.control.delay_ms or 0.0) / 1000
    explicit = arm.mask.kind == "explicit"
    chunks = _chunks(made, probe, explicit)
    if compile_s:  # the first call compiles; its updates are undone
        first = time.perf_counter()
        _update(made, _batches(made, train, order[:size], explicit))
        _logits(made, chunks, len(probe.labels))
        made.reset(weights, arm.train.learning_rate)
        compile_s += time.perf_counter() - first
    log, problem = _Log(), None
    start = time.perf_counter()
    log.probe.append(_score(_logits(made, chunks, len(probe.labels)), probe.labels))
    try:
        for first_update in range(0, len(order), size):
            rows = order[first_update : first_update + size]
            batches = _batches(made, train, rows, explicit)
            wall, cpu = time.perf_counter(), time.process_time()
            losses, norms = _update(made, batches)
            _wait(size * delay)
            log.block_s.append(time.perf_counter() - wall)
            log.block_cpu_s.append(time.process_time() - cpu)
            log.batch_loss.append(losses)
            log.grad_norm.append(norms)
            log.probe.append(_score(_logits(made, chunks, len(probe.labels)), probe.labels))
            _watch(np.append(losses, [*norms, log.probe[-1][0]]), begin, time_limit)
    except (Diverged, OutOfTime) as error:
        problem = error
    train_s = time.perf_counter() - start
    logits = [_logits(made, _chunks(made, part, explicit), len(part.labels)) for part in _scored(parts)]
    return _outcome(log.trace(compile_s, train_s, problem), logits, made.built, weights)


def _scored(parts: dict[str, Adapted]) -> list[Adapted]:
    """What a trained model is scored on: the test part, and as much of the training part as tells them apart."""
    train, cut = parts["train"], slice(TRAIN_SCORED)
    head = Adapted(train.inputs[cut], train.mask[cut], train.labels[cut], None, train.lengths[cut])
    return [parts["test"], head]


def _outcome(trace: Trace, logits: list[np.ndarray], built: Built, weights: list[np.ndarray]) -> Outcome:
    trainable = sum(int(np.prod(weight.shape)) for weight in weights)
    threads = tf.config.threading.get_intra_op_parallelism_threads()
    reached, hashed = built.mask_reached_gru, digest(*weights)
    return Outcome(trace, logits[0], logits[1], reached, hashed, trainable, threads)


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


def _wait(seconds: float) -> None:
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


def _score(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Mean cross-entropy (nats) and accuracy."""
    shifted = logits.astype(np.float64) - logits.max(1, keepdims=True)
    picked = shifted[np.arange(len(labels)), labels]
    return float((np.log(np.exp(shifted).sum(1)) - picked).mean()), float((logits.argmax(1) == labels).mean())


def _watch(values: np.ndarray, begin: float, time_limit: float) -> None:
    """Raise Diverged unless all losses and gradient norms of a block are finite, OutOfTime past the limit."""
    if not np.isfinite(values).all():
        raise Diverged(f"loss became {values[~np.isfinite(values)][0]}")
    if time.perf_counter() - begin > time_limit:
        raise OutOfTime(f"exceeded time_limit={time_limit:g} s")


def _train_fit(arm: Arm, parts: dict[str, Adapted], streams: Streams, order: np.ndarray, time_limit: float) -> Outcome:
    begin = time.perf_counter()
    built = build(arm)
    model, explicit = built.model, arm.mask.kind == "explicit"
    weights = initial_weights(arm, built.weights, streams)
    model.set_weights(weights)
    optimizer = keras.optimizers.get(
        {"class_name": arm.train.optimizer, "config": {"learning_rate": arm.train.learning_rate}}
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=optimizer, loss=loss, jit_compile=False)

    def feed(data: Adapted, rows: Any = slice(None)) -> Any:
        return [data.inputs[rows], data.mask[rows]] if explicit else data.inputs[rows]

    watcher = _FitWatcher(arm, feed(parts["probe"]), parts["probe"].labels, begin, time_limit)
    start = time.perf_counter()
    rows = order.ravel()
    model.fit(
        feed(parts["train"], rows),
        parts["train"].labels[rows],
        batch_size=arm.train.batch,
        shuffle=False,
        verbose=0,
        callbacks=[watcher],
    )
    train_s = time.perf_counter() - start
    logits = [model.predict(feed(part), batch_size=arm.data.probe, verbose=0) for part in _scored(parts)]
    return _outcome(watcher.log.trace(start - begin, train_s, watcher.problem), logits, built, weights)


class _FitWatcher(keras.callbacks.Callback):
    """Logs each batch's own loss (Keras reports running means) and the probe after every block."""

    def __init__(self, arm: Arm, inputs: Any, labels: np.ndarray, begin: float, time_limit: float) -> None:
        super().__init__()
        self.arm, self.inputs, self.labels, self.begin, self.time_limit = arm, inputs, labels, begin, time_limit
        self.log = _Log()
        self.problem: Exception | None = None
        self.losses: list[float] = []
        self.wall, self.cpu = 0.0, 0.0

    def _probe(self) -> None:
        logits = keras.ops.convert_to_numpy(self.model(self.inputs, training=False))
        self.log.probe.append(_score(logits, self.labels))

    def on_train_begin(self, logs: Any = None) -> None:
        self._probe()
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.model.reset_metrics()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.losses.append(logs["loss"])
        if (batch + 1) % self.arm.train.block:
            return
        self.log.block_s.append(time.perf_counter() - self.wall)
        self.log.block_cpu_s.append(time.process_time() - self.cpu)
        losses, self.losses = np.array(self.losses, np.float32), []
        self.log.batch_loss.append(losses)
        self.log.grad_norm.append(np.full(len(losses), np.nan, np.float32))
        self._probe()
        try:
            _watch(np.append(losses, self.log.probe[-1][0]), self.begin, self.time_limit)
        except (Diverged, OutOfTime) as error:
            self.problem, self.model.stop_training = error, True
        self.wall, self.cpu = time.perf_counter(), time.process_time()

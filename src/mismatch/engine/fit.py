"""Training by plain `keras.Model.fit` on the same batches: what a user of Keras would run.

``train.engine=fit`` is Keras in graph mode, ``xla`` the same with ``jit_compile=True``; on JAX, which knows no graph
mode, both are compiled. In and out: as the compiled engine, but that `fit` shows no gradients.
"""

import time
from typing import Any

import numpy as np

from mismatch.adapt import Adapted
from mismatch.config.arm import Arm
from mismatch.data.streams import Streams
from mismatch.engine.backend import BACKEND, keras
from mismatch.engine.outcome import Kept, Outcome, outcome, pieces, scored
from mismatch.engine.ready import Ready, ready
from mismatch.engine.trace import Diverged, Log, OutOfTime, score, watch


def train(arm: Arm, parts: dict[str, Adapted], streams: Streams, order: np.ndarray, time_limit: float) -> Outcome:
    """Train with one call of `fit`; arguments and result as `engine.train`."""
    begin = time.perf_counter()
    made = ready(arm, streams)
    model, jit = made.built.model, arm.train.engine == "xla" or BACKEND == "jax"
    model.compile(optimizer=made.optimizer, loss=made.loss, jit_compile=jit)

    kept = Kept(arm, model)
    watcher = _FitWatcher(arm, parts["probe"], kept, made, begin, time_limit)
    given = _in_turn(parts["train"], order) if arm.bucketed else _at_once(arm, parts["train"], order)
    start = time.perf_counter()
    model.fit(**given, shuffle=False, verbose=0, callbacks=[watcher])
    train_s = time.perf_counter() - start
    kept.restore()
    logits = [made.logits(_outputs(arm, model, part)) for part in scored(parts)]
    return outcome(watcher.log.trace(start - begin, train_s, watcher.problem), logits, made.built, made.weights)


def _feed(arm: Arm, data: Adapted, rows: Any = slice(None)) -> Any:
    """The model's inputs for `rows`: arrays (N, T, D), and masks (N, T) where they are explicit."""
    return [data.inputs[rows], data.mask[rows]] if arm.mask.kind == "explicit" else data.inputs[rows]


def _at_once(arm: Arm, data: Adapted, order: np.ndarray) -> dict[str, Any]:
    """Arguments of `fit`: all batches of `order`, one behind the other."""
    rows = order.ravel()
    return {"x": _feed(arm, data, rows), "y": data.labels[rows], "batch_size": arm.train.batch}


def _in_turn(data: Adapted, order: np.ndarray) -> dict[str, Any]:
    """The same for batches of one length each: each cut to it. Every length is compiled by itself."""
    batches = ((data.inputs[rows, : data.lengths[rows].max()], data.labels[rows]) for rows in order)
    return {"x": batches, "steps_per_epoch": len(order)}


def _outputs(arm: Arm, model: keras.Model, data: Adapted) -> np.ndarray:
    """What the model gives (N, K); unpadded sequences length by length, in batches of one size, filled with repeats.

    A model of one's own is called as for the probe, so that nothing is compiled anew.
    """
    if arm.model.build is not None:
        given = [model.predict_on_batch(_feed(arm, data, rows)) for rows in pieces(len(data.labels), arm.data.probe)]
        return np.concatenate(given)[: len(data.labels)]
    if not arm.bucketed:
        return np.asarray(model.predict(_feed(arm, data), arm.data.probe, verbose=0))
    outputs = np.empty((len(data.labels), arm.data.classes_count), np.float32)
    for length in np.unique(data.lengths):
        rows = np.flatnonzero(data.lengths == length)
        for first in range(0, len(rows), arm.train.batch):
            piece = np.resize(rows[first : first + arm.train.batch], arm.train.batch)
            outputs[piece] = model.predict_on_batch(data.inputs[piece, :length])
    return outputs


class _FitWatcher(keras.callbacks.Callback):
    """Logs each batch's own loss (Keras reports running means) and the probe after every block."""

    def __init__(self, arm: Arm, probe: Adapted, kept: Kept, made: Ready, begin: float, time_limit: float) -> None:
        super().__init__()
        self.arm, self.probe, self.kept, self.begin, self.time_limit = arm, probe, kept, begin, time_limit
        # JAX would compile a model that is called anew each time; a large one is slow where it is not compiled.
        self.made, self.compiled = made, BACKEND == "jax" or arm.model.build is not None
        self.log = Log()
        self.problem: Exception | None = None
        self.losses: list[float] = []
        self.wall, self.cpu = 0.0, 0.0

    def _probe(self) -> None:
        inputs = _feed(self.arm, self.probe)
        if self.arm.bucketed:
            outputs = _outputs(self.arm, self.model, self.probe)
        elif self.compiled:
            outputs = self.model.predict_on_batch(inputs)
        else:
            outputs = keras.ops.convert_to_numpy(self.model(inputs, training=False))
        self.log.probe.append(score(self.made.logits(outputs), self.probe))
        self.kept.note(self.log.probe[-1][0])

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
            watch(np.append(losses, self.log.probe[-1][0]), self.begin, self.time_limit)
        except (Diverged, OutOfTime) as error:
            self.problem, self.model.stop_training = error, True
        self.wall, self.cpu = time.perf_counter(), time.process_time()

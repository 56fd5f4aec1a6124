"""Training by plain `keras.Model.fit` on the same batches: what a user of Keras would run.

``train.engine=fit`` is Keras in graph mode, ``xla`` the same with ``jit_compile=True``. In and out: as the compiled
engine, but that `fit` shows no gradients.
"""

import time
from typing import Any

import numpy as np

from mismatch.adapt import Adapted
from mismatch.config.arm import Arm
from mismatch.data.streams import Streams
from mismatch.engine.backend import keras
from mismatch.engine.model import build
from mismatch.engine.outcome import Outcome, outcome, scored
from mismatch.engine.trace import Diverged, Log, OutOfTime, score, watch
from mismatch.engine.weights import initial_weights


def train(arm: Arm, parts: dict[str, Adapted], streams: Streams, order: np.ndarray, time_limit: float) -> Outcome:
    """Train with one call of `fit`; arguments and result as `engine.train`."""
    begin = time.perf_counter()
    built = build(arm)
    model, explicit = built.model, arm.mask.kind == "explicit"
    weights = initial_weights(arm, built.weights, streams)
    model.set_weights(weights)
    optimizer = keras.optimizers.get(
        {"class_name": arm.train.optimizer, "config": {"learning_rate": arm.train.learning_rate}}
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=optimizer, loss=loss, jit_compile=arm.train.engine == "xla")

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
    logits = [model.predict(feed(part), batch_size=arm.data.probe, verbose=0) for part in scored(parts)]
    return outcome(watcher.log.trace(start - begin, train_s, watcher.problem), logits, built, weights)


class _FitWatcher(keras.callbacks.Callback):
    """Logs each batch's own loss (Keras reports running means) and the probe after every block."""

    def __init__(self, arm: Arm, inputs: Any, labels: np.ndarray, begin: float, time_limit: float) -> None:
        super().__init__()
        self.arm, self.inputs, self.labels, self.begin, self.time_limit = arm, inputs, labels, begin, time_limit
        self.log = Log()
        self.problem: Exception | None = None
        self.losses: list[float] = []
        self.wall, self.cpu = 0.0, 0.0

    def _probe(self) -> None:
        logits = keras.ops.convert_to_numpy(self.model(self.inputs, training=False))
        self.log.probe.append(score(logits, self.labels))

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

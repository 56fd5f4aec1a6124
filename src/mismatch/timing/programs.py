"""A training step of an arm's model from stock Keras layers, traced and warm.

In: arms. Out: a `Program` for each that runs one forced step on one fixed batch. The learning rate should be small,
so that step 1000 does the work of step 1.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from mismatch.adapt import adapt
from mismatch.config.arm import Arm
from mismatch.data.streams import Streams
from mismatch.engine.backend import keras, tf
from mismatch.engine.ready import ready
from mismatch.run import provenance
from mismatch.timing.protocol import Program, milliseconds
from mismatch.timing.setting import ENGINES, Setting, work


def programs(arms: Sequence[Arm], settings: Sequence[Setting], warm_up: int) -> Iterator[Program]:
    """Build, trace and warm up one after another. A program per engine, thrown away, pays for the start of TensorFlow
    and of XLA."""
    keras.utils.set_random_seed(arms[0].seed)
    for engine in dict.fromkeys(arm.train.engine for arm in arms):
        training_step(next(arm for arm in arms if arm.train.engine == engine))()
    for arm, setting in zip(arms, settings, strict=True):
        yield _program(arm, setting, warm_up)


def _program(arm: Arm, setting: Setting, warm_up: int) -> Program:
    run = training_step(arm)
    first_call_s = milliseconds(run) / 1000
    warm = [milliseconds(run) for _ in range(warm_up)]
    return Program(setting, work(arm), run, first_call_s, float(np.median(warm[len(warm) // 2 :])))


def training_step(arm: Arm) -> Callable[[], object]:
    """Forward, backward and update on one fixed batch, forced; with the arm's delay, where one is planted."""
    inputs, labels = batch(arm)
    made = ready(arm, Streams(arm.seed, 0))
    model, optimizer, loss_of = made.built.model, made.optimizer, made.loss
    optimizer.build(model.trainable_variables)

    @tf.function(jit_compile=ENGINES[arm.train.engine] == "xla", autograph=False)
    def update() -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(labels, model(inputs, training=True))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    delay_s = (arm.control.delay_ms or 0.0) / 1000

    def delayed() -> None:
        update().numpy()
        end = time.perf_counter() + delay_s
        while time.perf_counter() < end:
            pass

    return delayed if delay_s else lambda: update().numpy()


def batch(arm: Arm) -> tuple[Any, Any]:
    """The first `train.batch` training sequences as tensors: inputs (a list with the mask where it is explicit),
    and labels (N,)."""
    streams, count = Streams(arm.seed, 0), arm.train.batch
    train = adapt(arm, arm.data.draw(streams), streams)["train"]
    inputs = tf.constant(train.inputs[:count])
    explicit = arm.mask.kind == "explicit"
    return ([inputs, tf.constant(train.mask[:count])] if explicit else inputs), tf.constant(train.labels[:count])


def machine() -> dict[str, Any]:
    """Columns that say what the steps ran on."""
    processor = {name: value for name, value in provenance.machine().items() if name != "host"}
    return {"threads": tf.config.threading.get_intra_op_parallelism_threads(), **processor}

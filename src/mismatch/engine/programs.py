"""Compiled programs: a model with functions that train and predict, made once for all arms with the same key.

In: an arm. Out: a `Program`; weights are re-assigned and the optimizer's slots zeroed between runs, nothing is
rebuilt. The programs of a process are kept here, in the only cache of the package that outlives a run.
"""

import hashlib
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from mismatch.config.arm import Arm
from mismatch.data.streams import Streams
from mismatch.engine.backend import keras, tf
from mismatch.engine.layers import MatmulConv1D, SequenceGRU
from mismatch.engine.model import Built, build

KEPT_PROGRAMS = 8


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

    def reset(self, weights: list[np.ndarray], learning_rate: float, streams: Streams) -> None:
        """Start afresh: these weights, the dropout of these streams, empty optimizer slots, step 0."""
        self.built.model.set_weights(weights)
        self.built.reseed(streams)
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
    with _numbered(arm.program) as anew:
        made = _compile(arm, anew)
    _PROGRAMS[arm.program] = made
    return made, time.perf_counter() - begin


_MADE: Counter[int] = Counter()


@contextmanager
def _numbered(key: Any) -> Iterator[Callable[[], None]]:
    """TensorFlow numbers what is made here from a number of the program's own, and anew at each call of what it yields.

    XLA finds a program that it kept on disk (`config.kept`) by all there is in it, names included, and TensorFlow puts
    into names how much the process has made before: without this, only one that did the same in the same order would
    find it. No number is given twice: the process's own are below 2**40, and a program made again has others.
    """
    from tensorflow.python.framework import ops

    counted = getattr(ops, "uid", None)
    if counted is None:  # another TensorFlow: every process compiles for itself
        yield lambda: None
        return
    own = int(hashlib.sha256(repr(key).encode()).hexdigest()[:7], 16) | 1 << 28
    _MADE[own] += 1
    stages = count()

    def anew() -> None:
        numbers = count(((own << 8 | _MADE[own] % 256) << 4 | next(stages)) << 20)
        ops.uid = lambda: next(numbers)

    anew()
    try:
        yield anew
    finally:
        ops.uid = counted


def _compile(arm: Arm, anew: Callable[[], None]) -> Program:
    # Batches of many lengths would each need a compilation of their own: stock layers, traced once for all T.
    built = build(arm) if arm.bucketed else build(arm, SequenceGRU, MatmulConv1D)
    model, explicit = built.model, arm.mask.kind == "explicit"
    optimizer = keras.optimizers.get(
        {"class_name": arm.train.optimizer, "config": {"learning_rate": arm.train.learning_rate, "name": "optimizer"}}
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
        anew()
        traced = tf.function(function, input_signature=signature, jit_compile=not arm.bucketed, autograph=False)
        return traced.get_concrete_function()  # called hundreds of times a run: no signature matching each time

    probe = None if arm.bucketed else arm.data.probe
    return Program(
        built, optimizer, compiled(block, updates, batch, labels=True), compiled(predict, probe, labels=False), probe
    )

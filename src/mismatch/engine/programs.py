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
from mismatch.config.program import KEPT
from mismatch.data.streams import Streams
from mismatch.engine.backend import keras, tf
from mismatch.engine.layers import MatmulConv1D, SequenceGRU
from mismatch.engine.model import Built, build

UPDATES, LARGEST = 40, 8 * 2**20
"""Updates and bytes of batches that one call of a program takes: Python and TensorFlow need .4 ms for each call."""


@dataclass(frozen=True)
class Program:
    """A model with its compiled functions: `train` for whole stretches, or `update` and `predict` for lengths in turn.

    R blocks of S updates are a stretch. train(inputs (R S, B, T, D), masks (R S, B, T) or True, labels (R S, B),
    probe (P, T, D), its mask, first, last) trains the blocks from `first` to `last`, counted from 1, and predicts the
    probe after each: losses and gradient norms (R S,), logits (R + 1, P, K), of which only those of these blocks are
    filled. Block 0 has no updates: it predicts alone.
    update(inputs (B, T, D), labels (B,)) returns loss and gradient norm; predict(inputs (N, T, D)) logits (N, K).
    """

    built: Built
    optimizer: keras.optimizers.Optimizer
    blocks: int
    train: Any = None
    update: Any = None
    predict: Any = None

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
    if len(_PROGRAMS) >= KEPT:
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
    blocks, size, batch = stretch(arm), arm.train.block, arm.train.batch
    item = (None if arm.bucketed else arm.steps, *(() if arm.data.vocabulary_size else (arm.input_width,)))
    dtype = tf.int32 if arm.data.vocabulary_size else tf.float32

    def update(inputs: Any, labels: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            loss = loss_function(labels, model(inputs, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        # An Embedding's gradient is a list of slices, rows repeated: its norm is that of the dense sum.
        return loss, tf.linalg.global_norm([tf.convert_to_tensor(g) for g in gradients])

    def predict(inputs: Any) -> Any:
        return model(inputs, training=False)

    def train(inputs: Any, masks: Any, labels: Any, probe: Any, probe_mask: Any, first: Any, last: Any) -> Any:
        probed = [probe, probe_mask] if explicit else probe

        def block(place: Any, losses: Any, norms: Any, logits: Any) -> Any:
            def one(at: Any, losses: Any, norms: Any) -> Any:
                loss, norm = update([inputs[at], masks[at]] if explicit else inputs[at], labels[at])
                return at + 1, losses.write(at, loss), norms.write(at, norm)

            begin = tf.maximum(place - 1, 0) * size
            loop = tf.while_loop(lambda at, *_: at < place * size, one, (begin, losses, norms))
            return place + 1, *loop[1:], logits.write(place, predict(probed))

        arrays = [tf.TensorArray(tf.float32, blocks * size, element_shape=()) for _ in range(2)]
        arrays.append(tf.TensorArray(tf.float32, blocks + 1, element_shape=(arm.data.probe, arm.data.classes_count)))
        loop = tf.while_loop(lambda place, *_: place <= last, block, (first, *arrays))
        return tuple(kept.stack() for kept in loop[1:])

    def compiled(function: Callable[..., Any], *given: Any) -> Any:
        anew()
        traced = tf.function(function, input_signature=given, jit_compile=not arm.bucketed, autograph=False)
        return traced.get_concrete_function()  # called many times a run: no signature matching each time

    def sequences(*lead: int | None) -> list[Any]:
        mask = tf.TensorSpec((*lead, item[0]) if explicit else (), tf.bool)
        return [tf.TensorSpec((*lead, *item), dtype), mask]

    if arm.bucketed:
        batches, any_number = sequences(batch)[0], sequences(None)[0]
        made = compiled(update, batches, tf.TensorSpec((batch,), tf.int32))
        return Program(built, optimizer, 1, update=made, predict=compiled(predict, any_number))
    all_labels, place = tf.TensorSpec((blocks * size, batch), tf.int32), tf.TensorSpec((), tf.int32)
    given = [*sequences(blocks * size, batch), all_labels, *sequences(arm.data.probe), place, place]
    return Program(built, optimizer, blocks, train=compiled(train, *given))


def stretch(arm: Arm) -> int:
    """How many blocks are trained in one call: some UPDATES, where their batches are no larger than LARGEST."""
    width = 1 if arm.data.vocabulary_size else arm.input_width
    bytes_each = 4 * arm.train.block * arm.train.batch * arm.steps * width
    return int(max(1, min(UPDATES // arm.train.block, LARGEST // bytes_each)))

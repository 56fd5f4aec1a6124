"""Cases 19 to 25: labels, losses and output units that do not match each other.

In: nothing. Out: `cases`, each a function that builds a fresh model and feeds it.
"""

import numpy as np

from mismatch.engine.backend import keras, tf
from mismatch.trials.models import (
    BATCH,
    FEATURES,
    LONG,
    ROWS,
    SPARSE,
    STEPS,
    UNITS,
    batch,
    classifier,
    compiled,
    correct,
    pairs,
    score,
    train,
)
from mismatch.trials.runner import Bench, Case, Check, learned, register, same
from mismatch.trials.shape import fit

cases: list[Case] = []
trial = register(cases)

DENSE, BINARY, SQUARED = "categorical_crossentropy", "binary_crossentropy", "mse"


def one_hot(labels: np.ndarray, classes: int = 2) -> np.ndarray:
    """(N,) as (N, classes) float32."""
    return np.eye(classes, dtype="float32")[labels]


@trial(19, "label", "fit", mismatch=False)
def labels_categorical_one_hot(bench: Bench) -> None:
    """Control: one-hot labels for the categorical loss."""
    fit(bench, classifier(loss=DENSE), batch()[0], one_hot(batch()[1]))


@trial(19, "label", "fit")
def labels_sparse_one_hot(bench: Bench) -> None:
    """One-hot labels for the sparse loss."""
    fit(bench, classifier(), batch()[0], one_hot(batch()[1]))


@trial(19, "label", "fit")
def labels_categorical_ints(bench: Bench) -> None:
    """Class numbers (N,) for the categorical loss."""
    fit(bench, classifier(loss=DENSE), *batch())


@trial(19, "label", "fit")
def labels_categorical_column(bench: Bench) -> None:
    """Class numbers (N, 1) for the categorical loss."""
    fit(bench, classifier(loss=DENSE), batch()[0], batch()[1][:, None])


@trial(19, "label", "fit")
def labels_one_hot_classes(bench: Bench) -> None:
    """One-hot labels of 2 classes for a head of 3."""
    fit(bench, classifier(classes=3, loss=DENSE), batch()[0], one_hot(batch()[1]))


@trial(20, "label", "fit", over={"above": 3, "negative": -1})
def labels_out_of_range(bench: Bench, label: int) -> None:
    """Class number {} for a head of 3."""
    fit(bench, classifier(classes=3), batch()[0], np.full(ROWS, label, "int32"))


@trial(20, "label", "fit")
def labels_float_loss(bench: Bench) -> Check:
    """Labels 0.5 and 1.5 for the sparse loss; value: how far the loss is from that of 0 and 1."""
    model, (values, labels) = classifier(), batch()
    shifted = model.evaluate(values, labels + 0.5, verbose=0)
    with bench.saying(right=True):
        return same(shifted, model.evaluate(values, labels, verbose=0))


@trial(20, "label", "fit")
def labels_float_accuracy(bench: Bench) -> Check:
    """Training on labels 0.5 and 1.5; value: the accuracy Keras reports, reference: the true one."""
    (values, labels), (test, truth) = pairs(), pairs(seed=1)
    model = train(bench, classifier(LONG, learns=True), values, labels + 0.5)
    reported = model.evaluate(test, truth + 0.5, verbose=0)[1]
    return Check(reported, score(model, test, truth), good=False)


def _binary(loss: object = BINARY, activation: str | None = "sigmoid", classes: int = 1) -> keras.Model:
    return classifier(LONG, classes=classes, activation=activation, loss=loss, learns=True)


def _labelled(bench: Bench, model: keras.Model, labels: np.ndarray) -> Check:
    """Train `model` on the pairs with these labels; the reference has a softmax over two units."""
    return learned(score(train(bench, model, pairs()[0], labels), *pairs(seed=1)), correct())


@trial(21, "label", "fit", mismatch=False)
def binary_flat(bench: Bench) -> Check:
    """Labels (N,) for one sigmoid unit (N, 1): Keras aligns the ranks."""
    return _labelled(bench, _binary(), pairs()[1])


@trial(21, "label", "fit", mismatch=False)
def binary_column(bench: Bench) -> Check:
    """Control: labels (N, 1) for one sigmoid unit."""
    return _labelled(bench, _binary(), pairs()[1][:, None])


@trial(21, "label", "fit", mismatch=False)
def labels_sparse_column(bench: Bench) -> Check:
    """Class numbers (N, 1) for the sparse loss."""
    return _labelled(bench, _binary(SPARSE, "softmax", 2), pairs()[1][:, None])


@trial(21, "label", "loss")
def binary_bare_loss(bench: Bench) -> None:
    """Labels (N,) and predictions (N, 1) into the bare loss function."""
    loss = keras.losses.binary_crossentropy
    bench.offer(_binary, pairs()[0], y=np.ones(len(pairs()[0]), "float32"), loss=loss)
    loss(np.ones(ROWS, "float32"), np.full((ROWS, 1), 0.5, "float32"))


@trial(21, "label", "fit", mismatch=False)
def squared_compiled(bench: Bench) -> Check:
    """A hand-written squared error given to compile: Keras aligns the ranks first."""
    return _labelled(bench, _binary(_squared), pairs()[1].astype("float32"))


@trial(21, "label", "fit")
def squared_broadcast(bench: Bench) -> Check:
    """A hand-written squared error in one's own loop: (N,) minus (N, 1) is (N, N)."""
    return _own_loop(bench, pairs()[1].astype("float32"))


@trial(21, "label", "fit", mismatch=False)
def squared_column(bench: Bench) -> Check:
    """Control: a hand-written squared error in one's own loop, labels (N, 1)."""
    return _own_loop(bench, pairs()[1].astype("float32")[:, None])


def _squared(labels: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean((labels - outputs) ** 2)


def _own_loop(bench: Bench, labels: np.ndarray) -> Check:
    model = bench.watch(_binary())
    bench.offer(lambda: model, pairs()[0], y=labels, loss=_squared)

    @tf.function
    def update(values: tf.Tensor, labels: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            loss = _squared(labels, model(values))
        model.optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    data = tf.data.Dataset.from_tensor_slices((pairs()[0], labels)).batch(BATCH).repeat(8)
    for values, truth in data:
        update(values, truth)
    return learned(score(model, *pairs(seed=1)), correct())


@trial(22, "label", "fit")
def mse_one_hot_one_unit(bench: Bench) -> Check:
    """Squared error: one-hot labels (N, 2) for one unit."""
    return _labelled(bench, _binary(SQUARED), one_hot(pairs()[1]))


@trial(22, "label", "fit")
def mse_column_two_units(bench: Bench) -> Check:
    """Squared error: labels (N, 1) for two units."""
    return _labelled(bench, _binary(SQUARED, classes=2), pairs()[1][:, None])


@trial(22, "label", "fit")
def mse_flat_two_units(bench: Bench) -> Check:
    """Squared error: labels (N,) for two units."""
    return _labelled(bench, _binary(SQUARED, classes=2), pairs()[1])


@trial(22, "label", "fit")
def bce_one_hot_one_unit(bench: Bench) -> Check:
    """Binary cross-entropy: one-hot labels (N, 2) for one unit."""
    return _labelled(bench, _binary(), one_hot(pairs()[1]))


@trial(22, "label", "fit")
def bce_column_two_units(bench: Bench) -> Check:
    """Binary cross-entropy: labels (N, 1) for two units."""
    return _labelled(bench, _binary(classes=2), pairs()[1][:, None])


@trial(22, "label", "fit")
def bce_flat_two_units(bench: Bench) -> Check:
    """Binary cross-entropy: labels (N,) for two units."""
    return _labelled(bench, _binary(classes=2), pairs()[1])


def _sequences() -> keras.Model:
    gru = keras.layers.GRU(UNITS, return_sequences=True)
    return compiled(keras.Sequential([keras.Input((STEPS, FEATURES)), gru, keras.layers.Dense(2, "softmax")]))


SEQUENCE_LABELS = {"flat": (ROWS,), "column": (ROWS, 1)}


@trial(23, "label", "fit", over=SEQUENCE_LABELS)
def sequences_left_on(bench: Bench, shape: tuple[int, ...]) -> None:
    """return_sequences left on, and one label per sequence, {}."""
    fit(bench, _sequences(), batch()[0], batch()[1].reshape(shape))


@trial(23, "label", "fit", mismatch=False)
def sequences_labels_per_step(bench: Bench) -> None:
    """Control: return_sequences on, and one label per step."""
    fit(bench, _sequences(), batch()[0], np.repeat(batch()[1][:, None], STEPS, 1))


@trial(24, "label", "fit")
def softmax_one_unit(bench: Bench) -> Check:
    """A softmax over one unit with binary cross-entropy: its output can only be 1."""
    return _labelled(bench, _binary(activation="softmax"), pairs()[1])


def _loss_beside(bench: Bench, loss: object, activation: str | None, right_activation: str) -> Check:
    """The loss as declared beside the right one, of the same weights on the same batch."""
    values, labels = batch()
    wrong, right = (
        classifier(activation=name, loss=what) for name, what in ((activation, loss), (right_activation, SPARSE))
    )
    with bench.saying(right=True):
        right.set_weights([10 * weight for weight in right.get_weights()])
    wrong.set_weights(right.get_weights())
    declared = wrong.evaluate(values, labels, verbose=0)
    with bench.saying(right=True):
        return same(declared, right.evaluate(values, labels, verbose=0))


@trial(25, "label", "fit")
def logits_flag_on_softmax(bench: Bench) -> Check:
    """from_logits=True on a softmax output; value: how far the loss is from the right one."""
    return _loss_beside(bench, keras.losses.SparseCategoricalCrossentropy(from_logits=True), "softmax", "softmax")


@trial(25, "label", "fit")
def logits_unflagged_loss(bench: Bench) -> Check:
    """from_logits=False on raw outputs; value: how far the loss is from the right one."""
    return _loss_beside(bench, SPARSE, None, "softmax")


@trial(25, "label", "fit")
def logits_unflagged(bench: Bench) -> Check:
    """Training with from_logits=False on raw outputs."""
    return _labelled(bench, _binary(SPARSE, None, 2), pairs()[1])

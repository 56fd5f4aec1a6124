"""Cases 12 to 18: inputs of another length than the model was built for, or with their axes in another order.

In: nothing. Out: `cases`, each a function that builds a fresh model and feeds it.
"""

import tempfile
from pathlib import Path

import numpy as np

from mismatch.engine.backend import keras, tf
from mismatch.trials.models import (
    FEATURES,
    LONG,
    STEPS,
    UNITS,
    batch,
    classifier,
    compiled,
    correct,
    pairs,
    score,
    train,
    trained,
)
from mismatch.trials.runner import Bench, Case, Check, learned, register
from mismatch.trials.shape import fit

cases: list[Case] = []
trial = register(cases)

SHORTER_LONGER = {"shorter": 5, "longer": 9}


@trial(12, "time", "call", over=SHORTER_LONGER)
def time_call(bench: Bench, steps: int) -> None:
    """{} steps into a called model built for 6."""
    classifier()(batch(steps)[0])


@trial(12, "time", "fit", over=SHORTER_LONGER)
def time_fit(bench: Bench, steps: int) -> Check:
    """{} steps into the fit of a model built for 6; reference: the ceiling."""
    model = train(bench, classifier(learns=True), *pairs(steps))
    return learned(score(model, *pairs(steps, seed=1)), 1.0)


@trial(12, "time", "predict", over=SHORTER_LONGER)
def time_predict(bench: Bench, steps: int) -> None:
    """{} steps into the predict of a model built for 6."""
    classifier().predict(batch(steps)[0], verbose=0)


@trial(12, "time", "validation")
def time_validation(bench: Bench) -> None:
    """9 steps for 6 in the validation data only."""
    bench.watch(classifier()).fit(*batch(), validation_data=batch(9), verbose=0)


@trial(12, "time", "load")
def time_loaded(bench: Bench) -> None:
    """9 steps into a model saved, and loaded again, for 6."""
    with tempfile.TemporaryDirectory() as folder:
        classifier().save(Path(folder) / "model.keras")
        model = keras.models.load_model(Path(folder) / "model.keras")
    model.predict(batch(9)[0], verbose=0)


@trial(12, "time", "fit")
def time_flatten_head(bench: Bench) -> None:
    """9 steps for 6 where the whole sequence of states is flattened into the head."""
    gru = keras.layers.GRU(UNITS, return_sequences=True)
    head = [keras.layers.Flatten(), keras.layers.Dense(2, "softmax")]
    fit(bench, compiled(keras.Sequential([keras.Input((STEPS, FEATURES)), gru, *head])), *batch(9))


@trial(13, "time", "fit", mismatch=False, over={"one": 1, "thirty": 30})
def time_free(bench: Bench, steps: int) -> None:
    """Control: {} steps into a model of free length."""
    fit(bench, classifier(steps=None), *batch(steps))


@trial(13, "time", "call")
def time_empty_call(bench: Bench) -> None:
    """No step at all into a called model of free length."""
    classifier(steps=None)(batch(0)[0])


@trial(13, "time", "fit")
def time_empty_fit(bench: Bench) -> None:
    """No step at all into the fit of a model of free length."""
    fit(bench, classifier(steps=None), *batch(0))


def transposed(values: np.ndarray) -> np.ndarray:
    """(N, T, D) as (N, D, T)."""
    return np.ascontiguousarray(values.swapaxes(1, 2))


def scrambled(values: np.ndarray) -> np.ndarray:
    """(N, T, D) stored as (N, D, T) and only declared to be (N, T, D): every number ends in another place."""
    return transposed(values).reshape(values.shape)


@trial(14, "layout", "call")
def transposed_call(bench: Bench) -> None:
    """Time and features swapped, (N, 4, 6), into a called model built for (6, 4)."""
    classifier()(transposed(batch()[0]))


@trial(14, "layout", "fit")
def transposed_fit(bench: Bench) -> None:
    """Time and features swapped, (N, 4, 6), into the fit of a model built for (6, 4)."""
    fit(bench, classifier(), transposed(batch()[0]), batch()[1])


@trial(14, "layout", "fit", mismatch=False)
def square_control(bench: Bench) -> Check:
    """Control: as many steps as features, in the right layout; reference: the ceiling."""
    bench.watch_trained(trained(LONG))
    return learned(correct(LONG), 1.0)


@trial(14, "layout", "fit")
def transposed_square_fit(bench: Bench) -> Check:
    """Time and features swapped in training and test, as many steps as features."""
    (values, labels), (test, truth) = pairs(LONG, LONG), pairs(LONG, LONG, seed=1)
    model = train(bench, classifier(LONG, LONG, learns=True), transposed(values), labels)
    return learned(score(model, transposed(test), truth), correct(LONG))


@trial(14, "layout", "call")
def transposed_square_call(bench: Bench) -> Check:
    """Time and features swapped only in what a rightly trained model is called on, as many steps as features."""
    test, truth = pairs(LONG, LONG, seed=1)
    return learned(score(trained(LONG), transposed(test), truth), correct(LONG))


@trial(15, "layout", "fit", mismatch=False)
def layout_control(bench: Bench) -> Check:
    """Control: the right layout, 12 steps of 4 features; reference: the ceiling."""
    bench.watch_trained(trained())
    return learned(correct(), 1.0)


@trial(15, "layout", "fit")
def scrambled_fit(bench: Bench) -> Check:
    """Stored as (N, D, T) and reshaped to (N, T, D), in training and test."""
    (values, labels), (test, truth) = pairs(), pairs(seed=1)
    model = train(bench, classifier(LONG, learns=True), scrambled(values), labels)
    return learned(score(model, scrambled(test), truth), correct())


@trial(15, "layout", "call")
def scrambled_call(bench: Bench) -> Check:
    """Stored as (N, D, T) and reshaped to (N, T, D), only in what a rightly trained model is called on."""
    test, truth = pairs(seed=1)
    return learned(score(trained(), scrambled(test), truth), correct())


@trial(16, "layout", "fit")
def time_major(bench: Bench) -> None:
    """Time first, (6, 32, 4), with 32 labels."""
    values, labels = batch()
    fit(bench, classifier(), values.swapaxes(0, 1), labels)


@trial(16, "layout", "fit")
def time_major_square(bench: Bench) -> Check:
    """Time first in batches of as many rows as steps; tested on the right layout."""
    values, labels = pairs(LONG)
    count = len(values) // LONG * LONG
    swapped = values[:count].reshape(-1, LONG, LONG, FEATURES).swapaxes(1, 2).reshape(count, LONG, FEATURES)
    model = bench.watch(classifier(LONG, learns=True))
    model.fit(swapped, labels[:count], batch_size=LONG, epochs=2, shuffle=False, verbose=0)
    return learned(score(model, *pairs(LONG, seed=1)), correct())


@trial(17, "layout", "fit")
def nested_lists(bench: Bench) -> None:
    """The batch as a list of samples, each a list of rows."""
    values, labels = batch()
    fit(bench, classifier(), values.tolist(), labels)


@trial(17, "layout", "fit")
def nested_lists_both(bench: Bench) -> None:
    """The batch as nested lists, and the labels as a list too."""
    values, labels = batch()
    fit(bench, classifier(), values.tolist(), labels.tolist())


@trial(17, "layout", "fit", mismatch=False)
def nested_lists_as_array(bench: Bench) -> None:
    """Control: the same lists made one array."""
    values, labels = batch()
    fit(bench, classifier(), np.asarray(values.tolist(), "float32"), labels)


def _texts() -> tuple[list[np.ndarray], np.ndarray]:
    """Sequences of 4 to 6 steps, as texts come, and their labels."""
    values, labels = batch()
    return [row[: STEPS - number % 3] for number, row in enumerate(values)], labels


@trial(17, "time", "fit")
def ragged_arrays(bench: Bench) -> None:
    """Sequences of 4 to 6 steps as a list of arrays, into a model of free length."""
    values, labels = _texts()
    fit(bench, classifier(steps=None), values, labels)


@trial(17, "time", "fit")
def ragged_objects(bench: Bench) -> None:
    """The same as one NumPy array of objects."""
    values, labels = _texts()
    held = np.empty(len(values), object)
    held[:] = values
    fit(bench, classifier(steps=None), held, labels)


@trial(17, "time", "fit")
def ragged_tensor(bench: Bench) -> None:
    """The same as a ragged tensor of TensorFlow."""
    values, labels = _texts()
    rows = tf.RaggedTensor.from_row_lengths(np.concatenate(values), [len(row) for row in values])
    fit(bench, classifier(steps=None), rows, labels)


@trial(17, "time", "fit", mismatch=False)
def ragged_padded(bench: Bench) -> None:
    """Control: the same, padded to one array."""
    values, labels = _texts()
    fit(bench, classifier(steps=None), keras.utils.pad_sequences(values, dtype="float32"), labels)


def _convolved(steps: int | None, kernel: int) -> keras.Model:
    layers = [keras.layers.Conv1D(5, kernel), keras.layers.GRU(UNITS), keras.layers.Dense(2, "softmax")]
    return compiled(keras.Sequential([keras.Input((steps, FEATURES)), *layers]))


@trial(18, "time", "build")
def conv_kernel_too_long(bench: Bench) -> None:
    """A convolution over 7 steps in a model built for 6."""
    _convolved(STEPS, STEPS + 1)


@trial(18, "time", "fit")
def conv_sequence_too_short(bench: Bench) -> None:
    """2 steps into a convolution over 3, in a model of free length."""
    fit(bench, _convolved(None, 3), *batch(2))

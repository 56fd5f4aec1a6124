"""What is right is no finding: losses of one's own, states of zeros, counts, masked labels; and what cannot be read."""

import numpy as np
import pytest

from mismatch.check import tokens
from mismatch.check.models import check_model
from mismatch.check.watch import Watch
from mismatch.config.fields import ConfigError
from mismatch.engine.backend import keras

from .built import FEATURES, ROWS, STEPS, batch, classifier, found, layers, names, padded

X, Y = batch()
RNG = np.random.default_rng(3)
IDS = RNG.integers(1, 17, (ROWS, STEPS))
ops = keras.ops


def pinball(y, predicted):
    return ops.mean(ops.abs(y - predicted) * ops.convert_to_tensor([0.1, 0.5, 0.9]), -1)


def mean_squared_error(y, predicted):
    """Of the name of one of Keras's, and another thing: a mean and a log variance."""
    return ops.mean(ops.square(y - predicted[:, :1]) * ops.exp(-predicted[:, 1:]) + predicted[:, 1:], -1)


def first_step(y, predicted):
    return ops.mean(ops.square(y - predicted[:, 0]), -1)


@pytest.mark.parametrize(
    ("options", "y"),
    [
        ({"units": 3, "loss": pinball}, X[:, 0, :1]),
        ({"units": 2, "loss": mean_squared_error}, X[:, 0, :1]),
        ({"units": 1, "loss": first_step, "return_sequences": True}, X[:, 0, :1]),
        ({"units": 9, "loss": keras.losses.CTC(), "return_sequences": True}, IDS[:, :3] % 8 + 1),
    ],
    ids=["quantiles", "mean and variance", "first step", "ctc"],
)
def test_a_loss_that_means_another_shape_is_no_fault(options, y):
    model = classifier(activation=None, **options)
    assert names(check_model(model, X, y)) == {}
    watch = Watch(X, y, stop=True)
    watch.set_model(model)
    watch.on_train_begin()


def test_a_masked_step_has_no_label_and_needs_none():
    stack = [keras.Input((None, FEATURES)), layers.Masking(), layers.GRU(3, return_sequences=True)]
    model = keras.Sequential([*stack, layers.Dense(2, "softmax")])
    model.compile("adam", "categorical_crossentropy")
    real = (padded() != 0).any(-1)
    tags = np.eye(2)[IDS % 2] * real[..., None]
    assert names(check_model(model, padded(), tags)) == {}
    assert "sum to 1" in found("labels_range", model, padded(), tags * (np.arange(STEPS) > 0)[:, None])[0].what


def test_states_of_zeros_and_a_decoder_that_starts_with_zeros_are_meant():
    x, state, start = keras.Input((STEPS, FEATURES)), keras.Input((3,)), keras.Input((STEPS, 2))
    merged = layers.Concatenate()([layers.GRU(3)(x, initial_state=state), layers.GRU(3)(start)])
    model = keras.Model([x, state, start], layers.Dense(2)(merged))
    zeros = [np.zeros((ROWS, 3)), np.zeros((ROWS, STEPS, 2))]
    assert names(check_model(model, [X, *zeros])) == {}
    cut = [X, zeros[0], np.zeros((ROWS, STEPS, 2), "int32")]
    assert found("cut_to_integers", model, cut)[0].where == "x[2]"


def test_whole_numbers_beside_a_series_are_no_tokens():
    x, fixed = keras.Input((STEPS, FEATURES)), keras.Input((STEPS,))
    merged = layers.Concatenate()([layers.GRU(3)(x), layers.Dense(2)(fixed)])
    assert names(check_model(keras.Model([x, fixed], layers.Dense(2)(merged)), [X, IDS])) == {}


def test_ids_that_the_model_spreads_over_classes_are_no_amounts():
    inputs = keras.Input((STEPS,), dtype="int32")
    assert names(check_model(keras.Model(inputs, layers.GRU(3)(ops.one_hot(inputs, 17))), IDS)) == {}
    assert names(check_model(lambda ids: layers.GRU(3)(ops.one_hot(ops.cast(ids, "int32"), 17)), IDS)) == {}


@pytest.mark.parametrize(
    ("values", "taken"),
    [
        (RNG.poisson(12, (64, 28)), False),
        (RNG.poisson(30, (24, 12)).astype("float32"), False),
        (np.round(RNG.normal(100, 15, (40, 20))), False),
        (RNG.integers(1, 17, (24, 6)), True),
        (RNG.integers(0, 50, (64, 30)), True),
        (np.minimum(RNG.zipf(1.3, (64, 30)), 299), True),
        (np.sort(RNG.integers(0, 50, (64, 30))), False),
    ],
    ids=["daily", "floats", "amounts", "few", "characters", "words", "in order"],
)
def test_counts_are_told_from_ids_by_how_often_they_occur(values, taken):
    assert (tokens.ids(values[..., None]) is not None) == taken


def test_ids_that_were_divided_by_their_number_are_found():
    model = classifier(features=1, units=16, loss="sparse_categorical_crossentropy")
    shares = ((IDS - 1) / 16).astype("float32")[..., None]
    assert "multiples of 1/16" in found("token_ids", model, shares, IDS[:, 0] - 1)[0].what
    assert names(check_model(model, X[..., :1], IDS[:, 0] - 1)) == {}


@pytest.mark.parametrize(
    ("x", "says"),
    [
        ([[1, 2, 3], [4, 5]], "pad_sequences"),
        (np.array([[1, 2, 3], [4, 5]], dtype=object), "pad_sequences"),
        ([X[0], X[1, :3]], "pad_sequences"),
        ({"a": [[1, 2], [3]]}, "a="),
        (X * 1j, "imaginary"),
    ],
    ids=["lists", "objects", "arrays", "in a dict", "complex"],
)
def test_what_cannot_be_an_input_is_refused_in_one_line(x, says):
    with pytest.raises(ConfigError, match=says) as error:
        check_model(classifier(), x, Y)
    assert "\n" not in str(error.value)


def test_colours_of_keras_are_left_out_of_a_line():
    class Strict(layers.Layer):
        def call(self, x):
            raise ValueError("\x1b[1mnot this\x1b[0m")

    assert found("refused", lambda x: Strict()(x), X)[0].what.endswith("ValueError: not this")

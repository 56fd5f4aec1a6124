"""The model of every kind of arm gives what plain NumPy gives, with stock layers and with those of the engine."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mismatch.engine.backend import keras, tf
from mismatch.engine.layers import MatmulConv1D, SequenceGRU
from mismatch.engine.model import build
from tests.helpers import make_arm

from . import plain

SEEDS = st.integers(0, 2**32 - 1)
ENGINES = {"stock": (), "compiled": (SequenceGRU, MatmulConv1D)}
REBUILT = {"reduction__mask": "rebuilt"}
FAMILIES = {
    "plain": {},
    "masking": {"mask": "masking"},
    "explicit": {"mask": "explicit"},
    "bidirectional": {"mask": "explicit", "model__bidirectional": True},
    "lstm": {"mask": "masking", "model__cell": "lstm", "model__dropout": 0.5},  # which acts in training alone
    "lstm both ways": {"mask": "explicit", "model__cell": "lstm", "model__bidirectional": True},
    "dense": {"mask": "masking", "features__adapter": "dense", "features__width": 3},
    "tokens": {"data": "snippets", "mask": "masking"},
    "pool": {"mask": "masking", "reduction": "pool", "reduction__pool": 3},
    "pool rebuilt": {"mask": "masking", "reduction": "pool", "reduction__pool": 4, **REBUILT},
    "conv": {"reduction": "conv", "reduction__kernel": 4},
    "conv rebuilt": {"mask": "explicit", "reduction": "conv", "reduction__kernel": 2, **REBUILT},
    "strided": {"reduction": "strided", "reduction__pool": 3},
    "strided rebuilt": {"mask": "explicit", "reduction": "strided", "reduction__kernel": 5, **REBUILT},
    "conv_pool": {"mask": "explicit", "reduction": "conv_pool"},
    "conv_pool rebuilt": {"mask": "masking", "reduction": "conv_pool", "reduction__pool": 3, **REBUILT},
}
STEPS, SAMPLES = 12, 4


@cache
def built(family, engine):
    arm = make_arm(**{"model__units": 3, "reduction__filters": 5, "length__steps": STEPS} | FAMILIES[family])
    return arm, build(arm, *ENGINES[engine]).model


def draw_inputs(arm, rng):
    """Inputs with all that a mask may meet: rows equal to its value, of -0.0, and with zeros in some features."""
    if arm.data.vocabulary_size:
        return rng.integers(0, 6, (SAMPLES, STEPS)).astype(np.int32)
    inputs = rng.standard_normal((SAMPLES, STEPS, arm.input_width)).astype(np.float32)
    inputs[rng.random(inputs.shape[:2]) < 0.3] = 0.0
    inputs[rng.random(inputs.shape[:2]) < 0.1] = -0.0
    inputs[rng.random(inputs.shape) < 0.2] = 0.0
    return inputs


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=8)
@given(seed=SEEDS)
def test_every_kind_of_model_computes_what_plain_numpy_computes(family, engine, seed):
    arm, model = built(family, engine)
    rng = np.random.default_rng(seed)
    values = [rng.standard_normal(w.shape).astype(np.float32) for w in model.weights]
    model.set_weights(values)
    inputs, mask = draw_inputs(arm, rng), rng.random((SAMPLES, STEPS)) < 0.6
    acts = engine == "compiled" and not arm.model.dropout
    found = np.asarray(model([inputs, mask] if arm.mask.kind == "explicit" else inputs, training=acts))
    weights = dict(zip([w.path for w in model.weights], values, strict=True))
    assert found == pytest.approx(plain.logits(arm, weights, inputs, mask), abs=2e-5)


@settings(max_examples=25)
@given(
    st.integers(1, 4),
    st.integers(1, 9),
    st.integers(1, 4),
    st.integers(1, 5),
    st.sampled_from([None, 0.0, 0.5, 1.0]),
    st.booleans(),
    SEEDS,
)
def test_the_gru_of_keras_and_ours_are_the_plain_one_at_any_size(
    samples, steps, features, units, share, backward, seed
):
    """A fully masked sequence (share 0) leaves the zero state; without a mask every step counts."""
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((samples, steps, features)).astype(np.float32)
    mask = None if share is None else rng.random((samples, steps)) < share
    layers = [kind(units, use_cudnn=False, go_backwards=backward) for kind in (keras.layers.GRU, SequenceGRU)]
    for layer in layers:
        layer.build(inputs.shape)
    values = [rng.standard_normal(w.shape).astype(np.float32) for w in layers[0].weights]
    real = np.ones((samples, steps), bool) if mask is None else mask
    expected = np.array([plain.gru(x, m, *values, backward) for x, m in zip(inputs, real, strict=True)])
    given_mask = None if mask is None else tf.constant(mask)
    for layer in layers:
        layer.set_weights(values)
        for training in (False, True):
            found = np.asarray(layer(tf.constant(inputs), mask=given_mask, training=training))
            assert found == pytest.approx(expected, abs=2e-5)


@settings(max_examples=25)
@given(st.integers(1, 10), st.integers(1, 6), st.integers(1, 4), st.integers(1, 3), SEEDS)
def test_the_convolution_of_keras_and_ours_are_the_plain_one_at_any_size(steps, kernel, stride, features, seed):
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((2, steps, features)).astype(np.float32)
    weights = [rng.standard_normal((kernel, features, 3)).astype(np.float32), rng.standard_normal(3).astype(np.float32)]
    expected = np.array([plain.conv(x, *weights, stride) for x in inputs])
    for kind in (keras.layers.Conv1D, MatmulConv1D):
        layer = kind(3, kernel, strides=stride, padding="same", activation="relu")
        layer.build(inputs.shape)
        layer.set_weights(weights)
        assert np.asarray(layer(tf.constant(inputs))) == pytest.approx(expected, abs=1e-5)


@settings(max_examples=25)
@given(st.sampled_from([0.0, -0.0, 1.0, -10.0, 0.1]), SEEDS)
def test_masking_skips_the_rows_that_equal_its_value_and_no_others(value, seed):
    """0.0 and -0.0 are equal; a row is skipped only if every feature equals the value as float32."""
    rng = np.random.default_rng(seed)
    inputs = rng.choice(np.array([0.0, -0.0, 1.0, value, 2.5], np.float32), (3, 8, 2))
    layer = keras.layers.Masking(value)
    expected = [[all(x == np.float32(value) for x in row) for row in sequence] for sequence in inputs]
    assert (np.asarray(layer.compute_mask(inputs)) == ~np.array(expected)).all()
    assert (np.asarray(layer(inputs)) == np.where(np.array(expected)[..., None], 0, inputs)).all()

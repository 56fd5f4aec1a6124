"""What the Keras model does with shapes, masks and initial weights."""

import numpy as np
import pytest

from mismatch.data.streams import Streams
from mismatch.engine import layers as engine_layers
from mismatch.engine.backend import keras, tf
from mismatch.engine.layers import MatmulConv1D, SequenceGRU
from mismatch.engine.model import build
from mismatch.engine.weights import chrono_bias, initial_weights, orthogonal
from tests.helpers import make_arm

STREAMS = Streams(0, 0)
FLOAT = 1e-5  # float32 sums of some hundred terms in another order


def ready(**overrides):
    arm = make_arm(**overrides)
    built = build(arm)
    built.model.set_weights(initial_weights(arm, built.weights, STREAMS))
    return arm, built


REACHED = [
    ({"mask": "none"}, False),
    ({"mask": "masking"}, True),
    ({"mask": "explicit"}, True),
    ({"mask": "masking", "reduction": "conv"}, False),
    ({"mask": "masking", "reduction": "pool"}, False),
    ({"mask": "explicit", "reduction": "conv_pool"}, False),
    ({"mask": "masking", "reduction": "conv", "reduction__mask": "rebuilt"}, True),
    ({"mask": "explicit", "reduction": "conv_pool", "reduction__mask": "rebuilt"}, True),
    ({"data": "snippets", "mask": "masking"}, True),
    ({"data": "snippets", "mask": "masking", "reduction": "pool", "reduction__mask": "rebuilt"}, True),
    ({"data": "snippets", "mask": "none"}, False),
    ({"mask": "masking", "model__bidirectional": True}, True),
]


@pytest.mark.parametrize(("overrides", "reached"), REACHED, ids=[str(o) for o, _ in REACHED])
def test_the_row_says_whether_a_mask_reaches_the_gru(overrides, reached):
    assert build(make_arm(length__ratio=2.0, **overrides)).mask_reached_gru is reached


@pytest.mark.parametrize("side", ["pre", "post"])
@pytest.mark.parametrize("overrides", [{}, {"reduction": "conv"}, {"reduction": "pool"}, {"reduction": "conv_pool"},
                                       {"model__bidirectional": True}], ids=str)  # fmt: skip
def test_with_its_mask_in_place_the_amount_of_padding_does_not_matter(overrides, side):
    """Pads a multiple of the pool size; real steps of even length, or their last window would be partial."""
    real = np.random.default_rng(0).standard_normal((5, 6, 6)).astype(np.float32)
    real[..., 5] = 1
    outputs = []
    for steps in (6, 10, 24):
        _, built = ready(mask="explicit", length__steps=steps, reduction__mask="rebuilt", **overrides)
        padded, mask = np.zeros((5, steps, 6), np.float32), np.zeros((5, steps), bool)
        where = slice(steps - 6, None) if side == "pre" else slice(0, 6)
        padded[:, where], mask[:, where] = real, True
        outputs.append(np.asarray(built.model([padded, mask])))
    assert np.abs(outputs[0] - outputs[1]).max() < FLOAT and np.abs(outputs[0] - outputs[2]).max() < FLOAT


def test_without_the_rebuilt_mask_padding_changes_the_result():
    """The negative control of the test above: a destroyed mask lets pads through the convolution into the GRU."""
    real = np.random.default_rng(0).standard_normal((5, 6, 6)).astype(np.float32)
    outputs = []
    for steps in (6, 24):
        _, built = ready(mask="explicit", length__steps=steps, reduction="conv_pool", reduction__mask="destroyed")
        padded, mask = np.zeros((5, steps, 6), np.float32), np.zeros((5, steps), bool)
        padded[:, :6], mask[:, :6] = real, True
        outputs.append(np.asarray(built.model([padded, mask])))
    assert np.abs(outputs[0] - outputs[1]).max() > 0.01


def test_keras_masking_and_the_explicit_mask_agree_when_no_step_looks_like_padding():
    inputs = np.random.default_rng(1).standard_normal((4, 24, 6)).astype(np.float32)
    mask = np.arange(24) < np.array([[3], [7], [20], [24]])
    inputs[~mask] = 0
    _, masking = ready(mask="masking", length__ratio=2.0)
    _, explicit = ready(mask="explicit", length__ratio=2.0)
    assert np.abs(np.asarray(masking.model(inputs)) - np.asarray(explicit.model([inputs, mask]))).max() < FLOAT


def test_unmasked_pads_halve_a_zero_bias_state_at_first():
    """On zero inputs and zero biases z is 1/2, so the input-kernel gradient dies with the number of pads."""
    norms = []
    for pads in (0, 10, 40):
        _, built = ready(length__steps=4 + pads)
        inputs = np.zeros((8, 4 + pads, 6), np.float32)
        inputs[:, :4] = np.random.default_rng(2).standard_normal((8, 4, 6))
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(built.model(inputs)))
        kernel = next(v for v in built.model.trainable_variables if v.path == "gru/gru_cell/kernel")
        norms.append(float(tf.linalg.norm(tape.gradient(loss, kernel.value))))
    assert norms[1] < 0.05 * norms[0] and norms[2] < 1e-5 * norms[0]


@pytest.mark.parametrize("span", [9, 3, 1])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
def test_the_sequence_gradient_equals_the_gradient_keras_derives(masked, backwards, span, monkeypatch):
    monkeypatch.setattr(engine_layers, "SPAN", span * 7 * 4)
    assert engine_layers._span(9, 7, 4) == span
    rng = np.random.default_rng(3)
    inputs = tf.constant(rng.standard_normal((7, 9, 5)), tf.float32)
    mask = tf.constant(rng.random((7, 9)) < 0.6) if masked else None
    results = []
    for kind in (keras.layers.GRU, SequenceGRU):
        layer = kind(4, use_cudnn=False, go_backwards=backwards)
        layer.build((7, 9, 5))
        values = np.random.default_rng(4)
        layer.set_weights([values.standard_normal(w.shape).astype(np.float32) for w in layer.weights])
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            output = layer(inputs, mask=mask, training=True)
            loss = tf.reduce_sum(output * tf.constant(np.arange(28).reshape(7, 4), tf.float32))
        results.append([output, *tape.gradient(loss, [inputs, *(w.value for w in layer.trainable_variables)])])
    for reference, ours in zip(*results, strict=True):
        scale = float(tf.reduce_max(tf.abs(reference)))
        assert float(tf.reduce_max(tf.abs(reference - ours))) < FLOAT * scale


def test_a_span_divides_the_steps_and_is_all_of_them_where_no_divisor_is_near():
    for units, steps in [(16, 12), (16, 48), (64, 48), (128, 256), (64, 47), (1024, 96), (16, 29)]:
        span = engine_layers._span(steps, 64, units)
        most = max(1, engine_layers.SPAN // (64 * units))
        assert steps % span == 0 and (span == steps or most // 4 < span <= most)
    assert engine_layers._span(48, 64, 16) == 48 and engine_layers._span(48, 64, 64) == 12
    assert engine_layers._span(47, 64, 64) == 47


@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
def test_the_matrix_product_equals_the_convolution_and_its_gradient(kernel):
    inputs = tf.constant(np.random.default_rng(5).standard_normal((4, 9, 5)), tf.float32)
    results = []
    for kind in (keras.layers.Conv1D, MatmulConv1D):
        layer = kind(6, kernel, padding="same", activation="relu")
        layer.build((4, 9, 5))
        values = np.random.default_rng(6)
        layer.set_weights([values.standard_normal(w.shape).astype(np.float32) for w in layer.weights])
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            output = layer(inputs)
            loss = tf.reduce_sum(output * output)
        results.append([output, *tape.gradient(loss, [inputs, *(w.value for w in layer.trainable_variables)])])
    for reference, ours in zip(*results, strict=True):
        assert float(tf.reduce_max(tf.abs(reference - ours))) < FLOAT * float(tf.reduce_max(tf.abs(reference)))


def test_initial_weights_follow_keras_defaults():
    """Glorot limits to the digit, orthogonal rows, zero biases: as a freshly built layer has them."""
    arm = make_arm(model__units=64, reduction="conv", data__classes=8)
    built = build(arm)
    model = built.model
    ours = dict(zip([w.path for w in model.weights], initial_weights(arm, built.weights, STREAMS), strict=True))
    theirs = {w.path: np.asarray(w) for w in model.weights}
    assert ours.keys() == theirs.keys()
    for path, values in ours.items():
        assert values.shape == theirs[path].shape and values.dtype == np.float32
        if path.endswith("recurrent_kernel"):
            assert np.allclose(values @ values.T, np.eye(64), atol=1e-5)
        elif path.endswith("/kernel"):
            count = values.size  # the largest of n uniform draws is within 10/n of the limit but once in 20 000
            assert np.abs(values).max() == pytest.approx(np.abs(theirs[path]).max(), rel=20 / count)
            assert values.std() == pytest.approx(theirs[path].std(), rel=8 / np.sqrt(count))
        else:
            assert (values == theirs[path]).all()


def test_orthogonal_has_orthonormal_rows_and_chrono_a_positive_update_bias():
    square = orthogonal(np.random.default_rng(0), (16, 48))
    assert np.allclose(square @ square.T, np.eye(16), atol=1e-5)
    bias = chrono_bias(np.random.default_rng(0), (2, 48), 100)
    assert (bias[0, :16] >= 0).all() and bias[0, :16].max() <= np.log(99) + 1e-6
    assert (bias[0, 16:] == 0).all() and (bias[1] == 0).all()


def test_arms_that_differ_in_width_share_kernel_rows_and_everything_else():
    def weights(**overrides):
        arm = make_arm("sparse_features", **overrides)
        shapes = build(arm).weights
        return dict(zip([path for path, _ in shapes], initial_weights(arm, shapes, STREAMS), strict=True))

    narrow = weights()
    wide = weights(features__adapter="zero", features__width=32)
    matched = weights(features__adapter="zero", features__width=32, model__kernel_init="matched")
    kernel = "gru/gru_cell/kernel"
    assert all((narrow[path] == wide[path]).all() for path in narrow if path != kernel)
    ratio = np.sqrt((8 + 48) / (32 + 48))  # Glorot limits
    assert np.allclose(wide[kernel][:8], ratio * narrow[kernel], rtol=1e-5)
    assert (matched[kernel][:8] == narrow[kernel]).all()

"""Each rule on models finds its planted case, and nothing is found where all is well."""

import numpy as np
import pytest

from mismatch.check import layout
from mismatch.check.models import check_model
from mismatch.engine.backend import keras

from .built import FEATURES, ROWS, SPARSE, STEPS, batch, classifier, found, layers, masked, names, padded

X, Y = batch()
ONE_HOT = np.eye(2, dtype="float32")[Y]
IDS = np.random.default_rng(1).integers(1, 17, (ROWS, STEPS))


def only(checked, name, severity="error"):
    assert names(checked) == {name: severity}, checked.text()
    return checked.findings[0].what


# What fits.


@pytest.mark.parametrize(
    ("model", "x", "y"),
    [
        (classifier(), X, Y),
        (classifier(None), batch(9)[0], Y),
        (classifier(None), batch(1)[0], Y),
        (classifier(12, 12), batch(12, 12)[0], Y),
        (classifier(units=2, loss="categorical_crossentropy"), X, ONE_HOT),
        (classifier(units=1, activation="sigmoid", loss="binary_crossentropy"), X, Y),
        (classifier(units=1, activation="sigmoid", loss="binary_crossentropy"), X, Y[:, None]),
        (classifier(units=1, activation=None, loss="mse"), X, 50.0 * Y),
        (masked(), padded(), Y),
        (masked(), X, Y),
    ],
    ids=["fixed", "free", "one step", "square", "one-hot", "binary", "column", "amounts", "masked pads", "no pads"],
)
def test_nothing_is_found_where_all_fits(model, x, y):
    assert names(check_model(model, x, y)) == {}


def test_nothing_is_found_in_a_trained_model_on_its_own_data():
    """Also where order decides: what a reversed or swapped batch would give is not better."""
    x, _ = batch(8, 8, rows=64)
    y = (x[:, 0, 0] > 0.5).astype(int)
    model = keras.Sequential([keras.Input((8, 8)), layers.Flatten(), layers.Dense(2, "softmax")])
    model.compile("adam", SPARSE)
    _teach(model, lambda rows: rows[:, 0, 0])
    assert names(check_model(model, x, y)) == {}


def _teach(model, wanted):
    """Set the weights of Flatten, Dense so that class 1 is where `wanted` of (8, 8) values is above 0.5."""
    place = np.argmax(wanted(np.arange(64.0).reshape(1, 8, 8)) == np.arange(64.0))
    kernel = np.zeros((64, 2), "float32")
    kernel[place] = -20, 20
    model.layers[-1].set_weights([kernel, np.array([10, -10.5], "float32")])


# Shapes.


@pytest.mark.parametrize(
    ("x", "rule", "severity", "says"),
    [
        (X[..., :3], "feature_size", "error", "3 features per step, the model was built for 4"),
        (X.swapaxes(1, 2), "axes_swapped", "error", "time and features swapped"),
        (X.reshape(ROWS, -1), "rank", "error", "24 is 6 x 4: the rows were flattened"),
        (X[:, None], "rank", "error", "4 axes, the model needs (N, 6, 4)"),
        (X[..., None], "rank", "warning", "drops the last axis without a word"),
        (batch(9)[0], "declared_length", "warning", "9 steps, longer than the 6 declared"),
        (batch(5)[0], "declared_length", "warning", "5 steps, shorter than the 6 declared"),
        (X[:, :0], "no_steps", "error", "holds no step"),
        (X[:0], "no_steps", "error", "holds no row"),
    ],
)
def test_a_shape_that_does_not_fit_is_said_once(x, rule, severity, says):
    assert says in only(check_model(classifier(), x, Y[: len(x)]), rule, severity)


def test_a_length_that_only_the_first_batch_settled_is_declared_by_nobody():
    model = keras.Sequential([layers.GRU(3), layers.Dense(2)])
    model(X)
    assert not names(check_model(model, batch(9)[0], Y))
    assert names(check_model(model, batch(9)[0], Y, reference=X)) == {"unlike_reference": "note"}
    assert "feature_size" in names(check_model(model, X[..., :3], Y))


def test_an_axis_that_keras_adds_is_a_warning():
    assert "adds an axis" in only(check_model(classifier(features=1), X[..., 0], Y), "rank", "warning")


def test_time_first_is_told_by_the_number_of_labels():
    assert "time stands on axis 0" in only(check_model(classifier(None), X.swapaxes(0, 1), Y), "time_major")


def test_a_length_that_a_later_layer_refuses_is_an_error():
    stack = [keras.Input((STEPS, FEATURES)), layers.GRU(3, return_sequences=True), layers.Flatten(), layers.Dense(2)]
    assert "refuses" in only(check_model(keras.Sequential(stack), batch(9)[0]), "declared_length")


@pytest.mark.parametrize(
    ("stack", "x", "says"),
    [
        ([layers.Masking(), layers.GRU(3)], X[..., 0], "gru"),
        ([layers.Conv1D(3, 4), layers.GRU(3)], X[:, :2], "conv1d"),
    ],
    ids=["rank", "short"],
)
def test_an_unbuilt_model_is_tried_as_a_copy_and_its_refusal_names_the_layer(stack, x, says):
    model = keras.Sequential(stack)
    finding = found("refused", model, x)[0]
    assert says in finding.where
    assert not model.built


def test_features_that_only_the_first_batch_settled_are_told_from_the_layer():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.gru = layers.GRU(3)

        def call(self, x):
            return self.gru(x)

    model = Own()
    model(X)
    assert "has 3 features" in only(check_model(model, X[..., :3]), "feature_size")


# Masks and pads.


def test_pads_behind_the_data_are_counted_and_their_cost_is_measured():
    finding = found("unmasked_pads", classifier(), padded(), Y)[0]
    assert "18 of 24 rows carry 1 to 3 pads" in finding.what
    assert finding.severity == "warning"
    assert 0.05 < finding.evidence["left"] < 0.9


def test_many_pads_behind_the_data_are_an_error_because_nothing_is_left():
    long = np.concatenate([X, np.zeros((ROWS, 30, FEATURES), "float32")], axis=1)
    finding = found("unmasked_pads", classifier(None), long, Y)[0]
    assert finding.severity == "error"
    assert finding.evidence["left"] < 1e-3


def test_pads_in_front_of_the_data_are_a_note():
    assert found("unmasked_pads", classifier(), padded("pre"), Y)[0].severity == "note"


def test_a_mask_that_is_given_says_where_pads_are():
    mask = np.arange(STEPS) < (STEPS - np.arange(ROWS) % 3)[:, None]
    assert names(check_model(layers.GRU(3), X, mask=mask)) == {}


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (lambda x: layers.GRU(3)(layers.Conv1D(3, 1)(layers.Masking()(x))), "does not support masking"),
        (lambda x: layers.MaxPooling1D(2)(layers.Masking()(x)), "does not support masking"),
        (lambda x: layers.Flatten()(layers.Masking()(x)), "does not support masking"),
        (lambda x: layers.Add()([layers.Masking()(x), x]), "drops the mask of the others"),
        (lambda x: layers.Concatenate()([layers.Masking()(x), x]), "True at every step"),
        (lambda x: layers.Masking()(x) * 1.0, "outside any layer"),
    ],
    ids=["conv", "pool", "flatten", "add", "concatenate", "operator"],
)
def test_a_mask_that_ends_on_its_way_is_found(model, says):
    assert says in found("mask_lost", model, padded())[0].what


def test_an_operator_in_a_graph_is_named_without_any_batch():
    inputs = keras.Input((STEPS, FEATURES))
    model = keras.Model(inputs, layers.GRU(3)(layers.Masking()(inputs) * 2.0))
    finding = found("mask_lost", model)[0]
    assert finding.severity == "error"
    assert "multiply" in finding.what


@pytest.mark.parametrize(
    "model",
    [
        lambda x: layers.GRU(3)(layers.LayerNormalization()(layers.Dense(3)(layers.Masking()(x)))),
        lambda x: layers.Bidirectional(layers.GRU(3))(layers.Masking()(x)),
        lambda x: layers.GRU(3)(layers.Conv1D(3, 1)(x), mask=keras.ops.any(x != 0, axis=-1)),
        lambda x: layers.GlobalAveragePooling1D()(layers.Dense(3)(layers.Masking()(x))),
    ],
    ids=["kept", "both ways", "rebuilt", "pooled"],
)
def test_a_mask_that_arrives_is_no_finding(model):
    assert names(check_model(model, padded())) == {}


def test_data_that_equal_the_mask_value_are_counted():
    bits = np.random.default_rng(0).integers(0, 2, (ROWS, STEPS, 1)).astype("float32")
    bits[:, [0, -1]] = 1
    stack = [keras.Input((STEPS, 1)), layers.Masking(), layers.GRU(3)]
    finding = found("mask_on_data", keras.Sequential(stack), bits)[0]
    assert finding.evidence["steps"] == np.count_nonzero(bits == 0)


def test_id_0_inside_sequences_is_data_that_the_embedding_hides():
    ids = IDS.copy()
    ids[:, 2] = 0
    model = keras.Sequential([layers.Embedding(17, 3, mask_zero=True), layers.GRU(3)])
    assert found("mask_on_data", model, ids)[0].evidence["rows"] == ROWS
    assert names(check_model(model, IDS)) == {}


def test_pads_of_another_value_than_the_mask_value_are_missed():
    assert "masks 0" in found("mask_misses_pads", masked(), padded(value=-1.0), Y)[0].what


@pytest.mark.parametrize(
    ("mask", "severity"),
    [
        (np.ones((1, STEPS), bool), "error"),
        (np.ones((ROWS, STEPS + 2), bool), "error"),
        (np.ones((ROWS // 2, STEPS), bool), "error"),
        (np.ones(STEPS, bool), "error"),
        (np.ones((ROWS, STEPS, 1), bool), "warning"),
        (np.ones((ROWS, STEPS)), "warning"),
        (np.full((ROWS, STEPS), 0.5), "error"),
    ],
    ids=["one row", "long", "half", "flat", "three axes", "float", "shares"],
)
def test_a_mask_of_another_form_is_found(mask, severity):
    assert names(check_model(layers.GRU(3), X, mask=mask)) == {"mask_form": severity}


def test_a_mask_of_another_form_is_found_where_a_layer_is_handed_it():
    mask = np.ones((1, STEPS), bool)
    assert found("mask_form", lambda x: layers.GRU(3)(x, mask=keras.ops.convert_to_tensor(mask)), X)


def test_a_mask_that_is_true_at_pads_is_upside_down():
    x = padded()
    assert "False at the data" in found("mask_form", layers.GRU(3), x, mask=~np.any(x != 0, -1))[0].what


def test_masking_behind_weights_and_rows_without_a_step_are_found():
    stack = [keras.Input((STEPS, FEATURES)), layers.Dense(3), layers.Masking(), layers.GlobalAveragePooling1D()]
    x = padded()
    x[0] = 0
    checked = check_model(keras.Sequential(stack), x)
    assert names(checked)["mask_after_weights"] == "warning"
    assert "NaN" in found("empty_rows", keras.Sequential(stack), x)[0].what


def test_settings_and_masks_that_cudnn_does_not_take_are_notes_on_a_processor():
    note = found("cudnn", masked(), padded("pre"))[0]
    assert note.severity == "note"
    assert "masked steps in front" in note.what
    assert "reset_after=False" in found("cudnn", lambda x: layers.GRU(3, reset_after=False)(x), X)[0].what
    assert found("cudnn", lambda x: layers.GRU(3, use_cudnn=True)(x), X)[0].severity == "error"


def test_states_at_pads_that_feed_a_head_are_found():
    stack = [keras.Input((STEPS, FEATURES)), layers.GRU(3, return_sequences=True), layers.GlobalMaxPooling1D()]
    model = keras.Sequential(stack)
    assert "36 pads" in found("sequence_head", model, padded())[0].what
    assert names(check_model(model, X)) == {}


# Values.


def test_ids_as_amounts_are_found_and_counts_in_order_are_not():
    stack = [keras.Input((STEPS, 1)), layers.GRU(3)]
    model = keras.Sequential(stack)
    assert "1 to 16" in only(check_model(model, IDS[..., None].astype("float32")), "token_ids", "warning")
    counts = np.arange(STEPS)[None, :, None] * 3 + np.arange(ROWS)[:, None, None]
    assert names(check_model(model, counts.astype("float32"))) == {}


def test_ids_without_a_row_in_their_table_are_found():
    def model(x):
        return layers.Embedding(16, 3)(x)

    assert "rows 0 to 15" in only(check_model(model, np.where(IDS == 1, 16, IDS)), "ids_out_of_range")
    assert "no whole numbers" in found("ids_out_of_range", model, IDS * 0.5)[0].what


def test_floats_through_integer_padding_are_found():
    cut = keras.utils.pad_sequences(list(X * 0.9))
    assert "nothing but zeros" in only(check_model(classifier(), cut, Y), "cut_to_integers")
    wide = keras.utils.pad_sequences(list((X - 0.5) * 6))
    assert names(check_model(classifier(), wide, Y)) == {"cut_to_integers": "warning"}
    assert names(check_model(classifier(), np.eye(FEATURES, dtype=int)[IDS % FEATURES], Y)) == {}


def test_values_that_are_not_finite_are_counted():
    x = X.copy()
    x[0, 0, 0] = np.nan
    assert "1 of 576" in only(check_model(classifier(), x, Y), "not_finite")


# Labels.


@pytest.mark.parametrize(
    ("options", "y", "rule"),
    [
        ({}, ONE_HOT, "labels_shape"),
        ({"loss": "categorical_crossentropy"}, Y, "labels_shape"),
        ({"loss": "categorical_crossentropy"}, np.eye(3)[Y], "labels_shape"),
        ({"units": 1, "activation": "sigmoid", "loss": "binary_crossentropy"}, ONE_HOT, "labels_shape"),
        ({"units": 2, "activation": "sigmoid", "loss": "binary_crossentropy"}, Y, "labels_shape"),
        ({"return_sequences": True}, Y, "labels_shape"),
        ({"return_sequences": True}, Y[:, None], "labels_shape"),
        ({"units": 1, "activation": "sigmoid", "loss": "mse"}, ONE_HOT, "labels_broadcast"),
        ({"units": 2, "activation": "sigmoid", "loss": "mse"}, Y[:, None], "labels_broadcast"),
        ({}, Y + 1, "labels_range"),
        ({}, Y - 1, "labels_range"),
        ({"units": 1, "activation": "sigmoid", "loss": "binary_crossentropy"}, 2 * Y - 1, "labels_range"),
        ({"loss": "categorical_crossentropy"}, 2 * ONE_HOT, "labels_range"),
        ({}, Y + 0.5, "labels_float"),
        ({"units": 1, "loss": "binary_crossentropy"}, Y, "softmax_one_unit"),
        ({"activation": None}, Y, "logits"),
        ({"units": 1, "activation": "sigmoid", "loss": "mse"}, 30.0 * Y, "out_of_reach"),
    ],
)
def test_labels_that_do_not_fit_are_said_once(options, y, rule):
    only(check_model(classifier(**options), X, y), rule)


def test_a_flag_for_logits_on_probabilities_is_a_warning():
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert names(check_model(classifier(loss=loss), X, Y)) == {"logits": "warning"}
    assert names(check_model(classifier(loss=loss, activation=None), X, Y)) == {}


def test_a_loss_of_ones_own_that_broadcasts_is_found():
    def squared(y, predicted):
        return keras.ops.mean((y - predicted) ** 2)

    model = classifier(units=1, activation="sigmoid", loss="binary_crossentropy")
    y = Y.astype("float32")
    only(check_model(model, X, y, loss=squared), "own_loss")
    assert names(check_model(model, X, y[:, None], loss=squared)) == {}


def test_a_squared_error_given_to_compile_is_aligned_by_keras():
    def squared(y, predicted):
        return keras.ops.mean((y - predicted) ** 2)

    assert names(check_model(classifier(units=1, activation="sigmoid", loss=squared), X, Y.astype("float32"))) == {}


# The order of axes.


def leveled(steps, features, rows=64):
    """Noise around a level of its own for each feature."""
    x, y = batch(steps, features, rows)
    return x + np.array([2, -1, 3, 0, 1] * features)[:features].astype("float32"), y


def walks(steps, features, rows=48):
    """Random walks: smooth in time, features unrelated."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(rows, steps, features)).cumsum(1).astype("float32"), np.arange(rows) % 2


def scrambled(x):
    return x.swapaxes(1, 2).reshape(x.shape)


@pytest.mark.parametrize("made", [leveled, walks])
@pytest.mark.parametrize("steps", [12, 10])
def test_a_reshape_in_place_of_a_transpose_is_found_where_features_differ(made, steps):
    x, y = made(steps, 4)
    assert found("memory_order", classifier(None), scrambled(x), y)
    assert names(check_model(classifier(None), x, y)) == {}


@pytest.mark.parametrize("shares", [False, True])
def test_one_hot_vectors_and_shares_that_were_reshaped_are_found(shares):
    x = np.eye(4, dtype="float32")[np.random.default_rng(0).integers(0, 4, (ROWS, 12))]
    x = 0.8 * x + 0.05 if shares else x
    assert "sum to 1" in found("memory_order", classifier(None), scrambled(x), Y)[0].what
    assert names(check_model(classifier(None), x, Y)) == {}


def test_swapped_steps_and_features_are_found_where_time_is_smooth():
    x, y = walks(12, 12)
    assert found("steps_or_features", classifier(12, 12), x.swapaxes(1, 2), y)
    assert names(check_model(classifier(12, 12), x, y)) == {}


def test_one_hot_vectors_along_time_are_found():
    ids = np.random.default_rng(0).integers(0, 12, (ROWS, 12))
    x = np.eye(12, dtype="float32")[ids]
    assert found("steps_or_features", classifier(12, 12), x.swapaxes(1, 2), Y)
    assert names(check_model(classifier(12, 12), x, Y)) == {}


@pytest.mark.parametrize("trend", [0.0, 1.0, "cue"])
def test_trends_and_cues_in_time_are_not_taken_for_another_order(trend):
    x, y = batch(12, 4, 96)
    x = x + (np.linspace(0, trend, 12, dtype="float32")[:, None] if trend != "cue" else 0)
    if trend == "cue":
        x[:, 0] += y[:, None]
    assert names(check_model(classifier(None), x, y)) == {}


def test_rows_and_steps_that_are_swapped_in_every_batch_are_found_by_the_labels():
    x, y = batch(6, 4, 120)
    x = x + 0.5 * y[:, None, None].astype("float32")
    assert found("rows_and_steps", classifier(), layout.blocks_turned(x), y)
    assert not found("rows_and_steps", classifier(), x, y)


def test_a_trained_model_tells_that_its_batch_is_swapped():
    x, _ = batch(8, 8, rows=64)
    y = (x[:, 2, 5] > 0.5).astype(int)
    model = keras.Sequential([keras.Input((8, 8)), layers.Flatten(), layers.Dense(2, "softmax")])
    model.compile("adam", SPARSE)
    _teach(model, lambda rows: rows[:, 2, 5])
    finding = found("better_reordered", model, x.swapaxes(1, 2), y)[0]
    assert finding.evidence["reordered"] > 0.95
    assert "swapaxes" in finding.keras


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda x: x[..., :3], "another shape"),
        (lambda x: x[:, :9], "9 steps, the reference 12"),
        (np.floor, "whole numbers"),
        (lambda x: x * 100, "another scale"),
        (scrambled, "sorted as"),
    ],
    ids=["features", "steps", "cut", "scale", "order"],
)
def test_a_batch_unlike_its_reference_is_found(change, says):
    x, _ = leveled(12, 4)
    other = leveled(12, 4, rows=80)[0]
    assert says in found("unlike_reference", classifier(None), change(other), reference=x)[0].what
    assert not found("unlike_reference", classifier(None), other, reference=x)


def test_of_a_few_rows_nothing_is_said_of_scale():
    x, _ = leveled(12, 4)
    other = leveled(12, 4, rows=80)[0] * 100
    assert found("unlike_reference", classifier(None), other[:8], reference=x)
    assert not found("unlike_reference", classifier(None), other[:7], reference=x)


def test_weights_of_another_model_do_not_fit():
    model, other = classifier(), classifier(features=3)
    finding = found("weights_do_not_fit", model, weights=other.get_weights())[0]
    assert "(4, 9)" in finding.what
    assert not found("weights_do_not_fit", model, weights=model.get_weights())

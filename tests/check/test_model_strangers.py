"""What strangers hand to the check of a model: what is refused in one line, and what advice holds for."""

import numpy as np
import pytest

from mismatch.check.models import batch as read_batch
from mismatch.check.models import check_model
from mismatch.check.watch import Watch
from mismatch.config.fields import ConfigError
from mismatch.engine.backend import keras

from .built import FEATURES, SPARSE, STEPS, batch, classifier, found, layers, masked, names, padded


def refused(*given, **more):
    with pytest.raises(ConfigError) as caught:
        check_model(*given, **more)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("model", [None, "model.keras", keras.Sequential, 3])
def test_what_is_no_model_is_refused_by_name(model):
    assert refused(model, *batch()).startswith("model=") and "must be a Keras model" in refused(model, *batch())


def test_what_is_no_array_is_refused_not_taken_for_one_without_axes():
    import tensorflow as tf

    x, y = batch()
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)
    for given in (dataset, (row for row in x), "x.npy", b"x"):
        assert "next(iter(data))" in refused(classifier(), given, y)
    assert refused(classifier(), x, y, mask="abc").startswith("mask=str: ")
    assert refused(classifier(), x, y, reference=dataset).startswith("reference=")


def test_a_dataset_without_a_batch_is_named_by_the_callback():
    import tensorflow as tf

    x, y = batch()
    empty = tf.data.Dataset.from_tensor_slices((x, y)).batch(8).take(0)
    with pytest.raises(ConfigError, match=r"x=.*Dataset: must hold a batch at least"):
        classifier().fit(x, y, callbacks=[Watch(empty)], verbose=0)


# Advice on pads: the lines that are given have to mask them.


def gru(*before):
    model = keras.Sequential([keras.Input((None, FEATURES)), *before, layers.GRU(3), layers.Dense(2, "softmax")])
    model.compile("adam", SPARSE)
    return model


def test_masking_in_front_of_the_layer_is_advised_where_the_pads_still_are_what_it_masks():
    (finding,) = found("unmasked_pads", gru(), padded(), batch()[1])
    assert "Put Masking in front of it" in finding.advice and finding.keras == "keras.layers.Masking(mask_value=0)"


def test_masking_behind_the_input_is_advised_where_a_layer_has_changed_the_pads():
    dense = layers.Dense(5, bias_initializer="ones")
    (finding,) = found("unmasked_pads", gru(dense), padded(), batch()[1])
    assert finding.advice.startswith("Put Masking behind the input") and "Masking(mask_value=0)" in finding.keras


@pytest.mark.parametrize("between", ["Conv1D", "MaxPooling1D", "missed"])
def test_no_second_mask_is_advised_where_one_is_made(between):
    x = padded(value=-1.0 if between != "missed" else 0.5)
    make = {"Conv1D": lambda: layers.Conv1D(4, 3, padding="same"), "MaxPooling1D": lambda: layers.MaxPooling1D(2)}
    rest = [make[between]()] if between in make else []
    (finding,) = found("unmasked_pads", gru(layers.Masking(mask_value=-1.0), *rest), x, batch()[1])
    assert finding.advice.startswith("A mask is made in front of it") and not finding.keras


def test_an_embedding_is_told_to_mask_in_words_and_in_code():
    ids = np.where(np.arange(STEPS) < STEPS - np.arange(24)[:, None] % 4, 1 + np.arange(24)[:, None] % 7, 0)
    stack = [keras.Input((STEPS,)), layers.Embedding(9, 4), layers.GRU(3), layers.Dense(2, "softmax")]
    for finding in found("unmasked_pads", keras.Sequential(stack), ids, batch()[1]):
        assert "mask_zero=True" in finding.advice and "mask_zero=True" in finding.keras


# Outputs, labels, names.


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_outputs_of_classes_that_are_no_shares_are_found(activation):
    (finding,) = found("logits", classifier(activation=activation, units=3), *batch())
    assert finding.severity == "warning" and "not to 1" in finding.what
    assert not found("logits", classifier(activation="softmax", units=3), *batch())


def test_every_output_with_a_loss_needs_labels():
    x, y = batch()
    inside = keras.Input((STEPS, FEATURES))
    state = layers.GRU(3)(inside)
    model = keras.Model(inside, [layers.Dense(2, "softmax", name="p")(state), layers.Dense(1, name="q")(state)])
    model.compile("adam", {"p": SPARSE, "q": "mse"})
    whole = ([y, np.zeros(24)], {"p": y, "q": np.zeros(24)})
    assert not any(found("labels_shape", model, x, labels) for labels in whole)
    for labels in (y, [y], {"p": y}, {"p": y, "z": y}):
        (finding,) = found("labels_shape", model, x, labels)
        assert "1 of 2 outputs" in finding.what and finding.what.endswith("not for q")
    assert not found("labels_shape", model, x)


def test_a_file_names_the_labels_of_several_outputs(tmp_path):
    x, y = batch()
    np.savez(tmp_path / "b.npz", x=x, **{"y.p": y, "y.q": y})
    held = read_batch(tmp_path / "b.npz")
    assert set(held.y) == {"p", "q"} and held.unused == ()
    np.savez(tmp_path / "both.npz", x=x, y=y, **{"y.p": y})
    with pytest.raises(ConfigError, match=r"y or y\.NAME"):
        read_batch(tmp_path / "both.npz")


def two_inputs():
    a, b = keras.Input((STEPS, FEATURES), name="a"), keras.Input((5,), name="b")
    return keras.Model([a, b], layers.Dense(2, "softmax")(layers.concatenate([layers.GRU(3)(a), b])))


def test_inputs_that_lack_their_names_are_told_those_of_the_model():
    x, y = batch()
    for given in (x, {"a": x, "c": x[:, :5, 0]}):
        (finding,) = found("refused", two_inputs(), given, y)
        assert "2 inputs (a, b)" in finding.what and "x.NAME" in finding.advice


@pytest.mark.parametrize("kind", ["<U3", "S3"])
def test_text_for_a_model_of_numbers_is_named(kind):
    x, y = batch()
    (finding,) = found("refused", classifier(), x.astype(kind), y)
    assert finding.what == "x holds text, the model takes numbers" and "TextVectorization" in finding.advice


@pytest.mark.filterwarnings("error")
def test_values_that_become_infinite_are_found_in_the_input_not_in_rows_without_a_step():
    x, y = batch()
    (finding,) = found("not_finite", classifier(), x.astype("float64") * 1e39, y)
    assert finding.where == "x" and "beyond float32" in finding.what and finding.evidence["count"] > 0
    assert "not_finite" not in names(check_model(masked(), x.astype("float64"), y))

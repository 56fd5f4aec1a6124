"""What strangers hand to the check of a model: what is refused in one line, and what advice holds for."""

import numpy as np
import pytest

from mismatch.check.models import batch as read_batch
from mismatch.check.models import check_model
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

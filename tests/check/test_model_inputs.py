"""Inputs are matched as Keras matches them, and the pads of one are held against the layers that read it alone."""

import numpy as np
import pytest

from mismatch.check.copies import runnable
from mismatch.check.guard import as_numpy
from mismatch.check.models import check_model
from mismatch.engine.backend import keras

from .built import ROWS, batch, found, layers, names

X, Y = batch()
LONG = 9
"""Steps of the second input."""


def ids(steps, seed=0, full=False):
    """Ids 1 to 16 with 0 to 3 pads behind them."""
    values = np.random.default_rng(seed).integers(1, 17, (ROWS, steps)).astype("int32")
    return np.where(np.arange(steps) >= steps - (0 if full else 1) * (np.arange(ROWS) % 4)[:, None], 0, values)


def two(mask_a=True, mask_b=True, struct=list):
    """Two inputs of ids, each with its table and its GRU; declared in an order that is not that of their names."""
    b, a = keras.Input((None,), dtype="int32", name="b"), keras.Input((None,), dtype="int32", name="a")
    sides = [
        layers.GRU(2, name=f"gru_of_{name}")(layers.Embedding(17, 3, mask_zero=masked)(side))
        for name, side, masked in (("b", b, mask_b), ("a", a, mask_a))
    ]
    held = {"b": b, "a": a} if struct is dict else struct((b, a))
    model = keras.Model(held, layers.Dense(1, "sigmoid")(layers.Concatenate()(sides)))
    model.compile("adam", "binary_crossentropy")
    return model


@pytest.mark.parametrize("struct", [list, tuple, dict])
def test_inputs_in_a_dict_are_matched_by_name_whatever_their_order(struct):
    x = {"a": ids(6), "b": ids(LONG, 1)}
    checked = check_model(two(struct=struct), x, Y)
    assert names(checked) == {}, checked.text()
    assert {name: shape for name, shape, *_ in checked.profile[0].rows} == {"a": "(24, 6)", "b": "(24, 9)"}


def test_a_dict_of_inputs_of_other_ranks_is_no_fault():
    words, series = keras.Input((6,), dtype="int32", name="words"), keras.Input((LONG, 4), name="series")
    sides = [layers.GRU(2)(layers.Embedding(17, 3, mask_zero=True)(words)), layers.GRU(2)(series)]
    model = keras.Model([words, series], layers.Dense(1, "sigmoid")(layers.Concatenate()(sides)))
    model.compile("adam", "binary_crossentropy")
    assert names(check_model(model, {"words": ids(6), "series": batch(LONG)[0], "unused": X}, Y)) == {}
    assert "series" in found("rank", model, {"words": ids(6), "series": X[:, 0]}, Y)[0].where


def test_an_input_that_may_be_left_out_is():
    one, more = keras.Input((6, 4), name="one"), keras.Input((2,), name="more", optional=True)

    class Both(layers.Layer):
        def call(self, x, more=None):
            return x if more is None else x + more[..., :1]

    model = keras.Model({"one": one, "more": more}, layers.Dense(2)(Both()(layers.GRU(2)(one), more)))
    assert names(check_model(model, {"one": X, "more": None})) == {}


def test_structures_in_structures_are_run_as_they_stand():
    one, two_, three = (keras.Input((6, 4), name=name) for name in ("one", "two", "three"))
    merged = layers.Concatenate()([layers.GRU(2)(side) for side in (one, two_, three)])
    model = keras.Model([one, {"k": [two_, three]}], layers.Dense(2)(merged))
    assert names(check_model(model, [X, {"k": (X, X)}])) == {}
    assert names(check_model(model)) == {}
    assert found("feature_size", model, [X, {"k": (X, X[..., :3])}])[0].where == "x[1].k[1]"


@pytest.mark.parametrize("unmasked", ["a", "b"])
def test_pads_of_each_input_are_followed_to_the_layer_that_reads_it(unmasked):
    model = two(mask_a=unmasked != "a", mask_b=unmasked != "b")
    finding = found("unmasked_pads", model, {"a": ids(LONG), "b": ids(LONG, 1)}, Y)[0]
    assert finding.where == f"gru_of_{unmasked} (GRU)"
    assert f"of {unmasked} carry 1 to 3 pads" in finding.what


def test_layers_that_two_inputs_share_are_held_against_the_pads_of_each_call():
    table, gru = layers.Embedding(17, 3, mask_zero=True), layers.GRU(2)
    a, b = (keras.Input((None,), dtype="int32") for _ in "ab")
    model = keras.Model([a, b], layers.Dense(1, "sigmoid")(gru(table(a)) - gru(table(b))))
    model.compile("adam", "binary_crossentropy")
    other = np.where(np.arange(6) >= 6 - (np.arange(ROWS) * 7 % 5)[:, None], 0, ids(6, full=True))
    assert names(check_model(model, [ids(6), other], Y)) == {}
    wrong = np.where(other == 0, 16, other)
    assert found("mask_misses_pads", model, [ids(6), wrong], Y)[0].where.startswith("embedding")


def test_a_decoder_that_repeats_a_summary_reads_no_pads():
    stack = [keras.Input((6,)), layers.Embedding(17, 3, mask_zero=True), layers.GRU(2), layers.RepeatVector(6)]
    model = keras.Sequential([*stack, layers.GRU(2, return_sequences=True), layers.Dense(17, "softmax")])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(ignore_class=0))
    assert names(check_model(model, ids(6), ids(6))) == {}


def test_pads_are_followed_through_a_stack_that_reads_both_ways():
    stack = [layers.Bidirectional(layers.GRU(2, return_sequences=True)) for _ in range(2)]
    model = keras.Sequential([keras.Input((6,)), layers.Embedding(17, 3), *stack, layers.Flatten()])
    assert {finding.where.split()[-1] for finding in found("sequence_head", model, ids(6))} == {"(Flatten)"}


# Models that are built, and those that are not.


def texts():
    return np.array([["good film"], ["bad film"], ["a film"]] * (ROWS // 3), dtype=object)


@pytest.mark.parametrize("declared", [True, False])
def test_a_table_of_words_is_looked_up_in_the_model_and_in_its_copy(declared):
    table = layers.TextVectorization(max_tokens=9, output_sequence_length=4, vocabulary=["good", "bad", "film"])
    head = [keras.Input((1,), dtype="string")] if declared else []
    model = keras.Sequential([*head, table, layers.Embedding(9, 3, mask_zero=True), layers.GRU(2), layers.Dense(1)])
    model.compile("adam", "mse")
    checked = check_model(model, texts(), X[:, 0, :1])
    assert names(checked) == {}, checked.text()
    assert (runnable(model)[0] is model) == declared
    assert model.built == declared


def test_a_copy_has_the_vocabulary_and_the_weights_that_its_model_has_learnt():
    table, scale = layers.StringLookup(), layers.Normalization()
    table.adapt(texts())
    scale.adapt(X * 9)
    copy = runnable(keras.Sequential([table, layers.Embedding(9, 3)]))[0]
    assert copy.layers[0].get_vocabulary() == table.get_vocabulary()
    copy = runnable(keras.Sequential([scale, layers.GRU(2)]))[0]
    assert np.allclose(as_numpy(copy.layers[0].mean), as_numpy(scale.mean))


def test_a_model_of_a_fixed_batch_is_run_on_as_many_rows():
    stack = [keras.Input(batch_shape=(8, 6, 4)), layers.GRU(3, stateful=True), layers.Dense(2, "softmax")]
    model = keras.Sequential(stack)
    model.compile("adam", "sparse_categorical_crossentropy")
    assert names(check_model(model, X, Y)) == {}
    assert names(check_model(model)) == {}
    assert "refused" in names(check_model(model, X[:5], Y[:5]))

"""A check changes nothing of a model: weights, optimizer, states, random draws, names; and says what it cannot do."""

import random

import numpy as np
import pytest

from mismatch.check.guard import as_numpy
from mismatch.check.models import check_model
from mismatch.check.watch import Stopped, Watch
from mismatch.engine.backend import keras

from .built import FEATURES, ROWS, SPARSE, STEPS, batch, classifier, layers, names, padded

X, Y = batch()


def everything(model):
    held = [*model.variables, *model.metrics_variables, *model.optimizer.variables]
    return [as_numpy(variable).copy() for variable in held]


def test_a_trained_model_with_state_is_left_as_it_was():
    stack = [keras.Input(batch_shape=(ROWS, STEPS, FEATURES)), layers.Dropout(0.5), layers.BatchNormalization()]
    stack += [layers.GRU(3, stateful=True, activity_regularizer="l2"), layers.Dense(2, "softmax")]
    model = keras.Sequential(stack)
    model.compile("adam", SPARSE, metrics=["accuracy"])
    model.fit(X, Y, batch_size=ROWS, verbose=0)
    before, trained, losses = everything(model), model.train_function, len(model.losses)
    check_model(model, padded(), Y)
    assert all(np.array_equal(a, b) for a, b in zip(before, everything(model), strict=True))
    assert (model.train_function, len(model.losses), model.compiled) == (trained, losses, True)


def test_random_draws_and_names_go_on_as_without_a_check():
    model = keras.Sequential([layers.Masking(), layers.GRU(3), layers.Dense(2)])

    def draws():
        keras.utils.set_random_seed(1)
        return random.random(), np.random.rand(), float(keras.random.uniform(())), layers.Dense(2).name[:5]

    def checked():
        keras.utils.set_random_seed(1)
        check_model(model, padded(), Y)
        return random.random(), np.random.rand(), float(keras.random.uniform(())), layers.Dense(2).name[:5]

    first = int(layers.Dense(1).name.split("_")[-1].replace("dense", "0"))
    assert checked() == draws()
    assert int(layers.Dense(1).name.split("_")[-1]) == first + 3
    assert not model.built
    assert not model.weights


def test_layers_can_be_called_as_before_also_after_a_refusal():
    call = keras.layers.Layer.__call__
    check_model(classifier(), X[..., :3], Y)
    assert keras.layers.Layer.__call__ is call


def test_what_could_not_be_done_is_said():
    class Own(keras.Model):
        def __init__(self, size):
            super().__init__()
            self.size = size
            self.gru = layers.GRU(size)

        def call(self, x):
            return self.gru(x)

    assert "not built yet and cannot be copied" in check_model(Own(3), X).text(200)
    assert "No labels were given" in check_model(classifier(), X).text(200)
    assert "No batch was given" in check_model(classifier()).text(200)
    assert "No loss is known" in check_model(layers.GRU(1), X, X[:, 0, :1]).text(200)


def test_several_inputs_and_outputs_are_looked_at_by_name():
    one, two = keras.Input((STEPS, FEATURES), name="one"), keras.Input((STEPS, 2), name="two")
    heads = {"a": layers.Dense(2, "softmax")(layers.GRU(3)(one)), "b": layers.Dense(1)(layers.GRU(3)(two))}
    model = keras.Model({"one": one, "two": two}, heads)
    model.compile("adam", {"a": SPARSE, "b": "mse"})
    x, y = {"one": X, "two": X[..., :2]}, {"a": Y, "b": X[:, 0, :1]}
    assert names(check_model(model, x, y)) == {}
    assert check_model(model, {**x, "two": X}, y).findings[0].where == "two"
    assert "labels_range" in names(check_model(model, x, {**y, "a": Y + 1}))


@pytest.mark.parametrize("x", [[], np.array(3.0), np.array([None, 1], object), np.zeros((0,))], ids=repr)
def test_odd_inputs_make_no_traceback(x):
    check_model(classifier(), x, Y)


def test_watch_checks_what_fit_is_given_and_can_stop_it():
    model = classifier()
    weights = model.get_weights()
    watch = Watch(X, Y + 5, stop=True, quiet=True)
    with pytest.raises(Stopped, match="labels_range"):
        model.fit(X, Y + 5, callbacks=[watch], verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(weights, model.get_weights(), strict=True))
    assert "labels_range" in names(watch.checked)


def test_watch_prints_what_it_finds_and_nothing_where_all_is_well(capsys):
    for x, said in ((X, ""), (padded(), "unmasked_pads")):
        watch = Watch(x, Y)
        watch.set_model(classifier())
        watch.on_train_begin()
        shown = capsys.readouterr().out
        assert said in shown and bool(shown) == bool(said)


def test_watch_takes_the_first_batch_of_a_data_set_and_refuses_a_generator():
    from mismatch.engine.backend import tf

    watch = Watch(tf.data.Dataset.from_tensor_slices((X, Y)).batch(8), quiet=True)
    watch.set_model(classifier())
    watch.on_train_begin()
    assert watch.checked.facts["inputs"] == {"x": [8, STEPS, FEATURES]}
    with pytest.raises(TypeError, match="read once"):
        Watch(iter([(X, Y)]))

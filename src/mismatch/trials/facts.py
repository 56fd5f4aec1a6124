"""Facts that other experiments lean on: padding, masks, and features of zeros.

In: nothing. Out: `cases`, each a number beside what it should be.
"""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from mismatch.engine.backend import keras, tf
from mismatch.trials.models import FEATURES, LONG, UNITS, batch, classifier, correct, pairs, score, train
from mismatch.trials.runner import Bench, Case, Check, equal, learned, register, same
from mismatch.trials.shape import fit
from mismatch.trials.words import first_line

cases: list[Case] = []
trial = register(cases)

PADS, WIDE = 10, 16
CLOSE_SIZES = {"minus-one": FEATURES - 1, "plus-one": FEATURES + 1, "half": FEATURES // 2, "double": 2 * FEATURES}
SIDES = {"pre": "pre", "post": "post"}


@trial("fact", "fact", "fit", over=CLOSE_SIZES)
def close(bench: Bench, features: int) -> None:
    """{} features for 4."""
    fit(bench, classifier(), *batch(features=features))


@trial("fact", "fact", "fit", mismatch=False)
def close_is_no_different(bench: Bench) -> Check:
    """Kinds of error, numbers left out, over one feature less, one more, half and double."""
    seen = set()
    for features in CLOSE_SIZES.values():
        keras.utils.clear_session(free_memory=False)
        try:
            with bench.saying(right=False):
                fit(bench, classifier(), *batch(features=features))
            seen.add("none")
        except Exception as error:
            seen.add(type(error).__name__ + re.sub(r"\d+", "n", first_line(str(error))))
    return Check(len(seen), 1, seen != {"none"} and len(seen) == 1)


@trial("fact", "fact", "data", mismatch=False)
def pad_sequences_defaults(bench: Bench) -> Check:
    """pad_sequences pads and cuts at the start; value: 1 where [1, 2], [3, 4, 5, 6] become [0, 1, 2], [4, 5, 6]."""
    padded = keras.utils.pad_sequences([[1, 2], [3, 4, 5, 6]], maxlen=3)
    return equal(padded.tolist() == [[0, 1, 2], [4, 5, 6]], 1)


@trial("fact", "fact", "data")
def pad_sequences_dtype(bench: Bench) -> Check:
    """Floats in [0, 1) through pad_sequences as it is, int32; value: share of numbers left other than 0."""
    values = np.random.default_rng(0).random((8, 5))
    return equal(np.mean(keras.utils.pad_sequences(values) != 0), 1)


def _through_padding(bench: Bench, **options: str) -> float:
    """Test accuracy of pairs, scaled into [0, 1), after pad_sequences."""
    keras.utils.set_random_seed(0)
    (values, labels), (test, truth) = pairs(), pairs(seed=1)
    pad = keras.utils.pad_sequences
    model = train(bench, classifier(LONG, learns=True), pad(0.9 * values, **options), labels)
    return score(model, pad(0.9 * test, **options), truth)


@trial("fact", "fact", "fit")
def pad_sequences_dtype_fit(bench: Bench) -> Check:
    """Training on floats in [0, 1) through pad_sequences as it is."""
    return learned(_through_padding(bench), correct())


@trial("fact", "fact", "fit", mismatch=False)
def pad_sequences_float_fit(bench: Bench) -> Check:
    """Control: training on floats in [0, 1) through pad_sequences with dtype float32."""
    return learned(_through_padding(bench, dtype="float32"), correct())


@trial("fact", "fact", "call")
def masking_takes_time_for_features(bench: Bench) -> Check:
    """Masking on 2-D ids; value: 1 where its mask is `any(id != 0)` over a whole row, reference: 0."""
    ids = np.array([[1, 2, 0], [0, 0, 0], [3, 0, 0]])
    bench.offer(lambda: keras.Sequential([keras.layers.Masking(), keras.layers.GRU(UNITS)]), ids)
    mask = np.asarray(keras.layers.Masking().compute_mask(ids))
    return equal(np.array_equal(mask, [True, False, True]), 0)


@trial("fact", "fact", "data", mismatch=False)
def reshape_same_shape_is_no_op(bench: Bench) -> Check:
    """A reshape to the shape an array has; value: 1 where it shares its memory."""
    values = batch()[0]
    return equal(np.shares_memory(values, values.reshape(values.shape)), 1)


def _padded(side: str) -> tuple[np.ndarray, np.ndarray]:
    """The batch `(32, 6, 4)` and the same with 10 steps of zeros before or behind."""
    values = batch()[0]
    return values, np.pad(values, ((0, 0), (PADS, 0) if side == "pre" else (0, PADS), (0, 0)))


def _masked_steps(layer_output: object) -> int:
    """Steps of the first row that the mask on `layer_output` leaves out; 0 without a mask."""
    mask = getattr(layer_output, "_keras_mask", None)
    return 0 if mask is None else int((~np.asarray(mask)[0]).sum())


def _still_masked(bench: Bench, then: Callable[[Any, Any], Any]) -> Check:
    """Steps still masked behind `then` of the masked and the plain batch; a GRU behind it is what needs them."""
    padded = _padded("post")[1]

    def model() -> keras.Model:
        inputs = keras.Input(padded.shape[1:])
        return keras.Model(inputs, keras.layers.GRU(UNITS)(then(keras.layers.Masking()(inputs), inputs)))

    bench.offer(model, padded)
    return equal(_masked_steps(then(keras.layers.Masking()(padded), tf.constant(padded))), PADS)


@trial("fact", "fact", "call", mismatch=False)
def mask_kept(bench: Bench) -> Check:
    """Control: steps masked behind Masking and Dense."""
    return _still_masked(bench, lambda masked, plain: keras.layers.Dense(3)(masked))


@trial("fact", "fact", "call")
def mask_lost_concatenate(bench: Bench) -> Check:
    """Steps still masked after Concatenate with one unmasked input."""
    return _still_masked(bench, lambda masked, plain: keras.layers.Concatenate()([masked, plain]))


@trial("fact", "fact", "call")
def mask_lost_add(bench: Bench) -> Check:
    """Steps still masked after Add with one unmasked input."""
    return _still_masked(bench, lambda masked, plain: keras.layers.Add()([masked, plain]))


@trial("fact", "fact", "call")
def mask_lost_operator(bench: Bench) -> Check:
    """Steps still masked after a multiplication by 1 outside any layer."""
    return _still_masked(bench, lambda masked, plain: masked * 1.0)


@trial("fact", "fact", "call")
def mask_lost_convolution(bench: Bench) -> Check:
    """Steps still masked after Conv1D."""
    return _still_masked(bench, lambda masked, plain: keras.layers.Conv1D(3, 1)(masked))


@trial("fact", "fact", "call", mismatch=False, over=SIDES)
def masked_equals_unpadded(bench: Bench, side: str) -> Check:
    """10 masked steps of zeros ({}); value: how far the outputs are from the unpadded ones."""
    values, padded = _padded(side)
    gru = keras.layers.GRU(UNITS)
    bench.offer(lambda: keras.Sequential([keras.Input(padded.shape[1:]), keras.layers.Masking(), gru]), padded)
    return same(gru(keras.layers.Masking()(padded)), gru(values))


@trial("fact", "fact", "call", over=SIDES)
def unmasked_against_unpadded(bench: Bench, side: str) -> Check:
    """10 unmasked steps of zeros ({}) at initial weights; value: how far the outputs are from the unpadded ones."""
    values, padded = _padded(side)
    gru = keras.layers.GRU(UNITS)
    bench.offer(lambda: gru, padded)
    return same(gru(padded), gru(values))


def _cell_calls(bench: Bench, mask: np.ndarray | None) -> int:
    """Times an eager GRU computes its cell on the padded batch, whose pads are unmasked where there is no mask."""
    gru, calls = keras.layers.GRU(UNITS), []
    values = _padded("post")[1]
    with bench.saying(right=mask is not None):
        bench.offer(lambda: gru, values, mask=mask)
    gru.build(values.shape)
    compute = gru.cell.call

    def counted(*inputs: object, **options: object) -> object:
        calls.append(1)
        return compute(*inputs, **options)

    gru.cell.call = counted
    gru(values, mask=mask)
    return len(calls)


@trial("fact", "fact", "call", mismatch=False)
def masked_steps_are_computed(bench: Bench) -> Check:
    """Cell computations on 16 steps of which 10 are masked; reference: without a mask."""
    return equal(_cell_calls(bench, np.any(_padded("post")[1] != 0, axis=-1)), _cell_calls(bench, None))


def _narrow_and_wide() -> tuple[keras.Model, keras.Model, np.ndarray]:
    """A model for 4 features, one for 16 with the same weights on the first 4, and 12 features of zeros to add."""
    narrow, wide = classifier(LONG, learns=True), classifier(LONG, WIDE, learns=True)
    weights = narrow.get_weights()
    weights[0] = np.concatenate([weights[0], wide.get_weights()[0][FEATURES:]])
    wide.set_weights(weights)
    return narrow, wide, np.zeros((len(pairs()[0]), LONG, WIDE - FEATURES), "float32")


@trial("fact", "fact", "fit", mismatch=False)
def zero_features_gradient(bench: Bench) -> Check:
    """12 features of zeros behind 4; value: the largest gradient on their kernel rows."""
    (values, labels), (_, wide, zeros) = pairs(), _narrow_and_wide()
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(
            keras.losses.sparse_categorical_crossentropy(labels, wide(np.concatenate([values, zeros], -1)))
        )
    gradient = tape.gradient(loss, wide.layers[0].cell.kernel).numpy()
    if not gradient[:FEATURES].any():
        raise AssertionError("no gradient on the real features either")
    return equal(np.abs(gradient[FEATURES:]).max(), 0)


@trial("fact", "fact", "fit", mismatch=False)
def zero_features_loss_path(bench: Bench) -> Check:
    """12 features of zeros behind 4, equal weights; value: the largest difference of the losses over three epochs."""
    (values, labels), (narrow, wide, zeros) = pairs(), _narrow_and_wide()
    settings = {"batch_size": 64, "epochs": 3, "shuffle": False, "verbose": 0}
    left = bench.watch(narrow).fit(values, labels, **settings).history["loss"]
    right = bench.watch(wide).fit(np.concatenate([values, zeros], -1), labels, **settings).history["loss"]
    return same(right, left)

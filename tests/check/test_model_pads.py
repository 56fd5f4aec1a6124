"""What the check says of pads: counts and shares that are measured here a second time, in another way."""

import numpy as np
import pytest

from mismatch.check.models import check_model
from mismatch.engine.backend import keras

from .built import FEATURES, STEPS, batch, found, layers, names, padded


def ended(values, ends, value=0.0):
    """Rows with pads from step `ends` on."""
    return np.where((np.arange(values.shape[1]) < ends[:, None])[..., None], values, np.float32(value))


def noise(rows=24, steps=20, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, steps, 3)).astype("float32")


def moved(layer, x, changed):
    return np.linalg.norm(np.array(layer(changed)) - np.array(layer(x)), axis=-1)


def left(layer, x, ends):
    """Share of a change in each last real step that is left, against the same rows cut at their ends."""
    size, shares = 0.05 * x[x != 0].std(), np.empty(len(x))
    for end in np.unique(ends):
        rows = x[ends == end]
        step = np.zeros_like(rows)
        step[:, end - 1] = size
        short = rows[:, :end]
        shares[ends == end] = moved(layer, rows, rows + step) / moved(layer, short, short + step[:, :end])
    return shares


# What fades behind pads.


@pytest.mark.parametrize(("few", "severity"), [(4, "warning"), (20, "error")])
def test_what_is_left_is_that_of_rows_with_as_many_pads_also_in_a_batch_sorted_by_length(few, severity):
    """The first rows alone are of one length here, and would speak for the others."""
    ends = np.where(np.arange(24) < few, 2, 18)
    x = ended(noise(), ends)
    layer = layers.GRU(3)
    model = keras.Sequential([keras.Input((None, 3)), layer, layers.Dense(2)])
    finding = found("unmasked_pads", model, x)[0]
    truth = left(layer, x, ends)
    held = finding.evidence
    assert held["pads"] == np.median(20 - ends) and held["most"] == 18 and finding.severity == severity
    assert held["left"] == pytest.approx(np.median(truth[20 - ends == held["pads"]]), rel=0.02, abs=1e-4)
    assert held["left_at_most"] == pytest.approx(np.median(truth[ends == 2]), abs=1e-4)
    assert held["lost"] == np.count_nonzero(truth < 0.01) == few
    assert f"left after {held['pads']} pads" in finding.what and f"less than 1 % in {few} of 24 rows" in finding.what


@pytest.mark.parametrize("side", ["behind", "in front of"])
def test_a_layer_that_reads_both_ways_is_measured_whole_and_not_told_to_pad_at_the_start(side):
    ends = np.arange(24) % 6 + 8
    x = ended(noise(), ends)
    x = x if side == "behind" else x[:, ::-1]
    layer = layers.Bidirectional(layers.GRU(8))
    model = keras.Sequential([keras.Input((None, 3)), layer, layers.Dense(2)])
    finding = found("unmasked_pads", model, x)[0]
    assert finding.severity == "note"
    assert f"7 to 12 pads {side} their data" in finding.what
    assert "start" not in finding.advice
    real = (x != 0).any(-1)
    step = 0.05 * x[real].std() * real[..., None]
    mask = keras.ops.convert_to_tensor(real)
    bare, masked = moved(layer, x, x + step), moved(lambda value: layer(value, mask=mask), x, x + step)
    at = (20 - ends) == finding.evidence["pads"]
    assert finding.evidence["left"] == pytest.approx(np.median(bare[at] / masked[at]), rel=0.02)
    assert finding.evidence["left"] > 0.5


def test_the_layer_that_gives_a_last_state_is_measured_not_the_one_in_front_of_it():
    stack = [keras.Input((None, 3)), layers.GRU(3, return_sequences=True), layers.GRU(3, name="end"), layers.Dense(2)]
    finding = found("unmasked_pads", keras.Sequential(stack), ended(noise(), np.arange(24) % 6 + 8))[0]
    assert finding.where.startswith("end ")


# Masks on their way.


def _joined(x):
    """Masked and unmasked features, side by side, into a recurrent layer."""
    return layers.GRU(3)(layers.Concatenate()([layers.Masking()(x), layers.Dense(2)(x)]))


class _Forgets(keras.layers.Layer):
    def compute_mask(self, inputs, mask=None):
        return keras.ops.ones_like(mask)

    def __init__(self):
        super().__init__()
        self.supports_masking = True

    def call(self, x):
        return 2 * x


@pytest.mark.parametrize(
    "model",
    [
        _joined,
        lambda x: layers.GRU(3)(layers.Masking(-9.0)(layers.Masking()(x))),
        lambda x: layers.GRU(3)(_Forgets()(layers.Masking()(x))),
    ],
    ids=["joined", "made anew", "own layer"],
)
def test_a_mask_that_becomes_true_at_every_step_is_a_lost_mask(model):
    finding = found("mask_lost", model, padded())[0]
    assert "True at every step" in finding.what
    assert "reads pads as data" in finding.what
    assert finding.severity == "error"


def test_a_masked_and_an_unmasked_input_that_are_joined_lose_the_mask():
    ids = np.where((padded() != 0).any(-1), 1, 0)
    words, series = keras.Input((STEPS,), dtype="int32"), keras.Input((STEPS, FEATURES))
    joined = layers.Concatenate()([layers.Embedding(2, 3, mask_zero=True)(words), layers.Dense(2)(series)])
    model = keras.Model([words, series], layers.GRU(3)(joined))
    assert found("mask_lost", model, [ids, batch()[0]])[0].severity == "error"


@pytest.mark.parametrize("axes", [1, STEPS], ids=["(N, 1, T)", "(N, T, T)"])
@pytest.mark.parametrize("kind", ["bool", "int32"])
def test_a_mask_for_attention_may_have_an_axis_of_queries(axes, kind):
    def model(x):
        mask = keras.ops.repeat(keras.ops.any(x != 0, axis=-1)[:, None], axes, axis=1)
        return layers.MultiHeadAttention(2, 3)(x, x, attention_mask=keras.ops.cast(mask, kind))

    assert names(check_model(model, padded())) == {}


def test_weights_of_ones_own_attention_may_be_masked_in_their_own_shape():
    def model(x):
        mask = keras.ops.repeat(keras.ops.any(x != 0, axis=-1)[:, None], STEPS, axis=1)
        return layers.Softmax()(keras.ops.matmul(x, keras.ops.swapaxes(x, 1, 2)), mask=mask) @ x

    assert names(check_model(model, padded())) == {}


# Which steps are pads.


def _classifier(*front):
    return keras.Sequential([keras.Input((None, 3)), *front, layers.GRU(3), layers.Dense(2)])


def test_rows_that_repeat_their_own_last_step_are_all_counted_and_not_called_sure():
    ends = np.arange(24) % 12 + 9
    held = np.minimum(np.arange(20), ends[:, None] - 1)
    x = np.take_along_axis(noise(), held[..., None], axis=1)
    finding = found("unmasked_pads", _classifier(), x)[0]
    assert f"{np.count_nonzero(ends < 20)} of 24 rows carry 1 to 11 repetitions of a step of their own" in finding.what
    assert finding.severity == "warning"


def test_pads_that_were_standardised_row_by_row_are_counted_but_for_the_first():
    ends = np.arange(24) % 12 + 9
    x = ended(noise(), ends)
    x = (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)
    finding = found("mask_misses_pads", _classifier(layers.Masking()), x)[0]
    seen = ends < 19
    assert f"{seen.sum()} of 24 rows repeat" in finding.what
    assert finding.evidence["missed"] == np.sum(20 - ends[seen]) - seen.sum()


def test_a_row_alone_that_is_padded_is_found_among_others_that_are_not():
    ends = np.where(np.arange(24) == 5, 9, 20)
    assert found("unmasked_pads", _classifier(), ended(noise(), ends, 7.0))[0].evidence["rows"] == 1


def test_what_is_quoted_of_pads_is_what_reaches_masking():
    x = ended(noise(), np.arange(24) % 6 + 8)
    shifted = keras.Sequential([keras.Input((None, 3)), layers.Rescaling(1, 0.5), layers.Masking(), layers.GRU(3)])
    finding = found("mask_misses_pads", shifted, x)[0]
    assert "reach it as 0.5, 0.5, 0.5 (in the batch 0, 0, 0); it masks 0" in finding.what
    assert finding.evidence["missed"] == finding.evidence["pads"] == np.count_nonzero((x == 0).all(-1))


@pytest.mark.parametrize("clock", [np.linspace(0, 1, 20), np.sin(np.arange(20))], ids=["linear", "periodic"])
def test_a_clock_that_runs_on_through_pads_keeps_them_from_being_masked(clock):
    x = ended(noise(), np.arange(24) % 6 + 8)
    x[..., 2] = clock
    finding = found("mask_misses_pads", _classifier(layers.Masking()), x)[0]
    assert "feature 2 runs on through them" in finding.what
    assert finding.evidence["missed"] == np.count_nonzero((x[..., :2] == 0).all(-1))


def test_blank_steps_at_both_ends_of_rows_are_a_note():
    x = noise()
    x[:, :4] = x[:, -5:] = 0
    finding = found("unmasked_pads", _classifier(), x)[0]
    assert finding.severity == "note"
    assert "5 blank steps" in finding.what


# Layers of one's own, and layers inside of layers.


class _Own(layers.GRU):
    pass


def test_a_class_made_from_a_layer_of_keras_is_looked_at_as_that_layer():
    stack = [keras.Input((None, 3)), _Own(3, name="own"), layers.Dense(2)]
    finding = found("unmasked_pads", keras.Sequential(stack), ended(noise(), np.arange(24) % 6 + 8))[0]
    assert finding.where == "own (_Own)"


@pytest.mark.parametrize("masked", [True, False])
def test_the_encoder_of_a_time_distributed_is_looked_into(masked):
    words = (np.arange(12) < np.array([3, 5, 8] * 8)[:, None]) * np.random.default_rng(0).integers(1, 9, (24, 12))
    sentence = keras.Input((12,), dtype="int32")
    encoder = keras.Model(sentence, layers.GRU(3)(layers.Embedding(9, 3, mask_zero=masked)(sentence)))
    text = keras.Input((3, 12), dtype="int32")
    model = keras.Model(text, layers.Dense(2)(layers.GRU(3)(layers.TimeDistributed(encoder)(text))))
    seen = found("unmasked_pads", model, words.reshape(8, 3, 12).astype("int32"))
    assert [" in time_distributed" in finding.where for finding in seen] == ([] if masked else [True])


@pytest.mark.parametrize("by_hand", [True, False])
@pytest.mark.parametrize("graph", [True, False])
def test_a_mask_that_a_mean_over_steps_ignores_is_found_by_changing_pads(by_hand, graph):
    gru = layers.GRU(3, return_sequences=True)

    def pooled(x):
        states = gru(layers.Masking()(x))
        if not by_hand:
            return keras.ops.mean(states, axis=1)
        real = keras.ops.cast(keras.ops.any(x != 0, axis=-1), "float32")[..., None]
        return keras.ops.sum(states * real, axis=1) / keras.ops.sum(real, axis=1)

    inputs = keras.Input((STEPS, FEATURES))
    seen = found("mask_lost", keras.Model(inputs, pooled(inputs)) if graph else pooled, padded())
    assert [finding.severity for finding in seen] == ([] if by_hand else ["warning"])


def test_profiles_of_days_are_a_note_where_swapped_walks_are_a_warning():
    rng = np.random.default_rng(0)
    days = (
        np.sin(np.arange(24) / 24 * 2 * np.pi) * rng.uniform(0.5, 1.5, (48, 7, 1)) + rng.normal(size=(48, 7, 24)) * 0.1
    )
    walks = rng.normal(size=(48, 24, 7)).cumsum(1).swapaxes(1, 2)
    for x, severity in ((days, "note"), (walks, "warning")):
        assert found("steps_or_features", lambda x: layers.GRU(3)(x), x.astype("float32"))[0].severity == severity


# Pads in averages and in attention.


def averaged(*stack):
    return keras.Sequential([keras.Input((STEPS, FEATURES)), *stack, layers.GlobalAveragePooling1D(), layers.Dense(2)])


def attended(read, **how):
    x = keras.Input((STEPS, FEATURES))
    return keras.Model(x, read(layers.MultiHeadAttention(2, 3)(x, x, **how)))


@pytest.mark.parametrize("side", ["post", "pre"])
def test_pads_in_an_average_are_counted(side):
    finding = found("pads_pooled", averaged(layers.Dense(3)), padded(side))[0]
    pads = np.arange(24) % 4
    assert finding.evidence == {"rows": 18, "share": pytest.approx(pads[pads > 0].mean() / STEPS)}
    assert finding.severity == "warning" and "18 of 24 rows" in finding.what and "33% of the steps" in finding.what
    assert finding.advice == "Put Masking behind the input."


def test_a_layer_in_front_of_an_average_that_would_drop_the_mask_is_named():
    model = averaged(layers.Conv1D(3, 3, padding="same", name="conv"), layers.MaxPooling1D(2))
    finding = found("pads_pooled", model, padded())[0]
    assert "conv (Conv1D) ends the mask" in finding.advice
    assert finding.evidence["share"] == pytest.approx((0 / 3 + 1 / 3 + 1 / 3) / 3), "windows of pads alone"


def test_pads_of_ids_in_an_average_are_found_unless_the_embedding_masks_them():
    ids = np.random.default_rng(0).integers(1, 17, (12, STEPS))
    ids[::2, 4:] = 0

    def model(zero):
        stack = [layers.Embedding(20, 4, mask_zero=zero), layers.GlobalAveragePooling1D(), layers.Dense(2)]
        return keras.Sequential([keras.Input((STEPS,)), *stack])

    assert found("pads_pooled", model(False), ids)[0].advice == "Give the Embedding mask_zero=True."
    assert names(check_model(model(True), ids)) == {}


def test_attention_on_pads_is_found_once_where_they_can_be_seen():
    twice = keras.Sequential([attended(lambda h: h), attended(lambda h: layers.Dense(2)(h[:, 0]))])
    finding = found("pads_pooled", twice, padded())
    assert len(finding) == 1 and "and into one layer more" in finding[0].what
    causal = attended(layers.Dense(2), use_causal_mask=True)
    assert names(check_model(causal, padded())) == {}, "no real step looks at pads behind it"
    assert names(check_model(attended(lambda h: layers.Dense(2)(h[:, 0])), batch()[0])) == {}


def test_pads_that_move_nothing_are_not_found():
    x, kept = keras.Input((STEPS, FEATURES)), keras.Input((STEPS, 1))
    by_hand = layers.GlobalAveragePooling1D()(x * kept)
    values = padded()
    assert found("pads_pooled", keras.Model([x, kept], by_hand), [values, (values != 0).any(-1, keepdims=True)]) == []


@pytest.mark.parametrize("front", [layers.Masking, lambda: layers.GRU(3, return_sequences=True)])
def test_what_other_rules_say_of_pads_in_an_average_is_not_said_twice(front):
    model = averaged(front(), layers.Conv1D(3, 3, padding="same"))
    told = names(check_model(model, padded()))
    assert told and "pads_pooled" not in told


def test_blank_steps_at_both_ends_of_an_average_are_a_note():
    values = batch()[0]
    values[2:, :2] = values[2:, 4:] = 0
    finding = found("pads_pooled", averaged(), values)[0]
    assert finding.severity == "note" and "silence" in finding.advice

"""LSTM cells, dropout and the choice of weights by the probe: what they do, what they share, and what is refused."""

import numpy as np
import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.streams import Streams
from mismatch.engine.backend import keras
from mismatch.engine.model import build
from mismatch.engine.weights import initial_weights, lstm_bias
from mismatch.run.pipeline import run
from tests.engine.test_engines import trained
from tests.helpers import make_arm

pytestmark = pytest.mark.slow

LSTM = {
    "plain": {},
    "chrono, masked": {"mask": "masking", "length__ratio": 2.0, "model__bias_init": "chrono"},
    "bidirectional, behind a convolution": {"reduction": "conv_pool", "model__bidirectional": True},
    "token ids": {"data": "snippets", "mask": "masking"},
}
DROPPED = {"model__dropout": 0.3, "train__updates": 30}


@pytest.mark.parametrize("kind", LSTM)
def test_compiled_blocks_and_model_fit_train_the_same_lstm(kind):
    """Tolerance 1e-5 nats, as for the GRU: float32 rounding over 30 updates."""
    ours, theirs = (
        trained(make_arm(model__cell="lstm", train__engine=name, **LSTM[kind])) for name in ("compiled", "fit")
    )
    assert ours.init_hash == theirs.init_hash
    assert np.abs(ours.trace.batch_loss - theirs.trace.batch_loss).max() < 1e-5
    assert np.abs(ours.trace.probe_loss - theirs.trace.probe_loss).max() < 1e-5


def test_an_lstm_learns_early_no_further_than_its_ceiling():
    """Chance .25, ceiling .9, 512 training sequences; 4 standard errors of 256 test sequences are .075."""
    arm = make_arm(model__cell="lstm", mask="masking", train__updates=200, train__learning_rate=0.02)
    row = run(arm, 0, "x").row()
    assert 0.5 < row["exact_accuracy"] <= row["ceiling"] + 1e-6 and row["accuracy"] < row["ceiling"] + 0.075
    assert row["delay"] < 200 and row["excess_loss"] > 0


def test_an_lstm_has_four_gates_where_a_gru_has_three():
    gru, lstm = (run(make_arm(model__cell=cell), 0, "x").row() for cell in ("gru", "lstm"))
    assert lstm["flops_per_sample"] / gru["flops_per_sample"] == 4 / 3
    assert lstm["flops_per_sample"] == 8 * 16 * 12 * (6 + 16)
    assert lstm["parameters"] == 4 * 16 * (6 + 16 + 1) + 4 * 16 + 4


def weights(**overrides) -> dict[str, np.ndarray]:
    arm = make_arm(**overrides)
    shapes = build(arm).weights
    return dict(zip([path for path, _ in shapes], initial_weights(arm, shapes, Streams(0, 0)), strict=True))


def test_initial_weights_of_an_lstm_follow_keras_defaults_and_pair_its_arms():
    ours = weights(model__cell="lstm")
    theirs = {w.path: np.asarray(w) for w in build(make_arm(model__cell="lstm")).model.weights}
    assert ours.keys() == theirs.keys() and all(ours[path].shape == theirs[path].shape for path in ours)
    assert (ours["lstm/lstm_cell/bias"] == theirs["lstm/lstm_cell/bias"]).all()  # 1 on the forget gate
    recurrent = ours["lstm/lstm_cell/recurrent_kernel"]
    assert np.allclose(recurrent @ recurrent.T, np.eye(16), atol=1e-5)
    padded = weights(model__cell="lstm", length__ratio=4.0, length__padding="post", mask="masking")
    assert all((ours[path] == padded[path]).all() for path in ours)
    assert (weights()["head/kernel"] == ours["head/kernel"]).all()  # what both cells have, they share


def test_the_chrono_bias_of_an_lstm_forgets_slowly_and_writes_little():
    bias = lstm_bias(np.random.default_rng(0), (64,), 100)
    assert (bias[16:32] >= 0).all() and bias[16:32].max() <= np.log(99) + 1e-6 and bias[16:32].std() > 0.1
    assert (bias[:16] == -bias[16:32]).all() and (bias[32:] == 0).all()


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_dropout_runs_repeat_bit_for_bit_whatever_ran_before(cell):
    arm = make_arm(model__cell=cell, **DROPPED)
    first = trained(arm)
    trained(make_arm(model__cell=cell, length__padding="post", seed=9, **DROPPED), replicate=3)  # same program
    again = trained(arm)
    assert again.trace.compile_s == 0
    assert (first.trace.batch_loss == again.trace.batch_loss).all() and (first.logits == again.logits).all()
    assert (first.trace.batch_loss != trained(make_arm(model__cell=cell)).trace.batch_loss).any()


def test_compiled_blocks_drop_what_fit_drops_under_xla():
    """Tolerance 1e-5 nats, as without dropout: the same features are withheld in every update."""
    ours, theirs = (trained(make_arm(train__engine=name, **DROPPED)) for name in ("compiled", "xla"))
    assert np.abs(ours.trace.batch_loss - theirs.trace.batch_loss).max() < 1e-5


def dropped(steps: int, replicate: int = 0) -> np.ndarray:
    """What the dropout layer of an arm with T = `steps` leaves of ones, (8, T, 6)."""
    built = build(make_arm(length__steps=steps, model__dropout=0.3))
    built.reseed(Streams(0, replicate))
    return np.asarray(built.model.get_layer("dropout")(np.ones((8, steps, 6), np.float32), training=True))


def test_arms_of_one_width_drop_the_same_features_at_every_step_whatever_their_t():
    short, long = dropped(12), dropped(24)
    assert (short == short[:, :1]).all() and (short[:, :1] == long[:, :1]).all()
    assert set(np.unique(short)) == {0, np.float32(1 / 0.7)}
    assert (dropped(12, replicate=1) != short).any()


def test_dropout_acts_in_training_alone():
    built = build(make_arm(model__dropout=0.3))
    inputs = np.random.default_rng(0).standard_normal((8, 12, 6)).astype(np.float32)
    assert (np.asarray(built.model(inputs, training=False)) == np.asarray(built.model(inputs, training=False))).all()
    assert isinstance(built.model.get_layer("dropout"), keras.layers.SpatialDropout1D)


ROUGH = {"train__updates": 60, "train__learning_rate": 0.3}


@pytest.mark.parametrize("engine", ["compiled", "fit"])
def test_the_best_weights_are_those_of_a_run_that_stopped_at_the_lowest_probe_loss(engine):
    best = trained(make_arm(train__keep="best", train__engine=engine, **ROUGH))
    last = trained(make_arm(train__engine=engine, **ROUGH))
    assert (best.trace.probe_loss == last.trace.probe_loss).all()  # the choice changes no training
    where = int(best.trace.probe_loss.argmin())
    assert 0 < where < 6 and (best.logits != last.logits).any()
    stopped = trained(make_arm(train__engine=engine, train__learning_rate=0.3, train__updates=10 * where))
    assert (best.logits == stopped.logits).all() and (best.train_logits == stopped.train_logits).all()


REFUSED = [
    ({"model__dropout": 0.3, "train__engine": "fit"}, "model.dropout=0.3: must be 0 with train.engine=fit: "),
    ({"model__dropout": 0.3, "length__padding": "none"}, "model.dropout=0.3: must be 0 with length.padding=none: "),
    ({"model__dropout": 1.0}, "model.dropout=1.0: must be at least 0.0 and at most 0.9"),
    ({"model__dropout": "much"}, "model.dropout=much: must be a number"),
    ({"model__cell": "rnn"}, "model.cell=rnn: must be one of gru, lstm"),
    ({"train__keep": "first"}, "train.keep=first: must be one of last, best"),
]


@pytest.mark.parametrize(("overrides", "told"), REFUSED, ids=[told for _, told in REFUSED])
def test_what_cannot_be_is_refused_in_one_line(overrides, told):
    with pytest.raises(ConfigError) as refused:
        make_arm(**overrides)
    assert str(refused.value).startswith(told) and "\n" not in str(refused.value)


def test_arms_that_choose_nothing_new_keep_the_names_they_had_before_there_was_a_choice():
    assert make_arm().id == "eace07ccabd3" and make_arm("gap", mask="masking").id == "470052392468"
    chosen = [{"model__cell": "lstm"}, {"model__dropout": 0.5}, {"train__keep": "best"}]
    assert len({make_arm().id} | {make_arm(**choice).id for choice in chosen}) == 4
    assert make_arm(model__dropout=-0.0).id == make_arm().id

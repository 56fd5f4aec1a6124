"""Controls inside a run: what they change, and what they must leave alone."""

import time

import numpy as np
import pytest

from mismatch.config.fields import ConfigError
from mismatch.engine.compiled import wait
from mismatch.run import controls
from mismatch.run.pipeline import run
from tests.helpers import make_arm

BOTH = {"data__train": 512, "data__test": 4096}


def relabelled(**overrides: object):
    arm = make_arm(**BOTH, **overrides)
    streams = controls.streams(arm, 0)
    splits = arm.data.draw(streams)
    return arm, splits, controls.relabel(arm, splits, streams)


def test_noisy_labels_change_the_stated_share_and_nothing_else():
    arm, clean, noisy = relabelled(control="noisy", control__rate=0.2)
    changed = (noisy.test.labels != clean.test.labels).mean()
    assert changed == pytest.approx(0.2, abs=4 * np.sqrt(0.2 * 0.8 / 4096))  # 4 binomial standard errors
    assert (noisy.test.values == clean.test.values).all() and arm.control.rate == 0.2
    assert set(np.unique(noisy.test.labels)) == set(range(4))


def test_the_ceiling_of_noisy_labels_is_what_the_bayes_rule_scores_on_them():
    arm, _, noisy = relabelled(control="noisy", control__rate=0.2)
    ceiling = controls.ceiling(arm, 0.9)
    assert ceiling == pytest.approx(0.8 * 0.9 + 0.2 * 0.1 / 3)
    scored = (noisy.test.posterior.argmax(1) == noisy.test.labels).mean()
    assert scored == pytest.approx(ceiling, abs=4 * np.sqrt(ceiling * (1 - ceiling) / 4096))
    assert np.allclose(noisy.test.posterior.sum(1), 1, atol=1e-6)


def test_shuffled_labels_keep_their_counts_and_know_nothing():
    arm, clean, shuffled = relabelled(control="shuffled")
    assert (np.bincount(shuffled.train.labels) == np.bincount(clean.train.labels)).all()
    agree = (shuffled.test.labels == clean.test.labels).mean()
    assert agree == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / 4096))
    assert (shuffled.test.posterior == 0.25).all() and controls.ceiling(arm, 0.9) == 0.25


def test_a_treatment_of_the_labels_leaves_data_order_and_weights_paired():
    rows = {kind: run(make_arm(control=kind), 0, "x").row() for kind in ("none", "noisy", "shuffled", "sham")}
    for name in ("data_hash", "order_hash", "init_hash"):
        assert rows["none"][name] == rows["noisy"][name] == rows["shuffled"][name] != rows["sham"][name]
    assert len({row["arm"] for row in rows.values()}) == 4


def test_planted_deficits_lower_the_rate_or_halve_the_updates_and_stay_paired():
    slow, short, plain = (make_arm(control=kind, train__updates=50) for kind in ("slow", "short", "none"))
    assert controls.treated(slow).train.learning_rate == slow.train.learning_rate / 10
    assert controls.treated(short).train.updates == 20  # whole blocks of 10
    assert controls.treated(plain) == plain and slow.program == short.program == plain.program
    records = {arm.control.kind: run(arm, 0, "x") for arm in (slow, short, plain)}
    rows = {kind: record.row() for kind, record in records.items()}
    for name in ("data_hash", "order_hash", "init_hash"):
        assert rows["none"][name] == rows["slow"][name] == rows["short"][name]
    assert rows["slow"]["train.learning_rate"] == rows["none"]["train.learning_rate"]  # what was asked for
    losses = {kind: np.array(record.trace["batch_loss"]) for kind, record in records.items()}
    assert len(losses["short"]) == 20 and len(losses["slow"]) == 50
    assert (losses["short"] == losses["none"][:20]).all() and losses["slow"][0] == losses["none"][0]
    assert (losses["slow"] != losses["none"]).sum() > 40


def test_half_of_one_block_is_no_training():
    with pytest.raises(ConfigError, match=r"control=short: needs train\.updates of at least two blocks"):
        make_arm(control="short", train__updates=10)


def test_the_planted_delay_is_waited_out_in_every_block():
    begin = time.perf_counter()
    wait(0.05)
    assert time.perf_counter() - begin >= 0.05
    plain, late = (run(make_arm(control=kind), 0, "x").row() for kind in ("none", "delayed"))
    # A lower bound cannot fail on a busy machine: the delay is in the measured time, whatever else is.
    assert late["step_ms"] >= 2.0 and late["accuracy"] == plain["accuracy"]

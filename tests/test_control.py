"""Controls inside a run: what they change, and what they must leave alone."""

import time

import numpy as np
import pytest

from mismatch.adapt import adapt
from mismatch.data.streams import Streams
from mismatch.engine.compiled import wait
from mismatch.run import controls
from mismatch.run.pipeline import run
from mismatch.sweep import own
from tests.helpers import make_arm, mismatch

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


def test_the_planted_delay_is_waited_out_in_every_block():
    begin = time.perf_counter()
    wait(0.05)
    assert time.perf_counter() - begin >= 0.05
    plain, late = (run(make_arm(control=kind), 0, "x").row() for kind in ("none", "delayed"))
    # A lower bound cannot fail on a busy machine: the delay is in the measured time, whatever else is.
    assert late["step_ms"] >= 2.0 and late["accuracy"] == plain["accuracy"]


def test_unpadded_batches_are_never_padded_and_score_what_masked_ones_do():
    """Stock Keras layers on batches of one length, against the engine's masked ones: a second implementation."""
    settings = {"data__test": 2048, "train__updates": 300, "train__learning_rate": 0.01}
    bare, masked = (
        run(make_arm(**settings, **more), 0, "x").row()
        for more in ({"length__padding": "none"}, {"length__padding": "post", "mask": "masking"})
    )
    assert bare["status"] == "ok" and bare["data_hash"] == masked["data_hash"]
    assert bare["order_hash"] != masked["order_hash"]
    assert bare["exact_accuracy"] == pytest.approx(masked["exact_accuracy"], abs=0.02)  # both at the ceiling of 0.9
    assert bare["exact_accuracy"] == pytest.approx(0.9, abs=0.02)


def test_what_a_sequence_scores_unpadded_does_not_depend_on_its_neighbours():
    """The state after L steps is that of the masked model with the same weights, to float32 rounding."""
    from mismatch.engine.compiled import _chunks, _logits
    from mismatch.engine.programs import program

    bare, masked = make_arm(length__padding="none"), make_arm(length__padding="post", mask="masking")
    streams = Streams(0, 0)
    splits = bare.data.draw(streams)
    logits = []
    weights = None
    for arm in (bare, masked):
        made, _ = program(arm)
        weights = weights or [np.random.default_rng(0).normal(0, 0.3, w.shape) for w in made.built.model.weights]
        made.built.model.set_weights(weights)
        test = adapt(arm, splits, streams)["test"]
        logits.append(_logits(made, _chunks(made, test, False), len(test.labels)))
    assert np.abs(logits[0] - logits[1]).max() < 1e-5


def test_a_measurement_is_made_in_a_process_of_its_own_once_and_again_when_its_code_changes(tmp_path, monkeypatch):
    folder = tmp_path / "experiments" / "toy"
    folder.mkdir(parents=True)
    code = "TABLES = {'toy.csv': 'a number'}\nSECONDS = (1.0, 1.0)\n"
    code += "def measure(out, smoke):\n    (out / 'toy.csv').write_text('a\\n1\\n')\n"
    (folder / "measure.py").write_text(code)
    monkeypatch.setattr(own, "EXPERIMENTS", tmp_path / "experiments")
    out = tmp_path / "out"
    assert not own.measured("toy", out, False) and own.seconds("toy", False) == 1.0
    out.mkdir()
    own.module("toy", "measure").measure(out, False)
    (out / own.STAMP).write_text(__import__("json").dumps(own._identity("toy", False)))
    assert own.measured("toy", out, False) and not own.measured("toy", out, True)
    assert own.tables("toy", out)["toy.csv"]["a"].tolist() == [1]
    (folder / "measure.py").write_text(code + "# changed\n")
    assert not own.measured("toy", out, False)
    assert own.measured("no such experiment", out, False)


def test_a_measurement_that_fails_says_so_and_keeps_its_log(tmp_path):
    with pytest.raises(RuntimeError, match=r"the measurement of nowhere failed: .*AssertionError"):
        own.measure("nowhere", tmp_path, smoke=True)
    assert "AssertionError" in (tmp_path / "measure.log").read_text()


@pytest.mark.slow
def test_a_smoke_run_of_an_experiment_ends_with_its_own_tables_claims_and_figures(tmp_path):
    done = mismatch("-m", "+experiment=padding/smoke", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "results" / "smoke" / "padding"
    for name in ("runs.csv", "effects.csv", "claims.csv", "controls.csv", "gradient.csv", "report.html"):
        assert (out / name).is_file(), name
    assert (out / "figures" / "gradient.png").is_file()
    assert "SUPPORTED" not in done.stdout  # a smoke run is no evidence, and prints no verdicts
    claims = (out / "claims.csv").read_text()
    assert "WITHHELD" in claims or "INCONCLUSIVE" in claims
    again = mismatch("-m", "+experiment=padding/smoke", cwd=tmp_path)
    assert "0 to train" in again.stderr and "own measurement" not in again.stderr

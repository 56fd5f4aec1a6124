"""Runs: the same numbers every time, in any order and process; what theory says must hold; how a run can end."""

import json
import subprocess
import sys

import numpy as np
import pytest

from mismatch.data.streams import Streams
from mismatch.run.pipeline import run
from tests.helpers import TIMES, make_arm


def rows(order: str) -> dict:
    """Rows of two arms, by arm and replicate, run in the given order."""
    arms = {"a": make_arm(mask="masking"), "b": make_arm("snippets", data__embedding="vectors")}
    return {key: run(arms[key[0]], int(key[1]), "x").row() for key in order.split(",")}


def rows_in_a_fresh_process(order: str) -> dict:
    """The same by a new interpreter."""
    code = "import json, sys; from tests.engine.test_runs import rows; print(json.dumps(rows(sys.argv[1])))"
    done = subprocess.run([sys.executable, "-c", code, order], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_memory_does_not_grow_with_the_number_of_runs():
    """Peak resident memory after 10 and after 50 runs of one program: the allocator's noise, no 0.5 MiB a run."""
    arm = make_arm()
    peaks = [run(arm, replicate, "x").row()["peak_mib"] for replicate in range(50)]
    assert peaks[-1] - peaks[9] < 20


def test_a_fresh_process_gives_the_rows_of_this_one_which_has_trained_others_before_in_another_order():
    one, other = json.loads(json.dumps(rows("a0,a1,b0"))), rows_in_a_fresh_process("b0,a1,a0")
    for key, row in one.items():
        assert row["status"] == "ok"
        assert {c: v for c, v in row.items() if c not in TIMES} == {
            c: v for c, v in other[key].items() if c not in TIMES
        }


def test_arms_share_their_streams():
    rows = [run(make_arm(**kw), 1, "x").row() for kw in ({}, {"length__padding": "post"}, {"mask": "masking"})]
    for column in ("data_hash", "order_hash", "init_hash"):
        assert len({row[column] for row in rows}) == 1
    assert run(make_arm(), 2, "x").row()["data_hash"] != rows[0]["data_hash"]


def test_truncating_what_is_not_there_is_the_same_run():
    arms = [make_arm(length__truncating=side) for side in ("pre", "post")]
    assert arms[0].run_id(0) == arms[1].run_id(0)


@pytest.mark.slow
def test_post_padding_without_a_mask_kills_learning_and_a_mask_or_pre_padding_saves_it():
    """Science: early cue, T = 48, 400 updates. Chance .25, ceiling .90, 4 standard errors .03."""
    rows = {
        (side, mask): run(full(length__ratio=4.0, length__padding=side, mask=mask), 0, "x").row()
        for side in ("pre", "post")
        for mask in ("none", "masking")
    }
    assert rows["post", "none"]["exact_accuracy"] < 0.25 + 0.03
    for key in (("pre", "none"), ("pre", "masking"), ("post", "masking")):
        assert rows[key]["exact_accuracy"] == pytest.approx(0.9, abs=0.03)
        assert rows[key]["accuracy"] < rows[key]["ceiling"] + 3 * np.sqrt(0.9 * 0.1 / 4096)


def full(**overrides):
    from mismatch.config.groups import Settings
    from mismatch.config.registry import DATASETS
    from mismatch.config.rules import resolve

    settings = Settings(data=DATASETS.get("early")())
    for key, value in overrides.items():
        group, _, name = key.partition("__")
        setattr(getattr(settings, group), name or "kind", value)
    return resolve(settings)


def test_a_run_that_diverges_is_a_row_that_says_so():
    row = run(make_arm("sparse_features", train__optimizer="sgd", train__learning_rate=1e38), 0, "x").row()
    assert row["status"] == "diverged" and "loss became" in row["error"] and "accuracy" not in row
    assert row["data_hash"] and row["init_hash"]


def test_the_masked_fraction_counts_the_steps_the_gru_sees():
    """Lengths 4..12 at T = 24, mask rebuilt by windows of 4: ceil(L / 4) of 6 steps are real."""
    pooled = {"reduction": "pool", "reduction__pool": 4, "reduction__mask": "rebuilt", "length__padding": "post"}
    arm = make_arm(mask="explicit", length__ratio=2.0, **pooled)
    lengths = arm.data.draw(Streams(0, 0)).train.lengths
    expected = 1 - np.ceil(lengths / 4).mean() / 6
    assert run(arm, 0, "x").row()["masked_fraction"] == pytest.approx(expected)


def test_a_run_out_of_time_is_a_row_that_says_so():
    row = run(make_arm(), 0, "x", time_limit=1e-6).row()
    assert row["status"] == "timeout" and row["error"] == "exceeded time_limit=1e-06 s"


def test_a_run_that_raises_is_a_row_with_its_error(monkeypatch):
    monkeypatch.setattr("mismatch.run.pipeline.adapt", lambda *_: 1 / 0)
    row = run(make_arm(), 0, "x").row()
    assert row["status"] == "failed" and row["error"] == "ZeroDivisionError: division by zero"


def test_an_interpolated_arm_trains_on_no_padding():
    row = run(make_arm(length__truncating="interpolate"), 0, "x").row()
    assert row["status"] == "ok" and row["ceiling"] == pytest.approx(0.9)
    assert row["padded_fraction"] == row["truncated_fraction"] == 0


def test_work_columns_follow_their_formulas():
    arm = make_arm("sparse_features", features__adapter="noise", features__width=16, length__ratio=2.0)
    row = run(arm, 0, "x").row()
    assert row["flops_per_sample"] == 6 * 16 * 20 * (16 + 16)
    assert row["padded_fraction"] == 0.5 and row["truncated_fraction"] == 0
    assert row["useful_fraction"] == pytest.approx(0.5 * (8 + 16) / (16 + 16))
    assert row["parameters"] == 3 * 16 * (16 + 16 + 2) + 2 * 16 + 2
    assert row["skill"] == pytest.approx((row["exact_accuracy"] - 0.5) / (row["ceiling"] - 0.5))
    assert row["information_loss"] == 0

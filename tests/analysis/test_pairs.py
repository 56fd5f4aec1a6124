"""Claims on pairing: what is a pair, what a failed run scores, and what is missing."""

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis.pairs import PairingError, outcome, pair
from tests.analysis.made import CHANCE, failed, two


def test_runs_are_paired_by_the_number_of_the_replicate_whatever_their_order() -> None:
    runs = two()
    found = pair(runs.sample(frac=1, random_state=1), "arm01", "arm00", "exact_accuracy")
    values = runs.set_index(["arm", "replicate"])["exact_accuracy"]
    assert found.replicates == (0, 1, 2, 3)
    assert found.differences == pytest.approx([values["arm01", k] - values["arm00", k] for k in range(4)])
    assert found.runs[:4] == ("arm01-0", "arm00-0", "arm01-1", "arm00-1")


@pytest.mark.parametrize("stream", ["data", "order"])
def test_runs_that_differ_in_data_or_order_are_no_pair_unless_the_contrast_does_not_share_it(stream: str) -> None:
    runs = two()
    runs.loc[runs["run"] == "arm01-2", f"{stream}_hash"] = "another"
    with pytest.raises(PairingError, match=f"replicate 2: {stream}_hash differs"):
        pair(runs, "arm01", "arm00", "exact_accuracy")
    others = [name for name in ("data", "order") if name != stream]
    assert len(pair(runs, "arm01", "arm00", "exact_accuracy", shares=others).differences) == 4


@pytest.mark.parametrize("status", ["diverged", "failed", "killed", "timeout"])
@pytest.mark.parametrize(
    ("metric", "score"), [("accuracy", CHANCE), ("exact_accuracy", CHANCE), ("skill", 0.0), ("delay", 400.0)]
)
def test_a_run_that_failed_scores_chance_and_is_counted(metric: str, score: float, status: str) -> None:
    found = pair(failed(two(), "arm01-2", status=status), "arm01", "arm00", metric)
    assert found.arm[2] == score
    assert (found.failures, found.missing) == (1, ())


def test_an_arm_all_of_whose_runs_failed_scores_the_chance_of_its_dataset() -> None:
    runs = failed(two(), *(f"arm01-{k}" for k in range(4)))
    assert pair(runs, "arm01", "arm00", "exact_accuracy").arm.tolist() == [CHANCE] * 4


def test_a_failed_run_scores_the_chance_of_its_own_file() -> None:
    runs = two()
    other = runs.assign(arm=runs["arm"] + "b", run=runs["run"] + "b", chance=0.9)
    both = pd.concat([runs.assign(**{"data.path": "a.csv"}), other.assign(**{"data.path": "b.csv"})], ignore_index=True)
    broken = failed(both, "arm01-2b").assign(chance=lambda t: t["chance"].mask(t["status"] != "ok"))
    assert pair(broken, "arm01b", "arm00b", "accuracy").arm[2] == 0.9


def test_a_run_that_diverged_late_does_not_keep_what_it_had_reached() -> None:
    runs = two()
    runs.loc[runs["run"] == "arm01-0", "status"] = "diverged"
    assert outcome(runs, "delay")[4] == 400
    assert outcome(runs, "exact_accuracy")[4] == CHANCE


def test_a_failed_run_has_a_delay_only_where_other_runs_on_its_dataset_have_one() -> None:
    runs = failed(two(), "arm01-2")
    assert outcome(runs, "delay").eq(np.where(runs["run"].eq("arm01-2"), 400, 100)).all()
    nothing_to_learn = outcome(runs.assign(delay=np.nan), "delay")
    assert nothing_to_learn.isna().all()


def test_a_metric_a_failed_run_cannot_have_leaves_the_pair_missing() -> None:
    found = pair(failed(two(), "arm01-2"), "arm01", "arm00", "step_ms")
    assert found.replicates == (0, 1, 3)
    planned = pair(failed(two(), "arm01-2"), "arm01", "arm00", "step_ms", planned={"arm00": 4, "arm01": 4})
    assert planned.missing == ("replicate 2: no step_ms",)


def test_a_ratio_needs_positive_numbers() -> None:
    runs = two()
    runs.loc[runs["run"] == "arm01-1", "step_ms"] = 0.0
    found = pair(runs, "arm01", "arm00", "step_ms", "ratio", planned={"arm00": 4, "arm01": 4})
    assert found.missing == ("replicate 1: no step_ms",)
    assert np.isfinite(found.differences).all()

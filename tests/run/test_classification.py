"""What stands beside accuracy: each measure on numbers worked out by hand, and on test parts that lost a class."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis.summary import summarise
from mismatch.config.registry import METRICS
from mismatch.run import columns
from mismatch.run.metrics.classification import Classification, calibration_error, classification, softmax


def logits_of(*shares: list[float]) -> np.ndarray:
    return np.log(np.array(shares))


def test_each_measure_on_four_sequences_worked_out_by_hand():
    logits = logits_of([0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.8, 0.2])
    found = classification(logits, np.array([0, 0, 1, 1]))  # predicted 0, 0, 1, 0
    assert found["balanced_accuracy"] == pytest.approx((2 / 2 + 1 / 2) / 2)
    assert found["macro_f1"] == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert found["log_loss"] == pytest.approx(-np.log([0.9, 0.6, 0.7, 0.2]).mean())
    assert found["auc"] == pytest.approx(3 / 4)  # of 2 x 2 pairs one is the wrong way round: .4 against .2
    assert found["calibration_error"] == pytest.approx((0.1 + 0.4 + 0.3 + 0.8) / 4)  # each alone in its bin


def test_who_always_says_the_larger_class_is_found_out():
    labels = np.repeat([0, 1, 2], [70, 20, 10])
    found = classification(np.log(np.tile([0.7, 0.2, 0.1], (100, 1))), labels)
    assert found["balanced_accuracy"] == pytest.approx(1 / 3)
    assert found["macro_f1"] == pytest.approx(2 * 0.7 / 1.7 / 3)
    assert found["log_loss"] == pytest.approx(-sum(p * math.log(p) for p in (0.7, 0.2, 0.1)))
    assert found["calibration_error"] == pytest.approx(0, abs=1e-12)
    assert math.isnan(found["auc"])  # of three classes
    assert classification(np.zeros((4, 2)), np.array([0, 0, 0, 1]))["auc"] == 0.5


@pytest.mark.parametrize("labels", [[0, 0, 2, 2], [1, 1, 1, 1], [0, 1, 1, 1]], ids=["no 1", "only 1", "no 2"])
def test_a_class_that_the_test_part_lacks_is_left_out_without_a_word(labels: list[int]) -> None:
    predicted = np.array([0, 1, 1, 2])
    found = classification(3.0 * np.eye(3)[predicted], np.array(labels))  # a warning would be an error here
    shares = [np.mean(predicted[np.array(labels) == each] == each) for each in set(labels)]
    assert found["balanced_accuracy"] == pytest.approx(np.mean(shares))
    assert all(math.isfinite(value) for name, value in found.items() if name != "auc")


def test_one_class_alone_has_no_ranking():
    assert math.isnan(classification(np.zeros((3, 2)), np.ones(3, int))["auc"])


def test_ranks_are_kept_where_every_probability_rounds_to_one():
    logits = np.array([[0, 100.0], [0, 200.0], [0, 300.0], [0, 400.0]])
    assert (softmax(logits)[:, 1] == 1).all()
    assert classification(logits, np.array([0, 0, 1, 1]))["auc"] == 1.0
    assert classification(logits, np.array([1, 1, 0, 0]))["auc"] == 0.0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_logits_that_are_no_numbers_have_no_probabilities_and_spoil_no_run(bad: float) -> None:
    found = classification(np.array([[bad, 0.0], [0.0, 1.0]]), np.array([0, 1]))
    assert [math.isnan(found[name]) for name in ("log_loss", "auc", "calibration_error")] == [True] * 3
    assert 0 <= found["balanced_accuracy"] <= 1 and 0 <= found["macro_f1"] <= 1


def test_the_calibration_error_is_that_of_guo_whose_bins_end_with_their_upper_edge():
    rng = np.random.default_rng(0)
    shares = rng.dirichlet([1, 1, 1], 500)
    shares[:3] = [[1, 0, 0], [0.6, 0.4, 0], [1 / 3, 1 / 3, 1 / 3]]  # on edges: 15/15, 9/15, 5/15
    labels = rng.integers(0, 3, 500)
    confidence, right, told = shares.max(1), shares.argmax(1) == labels, 0.0
    for k in range(15):
        inside = (confidence > k / 15) & (confidence <= (k + 1) / 15)
        if inside.any():
            told += inside.sum() / 500 * abs(right[inside].mean() - confidence[inside].mean())
    assert calibration_error(shares, labels) == pytest.approx(told)


def test_labels_drawn_from_the_stated_probabilities_are_calibrated_and_overstated_ones_are_not():
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (20_000, 2))
    labels = (rng.random(20_000) < softmax(logits)[:, 1]).astype(int)
    assert calibration_error(softmax(logits), labels) < 0.01
    assert calibration_error(softmax(3 * logits), labels) > 0.1


def test_the_family_is_found_by_name_and_the_dictionary_says_which_way_is_better():
    assert METRICS.get("classification") is Classification
    told = {name: meaning for name, _, meaning in columns.dictionary(pd.DataFrame(columns=[*Classification.columns]))}
    lower = {name for name, meaning in told.items() if meaning.endswith("; lower is better")}
    assert lower == {"log_loss", "calibration_error"}


def test_a_run_is_measured_on_its_test_part_and_the_summary_averages_it():
    logits = np.array([[2.0, 0.0], [0.0, 1.0]], np.float32)
    parts = {"test": SimpleNamespace(labels=np.array([0, 1]))}
    found = Classification().measure(SimpleNamespace(outcome=SimpleNamespace(logits=logits), parts=parts))
    assert list(found) == list(Classification.columns) and found["auc"] == 1.0
    runs = pd.DataFrame([{"arm": "a", "status": "ok", **found, "log_loss": loss} for loss in (0.2, 0.4)])
    summary = summarise(runs).iloc[0]
    assert summary["log_loss"] == pytest.approx(0.3) and summary["log_loss_low"] < 0.3 < summary["log_loss_high"]

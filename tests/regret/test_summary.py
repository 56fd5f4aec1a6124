"""Intervals over repeats: what varies is the file, the datasets are those that they are."""

import numpy as np
import pandas as pd
import pytest

from mismatch.regret.reading import _behind, _best
from mismatch.regret.summary import over_repeats
from mismatch.regret.truth import LAST, MOST


def values(table: np.ndarray) -> pd.Series:
    """Of datasets by repeats."""
    names = pd.MultiIndex.from_product([range(len(table)), range(table.shape[1])], names=["dataset", "repeat"])
    return pd.Series(table.ravel(), names)


def test_the_interval_covers_the_mean_of_these_datasets_and_does_not_widen_with_their_differences():
    rng, hits, widths = np.random.default_rng(0), 0, []
    means = np.linspace(0, 1, 6)  # far apart: they would widen an interval over datasets
    for _ in range(400):
        mean, low, high = over_repeats(values(means[:, None] + rng.normal(0, 0.1, (6, 3))))
        hits += low <= 0.5 <= high
        widths.append(high - low)
        assert low < mean < high
    assert 0.91 < hits / 400 < 0.985  # standard error .011
    assert np.mean(widths) < 0.15


def test_one_file_of_each_dataset_has_no_interval():
    mean, low, high = over_repeats(values(np.array([[0.1], [0.3]])))
    assert mean == pytest.approx(0.2) and np.isnan([low, high]).all()


def test_datasets_count_alike_whatever_their_number_of_files():
    found = values(np.array([[0.0, 0.0, 0.0], [0.3, 0.3, 0.3]])).iloc[:4]
    assert over_repeats(found)[0] == pytest.approx(0.15)


def test_the_best_of_many_equal_ways_has_no_regret_to_lend():
    rng, found = np.random.default_rng(1), []
    for _ in range(300):
        scores = rng.normal(0.8, 0.05, (20, LAST))
        best = _best({(str(k), 0.1): {"scores": tuple(row)} for k, row in enumerate(scores)})
        found.append(best - 0.8)
    assert abs(np.mean(found)) < 0.005  # the highest of the means is .03 above


def test_the_best_has_none_to_lend_where_some_were_trained_more_often_than_others():
    rng, found = np.random.default_rng(1), []
    for _ in range(300):
        scores = [rng.normal(0.8, 0.05, MOST if k % 2 else LAST) for k in range(20)]
        found.append(_best({(str(k), 0.1): {"scores": tuple(row)} for k, row in enumerate(scores)}) - 0.8)
    assert abs(np.mean(found)) < 0.005


def test_a_difference_has_the_error_of_its_pairs_or_of_both_where_they_are_no_pairs():
    rng = np.random.default_rng(2)
    luck = rng.normal(0, 0.1, MOST)
    base, other = 0.9 + luck, 0.8 + luck + rng.normal(0, 0.01, MOST)
    assert _behind(base, other) == pytest.approx((0.1, 0.01 / np.sqrt(MOST)), rel=0.3)
    few = other[:LAST]
    mean, error = _behind(base, few)
    assert mean == pytest.approx(base.mean() - few.mean())
    assert error == pytest.approx(np.hypot(base.std(ddof=1) / MOST**0.5, few.std(ddof=1) / LAST**0.5))

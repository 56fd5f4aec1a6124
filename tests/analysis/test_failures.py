"""Claims on failures nobody saw: what they leave possible, and what they forbid."""

import numpy as np
import pytest

from mismatch.analysis.failures import (
    NONE,
    Drop,
    drop_between,
    equivalence_p,
    equivalent,
    rate_bound,
    replicates_for_equivalence,
    worst_mean,
)
from mismatch.analysis.statistics import tost_p

ACCURACY = Drop(-0.65, 0.65)


def test_the_bound_of_a_failure_rate_is_the_textbook_one() -> None:
    assert rate_bound(0, 10) == pytest.approx(1 - 0.05**0.1)  # closed form for none of n: .259
    assert rate_bound(10, 10) == 1.0
    assert rate_bound(1, 10) == pytest.approx(0.394, abs=5e-4)  # tables of one-sided 95% bounds


def test_what_a_failing_run_leaves_is_taken_from_chance_or_from_the_range() -> None:
    arm, against = np.array([0.9, 0.9]), np.array([0.8, 0.8])
    chance = drop_between(arm, against, (0.25, 0.25))
    assert (chance.low, chance.high) == pytest.approx((0.25 - 0.8, 0.9 - 0.25))
    error = drop_between(np.array([0.1]), np.array([0.2]), (0.0, 1.0))  # of which more is worse
    assert (error.low, error.high) == pytest.approx((-0.9, 0.8))


def test_without_a_drop_it_is_the_two_one_sided_tests() -> None:
    rng = np.random.default_rng(1)
    for sample in rng.normal(0.01, 0.02, (20, 10)):
        assert equivalence_p(sample, 0.03, NONE) == pytest.approx(tost_p(sample, 0.03), abs=1e-9)  # bisection


@pytest.mark.parametrize(("drop", "needed"), [(0.65, 96), (0.4, 59), (0.2, 29)])
def test_replicates_needed_are_those_whose_bound_is_below_what_the_margin_allows(drop: float, needed: int) -> None:
    # Closed form at no spread: 1 - .05^(1/n) < margin / drop.
    assert needed == int(np.floor(np.log(0.05) / np.log(1 - 0.02 / drop))) + 1
    assert replicates_for_equivalence([0.0, 0.0], 0.02, Drop(-drop, drop)) == needed
    assert not equivalent(np.zeros(needed - 1), 0.02, Drop(-drop, drop))
    assert equivalent(np.zeros(needed), 0.02, Drop(-drop, drop))


def test_a_mean_beyond_the_margin_no_number_of_replicates_makes_equivalent() -> None:
    assert replicates_for_equivalence([0.03, 0.031], 0.02, ACCURACY) is None
    assert equivalence_p([0.03, 0.031, 0.03], 0.02, ACCURACY) == 1.0


def test_a_failure_that_was_seen_widens_the_bound_further() -> None:
    none, one = np.zeros(120), np.array([-0.65] + [0.0] * 119)
    assert equivalent(none, 0.02, ACCURACY) and not equivalent(one, 0.02, ACCURACY)
    assert worst_mean(one, ACCURACY)[0] < worst_mean(none, ACCURACY)[0] < 0
    assert worst_mean(np.array([-0.65, -0.64]), ACCURACY) == (-0.65, 0.65)


def test_the_p_is_the_least_level_at_which_the_worst_mean_is_inside() -> None:
    sample = np.random.default_rng(2).normal(0, 0.003, 120)
    p = equivalence_p(sample, 0.02, ACCURACY)
    assert equivalent(sample, 0.02, ACCURACY, p * 1.001) and not equivalent(sample, 0.02, ACCURACY, p * 0.999)

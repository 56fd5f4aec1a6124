"""Claims on tests and power: exactness by enumeration, rates by simulation, numbers by the textbook.

Monte Carlo tolerances are three standard errors of a share, 3 sqrt(p (1-p) / samples), unless a test says otherwise.
"""

import itertools
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mismatch.analysis.intervals import superiority
from mismatch.analysis.skewed import skewed_p
from mismatch.analysis.statistics import (
    ENUMERATED,
    Alternative,
    difference_p,
    holm,
    minimum_detectable_effect,
    replicates_needed,
    sign_flip_p,
    tost_p,
)
from tests.analysis.made import slack


@pytest.mark.parametrize("n", [1, 5, 6, 10, 16])
def test_the_least_sign_flip_p_is_two_in_two_to_the_n(n: int) -> None:
    assert sign_flip_p(np.arange(1.0, n + 1)) == pytest.approx(2 / 2**n)
    assert sign_flip_p(np.arange(1.0, n + 1), "greater") == pytest.approx(1 / 2**n)
    assert sign_flip_p(np.arange(1.0, n + 1), "less") == 1.0


def enumerated(values: np.ndarray) -> float:
    """Two-sided p by writing out every assignment of signs; exact fractions, so that ties are ties."""
    exact = [Fraction(str(value)) for value in values]
    sums = [abs(sum(s * v for s, v in zip(signs, exact, strict=True))) for signs in flips(len(exact))]
    return sum(one >= abs(sum(exact)) for one in sums) / len(sums)


def flips(n: int) -> Iterator[tuple[int, ...]]:
    return itertools.product((1, -1), repeat=n)


@given(st.lists(st.integers(-40, 40), min_size=1, max_size=9))
@settings(max_examples=40)
def test_sign_flips_are_exact_also_where_sums_tie(hundredths: list[int]) -> None:
    values = np.array(hundredths) / 100
    assert sign_flip_p(values) == enumerated(values)


@pytest.mark.parametrize("n", [4, 9, 12])
@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
def test_sign_flips_agree_with_scipy(n: int, alternative: Alternative) -> None:
    from scipy.stats import permutation_test

    rng = np.random.default_rng(n)
    for sample in (rng.normal(0.5, 1, n), rng.normal(size=n).round(1), np.resize([0.1, 0.1, -0.1, 0.3, 0.2, -0.3], n)):
        reference = permutation_test(
            (sample,), np.mean, permutation_type="samples", n_resamples=np.inf, vectorized=True, alternative=alternative
        )
        assert sign_flip_p(sample, alternative) == pytest.approx(reference.pvalue, rel=1e-12)  # both enumerate


def test_analysis_does_not_import_scipy_stats_until_a_test_needs_it() -> None:
    program = "import sys, mismatch.analysis.judging, mismatch.analysis.effects, mismatch.analysis.words"
    program += "; sys.exit(bool({'scipy.stats', 'statsmodels', 'tensorflow', 'matplotlib'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], timeout=120).returncode == 0


def test_sampled_flips_agree_with_the_t_test_and_are_never_zero() -> None:
    from scipy.stats import ttest_1samp

    sample = np.random.default_rng(1).normal(0.4, 1, ENUMERATED + 14)
    expected = float(ttest_1samp(sample, 0).pvalue)
    assert sign_flip_p(sample) == pytest.approx(expected, abs=0.01)  # sampling .002, the rest t against flips
    assert sign_flip_p(np.ones(40)) == pytest.approx(1 / 10_000)


def test_differences_of_zero_give_no_evidence() -> None:
    assert sign_flip_p(np.zeros(8)) == 1.0
    assert superiority(np.zeros(8)).estimate == 0.5
    assert minimum_detectable_effect(np.zeros(8)) == 0.0


def test_holm_steps_down_and_passes_over_blanks() -> None:
    # By hand: .005*4, .01*3, .03*2, and .04*1 raised to the one before it.
    assert holm([0.01, 0.04, np.nan, 0.03, 0.005]) == pytest.approx([0.03, 0.06, np.nan, 0.06, 0.02], nan_ok=True)
    assert np.isnan(holm([np.nan, np.nan])).all()
    assert holm([]).size == 0


def test_holm_agrees_with_statsmodels() -> None:
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(3)
    for size in (1, 2, 7, 40):
        family = np.round(rng.uniform(0, 1, size) ** 3, 2)  # with ties, and some that reach 1
        assert holm(family).tolist() == multipletests(family, method="holm")[1].tolist()


def test_equivalence_is_declared_as_often_as_computed_for_no_effect() -> None:
    from statsmodels.stats.power import TTestPower

    samples, n, margin = 1_000, 20, 0.8
    differences = np.random.default_rng(5).normal(size=(samples, n))
    found = np.mean([tost_p(sample, margin) <= 0.05 for sample in differences])
    # Each one-sided test fails with probability beta; both at once almost never at this n.
    expected = 2 * TTestPower().power(margin, n, 0.05, alternative="larger") - 1
    assert found == pytest.approx(expected, abs=slack(expected, samples))


def test_equivalence_is_rarely_declared_at_the_margin() -> None:
    samples, margin = 1_000, 0.8
    differences = np.random.default_rng(6).normal(margin, 1, size=(samples, 20))
    assert np.mean([tost_p(sample, margin) <= 0.05 for sample in differences]) <= 0.05 + slack(0.05, samples)


def test_equivalence_of_constant_differences_is_a_matter_of_size() -> None:
    assert (tost_p([0.1] * 4, 0.2), tost_p([0.2] * 4, 0.2), tost_p([-0.3] * 4, 0.2)) == (0.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="margin is 0"):
        tost_p([0.1, 0.2], 0)


def test_detectable_effect_and_replicates_needed_agree_and_ask_for_more_than_the_t_test() -> None:
    # Cohen (1988): an effect of half an sd needs 34 pairs for power .8 at .05 by the t test; skewness costs a few.
    assert replicates_needed(1.0, 0.5) == replicates_needed(2.0, -1.0) == 39
    assert minimum_detectable_effect(1.0, 39) == pytest.approx(0.5, abs=0.01)  # 39 is rounded up
    assert minimum_detectable_effect(3.0, 10) == pytest.approx(3 * minimum_detectable_effect(1.0, 10))
    assert replicates_needed(0.0, 0.1) == replicates_needed(1.0, 50.0) == 6  # five have no p below .0625
    assert np.isnan(minimum_detectable_effect(1.0, 5))
    with pytest.raises(ValueError, match="more than"):
        replicates_needed(1.0, 0.0)


@pytest.mark.parametrize("n", [6, 10, 40])
def test_the_skewed_p_is_that_of_exponential_differences_and_falls_with_the_effect(n: int) -> None:
    samples = 4_000
    found = np.array([skewed_p(x) for x in np.random.default_rng(n).exponential(size=(samples, n)) - 1])
    for alpha in (0.05, 0.01):
        # Simulated twice: the quantile behind it rests on 100,000 statistics.
        assert np.mean(found <= alpha) == pytest.approx(alpha, abs=1.1 * slack(alpha, samples))
    sample = np.random.default_rng(2).normal(size=n)
    moved = [skewed_p(sample - sample.mean() + by) for by in np.linspace(0, 400, 60)]
    assert moved == sorted(moved, reverse=True) and 0 < moved[-1] < 1e-8
    assert skewed_p(-sample) == skewed_p(sample)


def test_differences_without_variation_are_judged_by_their_size_alone() -> None:
    assert (skewed_p(np.zeros(5)), skewed_p(np.full(5, 0.1))) == (1.0, 0.0)
    assert np.isnan(skewed_p([0.1]))
    assert difference_p(np.full(5, 0.1)) == 2 / 2**5

"""Claims on intervals: what they are marked with, and their closed forms. How often they cover: test_simulation.py."""

import numpy as np
import pytest

from mismatch.analysis.intervals import UnreliableInterval, failure_rate, mean_interval, superiority


@pytest.mark.usefixtures("unwarned")
def test_five_differences_never_claim_a_coverage_and_give_the_t_interval() -> None:
    from scipy.stats import ttest_1samp

    for sample in np.random.default_rng(4).exponential(size=(20, 5)):
        interval, t = mean_interval(sample), ttest_1samp(sample, 0).confidence_interval(0.95)
        assert not interval.valid
        assert (interval.low, interval.high) == pytest.approx((t.low, t.high), rel=1e-9)  # two libraries' quantiles


def test_an_unreliable_interval_warns_and_says_why() -> None:
    with pytest.warns(UnreliableInterval, match="5 differences are too few"):
        assert not mean_interval([0.1, 0.3, 0.2, 0.5, 0.4]).valid
    with pytest.warns(UnreliableInterval, match="skewness"):
        assert not mean_interval([*np.linspace(0, 1, 11), 9.0]).valid
    with pytest.warns(UnreliableInterval, match="11 of 12 differences are equal"):
        interval = mean_interval([0.0] * 11 + [1.0])
    assert np.isfinite([interval.low, interval.high]).all()


def test_the_interval_depends_on_neither_order_nor_sign() -> None:
    sample = np.random.default_rng(3).exponential(size=12)
    interval, shuffled, mirrored = mean_interval(sample), mean_interval(sample[::-1]), mean_interval(-sample)
    assert interval == shuffled
    assert (mirrored.low, mirrored.high) == pytest.approx((-interval.high, -interval.low), abs=1e-12)  # rounding
    assert interval.high - interval.estimate > interval.estimate - interval.low  # further on the side of the tail


def test_differences_without_variation_have_an_interval_of_no_width_that_claims_nothing() -> None:
    with pytest.warns(UnreliableInterval, match="all 6 differences are equal"):
        interval = mean_interval([0.25] * 6)
    assert (interval.low, interval.high, interval.valid) == (0.25, 0.25, False)


@pytest.mark.usefixtures("unwarned")
def test_an_interval_never_leaves_what_a_difference_can_be() -> None:
    rng = np.random.default_rng(9)
    for n in (3, 10, 20):
        for sample in -1.0 * (rng.random((300, n)) < 0.9) + 0.01 * rng.random((300, n)):
            interval = mean_interval(sample.clip(-1, 1), within=(-1.0, 1.0))
            assert -1 <= interval.low <= interval.estimate <= interval.high <= 1
    free = mean_interval([-1.0, -1.0, -0.2])
    assert free.low < -1


def test_the_interval_of_symmetric_differences_is_students() -> None:
    from scipy.stats import ttest_1samp

    sample = np.array([-1.0, -0.8, -0.5, -0.3, -0.1, 0.1, 0.3, 0.5, 0.8, 1.0])
    t = ttest_1samp(sample, 0).confidence_interval(0.95)
    interval = mean_interval(sample)
    assert (interval.low, interval.high) == pytest.approx((t.low, t.high), rel=1e-6)  # skewness 0 to rounding


def test_a_single_difference_has_no_bounds() -> None:
    with pytest.warns(UnreliableInterval):
        interval = mean_interval([0.5])
    assert interval.estimate == 0.5
    assert np.isnan([interval.low, interval.high]).all()


def test_differences_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="1 value"):
        mean_interval([0.1, np.nan])
    with pytest.raises(ValueError, match="shape"):
        mean_interval(np.zeros((2, 2)))


def test_superiority_counts_ties_half() -> None:
    interval = superiority([1.0, 2.0, 0.0, 0.0, -1.0])
    assert interval.estimate == pytest.approx(0.6)
    assert interval.low < 0.6 < interval.high
    assert superiority(np.ones(10)).low == pytest.approx(0.025**0.1)  # closed form for n of n


def test_failure_rates_have_the_textbook_bounds() -> None:
    # Closed form 1 - .025^(1/10) for none of 10; tables give .187 to .813 for 5 of 10.
    none, half = failure_rate(0, 10), failure_rate(5, 10)
    assert (none.low, none.high) == pytest.approx((0, 1 - 0.025**0.1))
    assert (half.low, half.high) == pytest.approx((0.187, 0.813), abs=5e-4)
    with pytest.raises(ValueError, match="failures is 11"):
        failure_rate(11, 10)

"""Claims on intervals: what they cover, and where they warn. By simulation where no table has it."""

from collections.abc import Callable

import numpy as np
import pytest

from mismatch.analysis.intervals import UnreliableInterval, failure_rate, mean_interval, superiority

Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]

SAMPLES = 4_000

SHAPES: dict[str, tuple[Draw, float]] = {
    "normal": (lambda rng, shape: rng.normal(size=shape), 0.0),
    "exponential": (lambda rng, shape: rng.exponential(size=shape), 1.0),
    "lognormal": (lambda rng, shape: rng.lognormal(0.0, 0.5, shape), np.exp(0.125)),
    "bimodal": (lambda rng, shape: rng.integers(0, 2, shape) + 0.1 * rng.normal(size=shape), 0.5),
    "uneven bimodal": (lambda rng, shape: (rng.random(shape) < 0.3) + 0.1 * rng.normal(size=shape), 0.3),
    "heavy-tailed": (lambda rng, shape: rng.lognormal(0.0, 2.0, shape), np.exp(2.0)),
}
"""Draws and their mean. Skewness 0, 2, 1.75, 0, .84 and 414."""


def coverage(name: str, n: int) -> tuple[float, float, float]:
    """Coverage of all samples, of those where validity is claimed (NaN if none), and the share of these."""
    draw, mean = SHAPES[name]
    rng = np.random.default_rng([n, list(SHAPES).index(name)])
    found = [mean_interval(sample) for sample in draw(rng, (SAMPLES, n))]
    hit = np.array([interval.low <= mean <= interval.high for interval in found])
    valid = np.array([interval.valid for interval in found])
    return float(hit.mean()), float(hit[valid].mean()) if valid.any() else float("nan"), float(valid.mean())


@pytest.mark.usefixtures("unwarned")
@pytest.mark.parametrize("n", [10, 20])
@pytest.mark.parametrize("name", ["normal", "exponential", "lognormal", "bimodal", "uneven bimodal"])
def test_the_interval_covers_as_it_says_where_it_claims_to(name: str, n: int) -> None:
    _, claimed, share = coverage(name, n)
    assert 0.93 <= claimed <= 0.97  # nominal .95; the band is 6 standard errors of 4,000 samples
    assert share > 0.75  # the claim is not bought by making none


@pytest.mark.usefixtures("unwarned")
@pytest.mark.parametrize("name", list(SHAPES))
def test_five_differences_never_claim_a_coverage(name: str) -> None:
    covered, _, share = coverage(name, 5)
    assert share == 0
    if name in ("normal", "bimodal"):  # the t interval it then gives; the band as above
        assert 0.92 <= covered <= 0.97


@pytest.mark.usefixtures("unwarned")
@pytest.mark.parametrize("n", [10, 20])
def test_where_coverage_is_lost_the_interval_mostly_warns(n: int) -> None:
    covered, _, share = coverage("heavy-tailed", n)
    assert covered < 0.9
    assert share < 0.5


def test_an_unreliable_interval_warns_and_says_why() -> None:
    with pytest.warns(UnreliableInterval, match="5 differences are too few"):
        assert not mean_interval([0.1, 0.3, 0.2, 0.5, 0.4]).valid
    with pytest.warns(UnreliableInterval, match="skewness"):
        assert not mean_interval([*np.linspace(0, 1, 11), 9.0]).valid
    with pytest.warns(UnreliableInterval, match="nearly all differences are equal"):
        interval = mean_interval([0.0] * 11 + [1.0])
    assert np.isfinite([interval.low, interval.high]).all()


def test_the_interval_depends_on_neither_order_nor_sign() -> None:
    sample = np.random.default_rng(3).exponential(size=12)
    interval, shuffled, mirrored = mean_interval(sample), mean_interval(sample[::-1]), mean_interval(-sample)
    assert interval == shuffled
    assert (mirrored.low, mirrored.high) == pytest.approx((-interval.high, -interval.low), abs=1e-12)  # rounding
    assert interval.high - interval.estimate > interval.estimate - interval.low  # further on the side of the tail


def test_differences_without_variation_have_an_interval_of_no_width() -> None:
    interval = mean_interval([0.25] * 6)
    assert (interval.low, interval.high, interval.valid) == (0.25, 0.25, True)
    assert "no variation" in interval.note


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

"""Tests of paired differences: sign flips, skewness, equivalence, correction for several, power.

In come differences `(n,) float`, arm minus control, one per replicate (the two share data, order and initial
weights); out go p-values and numbers of replicates.
"""

import math
from bisect import bisect_left
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from mismatch.analysis.intervals import NO_VARIATION, SEED, Floats, finite
from mismatch.analysis.skewed import critical_t, skewed_p

Alternative = Literal["two-sided", "less", "greater"]

ENUMERATED = 16
"""Up to this many differences every sign flip is tried (65,536); beyond, a random sample of them."""
FLIPS = 9_999
LEAST = 6
"""Replicates with which a difference can be found at all: the sign flips of five have no p below 2/2^5 = .0625."""


def difference_p(differences: ArrayLike) -> float:
    """P-value of "no mean difference" that a verdict rests on: the larger of sign flips and of `skewed_p`.

    The former holds for differences that are symmetric when nothing is there, the latter for skewed ones up to the
    exponential. Neither holds for rare failures that no replicate showed; see `simulation.py`.
    """
    return max(sign_flip_p(differences), skewed_p(differences))


def sign_flip_p(differences: ArrayLike, alternative: Alternative = "two-sided") -> float:
    """P-value of the paired randomisation test (Fisher 1935, section 21): the mean under every flip of signs.

    Exact for n <= `ENUMERATED` if the differences are symmetric about 0 under the null hypothesis; the
    least two-sided value is 2 / 2^n. Beyond, `FLIPS` random flips from a fixed seed, counting the
    observed one (Phipson & Smyth 2010). 1 where every difference is 0, NaN where there is none.

    `scipy.stats.permutation_test(..., permutation_type="samples", n_resamples=inf)` gives the same p-values (compared
    in the tests and over the effects of the reference) and was measured at 3.0 ms for 10 differences and 294 ms for
    16 against .019 and .56 ms here, after .9 s to import `scipy.stats`: a report takes hundreds of these tests, a
    simulation of error rates thousands. Beyond 16 it draws other flips, so other p-values. Hence our own.
    """
    values = finite(differences)
    if values.size == 0:
        return math.nan
    if np.abs(values).max() <= NO_VARIATION:
        return 1.0
    if values.size > ENUMERATED:
        return _sampled_flips_p(values, alternative)
    return _tail(_signs(values.size) @ values, float(values.sum()), alternative, observed=0)


def holm(p_values: ArrayLike) -> Floats:
    """P-values `(m,)` adjusted for the family they form (Holm 1979); NaN stays NaN and is not counted.

    `statsmodels.stats.multitest.multipletests(..., method="holm")` gives the same (compared in the tests), but looks
    for garbage at every call, which took 160 ms in a process that has drawn figures, a fifth of a report.
    """
    p = np.asarray(p_values, dtype=float)
    adjusted = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    times = np.arange(order.size, 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * times), 1.0)
    return adjusted


def tost_p(differences: ArrayLike, margin: float) -> float:
    """P-value of "the mean lies outside +-margin" by two one-sided t tests (Schuirmann 1987).

    Small means equivalent. Where the differences do not vary, 0 inside the margin and 1 at or outside
    it. NaN for n < 2.

    Raises:
        ValueError: `margin` is not positive.
    """
    if not margin > 0:
        raise ValueError(f"margin is {margin}, expected a positive number")
    values = finite(differences)
    if values.size < 2:
        return math.nan
    if np.ptp(values) <= NO_VARIATION:
        return 0.0 if abs(values.mean()) < margin else 1.0
    from statsmodels.stats.weightstats import DescrStatsW

    return float(DescrStatsW(values).ttost_mean(-margin, margin)[0])


def minimum_detectable_effect(
    differences: ArrayLike, n: int | None = None, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Least mean difference found with probability `power`, where differences are normal and stand alone.

    Noncentral t (Cohen 1988, section 2.3) at the critical value of `skewed_p`, solved for the effect and multiplied
    by the sd.

    Args:
        differences: `(n,)` differences, or their sd as a single number, which then needs `n`.
        n: replicates planned; that of `differences` by default.
        alpha: level of the test.
        power: probability of a significant result.

    Returns:
        In the unit of the differences. NaN for fewer than `LEAST` replicates, which find nothing.
    """
    values = np.asarray(differences, dtype=float)
    if values.ndim == 0 and n is None:
        raise ValueError("n is missing: a single sd does not say how many replicates it is for")
    count = values.size if n is None else n
    if count < LEAST or (values.ndim and values.size < 2):
        return math.nan
    sd = float(values.std(ddof=1)) if values.ndim else float(values)
    return sd * _detectable(count, alpha, power)


def replicates_needed(sd: float, effect: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Fewest replicates with which a mean difference of `effect` is found with probability `power`.

    As `minimum_detectable_effect`, rounded up; at least `LEAST`.

    Raises:
        ValueError: `effect` is 0, or so small beside `sd` that no count below a million will do.
    """
    most = 1_000_000
    standardised = abs(effect) / sd if sd > 0 else math.inf
    if effect == 0 or standardised < 3.7 / math.sqrt(most):
        raise ValueError(f"effect {effect} at sd {sd} needs more than {most:,} replicates or cannot be found at all")
    return LEAST + bisect_left(range(LEAST, most), power, key=lambda n: _power(standardised, n, alpha))


def _power(standardised: float, n: int, alpha: float) -> float:
    """Probability that the t statistic of `n` normal differences, so many sd from 0 on average, is beyond critical."""
    from scipy.special import nctdtr

    centre, critical = standardised * math.sqrt(n), critical_t(n, alpha)
    if centre > critical + 30:  # as good as certain, where the noncentral t overflows
        return 1.0
    return 1 - float(nctdtr(n - 1, centre, critical))


@lru_cache(maxsize=ENUMERATED)
def _signs(n: int) -> Floats:
    """Every assignment of signs to `n` values, `(2^n, n)`."""
    bits = np.arange(2**n)[:, None] >> np.arange(n) & 1
    return np.asarray(1.0 - 2.0 * bits, dtype=float)


def _sampled_flips_p(values: Floats, alternative: Alternative) -> float:
    """P-value over `FLIPS` random flips and the observed assignment."""
    return _tail(_random_signs(values.size) @ values, float(values.sum()), alternative, observed=1)


@lru_cache(maxsize=8)
def _random_signs(n: int) -> Floats:
    """`FLIPS` random assignments of signs to `n` values."""
    return np.asarray(1.0 - 2.0 * np.random.default_rng(SEED).integers(0, 2, (FLIPS, n)), dtype=float)


def _tail(sums: Floats, total: float, alternative: Alternative, observed: int) -> float:
    """Share of `sums` at least as extreme as `total`; equal sums may differ by rounding."""
    slack = 1e-10 * float(np.abs(sums).max())
    if alternative == "two-sided":
        sums, total = np.abs(sums), abs(total)
    elif alternative == "less":
        sums, total = -sums, -total
    extreme = np.count_nonzero(sums >= total - slack) + observed
    return float(extreme / (sums.size + observed))


@lru_cache(maxsize=256)
def _detectable(n: int, alpha: float, power: float) -> float:
    """Detectable effect in units of the sd."""
    from scipy.special import nctdtrinc

    return float(nctdtrinc(n - 1, 1 - power, critical_t(n, alpha))) / math.sqrt(n)

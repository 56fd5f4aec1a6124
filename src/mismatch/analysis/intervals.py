"""Intervals of paired differences and of counts.

In come differences `(n,) float`, arm minus control, one per replicate (the two share data, order and initial
weights); out goes an `Interval`. What a sample is too small, too tied or too skewed to support is computed all the
same, marked not valid, and announced by `UnreliableInterval`. How often the intervals cover is simulated in
`simulation.py` and tabled in docs/statistics.md.
"""

import math
import warnings
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit  # the quantile alone: scipy.stats takes most of a second to import

Floats = NDArray[np.float64]

NO_VARIATION = 1e-12
"""Differences that lie within this of each other are one value."""
SEED = 20_240_607
"""Of everything drawn in the analysis: fixed, so that the same differences always give the same numbers."""
FEWEST = 10
"""Below this many differences the interval claims nothing: their shape cannot be seen."""
GAP = 1.25
"""Two clumps: the widest gap exceeds the spread on either side of it by this factor."""
SKEWED = 0.8
"""A sample is too skewed if its skewness exceeds this part of the largest that n values can have."""
TIED = 0.5
"""A sample is too tied if more than this share of it is one value."""
ANYWHERE = (-math.inf, math.inf)


class UnreliableInterval(UserWarning):
    """The interval may not cover as often as it says; its `note` says why."""


@dataclass(frozen=True)
class Interval:
    """An estimate with bounds; `valid` is False where coverage at `level` is not claimed, and `note` says why."""

    estimate: float
    low: float
    high: float
    level: float = 0.95
    valid: bool = True
    note: str = ""


def mean_interval(differences: ArrayLike, level: float = 0.95, within: tuple[float, float] = ANYWHERE) -> Interval:
    """Mean paired difference with an interval that follows the skewness of the differences.

    Hall's (1992) cubic transformation of the t statistic, with Student's quantiles: to one order beyond the normal, as
    the studentised bootstrap, but without its explosions, and in closed form. Student's t instead for samples in two
    clumps (the widest gap exceeds the spread on either side of it by the factor `GAP`, two values or more on each),
    where skewness is a matter of chance and Hall's interval covers too much, and for fewer than `FEWEST` differences,
    whose shape cannot be seen.

    Not valid, with the reason in the note, are: fewer than `FEWEST` differences, no variation, ties (`TIED`), and
    skewness near the most that n values can have (`SKEWED`), as one failed run among good ones makes it. No interval
    made from a sample knows of what is not in it: where one run in ten or twenty fails, none of ten shows it in .35 or
    .60 of samples, and then nothing warns here. That rate is bounded apart from this, in `failures.py`.

    Args:
        differences: `(n,)`, finite.
        level: nominal coverage.
        within: least and greatest value that a difference can have; the bounds are clipped to it.

    Returns:
        Bounds are NaN for n < 2, and equal the mean where the differences do not vary. The interval
        depends on neither the order of the differences nor, but for its sign, on theirs.

    Warns:
        UnreliableInterval: where `valid` is False.
    """
    values = np.sort(finite(differences))
    n, mean = values.size, float(values.mean()) if values.size else math.nan
    if n < 2:
        return _unreliable(Interval(mean, math.nan, math.nan, level, False, f"{n} difference(s): no interval"))
    note = _doubt(values)
    straight = n < FEWEST or in_two_clumps(values) or np.ptp(values) <= NO_VARIATION
    low, high = student(values, level) if straight else _transformed(values, level)
    interval = Interval(mean, max(low, within[0]), min(high, within[1]), level, not note, note)
    return _unreliable(interval) if note else interval


def _doubt(values: Floats) -> str:
    """Why no coverage is claimed for two sorted values or more, or nothing."""
    n = values.size
    if np.ptp(values) <= NO_VARIATION:
        return f"interval not valid: all {n} differences are equal"
    if n < FEWEST:
        return f"interval not valid: {n} differences are too few to show their shape"
    ties = _ties(values)
    if ties > TIED * n:
        return f"interval not valid: {ties} of {n} differences are equal"
    skewness = _skewness(values)
    if abs(skewness) > SKEWED * (n - 2) / math.sqrt(n - 1) and not in_two_clumps(values):
        return f"interval not valid: skewness {skewness:.1f} in {n} differences"
    return ""


def _ties(values: Floats) -> int:
    """How many of the sorted `values` are the one that is most frequent."""
    edges = np.flatnonzero(np.diff(values) > NO_VARIATION)
    return int(np.diff(np.concatenate([[-1], edges, [values.size - 1]])).max())


def superiority(differences: ArrayLike, level: float = 0.95) -> Interval:
    """Probability that the arm beats its control in a replicate, ties counted half (Vargha & Delaney 2000).

    The bounds are Clopper & Pearson's for the count of wins plus half the ties: exact without ties, and
    wider than need be with them, as a half varies less than a win or a loss. NaN for n = 0.
    """
    values = finite(differences)
    wins = float(np.count_nonzero(values > NO_VARIATION) + np.count_nonzero(np.abs(values) <= NO_VARIATION) / 2)
    return _clopper_pearson(wins, values.size, level)


def failure_rate(failures: int, n: int, level: float = 0.95) -> Interval:
    """Share of `n` runs that failed, with the exact interval of Clopper & Pearson (1934); NaN for n = 0.

    Raises:
        ValueError: `failures` is not in 0..n.
    """
    if not 0 <= failures <= n:
        raise ValueError(f"failures is {failures}, expected 0 to n={n}")
    return _clopper_pearson(failures, n, level)


def finite(differences: ArrayLike) -> Floats:
    """`differences` as `(n,) float`; ValueError where the shape differs or a value is not finite."""
    values = np.asarray(differences, dtype=float)
    if values.ndim != 1:
        raise ValueError(f"differences have shape {values.shape}, expected (n,), one per replicate")
    if not np.isfinite(values).all():
        raise ValueError(f"differences hold {np.count_nonzero(~np.isfinite(values))} value(s) that are not finite")
    return values


def _unreliable(interval: Interval) -> Interval:
    """`interval`, announced."""
    warnings.warn(interval.note, UnreliableInterval, stacklevel=3)
    return interval


def student(values: Floats, level: float) -> tuple[float, float]:
    """Bounds mean -+ t(n-1) sd / sqrt(n) of two values or more."""
    n = values.size
    half = float(values.std(ddof=1) * stdtrit(n - 1, 0.5 + level / 2) / math.sqrt(n))
    return float(values.mean()) - half, float(values.mean()) + half


def _transformed(values: Floats, level: float) -> tuple[float, float]:
    """Bounds from Hall's transformation g(S) = S + a S^2 + a^2 S^3 / 3 + skewness / 6n, a = skewness / 3.

    It is monotone, so it is inverted at Student's quantiles; the skewness is that of Fisher, corrected for n.
    """
    n = values.size
    skewness = _skewness(values) * math.sqrt(n * (n - 1)) / (n - 2)
    sd, reach = float(values.std(ddof=1)), float(stdtrit(n - 1, 0.5 + level / 2)) / math.sqrt(n)
    if abs(skewness) < 1e-6:  # the limit of the inverse, which divides by it
        return float(values.mean()) - sd * reach, float(values.mean()) + sd * reach
    ends = [3 / skewness * (np.cbrt(1 + skewness * (x - skewness / (6 * n))) - 1) for x in (reach, -reach)]
    low, high = (float(values.mean() - sd * end) for end in ends)
    return low, high


def in_two_clumps(values: Floats) -> bool:
    """Whether the widest gap between the sorted `values` is wider than the spread on both of its sides."""
    gaps = np.diff(values)
    at = int(gaps.argmax())
    spread = max(values[at] - values[0], values[-1] - values[at + 1])
    return bool(gaps[at] > GAP * spread and 1 <= at <= values.size - 3)


def _skewness(values: Floats) -> float:
    """Third standardised moment; at most (n-2)/sqrt(n-1) for n values (Wilkins 1944)."""
    centred = values - values.mean()
    return float((centred**3).mean() / (centred**2).mean() ** 1.5)


@lru_cache(maxsize=10_000)  # the same few counts come again and again
def _clopper_pearson(count: float, n: int, level: float) -> Interval:
    """`count / n` with the beta quantiles of Clopper & Pearson; `count` may be half-integral."""
    from statsmodels.stats.proportion import proportion_confint

    if n == 0:
        return Interval(math.nan, math.nan, math.nan, level, False, "no runs")
    low, high = proportion_confint(count, n, alpha=1 - level, method="beta")
    return Interval(count / n, float(low), float(high), level)

"""How many runs may fail unseen, and what they would cost: what stands between "no difference seen" and equivalence.

In come differences `(n,) float`, arm minus against, and a `Drop`, the difference that a failing run of either side
leaves. Out go p values of equivalence that take failures into account, and numbers of replicates. None of ten failing
still allows a failure rate of 26% (Clopper & Pearson 1934, one-sided at 5%), and so a mean far beyond the margin.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, stdtrit

from mismatch.analysis.intervals import NO_VARIATION, Floats, finite

MOST = 100_000
"""Replicates beyond which nobody need be told how many it would take."""
STEPS = 40
"""Halvings in the search for a p value: to within 1e-12."""


@dataclass(frozen=True)
class Drop:
    """The difference that is left where the arm fails (`low`, at most 0) and where the other side does (`high`)."""

    low: float
    high: float


NONE = Drop(0.0, 0.0)
"""Of measurements that cannot fail as a training run can."""


def drop_between(arm: Floats, against: Floats, worst: tuple[float, float]) -> Drop:
    """What a failing run leaves, from the metric of both sides and the values that a failing run may have.

    Args:
        arm, against: `(n,)` metric of each side.
        worst: least and greatest value of a run that failed; twice chance for an accuracy.
    """
    least, most = worst
    here, there = float(np.mean(arm)), float(np.mean(against))
    return Drop(min(0.0, least - there, here - most), max(0.0, most - there, here - least))


def rate_bound(failures: int, n: int, alpha: float = 0.05) -> float:
    """Largest failure rate that `failures` of `n` runs leave possible: Clopper and Pearson's, one-sided."""
    return 1.0 if failures >= n else float(betaincinv(failures + 1, n - failures, 1 - alpha))


def equivalence_p(differences: ArrayLike, margin: float, drop: Drop) -> float:
    """P-value of "the mean lies outside +-margin" where runs may also fail.

    The least level at which the worst mean is inside: Student's one-sided bound of the mean of the runs that did not
    fail, mixed with the drop at the bound of the failure rate, on either side. A pair counts as failed if it lies more
    than half-way to the drop. With no drop this is the two one-sided tests of Schuirmann (1987). NaN for n < 2.
    """
    values = finite(differences)
    if values.size < 2:
        return math.nan
    if not equivalent(values, margin, drop, 0.5):
        return 1.0
    low, high = 0.0, 0.5
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if equivalent(values, margin, drop, middle) else (middle, high)
    return high


def equivalent(values: Floats, margin: float, drop: Drop, alpha: float = 0.05) -> bool:
    """Whether the worst mean at level `alpha`, on either side, is inside the margin; see `equivalence_p`."""
    low, high = worst_mean(values, drop, alpha, 2 * margin)
    return bool(-margin < low and high < margin)


def worst_mean(values: Floats, drop: Drop, alpha: float = 0.025, least: float = 0.0) -> tuple[float, float]:
    """Bounds of the mean, one-sided at `alpha` each, if as many runs failed as the sample leaves possible.

    Args:
        least: a drop no larger than this counts no pair as failed; the pair is then one value among the others.

    Returns:
        The whole reach of the drop where fewer than two pairs did not fail.
    """
    fell = values < drop.low / 2 if drop.low < -least else np.zeros(values.size, bool)
    rose = values > drop.high / 2 if drop.high > least else np.zeros(values.size, bool)
    sound = values[~(fell | rose)]
    if sound.size < 2:
        return min(drop.low, float(values.min())), max(drop.high, float(values.max()))
    rates = [rate_bound(int(np.count_nonzero(lost)), values.size, alpha) for lost in (fell, rose)]
    return _mixed(*_bounds(float(sound.mean()), float(sound.std(ddof=1)), sound.size, alpha), rates, drop)


def replicates_for_equivalence(differences: ArrayLike, margin: float, drop: Drop, alpha: float = 0.05) -> int | None:
    """Replicates without any failure that would show equivalence at this mean and spread; None if none would."""
    values = finite(differences)
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    if not abs(mean) < margin:
        return None
    found = bisect_left(range(2, MOST), True, key=lambda n: _enough(mean, sd, n, margin, drop, alpha))
    return 2 + found if found < MOST - 2 else None


def _enough(mean: float, sd: float, n: int, margin: float, drop: Drop, alpha: float) -> bool:
    rate = rate_bound(0, n, alpha)
    low, high = _mixed(*_bounds(mean, sd, n, alpha), [rate, rate], drop)
    return -margin < low and high < margin


def _bounds(mean: float, sd: float, n: int, alpha: float) -> tuple[float, float]:
    """One-sided bounds of a mean at level `alpha` each."""
    if sd <= NO_VARIATION:
        return mean, mean
    half = -float(stdtrit(n - 1, alpha)) * sd / math.sqrt(n)
    return mean - half, mean + half


def _mixed(low: float, high: float, rates: list[float], drop: Drop) -> tuple[float, float]:
    """Bounds of the mean of sound runs, mixed with failing ones at the two rates."""
    falls, rises = rates
    return (1 - falls) * low + falls * min(drop.low, low), (1 - rises) * high + rises * max(drop.high, high)

"""The t statistic where differences are not normal but exponential: how large it gets without any effect.

In come differences `(n,) float`, or their number; out go p values and critical values. Sign flips are exact only where
differences are symmetric when nothing is there. Exponential ones are as skewed as is taken for possible here: with a
mean of 0, samples of them that lie wholly on one side are common, and look like an effect.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from mismatch.analysis.intervals import NO_VARIATION, SEED, Floats, finite

SAMPLES = 100_000
"""Simulated t statistics for each n: the largest 5% are 5,000, whose share has a standard error of .0007."""
MOST = 64
"""Beyond this many differences the statistic of this many stands in: it has the longer tail."""
TOP = 100
"""Simulated statistics beyond the one that the power law starts from."""


def skewed_p(differences: ArrayLike) -> float:
    """How often exponential differences with mean 0 have a t statistic of this size, on either side.

    Simulated, from a fixed seed; beyond the `TOP` largest by a power law through the last decade of the tail, which
    falls slower than the tail does. 1 where every difference is 0, 0 where all are another value, NaN for n < 2.
    """
    values = finite(differences)
    if values.size < 2:
        return math.nan
    sd, mean = float(values.std(ddof=1)), abs(float(values.mean()))
    if sd <= NO_VARIATION:
        return 1.0 if mean <= NO_VARIATION else 0.0
    return _share_beyond(mean / sd * math.sqrt(values.size), values.size)


def critical_t(n: int, alpha: float = 0.05) -> float:
    """The t statistic of `n` differences from which on `skewed_p` is at most `alpha`, for alpha of .001 and more."""
    return float(np.quantile(_statistics(min(n, MOST)), 1 - alpha))


def _share_beyond(t: float, n: int) -> float:
    found = _statistics(min(n, MOST))
    beyond = found.size - int(np.searchsorted(found, t))
    if beyond >= TOP:
        return beyond / found.size
    start, end = found[-10 * TOP], found[-TOP]
    power = math.log(10) / math.log(end / start)
    return float(TOP / found.size * (t / end) ** -power)


@lru_cache(maxsize=MOST)
def _statistics(n: int) -> Floats:
    """Sizes of `SAMPLES` t statistics of `n` exponential differences with mean 0, sorted."""
    rng = np.random.default_rng([SEED, n])
    parts = []
    for _ in range(10):
        values = rng.exponential(size=(SAMPLES // 10, n)) - 1
        parts.append(np.abs(values.mean(1)) / values.std(1, ddof=1) * math.sqrt(n))
    return np.sort(np.concatenate(parts))

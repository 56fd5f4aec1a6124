"""Arms beside the one that leads, on paired replicates: how far each is behind it, and how surely it is worse.

In: scores `(..., K, R) float` of K arms in R replicates, NaN where there was no run; leading axes are whole races. Out:
arrays `(..., K)`. A replicate splits one finite set of sequences anew, so differences of two arms over replicates share
test sequences and are correlated. Their mean varies by s^2 (1/n + n_test/n_train), not by s^2 / n (Nadeau & Bengio
2003), which is right where replicates differ by their test part alone, and too much where training varies as well.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, stdtr

Floats = NDArray[np.float64]
Counts = NDArray[np.intp]

SWEEPS = 200
"""Rounds of the additive fit at the most; where all arms have the same replicates the first is exact."""
SETTLED = 1e-9
"""The fit ends when a round moves no score by more."""
EFFICIENCY = 0.8
"""Degrees of freedom of the median of all pairs' variances, as a share of those of their mean; simulated: .8 to .94."""


@dataclass(frozen=True)
class Splits:
    """How replicates split the sequences: ratio n_test / n_train, and `tested`, the sequences of a test part."""

    ratio: float
    tested: int


@dataclass(frozen=True)
class Rivals:
    """Arms beside their leader, arrays `(..., K)`.

    leader: `(...)` index of the arm that leads. means: mean score, as if every arm had all replicates. behind: paired
    difference to the leader on the replicates that both have, positive where the arm scores less. pairs: how many.
    p: of "no worse than the leader", one-sided, for all rivals together; 1 where nothing is tested.
    """

    leader: Counts
    means: Floats
    behind: Floats
    pairs: Counts
    p: Floats


def beside_leader(scores: Floats, splits: Splits, entrants: int, least: int) -> Rivals:
    """Test every arm against the one with the highest mean.

    An arm is worse only by two tests at once, each of them a corrected resampled t test. One takes its spread from the
    pair's own differences and is at the whole level: it protects an arm of which runs fail now and then. The other
    takes it from all arms (`common_spread`) and is corrected for the K - 1 rivals of the best arm (Bonferroni), any of
    which may happen to lead. Few replicates say little of a pair's own spread, but many arms together say much.

    No difference d is taken for steadier than counts of sequences can be: two arms disagree on a share of at least |d|
    of the sequences, which alone gives the variance (|d| - d^2) / n_test (as in the test of McNemar 1947).

    Args:
        scores: `(..., K, R)` in 0..1, NaN where there was no run.
        splits: sizes of the parts.
        entrants: arms that may ever enter the race, K or more.
        least: replicates below which an arm neither leads nor is tested, 2 or more.
    """
    means = arm_means(scores)
    leader = _leader(scores, means, least)
    differences = np.take_along_axis(scores, leader[..., None, None], axis=-2) - scores
    behind, own, pairs = _spread(differences)
    common, degrees = common_spread(scores)
    lowest = (np.abs(behind) - np.square(behind)) / splits.tested
    reach = 1 / np.maximum(pairs, 1) + splits.ratio
    alone = _tail(behind, np.maximum(own, lowest) * reach, np.asarray(pairs - 1, float))
    together = _tail(behind, np.maximum(common[..., None], lowest) * reach, degrees[..., None])
    p = np.minimum(np.maximum(alone, together * (entrants - 1)), 1.0)
    tested = (pairs >= least) & (np.arange(p.shape[-1]) != leader[..., None])
    return Rivals(leader, means, behind, pairs, np.where(tested, p, 1.0))


def arm_means(scores: Floats) -> Floats:
    """Means `(..., K)` as if every arm had all replicates: arm + replicate by least squares, fitted in turn."""
    there = np.isfinite(scores)
    rest, means = scores.copy(), np.zeros(scores.shape[:-1])
    shift = np.zeros((*scores.shape[:-2], scores.shape[-1]))
    for _ in range(SWEEPS):
        by_arm = mean_of(rest)
        rest -= by_arm[..., None]
        by_replicate = mean_of(rest, axis=-2)
        rest -= by_replicate[..., None, :]
        means, shift = means + by_arm, shift + by_replicate
        if np.abs(by_replicate).max(initial=0.0) <= SETTLED:
            break
    used = there.any(-2)
    level = np.where(used, shift, 0).sum(-1) / np.maximum(used.sum(-1), 1)
    return np.where(there.any(-1), means + level[..., None], np.nan)


def common_spread(scores: Floats) -> tuple[Floats, Floats]:
    """Variance of a difference of two arms, the same for all, and its degrees of freedom: arrays `(...)`.

    The median over all pairs of their variances, each over the median that it has where differences are normal: arms
    of which runs fail are no measure for the others.
    """
    first, second = np.triu_indices(scores.shape[-2], 1)
    _, spread, pairs = _spread(scores[..., first, :] - scores[..., second, :])
    known = pairs >= 2
    several = known.sum(-1, keepdims=True) > 1
    halves = np.arange(1, scores.shape[-1] + 1) / 2
    medians = (gammaincinv(halves, 0.5) / halves)[np.maximum(pairs - 2, 0)]
    variance = _median(np.where(known, spread / np.where(several, medians, 1.0), np.nan))
    there = np.isfinite(scores)
    degrees = there.sum((-2, -1)) - there.any(-1).sum(-1) - there.any(-2).sum(-1) + 1.0
    return variance, np.where(several[..., 0], EFFICIENCY * degrees, degrees)


def mean_of(values: Floats, axis: int = -1) -> Floats:
    """Mean of what is there; 0 of nothing."""
    return np.asarray(_sum(values, axis) / np.maximum(np.isfinite(values).sum(axis), 1))


def _leader(scores: Floats, means: Floats, least: int) -> Counts:
    """The highest mean among arms with `least` replicates, or among all where none has; of equals the first."""
    ready = np.isfinite(scores).sum(-1) >= least
    ready |= ~ready.any(-1, keepdims=True)
    return np.where(ready & np.isfinite(means), means, -np.inf).argmax(-1)


def _spread(differences: Floats) -> tuple[Floats, Floats, Counts]:
    """Mean, variance and number of the differences that are there."""
    count, mean = np.isfinite(differences).sum(-1), mean_of(differences)
    return mean, _sum(np.square(differences - mean[..., None])) / np.maximum(count - 1, 1), count


def _sum(values: Floats, axis: int = -1) -> Floats:
    return np.asarray(np.where(np.isfinite(values), values, 0.0).sum(axis))


def _median(values: Floats) -> Floats:
    """Median of what is there; 0 of nothing."""
    if not values.shape[-1]:
        return np.zeros(values.shape[:-1])
    count, ordered = np.isfinite(values).sum(-1, keepdims=True), np.sort(values)
    middle = [np.take_along_axis(ordered, at, -1) for at in (np.maximum(count - 1, 0) // 2, count // 2)]
    return np.where(count > 0, (middle[0] + middle[1]) / 2, 0.0)[..., 0]


def _tail(difference: Floats, variance: Floats, degrees: Floats) -> Floats:
    """How often Student's t is as large as this difference over its standard error; a difference of 0 has t = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(difference == 0, 0.0, difference / np.sqrt(variance))
    return np.asarray(stdtr(np.maximum(degrees, 1), -t))

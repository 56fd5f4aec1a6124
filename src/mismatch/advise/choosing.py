"""Which arm to recommend: the cheapest of those shown in the race to be within the margin of the leader.

In: mean accuracy in the race and cost, by arm, and how sure a difference is. Out: a `Choice`. What is cheaper must show
that it is as good: what it is behind, and a standard error of that, are within the margin. An arm of which some runs
fail looks as good as the leader while few of them are seen; it is not chosen until enough are. The final figures have
no say in it: an arm chosen for them would owe a part of them to luck (the winner's curse), one chosen before them owes
them none.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

ALIKE = 0.02
"""Costs that differ by less than this share are one cost: step times of two runs of one program differ as much."""


@dataclass(frozen=True)
class Choice:
    """The arm to use, and the leader it is measured against.

    behind: how much lower its mean accuracy in the race is than the leader's. saves: share of the leader's cost.
    within: all arms shown to be within the margin, from the cheapest to the dearest.
    """

    arm: str
    leader: str
    behind: float
    saves: float
    within: tuple[str, ...]


def choose(
    means: Mapping[str, float],
    costs: Mapping[str, float],
    margin: float,
    among: Iterable[str] | None = None,
    alike: float = ALIKE,
    error: Callable[[str, str], float] = lambda arm, leader: 0.0,
) -> Choice:
    """The cheapest arm whose mean, less its error, is at most `margin` below the highest.

    Of arms that cost as much as the cheapest, but for the share `alike`, the most accurate; then the cheaper, then the
    one named first.

    Args:
        means: mean accuracy in the race, by arm; `Look.means`.
        costs: milliseconds of a step, or any other cost above 0, of every arm that may be chosen.
        margin: how much accuracy is nothing.
        among: arms that may be chosen or lead; all of `means` unless given.
        alike: share by which costs may differ and count as equal.
        error: of how far an arm is behind the leader; infinite where that is not known.

    Raises:
        ValueError: no arm, an arm without a mean or a cost, a cost or margin that is none.
    """
    arms = list(means if among is None else among)
    if not arms:
        raise ValueError("no arm to choose from")
    if not margin >= 0:
        raise ValueError(f"margin is {margin}, expected 0 or more")
    for arm in arms:
        if not math.isfinite(means.get(arm, math.nan)):
            raise ValueError(f"mean of {arm} is {means.get(arm)}, expected a number")
        if not 0 < costs.get(arm, math.nan) < math.inf:
            raise ValueError(f"cost of {arm} is {costs.get(arm)}, expected a number above 0")
    leader = max(arms, key=lambda arm: means[arm])
    # A margin of .01 takes in .85 beside .86, whatever binary fractions make of them.
    most = {arm: means[leader] - means[arm] + error(arm, leader) for arm in arms if arm != leader}
    close = [arm for arm in arms if most.get(arm, 0.0) <= margin + 1e-12]
    within = sorted(close, key=lambda arm: costs[arm])
    cheap = [arm for arm in within if costs[arm] <= costs[within[0]] * (1 + alike)]
    best = max(cheap, key=lambda arm: (means[arm], -costs[arm]))
    return Choice(best, leader, means[leader] - means[best], 1 - costs[best] / costs[leader], tuple(within))

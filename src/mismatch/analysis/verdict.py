"""From paired differences to a verdict on a claim. In come the differences of each contrast of one family,
the direction its claim predicts and the margin below which a difference does not matter; out goes one word each.

The rule, at level alpha = .05. Within a family, the p-values of a difference are adjusted by Holm's method, and
apart from them so are those of equivalence. Let *identical* mean: the runs of both arms agree in every number
measured, replicate by replicate, to the last digit or but for rounding, which training may enlarge in a few runs
(`circumstances.identical`). Let *different* mean: adjusted p <= alpha (`statistics.difference_p`) and the 95%
interval of the mean difference excludes 0. Let *inside* mean: adjusted p of two one-sided tests at the margin <= alpha.
Let *equivalent* mean: the same with the failures counted in that n replicates cannot rule out
(`failures.equivalence_p`), where a planted deficit of about the margin was seen (`sensitivity.py`).

| direction     | IDENTICAL | EQUIVALENT | SUPPORTED                           | REFUTED                        |
|---------------|-----------|------------|-------------------------------------|--------------------------------|
| less, greater | identical | equivalent | different, with the predicted sign  | different, with the other sign |
| different     | identical | equivalent | different                           | never                          |
| equal         | identical | never      | equivalent                          | different and not equivalent   |

The columns are tried from left to right. A difference that is inside supports no claim of one, whatever its sign, even
where it is not equivalent. The size of a difference says whether the whole interval is beyond the margin. All else is
INCONCLUSIVE. A margin of 0 declares no equivalence test: nothing is then equivalent; nor is it where nobody
knows what a failing run would cost. An interval that is not valid changes no verdict, since none rests on it alone;
its note is kept. Where replicates were added at looks, a look spends a share of alpha: the interval is at 1 - that
share, and p values are multiplied by alpha over it before Holm's method (`looks.py`). How often all this errs is
simulated in `simulation.py` and tabled in docs/statistics.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mismatch.analysis.failures import NONE, Drop, equivalence_p, rate_bound, replicates_for_equivalence, worst_mean
from mismatch.analysis.intervals import ANYWHERE, mean_interval, superiority
from mismatch.analysis.statistics import difference_p, holm, minimum_detectable_effect

DIRECTIONS = ("less", "greater", "different", "equal")
TURNED = {"less": "greater", "greater": "less", "different": "different", "equal": "equal"}
"""What the contrast predicts whose sides are swapped."""
LEVEL = 0.05
WITHHELD, UNTESTED = "WITHHELD", "UNTESTED"
"""Of a contrast that may not be judged here, and of a claim that cannot be tested at all."""
Verdict = Literal["SUPPORTED", "REFUTED", "EQUIVALENT", "IDENTICAL", "INCONCLUSIVE"]
MATTERS, MAY_NOT = "matters", "there, may be too small to matter"
"""Sizes of a difference: the whole interval is beyond the margin, or part of it is not."""


@dataclass(frozen=True)
class Judgement:
    """What the differences of one contrast say, before the rest of its family is taken into account.

    `effect`, `low` and `high` are the mean difference and its 95% interval, `p` that of a difference, `p_equivalence`
    that of a mean beyond the margin (NaN for margin 0, or where no drop is known), `superiority` the share of
    replicates won, `minimum_detectable_effect` what `n` replicates find with probability .8 at alpha = .05 unadjusted.
    p_inside: as `p_equivalence`, as if runs could not fail. near: why what is inside may still not be equivalent.
    insensitive: why no deficit of the margin's size could have been seen, if so: nothing is then equivalent.
    low_failing, high_failing: as `low` and `high`, with the failures that the replicates leave possible.
    level: the part of alpha that may be spent here; the interval is at 1 - `level`, and p values are times
    alpha over it.
    """

    n: int
    effect: float
    low: float
    high: float
    p: float
    p_equivalence: float
    superiority: float
    minimum_detectable_effect: float
    note: str
    direction: str
    margin: float
    identical: str = ""
    p_inside: float = math.nan
    near: str = ""
    insensitive: str = ""
    low_failing: float = math.nan
    high_failing: float = math.nan
    level: float = LEVEL


@dataclass(frozen=True)
class Decision:
    """A verdict with its adjusted p values. size: of a difference, if that is what decided. why: a remark."""

    verdict: Verdict
    p_holm: float
    p_equivalence_holm: float
    size: str = ""
    why: str = ""


def judge(
    differences: ArrayLike,
    direction: str,
    margin: float,
    drop: Drop | None = NONE,
    within: tuple[float, float] = ANYWHERE,
    identical: str = "",
    insensitive: str = "",
    level: float = LEVEL,
    factor: bool = False,
) -> Judgement:
    """Everything a verdict needs from the differences `(n,)` of one contrast, arm minus control.

    Args:
        drop: the difference that a failing run of either side leaves; None where nobody knows.
        within: least and greatest value a difference can have.
        identical: how far the runs behind the differences agree in every number measured; empty where they do not.
        insensitive: why no deficit of the margin's size could have been seen; empty where one was, or none is needed.
        level: the part of alpha that may be spent here, less than all of it at a look before the last.
        factor: whether the differences are those of logarithms, to be told as factors.

    Raises:
        ValueError: unknown direction, negative margin, or differences that are not finite.

    Warns:
        UnreliableInterval: the interval is not valid; the reason is also in `note`.
    """
    if direction not in DIRECTIONS:
        raise ValueError(f"direction is {direction!r}, expected one of {', '.join(DIRECTIONS)}")
    if not margin >= 0:
        raise ValueError(f"margin is {margin}, expected 0 (no equivalence test) or more")
    values = np.asarray(differences, dtype=float)
    interval = mean_interval(values, 1 - level, within)
    worst = (math.nan, math.nan) if drop is None or values.size < 2 else worst_mean(values, drop, level / 2)
    beyond = equivalence_p(values, margin, drop) if margin and drop is not None else math.nan
    return Judgement(
        n=values.size,
        effect=interval.estimate,
        low=interval.low,
        high=interval.high,
        p=_over_looks(difference_p(values), level),
        p_equivalence=_over_looks(beyond, level),
        superiority=superiority(values).estimate,
        minimum_detectable_effect=minimum_detectable_effect(values),
        note=identical or interval.note,
        direction=direction,
        margin=margin,
        identical=identical,
        p_inside=_over_looks(equivalence_p(values, margin, NONE), level) if margin else math.nan,
        near=_near(values, margin, drop, factor) if margin else "",
        insensitive=insensitive,
        low_failing=worst[0],
        high_failing=worst[1],
        level=level,
    )


def verdicts(judgements: Sequence[Judgement], alpha: float = 0.05) -> list[Decision]:
    """Verdict and adjusted p-values of every contrast of one family, in order.

    The rule is in the head of this module.
    """
    p = holm([judgement.p for judgement in judgements])
    p_equivalence = holm([judgement.p_equivalence for judgement in judgements])
    inside = holm([judgement.p_inside for judgement in judgements]) <= alpha
    return [
        _decide(judgement, float(a), float(b), bool(c), alpha)
        for judgement, a, b, c in zip(judgements, p, p_equivalence, inside, strict=True)
    ]


def _over_looks(p: float, level: float) -> float:
    """A p value that holds whichever look it is of, as if it were the smallest of all looks (Bonferroni)."""
    return p if level == LEVEL or math.isnan(p) else min(1.0, p * LEVEL / level)


def _decide(judgement: Judgement, p: float, p_equivalence: float, inside: bool, alpha: float) -> Decision:
    """The rule for one contrast, and what there is to say of it."""
    word = _verdict(judgement, p, p_equivalence, inside, alpha)
    close = "; ".join(filter(None, (judgement.near, _blind(judgement))))
    different = word in ("SUPPORTED", "REFUTED") and not p_equivalence <= alpha
    size = _size(judgement) if different and judgement.margin else ""
    why = "; ".join(filter(None, (close if word == "INCONCLUSIVE" else "", judgement.note)))
    return Decision(word, p, p_equivalence, size, why)


def _verdict(judgement: Judgement, p: float, p_equivalence: float, inside: bool, alpha: float) -> Verdict:
    """The word; NaN p-values satisfy nothing."""
    if judgement.identical:
        return "IDENTICAL"
    if p_equivalence <= alpha and not judgement.insensitive:
        return "SUPPORTED" if judgement.direction == "equal" else "EQUIVALENT"
    if inside or not (p <= alpha and (judgement.low > 0 or judgement.high < 0)):
        return "INCONCLUSIVE"
    found = "greater" if judgement.effect > 0 else "less"
    return "SUPPORTED" if judgement.direction in ("different", found) else "REFUTED"


def _blind(judgement: Judgement) -> str:
    """Why what is inside the margin says little, or nothing."""
    blind = judgement.insensitive and judgement.p_inside <= LEVEL
    return f"a deficit would not have been seen ({judgement.insensitive})" if blind else ""


def _size(judgement: Judgement) -> str:
    beyond = judgement.low > judgement.margin or judgement.high < -judgement.margin
    return MATTERS if beyond else MAY_NOT


def _near(values: NDArray[np.float64], margin: float, drop: Drop | None, factor: bool) -> str:
    """What keeps a mean that is inside the margin from being equivalent, or nothing."""
    if not equivalence_p(values, margin, NONE) <= LEVEL:
        return ""
    if drop is None:
        return "inside the margin, but nobody said what a failing run would cost: the contrast declares no drop"
    if equivalence_p(values, margin, drop) <= LEVEL:
        return ""
    needed = replicates_for_equivalence(values, margin, drop)
    remedy = f"; {needed} replicates without a failure would rule that out" if needed else ""
    rate, cost = rate_bound(0, values.size), max(-drop.low, drop.high)
    lost = f"a factor of {math.exp(cost):.3g}" if factor else f"{cost:.2g}"
    return f"inside the margin, but up to {rate:.0%} of runs may fail unseen, each for {lost}{remedy}"

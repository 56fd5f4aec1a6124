"""From paired differences to a verdict on a claim. In come the differences of each contrast of one family,
the direction its claim predicts and the margin below which a difference does not matter; out goes one word each.

The rule, at level alpha = .05. Within a family, the sign-flip p-values are adjusted by Holm's method, and
apart from them so are the equivalence (TOST) p-values. Let *different* mean: adjusted sign-flip p <= alpha
and the 95% interval of the mean difference excludes 0. Let *equivalent* mean: adjusted TOST p <= alpha.

| direction     | EQUIVALENT | SUPPORTED                                 | REFUTED                        |
|---------------|------------|-------------------------------------------|--------------------------------|
| less, greater | equivalent | different, with the predicted sign        | different, with the other sign |
| different     | equivalent | different                                 | never                          |
| equal         | never      | equivalent                                | different and not equivalent   |

EQUIVALENT goes before the others: a difference that is practically nothing supports no claim of one, whatever
its sign. SUPPORTED says that the difference is there, not that it exceeds the margin: see its interval. All else is
INCONCLUSIVE. A margin of 0 declares no equivalence test: nothing is then equivalent. An
interval that is not valid changes no verdict, since none rests on it alone: the sign-flip test stays exact for
differences that are symmetric under the null hypothesis, as they are where swapping the arms changes nothing.
Its note is kept. Measured: over 20 normal contrasts of 10 replicates without effect, .02 of families get a false
SUPPORTED or REFUTED; .20 if the differences have mean 0 but are exponential, that is if the arms differ in shape.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from mismatch.analysis.intervals import mean_interval, superiority
from mismatch.analysis.statistics import holm, minimum_detectable_effect, sign_flip_p, tost_p

DIRECTIONS = ("less", "greater", "different", "equal")
WITHHELD, UNTESTED = "WITHHELD", "UNTESTED"
"""Of a contrast that may not be judged here, and of a claim that cannot be tested at all."""
Verdict = Literal["SUPPORTED", "REFUTED", "EQUIVALENT", "INCONCLUSIVE"]


@dataclass(frozen=True)
class Judgement:
    """What the differences of one contrast say, before the rest of its family is taken into account.

    `effect`, `low` and `high` are the mean difference and its 95% interval, `p` the two-sided sign-flip
    test, `p_equivalence` the TOST (NaN for margin 0), `superiority` the share of replicates won,
    `minimum_detectable_effect` what `n` replicates find with probability .8 at alpha = .05 unadjusted.
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


def judge(differences: ArrayLike, direction: str, margin: float) -> Judgement:
    """Everything a verdict needs from the differences `(n,)` of one contrast, arm minus control.

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
    interval = mean_interval(values)
    return Judgement(
        n=values.size,
        effect=interval.estimate,
        low=interval.low,
        high=interval.high,
        p=sign_flip_p(values),
        p_equivalence=tost_p(values, margin) if margin else math.nan,
        superiority=superiority(values).estimate,
        minimum_detectable_effect=minimum_detectable_effect(values),
        note=interval.note,
        direction=direction,
        margin=margin,
    )


def verdicts(judgements: Sequence[Judgement], alpha: float = 0.05) -> list[tuple[Verdict, float, float]]:
    """Verdict, adjusted sign-flip p and adjusted TOST p of every contrast of one family, in order.

    The rule is in the head of this module.
    """
    p = holm([judgement.p for judgement in judgements])
    p_equivalence = holm([judgement.p_equivalence for judgement in judgements])
    return [
        (_verdict(judgement, float(a), float(b), alpha), float(a), float(b))
        for judgement, a, b in zip(judgements, p, p_equivalence, strict=True)
    ]


def _verdict(judgement: Judgement, p: float, p_equivalence: float, alpha: float) -> Verdict:
    """The rule for one contrast; NaN p-values satisfy nothing."""
    equivalent = p_equivalence <= alpha
    different = p <= alpha and (judgement.low > 0 or judgement.high < 0)
    if equivalent:
        return "SUPPORTED" if judgement.direction == "equal" else "EQUIVALENT"
    if not different:
        return "INCONCLUSIVE"
    found = "greater" if judgement.effect > 0 else "less"
    return "SUPPORTED" if judgement.direction in ("different", found) else "REFUTED"

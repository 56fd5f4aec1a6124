"""How many arms lose more than the margin against a reference: those whose 95% interval lies wholly beyond it.

A loss is a fall of the metric, or a rise of one of which lower is better, such as log_loss. The arms are all that the
experiment has, chosen by hand and drawn from nothing: a census, whose share has no interval. What is not certain is
how many of them lose: between those whose interval lies beyond the margin, and these with those whose interval only
reaches beyond it. An arm that was not measured well enough does not speak against a loss. Arms with the same outcome
in every replicate (a mask that a convolution drops is no mask) are one arm, where that outcome varies.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis import circumstances
from mismatch.analysis.intervals import UnreliableInterval, mean_interval
from mismatch.analysis.pairs import SHARED, Pairs, pair
from mismatch.analysis.select import arm_where, described_by
from mismatch.analysis.tests.base import (
    ClaimTest,
    Contrast,
    Evidence,
    Question,
    Result,
    beyond,
    members_of,
    region_of_share,
    wrong_share,
)
from mismatch.analysis.tests.paired import missing, wrong_pairing
from mismatch.analysis.twins import FEWEST, SAME
from mismatch.run import metrics


@dataclass(frozen=True, kw_only=True)
class ShareContrast(Contrast):
    """against: the reference. where: the arms that are counted. factors: columns, such as data, in which both agree.

    margin: smallest loss that counts. at_least: the share predicted. scale, shares: as in a paired contrast.
    """

    against: dict[str, Any]
    at_least: float
    where: dict[str, Any] = field(default_factory=dict)
    factors: tuple[str, ...] = ()
    metric: str = "exact_accuracy"
    scale: str = "difference"
    margin: float = 0.0
    shares: tuple[str, ...] = SHARED


class Share(ClaimTest[ShareContrast]):
    name = "share"
    contrast = ShareContrast
    meaning = "share of the distinct arms that lose more than the margin against a reference, counted, not estimated"
    counts = "arms"

    def wrong(self, contrast: ShareContrast) -> Iterator[tuple[str, str]]:
        if not contrast.against:
            yield "against", f"must be given for test {self.name}"
        yield from wrong_share(contrast.at_least)
        yield from wrong_pairing(contrast.scale, contrast.shares, contrast.margin)

    def asks(self, contrast: ShareContrast) -> Question:
        return Question(f"at least {contrast.at_least:g}", contrast.metric, margin=contrast.margin)

    def judge(self, contrast: ShareContrast, evidence: Evidence) -> Result:
        found = members_of(evidence, contrast.where, contrast.factors)
        if found.withheld:
            return Result(found.withheld, arms=found.arms, runs=found.ids)
        try:
            counted = _count(found.runs, contrast, evidence)
        except ValueError as error:
            return Result(str(error), arms=found.arms, runs=found.ids)
        n = len(counted.bounds)
        if not n:
            return Result("no arms", arms=found.arms, runs=found.ids)
        lost = sum(high < -contrast.margin for _, high in counted.bounds)
        perhaps = sum(low < -contrast.margin for low, _ in counted.bounds)
        return Result(
            verdict=beyond(lost / n, perhaps / n, contrast.at_least),
            arms=tuple(dict.fromkeys([*found.arms, *counted.references])),
            n=n,
            effect=lost / n,
            why=_told(lost, perhaps, n, counted.twins),
            runs=tuple(dict.fromkeys([*found.ids, *counted.runs])),
        )

    def effect(self, row: pd.Series) -> str:
        """``23 of 42``."""
        return f"{round(row['effect'] * row['n'])} of {int(row['n'])}"

    def drawn(self, row: pd.Series) -> str:
        return "cases"

    def region(self, row: pd.Series) -> list[tuple[float, float]]:
        return region_of_share(row)


def _told(lost: int, perhaps: int, n: int, twins: int) -> str:
    """``23 to 26 of 42 distinct arms; 22 more are their twins``."""
    reach = f"{lost}" if lost == perhaps else f"{lost} to {perhaps}"
    return f"{reach} of {n} distinct arms" + (f"; {twins} more are their twins" if twins else "")


@dataclass(frozen=True)
class _Counted:
    """bounds: of the difference of every distinct arm, worse below 0. twins: arms left out, as another is the same."""

    references: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]
    twins: int
    runs: tuple[str, ...]


def _count(members: pd.DataFrame, contrast: ShareContrast, evidence: Evidence) -> _Counted:
    """Every arm of `members` against the reference it agrees with in the factors.

    Raises:
        ValueError: a reference or a pair is missing.
    """
    references: list[str] = []
    bounds: list[tuple[float, float]] = []
    runs: list[str] = []
    twins = 0
    for part in _parts(members, contrast.factors):
        references.append(_reference(part, contrast, evidence))
        seen: list[np.ndarray] = []
        for pairs in _against(part, references[-1], contrast, evidence):
            runs += pairs.runs
            if _among(pairs.arm, seen):
                twins += 1
                continue
            seen.append(pairs.arm)
            bounds.append(_interval(pairs, contrast))
    return _Counted(tuple(references), tuple(bounds), twins, tuple(runs))


def _among(outcomes: np.ndarray, seen: Sequence[np.ndarray]) -> bool:
    """Whether another arm had these outcomes; those that do not vary (all at the ceiling) tell no arms apart."""
    if float(np.ptp(outcomes)) <= SAME or len(outcomes) < FEWEST:
        return False
    return any(other.shape == outcomes.shape and np.allclose(other, outcomes, rtol=0, atol=SAME) for other in seen)


def _parts(members: pd.DataFrame, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    if not columns:
        yield members
        return
    for _, part in members.groupby(list(columns), dropna=False):
        yield part


def _reference(part: pd.DataFrame, contrast: ShareContrast, evidence: Evidence) -> str:
    """The arm that the arms of `part` are measured by."""
    levels = {name: part[name].iloc[0] for name in contrast.factors}
    described = evidence.base | levels | contrast.against
    reference = arm_where(evidence.table, described)
    if reference is None:
        raise ValueError(f"no arm {described_by(described)}")
    return reference


def _against(part: pd.DataFrame, reference: str, contrast: ShareContrast, evidence: Evidence) -> Iterator[Pairs]:
    """Every other arm of `part`, paired with the reference."""
    for arm in map(str, part["arm"].unique()):
        if arm == reference:
            continue
        pairs = pair(evidence.table, arm, reference, contrast.metric, contrast.scale, contrast.shares, evidence.planned)
        if pairs.missing or len(pairs.differences) < 2:
            raise ValueError(missing(pairs) or f"fewer than two pairs of {arm} and {reference}")
        yield pairs


def _sign(metric: str) -> int:
    """1 where higher is better, -1 where lower is."""
    column = metrics.columns().get(metric)
    return -1 if column is not None and column.lower_is_better else 1


def _interval(pairs: Pairs, contrast: ShareContrast) -> tuple[float, float]:
    sign, within = _sign(contrast.metric), circumstances.within(contrast.metric, contrast.scale)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreliableInterval)
        interval = mean_interval(sign * pairs.differences, within=within)
    return interval.low, interval.high

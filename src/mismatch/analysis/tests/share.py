"""How many arms lose more than the margin against a reference: those whose 95% interval lies wholly beyond it.

A loss is a fall of the metric, or a rise of one of which lower is better, such as log_loss.

The bounds are Clopper and Pearson's over the arms of this experiment, as if they had been drawn from all arms one
might have tried. The upper one also counts the arms whose interval only reaches beyond the margin: an arm that was
not measured well enough does not speak against a loss.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mismatch.analysis.intervals import UnreliableInterval, failure_rate, mean_interval
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
    meaning = "share of arms that lose more than the margin against a reference"
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
        n = len(set(found.arms) - set(counted.references))
        if not n:
            return Result("no arms", arms=found.arms, runs=found.ids)
        low, high = failure_rate(counted.lost, n).low, failure_rate(counted.perhaps, n).high
        return Result(
            verdict=beyond(low, high, contrast.at_least),
            arms=tuple(dict.fromkeys([*found.arms, *counted.references])),
            n=n,
            effect=counted.lost / n,
            low=low,
            high=high,
            runs=tuple(dict.fromkeys([*found.ids, *counted.runs])),
        )

    def drawn(self, row: pd.Series) -> str:
        return "share"

    def region(self, row: pd.Series) -> list[tuple[float, float]]:
        return region_of_share(row)


@dataclass(frozen=True)
class _Counted:
    """lost: arms whose interval lies beyond the margin; perhaps: those, and arms whose interval reaches beyond it."""

    references: tuple[str, ...]
    lost: int
    perhaps: int
    runs: tuple[str, ...]


def _count(members: pd.DataFrame, contrast: ShareContrast, evidence: Evidence) -> _Counted:
    """Every arm of `members` against the reference it agrees with in the factors.

    Raises:
        ValueError: a reference or a pair is missing.
    """
    references: list[str] = []
    bounds: list[tuple[float, float]] = []
    runs: list[str] = []
    for part in _parts(members, contrast.factors):
        references.append(_reference(part, contrast, evidence))
        for pairs in _against(part, references[-1], contrast, evidence):
            bounds.append(_interval(pairs, _sign(contrast.metric)))
            runs += pairs.runs
    lost = sum(high < -contrast.margin for _, high in bounds)
    perhaps = sum(low < -contrast.margin for low, _ in bounds)
    return _Counted(tuple(references), lost, perhaps, tuple(runs))


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


def _interval(pairs: Pairs, sign: int) -> tuple[float, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreliableInterval)
        interval = mean_interval(sign * pairs.differences)
    return interval.low, interval.high

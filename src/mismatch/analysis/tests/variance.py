"""How much of the variance of a metric some settings account for, within the runs of `where`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis.factorial import TOGETHER, variance_shares
from mismatch.analysis.pairs import outcome
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


@dataclass(frozen=True, kw_only=True)
class VarianceContrast(Contrast):
    """factors: columns whose share of the variance of `metric` is at least `at_least`."""

    factors: tuple[str, ...]
    at_least: float
    where: dict[str, Any] = field(default_factory=dict)
    metric: str = "exact_accuracy"


class Variance(ClaimTest[VarianceContrast]):
    name = "variance"
    contrast = VarianceContrast
    meaning = "share of variance due to the factors, alone and together, with its interval over replicates"
    counts = "replicates"

    def wrong(self, contrast: VarianceContrast) -> Iterator[tuple[str, str]]:
        if not contrast.factors:
            yield "factors", f"must be given for test {self.name}"
        yield from wrong_share(contrast.at_least)

    def asks(self, contrast: VarianceContrast) -> Question:
        return Question(f"at least {contrast.at_least:g}", contrast.metric)

    def judge(self, contrast: VarianceContrast, evidence: Evidence) -> Result:
        found = members_of(evidence, contrast.where, contrast.factors)
        still = [name for name in contrast.factors if found.runs[name].nunique() < 2]
        withheld = found.withheld or (f"{', '.join(still)} does not vary" if still else "")
        if withheld:
            return Result(withheld, arms=found.arms, runs=found.ids)
        try:
            scored = _scored(evidence.table, found.runs, contrast.metric)
            shares = variance_shares(scored, list(contrast.factors), "_score").set_index("source")
        except ValueError as error:  # a hole in the grid
            return Result(str(error), arms=found.arms, runs=found.ids)
        share, low, high = shares[["share", "low", "high"]].loc[[TOGETHER]].to_numpy(float)[0]
        if np.isnan([share, low, high]).any():
            return Result("one replicate alone, or no variance to share", arms=found.arms, runs=found.ids)
        return Result(
            verdict=beyond(low, high, contrast.at_least),
            arms=found.arms,
            n=int(scored["replicate"].nunique()),
            effect=share,
            low=low,
            high=high,
            failures=int(scored["status"].ne("ok").sum()),
            runs=found.ids,
        )

    def measure(self, row: pd.Series) -> str:
        return "variance"

    def drawn(self, row: pd.Series) -> str:
        return "share"

    def region(self, row: pd.Series) -> list[tuple[float, float]]:
        return region_of_share(row)


def _scored(table: pd.DataFrame, members: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Those of `members` whose replicate every arm has, with their `_score`."""
    shared = members.groupby("replicate")["arm"].nunique().eq(members["arm"].nunique())
    scored = table.assign(_score=outcome(table, metric)).loc[members.index]
    return scored[scored["replicate"].isin(shared.index[shared])]

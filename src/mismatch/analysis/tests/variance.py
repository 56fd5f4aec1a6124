"""How much of the variance of a metric some settings account for, within the runs of `where`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis.factorial import TOGETHER, variance_shares
from mismatch.analysis.pairs import outcome
from mismatch.analysis.select import incomplete, runs_where
from mismatch.analysis.tests.base import ClaimTest, Contrast, Evidence, Question, Result, beyond, region_of_share


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
        if not 0 < contrast.at_least <= 1:
            yield "at_least", "must be a share, above 0 and at most 1"

    def asks(self, contrast: VarianceContrast) -> Question:
        return Question(f"at least {contrast.at_least:g}", contrast.metric)

    def judge(self, contrast: VarianceContrast, evidence: Evidence) -> Result:
        table = evidence.table
        members = runs_where(table, evidence.base | contrast.where)
        arms = tuple(map(str, members["arm"].unique()))
        runs = tuple(members["run"].astype(str)) if "run" in members else ()
        still = [name for name in contrast.factors if members[name].nunique() < 2]
        withheld = "no arms" if members.empty else incomplete(table, evidence.planned)
        withheld = withheld or (f"{', '.join(still)} does not vary" if still else "")
        if withheld:
            return Result(withheld, arms=arms, runs=runs)
        try:
            scored = _scored(table, members, contrast.metric)
            shares = variance_shares(scored, list(contrast.factors), "_score").set_index("source")
        except ValueError as error:  # a hole in the grid
            return Result(str(error), arms=arms, runs=runs)
        share, low, high = shares[["share", "low", "high"]].loc[[TOGETHER]].to_numpy(float)[0]
        if np.isnan([share, low, high]).any():
            return Result("one replicate alone, or no variance to share", arms=arms, runs=runs)
        return Result(
            verdict=beyond(low, high, contrast.at_least),
            arms=arms,
            n=int(scored["replicate"].nunique()),
            effect=share,
            low=low,
            high=high,
            failures=int(scored["status"].ne("ok").sum()),
            runs=runs,
        )

    def measure(self, row: pd.Series) -> str:
        return "variance"

    def drawn(self, row: pd.Series) -> str:
        return "share"

    def region(self, row: pd.Series) -> list[tuple[float, float]]:
        return region_of_share(row)


def _scored(table: pd.DataFrame, members: pd.DataFrame, metric: str) -> pd.DataFrame:
    """`members` of the replicates that every arm has, with their `_score`."""
    shared = members.groupby("replicate")["arm"].nunique().eq(members["arm"].nunique())
    scored = table.assign(_score=outcome(table, metric)).loc[members.index]
    return scored[scored["replicate"].isin(shared.index[shared])]

"""How many cases of a table came out as expected: at least the share that the claim names, or it is refuted.

The cases are all there are in the table, no sample of others; so there is no interval, and nothing is inconclusive.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mismatch.analysis.select import described_by, true
from mismatch.analysis.tests.base import ClaimTest, Contrast, Evidence, Question, Result, region_of_share
from mismatch.config.fields import ConfigError

NAMED = 4
"""So many cases that speak against a claim are named; of more, their number is said."""


@dataclass(frozen=True, kw_only=True)
class PortionContrast(Contrast):
    """where: column -> value of the cases that are counted. column: a switch, true where a case is as expected.

    at_least: the share of them predicted.
    """

    column: str
    at_least: float
    where: dict[str, Any] = field(default_factory=dict)


class Portion(ClaimTest[PortionContrast]):
    name = "portion"
    contrast = PortionContrast
    meaning = "at least a share of the cases is as the claim expects, or it is refuted"
    counts = "cases"
    rests_on = "rows"

    def wrong(self, contrast: PortionContrast) -> Iterator[tuple[str, str]]:
        if not 0 < contrast.at_least <= 1:
            yield "at_least", "must be a share, above 0 and at most 1"

    def asks(self, contrast: PortionContrast) -> Question:
        return Question(f"at least {contrast.at_least:.3g}")

    def judge(self, contrast: PortionContrast, evidence: Evidence) -> Result:
        cases = _where(evidence.table, contrast.where, contrast.column)
        if cases.empty:
            return Result(f"no row with {described_by(contrast.where)}")
        expected = true(cases[contrast.column])
        others = [str(row) for row in cases.loc[~expected, "row"]]
        more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
        return Result(
            verdict="SUPPORTED" if expected.mean() >= contrast.at_least else "REFUTED",
            n=len(cases),
            effect=float(expected.mean()),
            why=("not " + ", ".join(others[:NAMED]) + more) if others else "",
            runs=tuple(map(str, cases["row"])),
        )

    def effect(self, row: pd.Series) -> str:
        """``14 of 17``."""
        return f"{round(row['effect'] * row['n'])} of {int(row['n'])}"

    def drawn(self, row: pd.Series) -> str:
        return "cases"

    def region(self, row: pd.Series) -> list[tuple[float, float]]:
        return region_of_share(row)


def _where(table: pd.DataFrame, levels: dict[str, Any], column: str) -> pd.DataFrame:
    """The cases that have all of `levels`.

    Raises:
        ConfigError: for a column that the table does not have.
    """
    for key in (*levels, column, "row"):
        if key not in table:
            raise ConfigError(key, levels.get(key), "must be a column of the table")
    for key, value in levels.items():
        fits = true(table[key]) == value if isinstance(value, bool) else table[key].astype(str) == str(value)
        table = table[fits]
    return table

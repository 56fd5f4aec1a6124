"""Cases that were run: all of the named rows, or a share of them, must have an outcome that the claim expects."""

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from mismatch.analysis.select import true
from mismatch.analysis.tests.base import ClaimTest, Contrast, Evidence, Question, Result, wrong_share
from mismatch.analysis.verdict import UNTESTED

NAMED = 4
"""So many cases that speak against a claim are named; of more, their number is said."""


@dataclass(frozen=True, kw_only=True)
class OutcomeContrast(Contrast):
    """rows: names in the table; one with * stands for all mismatches whose names fit. expect: outcomes that count.

    unchanged: and no weight may have been changed. at_least: the share of the rows that must; 1: every one.
    """

    rows: tuple[str, ...]
    expect: tuple[str, ...]
    unchanged: bool = False
    absent: str = ""
    at_least: float = 1.0


class Outcome(ClaimTest[OutcomeContrast]):
    name = "outcome"
    contrast = OutcomeContrast
    meaning = "all cases, or the share claimed, show an outcome that the claim expects, or it is refuted"
    counts = "cases"
    rests_on = "rows"

    def wrong(self, contrast: OutcomeContrast) -> Iterator[tuple[str, str]]:
        for key in ("rows", "expect"):
            if not getattr(contrast, key):
                yield key, f"must be given for test {self.name}"
        yield from wrong_share(contrast.at_least)

    def asks(self, contrast: OutcomeContrast) -> Question:
        share = "" if contrast.at_least == 1 else f"at least {contrast.at_least:g}: "
        return Question(share + " or ".join(contrast.expect))

    def judge(self, contrast: OutcomeContrast, evidence: Evidence) -> Result:
        """As many rows as predicted as the claim says: SUPPORTED. Fewer: REFUTED, as these are all there are."""
        cases = evidence.table.set_index("row")
        matching = {pattern: _matching(cases, pattern) for pattern in contrast.rows}
        absent = [pattern for pattern, names in matching.items() if not names]
        if contrast.absent and len(absent) == len(matching):
            return Result(verdict=UNTESTED, why=contrast.absent)
        if absent:
            return Result(f"no row {', '.join(absent)} in {contrast.table}")
        found = cases.loc[list(dict.fromkeys(name for names in matching.values() for name in names))]
        late = contrast.unchanged & true(found["weights_changed"])
        as_predicted = found["outcome"].isin(contrast.expect) & ~late
        said = found["outcome"] + late.map({True: " after an update", False: ""})
        others = [f"{row}: {text}" for row, text in said[~as_predicted].items()]
        more = f"; and {len(others) - NAMED} more" if len(others) > NAMED else ""
        return Result(
            verdict="SUPPORTED" if as_predicted.mean() >= contrast.at_least else "REFUTED",
            n=len(found),
            effect=float(as_predicted.mean()),
            why="; ".join(others[:NAMED]) + more,
            runs=tuple(map(str, found.index)),
        )

    def effect(self, row: pd.Series) -> str:
        """``14 of 14``."""
        return f"{round(row['effect'] * row['n'])} of {int(row['n'])}"

    def drawn(self, row: pd.Series) -> str:
        return "cases"

    def predicted(self, row: pd.Series) -> str:
        return str(row["predicts"]) if _of_share(row) else f"all: {row['predicts']}"

    def predicted_short(self, row: pd.Series) -> str:
        return str(row["predicts"]).partition(":")[0] if _of_share(row) else "all"

    def region(self, row: pd.Series) -> list[tuple[float, float]]:
        return [(float(str(row["predicts"]).partition(":")[0].split()[-1]), 1.0)] if _of_share(row) else []


def _of_share(row: pd.Series) -> bool:
    return str(row["predicts"]).startswith("at least")


def _matching(cases: pd.DataFrame, pattern: str) -> list[str]:
    """The row of that name; of a pattern, all mismatches it fits."""
    if "*" not in pattern:
        return [pattern] if pattern in cases.index else []
    return fnmatch.filter(map(str, cases.index[~true(cases["legal"])]), pattern)

"""Numbers in prose: a text names them by their claim, and gets them from the tables.

In: texts with names in braces, and `Sources`. Out: texts with numbers. ``{C18}`` is the effect of the contrast that
gives claim C18 its verdict; ``{C18:name of a contrast}`` another one of it; after a bar stands what of it is meant:
``{C18|arm}``. No number is written by hand, and one that no table has is an error that says which.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pandas as pd

from mismatch.analysis.conditions import share
from mismatch.analysis.pairs import outcome
from mismatch.analysis.words import effect, rests_on
from mismatch.report.overview.sources import Sources
from mismatch.report.overview.wording import factor, percent, plainly, points, spoken
from mismatch.report.wording import count

NAME = re.compile(r"\{(\w+)(?::([^{}|]+))?(?:\|(\w+))?\}")
CLAIM = re.compile(r"\{(\w+)")


class Missing(LookupError):
    """No table here has a number that a text names."""


class Numbers:
    """Looks numbers up in the tables of `sources`."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._rows: dict[tuple[str, str | None], pd.Series] = {}
        for _, row in sources.verdicts.iterrows():
            names: list[str | None] = [str(row["contrast"]), *([None] if bool(row["primary"]) else [])]
            for name in names:
                self._rows.setdefault((str(row["claim"]), name), row)
        self._outcomes: dict[tuple[str, str], pd.DataFrame] = {}

    def fill(self, text: str) -> str:
        """`text` with its numbers.

        Raises:
            Missing: for a number that no table has.
        """
        return NAME.sub(lambda found: self._number(*found.groups()), " ".join(text.split()))

    def row(self, claim: str, contrast: str | None = None) -> pd.Series:
        """A contrast of a claim: the one that gives it its verdict, unless it is named."""
        if (claim, contrast) not in self._rows:
            raise Missing(f"{claim}: {contrast or 'its verdict'}")
        return self._rows[claim, contrast]

    def arms(self, row: pd.Series) -> tuple[str, str]:
        """Both arms of a contrast of pairs, by name."""
        first = self._sides(row)
        return str(first[0]["arm"].iloc[0]), str(first[1]["arm"].iloc[0])

    def _number(self, claim: str, contrast: str | None, part: str | None) -> str:
        row = self.row(claim, contrast)
        if pd.isna(row["effect"]):
            raise Missing(f"{claim}: {contrast or 'its effect'}")
        if part is None:
            found = spoken(row)
            return effect(row) if found is None else found.text
        if part not in PARTS:
            raise Missing(f"{claim}|{part}: must be one of {', '.join(PARTS)}")
        return PARTS[part](self, row)

    def _sides(self, row: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The runs of the arm and of what it is compared with, in the order of the pairs."""
        found = self._scored(str(row["experiment"]), str(row["metric"])) if rests_on(row) == "pairs" else None
        ids = str(row["runs"]).split()
        if found is None or not ids or not set(ids) <= set(found.index):
            raise Missing(f"{row['claim']}: the runs of {row['contrast']}")
        return found.loc[ids[::2]], found.loc[ids[1::2]]

    def _scored(self, experiment: str, metric: str) -> pd.DataFrame | None:
        """The runs of an experiment by id, with failures scored in a metric."""
        runs = self._sources.runs(experiment)
        if runs is not None and (experiment, metric) not in self._outcomes:
            self._outcomes[experiment, metric] = runs.assign(**{metric: outcome(runs, metric)}).set_index("run")
        return self._outcomes.get((experiment, metric))

    def level(self, row: pd.Series, side: int, column: str = "") -> float:
        """The mean of a column over one side of a contrast; of its metric, unless one is named."""
        return float(pd.to_numeric(self._sides(row)[side][column or str(row["metric"])]).mean())


def claims_in(text: str) -> set[str]:
    """The claims whose numbers a text names."""
    return set(CLAIM.findall(text))


def _half(share: bool) -> Callable[[Numbers, pd.Series], str]:
    return lambda numbers, row: percent(numbers.level(row, int(share)))


def _size(numbers: Numbers, row: pd.Series) -> str:
    found = spoken(row)
    if found is None or found.middle is None:
        raise Missing(f"{row['claim']}: the size of {row['contrast']}")
    return points(found.middle / 100) if found.kind == "accuracy" else factor(found.middle)


PARTS: Mapping[str, Callable[[Numbers, pd.Series], str]] = {
    "raw": lambda numbers, row: effect(row),
    "size": _size,
    "arm": _half(False),
    "against": _half(True),
    "chance": lambda numbers, row: percent(numbers.level(row, 1, "chance")),
    "ceiling": lambda numbers, row: percent(numbers.level(row, 1, "ceiling")),
    "n": lambda numbers, row: count(row["n"]),
    "holds": lambda numbers, row: share(row) or "none",
    "name": lambda numbers, row: plainly(str(row["contrast"])),
    "verdict": lambda numbers, row: str(row["verdict"]),
}
"""What of a contrast can be named: its effect as the tables have it or its size alone, the level of both arms, ..."""

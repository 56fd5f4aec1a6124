"""The catalogue of shape mismatches: what passes in silence, and who catches it.

In: mismatches.csv (what Keras did) and linter.csv (what the check of a model said first). Out: a row per case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from mismatch.report.overview.sources import Sources

FILES = (("layout", "mismatches.csv"), ("linter", "linter.csv"))
CAUGHT = {"Keras": "Keras", "check": "the check", "both": "both", "neither": "nobody"}
ORDER = ("silent and learns wrong", "silent", "raises", "works")


@dataclass(frozen=True)
class Case:
    """A mismatch. caught: by whom; finding: what the check says; said: what Keras says; by: codes of its rules."""

    what: str
    kind: str
    stage: str
    outcome: str
    caught: str
    codes: str
    finding: str
    said: str

    @property
    def silent(self) -> bool:
        return self.outcome.startswith("silent")


@dataclass(frozen=True)
class Catalogue:
    """All cases that are mismatches, the silent ones first, and how many correct set-ups stand beside them."""

    cases: tuple[Case, ...]
    legal: int

    @property
    def kinds(self) -> list[str]:
        return sorted({case.kind for case in self.cases})

    @property
    def silent(self) -> int:
        return sum(case.silent for case in self.cases)

    @property
    def missed(self) -> int:
        """Silent ones that the check does not find either."""
        return sum(case.silent and case.caught == CAUGHT["neither"] for case in self.cases)


def catalogue(sources: Sources) -> Catalogue | None:
    """The catalogue; None where it was not run."""
    table = sources.table(*FILES[0])
    if table is None or table.empty:
        return None
    checked = sources.table(*FILES[1])
    looks = {} if checked is None else {str(row["row"]): row for _, row in checked.iterrows()}
    wrong = table[~table["legal"].astype(str).eq("True")]
    cases = [_case(row, looks.get(str(row["row"]))) for _, row in wrong.iterrows()]
    cases.sort(key=lambda case: (_rank(case.outcome), case.kind))
    return Catalogue(tuple(cases), len(table) - len(wrong))


def _case(row: pd.Series, look: pd.Series | None) -> Case:
    said = ": ".join(filter(None, (_text(row, "error_type"), _text(row, "message")))) or _text(row, "warning")
    caught = "" if look is None else CAUGHT.get(_text(look, "found_by"), "")
    return Case(
        what=_text(row, "what").rstrip("."),
        kind=_text(row, "kind"),
        stage=_text(row, "stage"),
        outcome=_text(row, "outcome"),
        caught=caught or ("Keras" if _text(row, "outcome") == "raises" else "not looked at"),
        codes="" if look is None else _text(look, "codes"),
        finding="" if look is None else _text(look, "finding"),
        said=said,
    )


def _rank(outcome: str) -> int:
    return ORDER.index(outcome) if outcome in ORDER else len(ORDER)


def _text(row: pd.Series, name: str) -> str:
    value = row.get(name)
    return "" if value is None or pd.isna(value) else str(value)

"""Tables of the page: of arms, of verdicts, and those of an experiment's own.

In: tables of results. Out: frozen rows of plain text, which a template escapes and lays out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from mismatch.analysis.axes import Axis
from mismatch.analysis.words import effect, predicted
from mismatch.run.metrics.classification import Classification

from .wording import count, decided_by, reason, said_of
from .words import number, short

KEY_METRICS = (
    *("accuracy", "ceiling", "chance", "skill", "information_loss", "learnability_loss"),
    *("roughness", "step_cpu_ms", "step_ms"),
)
"""Metrics shown in the table of arms, in this order; `arms.csv` holds all."""
BESIDE = tuple(Classification.columns)
"""Metrics of a table of their own, beside accuracy."""
MAX_ROWS = 200
"""Longest table that the page shows."""
WRAPPED = 40
"""A column with a text longer than this may wrap its lines."""


@dataclass(frozen=True)
class Cell:
    """Text, and an interval that is printed fainter beside it."""

    text: str
    interval: str = ""


@dataclass(frozen=True)
class Column:
    """Name of a column, and its class: '' for numbers, text for words, wrap for sentences."""

    name: str
    kind: str


@dataclass(frozen=True)
class Table:
    """Columns and rows of cells."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Contrast:
    """One line of the table of verdicts."""

    verdict: str
    effect: str
    predicted: str
    n: str
    contrast: str
    reason: str
    primary: bool
    member: bool
    twins: str


@dataclass(frozen=True)
class Claim:
    """A claim in words, how much it says of what, how its verdict follows, and its contrasts, the primary one first."""

    id: str
    statement: str
    said: str
    decided: str
    contrasts: tuple[Contrast, ...]


def of_claims(claims: pd.DataFrame) -> tuple[Claim, ...]:
    """Every claim with its contrasts, in the order they were registered."""
    found = []
    for claim, rows in claims.groupby("claim", sort=False):
        ordered = rows.sort_values("primary", ascending=False, kind="stable")
        top = ordered.iloc[0]
        said = (str(top["statement"]), said_of(top), decided_by(top))
        found.append(Claim(str(claim), *said, tuple(map(_contrast, ordered.to_dict("records")))))
    return tuple(found)


def of_arms(summary: pd.DataFrame, axes: list[Axis], shown: tuple[str, ...] = KEY_METRICS) -> Table:
    """What varies, counts, then the metrics that are `shown`, where known, with their intervals; one row per arm."""
    metrics = known(summary, shown)
    names = [*(axis.name for axis in axes), "n", "failures"]
    worded = {axis.name for axis in axes if not axis.numeric}
    rows = [
        (*(Cell(level(row[name])) for name in names), *(_mean(row, name) for name in metrics))
        for _, row in summary.iterrows()
    ]
    return _table([*names, *metrics], rows, worded)


def known(summary: pd.DataFrame, metrics: tuple[str, ...]) -> list[str]:
    """Those of `metrics` that any arm has."""
    return [name for name in metrics if name in summary and summary[name].notna().any()]


def of_frame(table: pd.DataFrame) -> Table:
    """`table` without the columns that say the same in every row."""
    kept = [str(name) for name in table if table[name].nunique(dropna=False) > 1] or [str(name) for name in table]
    worded = {name for name in kept if not pd.api.types.is_numeric_dtype(table[name])}
    values = table[kept].to_numpy(object)
    rows = [tuple(Cell(level(round(v, 6) if isinstance(v, float) else v)) for v in row) for row in values]
    return _table(kept, rows, worded)


def level(value: object) -> str:
    """One parameter as text; empty where it is blank."""
    return "" if value is None or value != value else number(value)


def _table(names: list[str], rows: list[tuple[Cell, ...]], worded: set[str]) -> Table:
    """The table with the class of each column."""
    columns = []
    for place, name in enumerate(names):
        long = any(len(row[place].text) > WRAPPED for row in rows)
        columns.append(Column(name, ("wrap" if long else "text") if name in worded else ""))
    return Table(tuple(columns), tuple(rows))


def _contrast(record: dict[Any, Any]) -> Contrast:
    row = pd.Series(record, dtype=object)
    contrast = "" if pd.isna(row["contrast"]) else str(row["contrast"])
    numbers = (effect(row), predicted(row), count(row["n"]))
    member = row.get("member") in (True, "True")
    twins = row.get("twins")
    marks = (bool(row["primary"]), member, "" if pd.isna(twins) else str(twins))
    return Contrast(str(row["verdict"]), *numbers, contrast, reason(row), *marks)


def _mean(row: pd.Series, name: str) -> Cell:
    """`0.893` with `[0.88, 0.91]`; a dash where nothing is known."""
    if pd.isna(row[name]):
        return Cell("-")
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    constant = pd.isna(low) or high - low < 1e-9
    return Cell(short(row[name]), "" if constant else f"[{short(low)}, {short(high)}]")

"""What a report says of baselines: reference rows and lines, and where the matched arm falls short of one.

In: runs, the table of baselines, the registered base. Out: columns for the figures, rows for the summary, a table and
a sentence for the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from mismatch.analysis import beside
from mismatch.analysis.axes import varied
from mismatch.sweep.baselined import NAMES

from .tables import Cell, Column, Table
from .words import level_name

if TYPE_CHECKING:
    from collections.abc import Iterable

BASELINE = ("", "baseline that the row stands for, a reference and no arm; empty for arms")
"""Meaning of the column that tells reference rows of the summary from arms."""
SHAPE = ("length.steps", "length.padding", "mask", "reduction", "features.adapter", "features.width")
"""What is said of a matched arm."""


@dataclass(frozen=True)
class Baselines:
    """For the page: where the matched arm falls short, in one sentence, and the table behind it."""

    sentence: str
    table: Table


def with_levels(summary: pd.DataFrame, runs: pd.DataFrame, table: pd.DataFrame | None) -> pd.DataFrame:
    """`summary` with a column per baseline: its accuracy on the sequences of each arm, blank where there is none."""
    return summary.join(beside.levels(runs, table), on="arm")


def with_rows(summary: pd.DataFrame, runs: pd.DataFrame, table: pd.DataFrame | None) -> pd.DataFrame:
    """`summary` with a reference row per dataset and baseline below its arms, told apart by the column `baseline`."""
    found = beside.on_same(runs, table)
    if found.empty:
        return summary
    kept = {name: str(kind).capitalize() for name, kind in summary.dtypes.items() if kind == "int64"}
    kept |= {name: "boolean" for name, kind in summary.dtypes.items() if kind == "bool"}
    rows = beside.summarised(found)
    wanted = [*(name for name in ("experiment", "arm") if name in summary), "baseline"]
    rest = [name for name in summary if name not in wanted]
    whole = pd.concat([summary.astype(kept), rows.drop(columns=[n for n in rows if n not in {*wanted, *rest}])])
    return whole[[*wanted, *rest]].reset_index(drop=True)


def told(runs: pd.DataFrame, table: pd.DataFrame | None, base: Mapping[str, Any]) -> Baselines | None:
    """What the page says; None where no baseline stands beside the runs."""
    found = beside.shortfalls(runs, table, base)
    if found.empty:
        return None
    arms = runs.assign(arm=runs["arm"].astype(str)).drop_duplicates("arm").set_index("arm")
    shapes = {arm: _shape(arms.loc[arm], runs) for arm in found["arm"].unique()}
    return Baselines(sentence(found, shapes), _table(found, shapes))


def sentence(found: pd.DataFrame, shapes: Mapping[str, str]) -> str:
    """Where the matched arm falls short of a baseline, and by how much; all intervals are of paired differences."""
    short = found[found["high"].lt(0)]
    if short.empty:
        return "Nowhere is the matched arm shown to fall short of a baseline."
    parts = [_short(str(data), part, shapes) for data, part in short.groupby("data", sort=False)]
    return f"The matched arm falls short of a baseline: {'; '.join(parts)}."


def _short(data: str, part: pd.DataFrame, shapes: Mapping[str, str]) -> str:
    first = part.iloc[0]
    ends = [
        f"of {NAMES.get(row['baseline'], row['baseline'])} ({row['level']:.3f}) by {-row['difference']:.3f} "
        f"[{-row['high']:.3f}, {-row['low']:.3f}]"
        for _, row in part.iterrows()
    ]
    arm = f"{shapes[first['arm']]}; accuracy {first['accuracy']:.3f}, {first['n']} pairs"
    return f"on {data} ({arm}) {_listed(ends)}"


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _shape(arm: pd.Series, runs: pd.DataFrame) -> str:
    """The settings of an arm that say how it meets its data, those that vary among the runs, in words."""
    moving = {name for axis in varied(runs) for name in (axis.name, *axis.aliases)} | {"length.steps", "mask"}
    names = [name for name in SHAPE if name in moving and name in arm and pd.notna(arm[name])]
    return ", ".join(f"T = {arm[name]:g}" if name == "length.steps" else level_name(name, arm[name]) for name in names)


def _table(found: pd.DataFrame, shapes: Mapping[str, str]) -> Table:
    columns = [("data", "text"), ("matched arm", "wrap"), ("accuracy", ""), ("baseline", "text")]
    columns += [("its accuracy", ""), ("arm minus baseline", ""), ("n", "")]
    rows = [
        (
            Cell(str(row["data"])),
            Cell(shapes[row["arm"]]),
            Cell(f"{row['accuracy']:.3f}"),
            Cell(NAMES.get(row["baseline"], str(row["baseline"]))),
            Cell(f"{row['level']:.3f}"),
            Cell(f"{row['difference']:+.3f}", "" if pd.isna(row["low"]) else f"[{row['low']:.3f}, {row['high']:.3f}]"),
            Cell(str(row["n"])),
        )
        for _, row in found.iterrows()
    ]
    return Table(tuple(Column(*column) for column in columns), tuple(rows))

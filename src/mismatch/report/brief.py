"""The short table of what each arm scored: `summary.csv`, of which `arms.csv` is the whole.

In: the whole table. Out: a label in words, the metrics that matter with their intervals, counts.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from mismatch.analysis.axes import Axis, implied, varied
from mismatch.report.tables import KEY_METRICS
from mismatch.report.words import ALONE, levels_of

LABEL = "label"
METRICS = (*KEY_METRICS, "delay", "delay_censored")
COLUMNS = {LABEL: "what tells the arm from the others of the sweep, in words"}
FIXED = ("chance", "ceiling", "delay_censored")
"""Metrics without an interval: what can be reached, not what was, and a share of few runs."""


def brief(arms: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """The columns of `arms` that a reader wants first, a label before them; as many rows, in the same order.

    arms: of `summarise`, with reference rows of baselines below them or not.
    """
    axes = varied(runs)
    known = [name for name in METRICS if name in arms and arms[name].notna().any()]
    columns = [name for name in ("arm", "baseline") if name in arms] + ["n", "failures"]
    for name in known:
        bounds = [] if name in FIXED else [bound for bound in (f"{name}_low", f"{name}_high") if bound in arms]
        columns += [name, *bounds]
    table = arms[columns].copy()
    table.insert(0, LABEL, labels(arms, axes))
    return table


def labels(arms: pd.DataFrame, axes: list[Axis]) -> list[str]:
    """``early, pre-padding, no mask`` for each of `arms`; of a baseline its name, with its dataset."""
    names = [name for name in dict.fromkeys(("data", "baseline", *(axis.name for axis in axes))) if name in arms]
    told: dict[tuple[object, ...], bool] = {}  # whether a blank goes without saying: alike for very many arms

    def follows(axis: Axis, row: dict[str, Any]) -> bool:
        group = axis.name.partition(".")[0]
        place = axis.name, row.get(group)
        if place not in told:
            told[place] = implied(arms, axis, pd.Series(row, dtype=object), axes)
        return told[place]

    def label(row: dict[str, Any]) -> str:
        if pd.notna(row.get("baseline")):
            return ", ".join(str(row[name]) for name in ("data", "baseline") if pd.notna(row.get(name)))
        return levels_of(row, axes, lambda axis: follows(axis, row)) or ALONE

    return [label({str(name): value for name, value in row.items()}) for row in arms[names].to_dict("records")]

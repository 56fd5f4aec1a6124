"""What the explorer needs: for every results folder its arms, with the outcomes of each replicate.

In: `Sources`. Out: a tree of lists that becomes JSON, with numbers in four digits and hashes as whole numbers; and one
pair of arms as a table, for readers without script.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mismatch.analysis.axes import arrange, varied
from mismatch.analysis.pairs import BACKEND, outcome
from mismatch.analysis.words import rests_on
from mismatch.report.overview.wording import plainly
from mismatch.report.words import arm_name

if TYPE_CHECKING:
    from mismatch.report.overview.sources import Sources

METRICS = {
    "accuracy": "accuracy",
    "delay": "updates until it has learnt",
    "log_loss": "log loss",
}
EXACT = "exact_accuracy"
"""Stands for the accuracy where it is known: label noise removed."""
NEEDED = {"accuracy": ("chance",), "delay": ("train.updates",)}
"""Columns that say what a failed run counts with."""
PLAIN = "control=none, "
"""What the name of an arm does without, as nearly all are no control."""


@dataclass(frozen=True)
class Pair:
    """Two arms side by side, replicate by replicate."""

    folder: str
    title: str
    metric: str
    arm: str
    against: str
    rows: tuple[tuple[str, str, str, str], ...]


def explorer(sources: Sources) -> dict[str, Any]:
    """``metrics`` by name, and by folder its arms and the registered contrasts between two; ``first`` is the folder
    to open with, that of the largest effect.

    An arm is [label, dataset, replicates, data hashes, order hashes, failed replicates, outcomes by metric]; two runs
    are a pair where their data hashes are the same number.
    """
    folders = {}
    for name in sources.names:
        runs = sources.runs(name)
        if runs is not None and "replicate" in runs:
            arms, places = _arms(runs)
            folders[name] = {"arms": arms, "pairs": list(_registered(sources, name, runs, places))}
    order = [*sources.verdicts["experiment"].astype(str), *folders] if len(sources.verdicts) else list(folders)
    opened = next((name for name in order if name in folders and folders[name]["pairs"]), next(iter(folders), ""))
    return {"metrics": METRICS, "folders": folders, "first": opened}


def first(data: dict[str, Any]) -> Pair | None:
    """The first registered contrast as a table."""
    folder = data["folders"].get(data["first"], {"pairs": []})
    for title, arm, against, metric in folder["pairs"][:1]:
        left, right = folder["arms"][arm], folder["arms"][against]
        known = dict(zip(right[2], right[6].get(metric, []), strict=False))
        rows = [
            (str(k), f"{value:.4g}", f"{known[k]:.4g}", f"{value - known[k]:+.4g}")
            for k, value in zip(left[2], left[6].get(metric, []), strict=False)
            if value is not None and known.get(k) is not None
        ]
        return Pair(data["first"], title, METRICS[metric], left[0], right[0], tuple(rows))
    return None


def _arms(runs: pd.DataFrame) -> tuple[list[list[Any]], dict[str, int]]:
    """The arms of a table of runs, and the place of each by its id."""
    firsts = runs.drop_duplicates("arm")
    layout = arrange(varied(runs))
    names = {str(row["arm"]): arm_name(row, firsts, layout).replace(PLAIN, "") for _, row in firsts.iterrows()}
    coded = _coded(runs)
    values = {str(name): coded[name].tolist() for name in coded}
    rows: dict[str, list[int]] = {}
    for row, arm in enumerate(values["arm"]):
        rows.setdefault(arm, []).append(row)
    order = sorted(names, key=lambda arm: (values["data"][rows[arm][0]], names[arm]))
    arms = [
        _arm(names[arm], {name: [column[row] for row in rows[arm]] for name, column in values.items()}) for arm in order
    ]
    return arms, {arm: place for place, arm in enumerate(order)}


def _coded(runs: pd.DataFrame) -> pd.DataFrame:
    """What is shown of each run: outcomes with failures scored, hashes as numbers."""
    found = runs[["arm", "replicate"]].copy()
    found["data"] = runs["data"].astype(str) if "data" in runs else ""
    found["failed"] = runs["status"].ne("ok")
    backend = runs[BACKEND].astype(str) if BACKEND in runs else ""
    for name in ("data_hash", "order_hash"):
        known = runs[name].astype(str) + backend if name in runs else pd.Series("", index=runs.index)
        found[name] = pd.factorize(known)[0]
    for name in METRICS:
        found[name] = _outcome(runs, name)
    return found.sort_values("replicate", kind="stable")


def _outcome(runs: pd.DataFrame, name: str) -> pd.Series:
    if not {name, *NEEDED.get(name, ())} <= set(runs):
        return pd.Series(np.nan, index=runs.index)
    values = outcome(runs, name)
    if name == "accuracy" and EXACT in runs:
        exact = outcome(runs, EXACT)
        return exact.where(exact.notna(), values)
    return values


def _arm(label: str, runs: dict[str, list[Any]]) -> list[Any]:
    """An arm by its columns, sorted by replicate."""
    found = {name: [None if value != value else float(f"{value:.4g}") for value in runs[name]] for name in METRICS}
    outcomes = {name: values for name, values in found.items() if any(value is not None for value in values)}
    whole = [list(map(int, runs[name])) for name in ("replicate", "data_hash", "order_hash")]
    failed = [int(k) for k, bad in zip(runs["replicate"], runs["failed"], strict=True) if bad]
    return [label, runs["data"][0], *whole, failed, outcomes]


def _registered(
    sources: Sources, name: str, runs: pd.DataFrame, places: dict[str, int]
) -> Iterator[tuple[str, int, int, str]]:
    """Registered contrasts between two arms: title, arm, against, metric."""
    table = sources.verdicts
    own = table[table["experiment"].eq(name)] if len(table) else table
    arm_of = dict(zip(runs["run"].astype(str), runs["arm"], strict=True)) if "run" in runs else {}
    for _, row in own.iterrows():
        metric = "accuracy" if row["metric"] == EXACT else str(row["metric"])
        ids = str(row["runs"]).split() if rests_on(row) == "pairs" else []
        arms = [{arm_of.get(run, "") for run in side} for side in (ids[::2], ids[1::2])]
        if metric in METRICS and all(len(side) == 1 and side <= set(places) for side in arms):
            title = f"{row['claim']}: {plainly(str(row['contrast']))}"
            yield title, places[arms[0].pop()], places[arms[1].pop()], metric

"""Which settings of the practitioner's grid matter on real text, and which depend on one another.

In: `factorial.csv` (main effects and interactions) and `runs.csv`. Out: the figures `effects` and `losses`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mismatch.analysis.meaning import MEANING
from mismatch.report.canvas import new_figure
from mismatch.report.rows import draw_compared, draw_differences, draw_effect, draw_levels
from mismatch.report.trained import against, distances, trained
from mismatch.report.words import level_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FACTORS = {
    "length.steps": ("T", "short T to long"),
    "length.padding": ("padding", "padding pre to post"),
    "length.truncating": ("truncating", "truncating pre to post"),
    "mask": ("mask", "no mask to masking"),
    "reduction": ("reduction", "no reduction to conv + pool"),
}
DRAWN = {"tfidf_logistic": "TF-IDF", "bag_of_steps": "bag of steps"}
"""Baselines that a line is drawn for; guessing is far off."""
KINDS = {1: "main effect", 2: "interaction"}
INTERACTIONS, MARGIN = 5, 0.02
"""How many of the largest interactions are drawn; two points of accuracy, as in claims.yaml."""


def figures(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """The figures that the tables suffice for: both where every corpus has its whole grid."""
    table = tables.get("factorial.csv", pd.DataFrame(columns=["effect", "grid"]))
    table = table.assign(effect=table["effect"].astype(str).str.replace("length.ratio", "length.steps", regex=False))
    whole = [set(FACTORS) <= set(part["effect"]) for _, part in table.groupby("grid")]
    if not whole or not all(whole):
        return {}
    grids = list(dict.fromkeys(table["grid"]))
    runs = trained(tables, ("data", "length.steps", "accuracy", "arm", "replicate"))
    return {"effects": effects(table, grids), "losses": losses(runs, grids, tables.get("baselines.csv"))}


def effects(table: pd.DataFrame, grids: list[str]) -> Figure:
    """Main effects and the largest interactions with their intervals, a panel per corpus."""
    largest = table[table["order"].eq(2)].groupby("effect")["estimate"].agg(lambda values: values.abs().max())
    rows = [*FACTORS, *largest.sort_values(ascending=False).index[:INTERACTIONS]]
    words = [FACTORS[row][1] if row in FACTORS else " x ".join(FACTORS[f][0] for f in row.split(":")) for row in rows]
    places = np.arange(len(rows)) + 0.6 * np.array([row not in FACTORS for row in rows])
    caption = (
        "Change of accuracy, mean over the 16 settings of the others and over replicates, 95% interval. An interaction "
        "is half of how much one effect changes with the other. Hollow: p > 0.05 after Holm's correction."
    )
    figure, grid = new_figure(len(grids), 1, 0.9 + 0.31 * len(rows), effects_title(table, grids), caption)
    bounds = table.loc[table["effect"].isin(rows), ["low", "high"]].to_numpy(float)
    room = 0.2 * (bounds.max() - bounds.min())
    for axes, name in zip(grid[:, 0], grids, strict=True):
        part = table[table["grid"].eq(name)].set_index("effect")
        for y, (_, row) in zip(places, part.loc[rows].iterrows(), strict=True):
            draw_effect(axes, y, row, MEANING[KINDS[row["order"]]], row["p_holm"] > 0.05)
        draw_differences(axes, words if name == grids[0] else [""] * len(rows), places, "change of accuracy")
        axes.set(xlim=(bounds.min() - room, bounds.max() + room), title=name)
    return figure


def effects_title(table: pd.DataFrame, grids: list[str]) -> str:
    """The main effects that are there, with their size on every corpus, and how many pairs depend on each other."""
    there = table[table["p_holm"].le(0.05)]
    main, pairs = there[there["order"].eq(1)], there[there["order"].eq(2)]
    told = []
    for factor in [name for name in FACTORS if name in set(main["effect"])]:
        sizes = main[main["effect"].eq(factor)].set_index("grid")["estimate"]
        told.append(
            f"{FACTORS[factor][1]} ({', '.join(f'{sizes[grid]:+.3f} on {grid}' for grid in grids if grid in sizes)})"
        )
    counted = [f"{int(pairs['grid'].eq(grid).sum())} on {grid}" for grid in grids if grid in set(pairs["grid"])]
    depends = f"pairs of settings that depend on each other: {', '.join(counted) or 'none'}"
    if not told:
        return f"No setting changes accuracy on its own; {depends}"
    one = len(told) == 1
    return f"{'Only ' * one}{' and '.join(told)} change{'s' * one} accuracy; {depends}"


def losses(runs: pd.DataFrame, grids: list[str], baselines: pd.DataFrame | None = None) -> Figure:
    """Every arm of the grid against the matched case of its corpus (whole texts, masked, not reduced), paired.

    Rows are the same in all panels, by T and then by what they lose; baselines are lines at their own distance.
    """
    longest = runs["length.steps"].eq(runs.groupby("data")["length.steps"].transform("max"))
    found = {
        name: _named(runs[~longest], against(runs[~longest], runs[longest], "length.steps", name)) for name in grids
    }
    every = pd.concat(found.values())
    beyond = {
        name: f"{int(table['high'].lt(-MARGIN).sum())} of {len(table)} on {name}" for name, table in found.items()
    }
    title = (
        f"Ways that surely lose more than {MARGIN:g} of accuracy against the matched case: {', '.join(beyond.values())}"
    )
    caption = (
        "Filled: the whole 95% interval of the mean paired difference lies beyond the grey band of "
        f"{MARGIN:g}; these are counted. Matched: whole texts, pads before the data, masked, not reduced. Short and "
        "long T: as the panels say. Rows: by T, then by the loss on all corpora."
    ) + (" Dotted: baselines without recurrence, on the same texts." if baselines is not None else "")
    order = every.groupby(["short", "name"], sort=False)["estimate"].mean().reset_index()
    order = order.sort_values(["short", "estimate"], ascending=[True, False])["name"].tolist()
    figure, grid = new_figure(len(grids), 1, 1.2 + 0.23 * len(order), title, caption, column=6.6)
    for axes, (name, table) in zip(grid[:, 0], found.items(), strict=True):
        rows = table.set_index("name").reindex(order)
        names = [row if name == grids[0] else "" for row in order]
        draw_compared(axes, rows, MARGIN, names, "accuracy minus that of the matched case")
        axes.tick_params(axis="y", labelsize=9.5)
        lines = distances(runs[longest & runs["data"].eq(name)], baselines)
        draw_levels(axes, {words: lines[key] for key, words in DRAWN.items() if key in lines})
        most = max(every["high"].max(), 0 if lines.empty else lines.max())
        steps = " and ".join(f"{level:.0f}" for level in sorted(table["group"].unique()))
        axes.set(xlim=(every["low"].min() - 0.01, most + 0.02), title=f"{name}: T = {steps}")
    return figure


def _named(runs: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """`table` of `against` with the words of each arm, the same on every corpus, and its colour."""
    arms = runs.drop_duplicates("arm").set_index("arm").reindex(table["arm"])
    others = [name for name in FACTORS if name != "length.steps" and name in arms]
    short = table["group"].to_numpy() == table["group"].min()
    names = [
        ", ".join([size, *(level_name(name, arm[name]) for name in others if pd.notna(arm[name]))])
        for size, (_, arm) in zip(np.where(short, "short T", "long T"), arms.iterrows(), strict=True)
    ]
    colour = [MEANING["short" if each else "long"] for each in short]
    return table.assign(name=names, short=short, colour=colour)

"""Which settings of the practitioner's grid matter on real text, and which depend on one another.

In: `factorial.csv` (main effects and interactions) and `runs.csv`. Out: the figures `effects` and `losses`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mismatch.report.canvas import COLOURS, REFERENCE_COLOUR, new_figure
from mismatch.report.rows import draw_differences, draw_effect, draw_levels, draw_sorted
from mismatch.report.trained import against, distances, trained

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
    title = "Largest effect on accuracy. " + "; ".join(_largest(table[table["grid"].eq(name)], name) for name in grids)
    figure, grid = new_figure(len(grids), 1, 0.9 + 0.31 * len(rows), title, caption)
    bounds = table.loc[table["effect"].isin(rows), ["low", "high"]].to_numpy(float)
    room = 0.2 * (bounds.max() - bounds.min())
    for axes, name in zip(grid[:, 0], grids, strict=True):
        part = table[table["grid"].eq(name)].set_index("effect")
        for y, (_, row) in zip(places, part.loc[rows].iterrows(), strict=True):
            draw_effect(axes, y, row, REFERENCE_COLOUR if row["order"] == 1 else COLOURS[0], row["p_holm"] > 0.05)
        draw_differences(axes, words if name == grids[0] else [""] * len(rows), places, "change of accuracy")
        axes.set(xlim=(bounds.min() - room, bounds.max() + room), title=name)
    return figure


def _largest(part: pd.DataFrame, name: str) -> str:
    """The largest main effect of a corpus, and with what it interacts most."""
    main = part[part["order"].eq(1)].set_index("effect")["estimate"]
    top = main.abs().idxmax()
    pairs = part[part["order"].eq(2) & part["p_holm"].le(0.05)].set_index("effect")["estimate"]
    pairs = pairs[[top in pair.split(":") for pair in pairs.index]]
    text = f"{name}: {FACTORS[top][1]} {main[top]:+.3f}"
    if pairs.empty:
        return text + ", no interaction found"
    pair = pairs.abs().idxmax()
    other = next(factor for factor in pair.split(":") if factor != top)
    return f"{text}, depending on {FACTORS[other][0]} (by {2 * abs(pairs[pair]):.2f})"


def losses(runs: pd.DataFrame, grids: list[str], baselines: pd.DataFrame | None = None) -> Figure:
    """Every arm of the grid against the matched case of its corpus (whole texts, masked, not reduced), paired.

    Baselines are lines at their own distance from the matched case.
    """
    longest = runs["length.steps"].eq(runs.groupby("data")["length.steps"].transform("max"))
    found = {name: against(runs[~longest], runs[longest], "length.steps", name) for name in grids}
    every = pd.concat(found.values())
    beyond = int(every["high"].lt(-MARGIN).sum())
    title = f"{beyond} of {len(every)} arms lose more than {MARGIN:g} of accuracy against the matched case"
    caption = (
        "A row per arm, sorted; mean paired difference and 95% interval over replicates. Matched: whole texts, pads "
        "before the data, masked, not reduced. Grey: differences that do not matter."
    ) + (" Dotted: baselines without recurrence, on the same texts." if baselines is not None else "")
    figure, grid = new_figure(len(grids), 1, 1.2 + 0.11 * max(map(len, found.values())), title, caption)
    for axes, (name, table) in zip(grid[:, 0], found.items(), strict=True):
        draw_sorted(axes, table, MARGIN, "T = {:.0f}", "accuracy minus that of the matched case")
        lines = distances(runs[longest & runs["data"].eq(name)], baselines)
        draw_levels(axes, {words: lines[key] for key, words in DRAWN.items() if key in lines})
        most = max(every["high"].max(), 0 if lines.empty else lines.max())
        axes.set(xlim=(every["low"].min() - 0.03, most + 0.01), title=name)
    return figure

"""Which settings of the practitioner's grid matter on real text, and which depend on one another.

In: `factorial.csv` (main effects and interactions) and `runs.csv`. Out: the figures `effects` and `losses`.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mismatch.analysis.intervals import UnreliableInterval, mean_interval
from mismatch.report import canvas
from mismatch.report.canvas import COLOURS, INERT_COLOUR, REFERENCE_COLOUR, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CHANGES = {
    "length.steps": "short T to long",
    "length.padding": "padding pre to post",
    "length.truncating": "truncating pre to post",
    "mask": "no mask to masking",
    "reduction": "no reduction to conv + pool",
}
NAMES = {
    "length.steps": "T",
    "length.padding": "padding",
    "length.truncating": "truncating",
    "mask": "mask",
    "reduction": "reduction",
}
INTERACTIONS = 5
"""How many of the largest interactions are drawn."""
MARGIN = 0.02
"""Two points of accuracy, as in claims.yaml."""


def figures(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """The figures that the tables in `out` suffice for."""
    table = tables.get("factorial.csv", pd.DataFrame(columns=["effect"])).copy()
    table["effect"] = table["effect"].str.replace("length.ratio", "length.steps", regex=False)
    whole = table.groupby("grid")["effect"].agg(lambda names: set(CHANGES) <= set(names)) if len(table) else table
    if not len(whole) or not whole.all():
        return {}
    runs = tables["runs.csv"]
    runs = runs[runs["status"].eq("ok") & runs["control"].eq("none") & runs["data"].isin(table["grid"].unique())]
    return {"effects": effects(table), "losses": losses(runs, list(dict.fromkeys(table["grid"])))}


def effects(table: pd.DataFrame) -> Figure:
    """Main effects and the largest interactions with their intervals, a panel per corpus."""
    grids = list(dict.fromkeys(table["grid"]))
    largest = table[table["order"].eq(2)].groupby("effect")["estimate"].agg(lambda values: values.abs().max())
    rows = [*CHANGES, *largest.sort_values(ascending=False).index[:INTERACTIONS]]
    caption = (
        "Change of accuracy, mean over the 16 settings of the others and over replicates, 95% interval. An interaction "
        "is half of how much one effect changes with the other. Hollow: p > 0.05 after Holm's correction."
    )
    figure, grid = canvas.new_figure(len(grids), 1, 0.9 + 0.31 * len(rows), _effects_title(table, grids), caption)
    bounds = table.loc[table["effect"].isin(rows), ["low", "high"]].to_numpy(float)
    room = 0.2 * (bounds.max() - bounds.min())
    for axes, name in zip(grid[:, 0], grids, strict=True):
        part = table[table["grid"].eq(name)].set_index("effect")
        for y, effect in enumerate(rows):
            _draw_effect(axes, y + 0.6 * (effect not in CHANGES), part.loc[effect])
        places = np.arange(len(rows)) + 0.6 * np.array([effect not in CHANGES for effect in rows])
        words = [CHANGES.get(effect) or _interaction(effect) for effect in rows]
        axes.set_yticks(places, words if name == grids[0] else [""] * len(rows))
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(places[-1] + 0.6, -0.6)
        axes.set_xlim(bounds.min() - room, bounds.max() + room)
        axes.axvline(0, color=INERT_COLOUR, lw=1, zorder=0)
        axes.locator_params(axis="x", nbins=5)
        axes.set_xlabel("change of accuracy")
        axes.set_title(name, loc="left", fontsize=11, fontweight="bold")
        axes.spines[["top", "right", "left"]].set_visible(False)
    return figure


def _effects_title(table: pd.DataFrame, grids: list[str]) -> str:
    """The largest main effect of each corpus, and with what it interacts most."""
    parts = []
    for name in grids:
        part = table[table["grid"].eq(name)]
        main = part[part["order"].eq(1)].set_index("effect")
        top = main["estimate"].abs().idxmax()
        words = f"{name}: {CHANGES[top]} {main.loc[top, 'estimate']:+.3f}"
        pairs = part[part["order"].eq(2) & part["p_holm"].le(0.05)]
        pairs = pairs[pairs["effect"].str.split(":").map(lambda names, top=top: top in names)]
        if len(pairs):
            pair = pairs.loc[pairs["estimate"].abs().idxmax()]
            other = next(factor for factor in pair["effect"].split(":") if factor != top)
            words += f", depending on {NAMES[other]} (by {2 * abs(pair['estimate']):.2f})"
        else:
            words += ", no interaction found"
        parts.append(words)
    return "Largest effect on accuracy. " + "; ".join(parts)


def _interaction(effect: str) -> str:
    return " x ".join(NAMES[name] for name in effect.split(":"))


def _draw_effect(axes: Axes, y: float, row: pd.Series) -> None:
    """One effect with its interval and number."""
    colour = REFERENCE_COLOUR if row["order"] == 1 else COLOURS[0]
    face = colour if row["p_holm"] <= 0.05 else "white"
    bars = [[row["estimate"] - row["low"]], [row["high"] - row["estimate"]]]
    axes.errorbar([row["estimate"]], [y], xerr=bars, fmt="o", color=colour, mfc=face, ms=6, capsize=3, lw=1.5)
    side = -1 if row["estimate"] < 0 else 1
    end = row["low"] if side < 0 else row["high"]
    axes.annotate(
        f"{row['estimate']:+.3f}", (end, y), (side * 8, 0), textcoords="offset points",
        ha="right" if side < 0 else "left", va="center", fontsize=SMALL, color=colour,
    )  # fmt: skip


def losses(runs: pd.DataFrame, names: list[str]) -> Figure:
    """Every arm of the grid against the matched case of its corpus (whole texts, masked, not reduced), paired."""
    tables = {name: _against_matched(runs[runs["data"].eq(name)]) for name in names}
    every = pd.concat(tables.values())
    beyond = int(every["high"].lt(-MARGIN).sum())
    title = f"{beyond} of {len(every)} arms lose more than {MARGIN:g} of accuracy against the matched case"
    caption = (
        "A row per arm, sorted; mean paired difference and 95% interval over replicates. Matched: whole texts, pads "
        "before the data, masked, not reduced. Grey: differences that do not matter."
    )
    rows = max(map(len, tables.values()))
    figure, grid = canvas.new_figure(len(names), 1, 1.2 + 0.11 * rows, title, caption)
    for axes, (name, table) in zip(grid[:, 0], tables.items(), strict=True):
        axes.axvspan(-MARGIN, MARGIN, color="#dddddd", lw=0)
        axes.axvline(0, color=INERT_COLOUR, lw=1)
        for colour, (steps, part) in zip((COLOURS[1], COLOURS[0]), table.groupby("length.steps"), strict=False):
            bars = [part["effect"] - part["low"], part["high"] - part["effect"]]
            axes.errorbar(part["effect"], part["rank"], xerr=bars, fmt="o", color=colour, ms=4, lw=1.2, capsize=2)
            middle = part["rank"].median()
            axes.text(0.02, middle, f"T = {steps:.0f}", transform=axes.get_yaxis_transform(), color=colour)
        axes.set_xlim(every["low"].min() - 0.03, every["high"].max() + 0.01)
        axes.set_yticks([])
        axes.set_xlabel("accuracy minus that of the matched case")
        axes.set_title(name, loc="left", fontsize=11, fontweight="bold")
        axes.spines[["top", "right", "left"]].set_visible(False)
    return figure


def _against_matched(runs: pd.DataFrame) -> pd.DataFrame:
    """Per arm of the grid of one corpus: T, mean paired difference, interval, rank by the difference."""
    whole = runs["length.steps"].eq(runs["length.steps"].max())
    matched = runs[whole].set_index("replicate")["accuracy"]
    rows = []
    for _, arm in runs[~whole].groupby("arm"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnreliableInterval)
            found = mean_interval((arm.set_index("replicate")["accuracy"] - matched).dropna())
        rows.append((arm["length.steps"].iloc[0], found.estimate, found.low, found.high))
    table = pd.DataFrame(rows, columns=["length.steps", "effect", "low", "high"])
    return table.assign(rank=table["effect"].rank(method="first"))

"""Rows and tiles of a figure: one thing each, its mean or effect with its interval along x, and the number beside it.

In: axes, a height and numbers. Out: marks on the axes. The experiments' own figures are made of these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mismatch.analysis.meaning import BAND, MEANING, ink_on
from mismatch.analysis.summary import learned

from .canvas import SMALL, half_width
from .lines import DOTTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HATCHES = ("", "//", "..", "xx")
"""Parts of a bar in grey, in the order of the columns."""
APART = 0.16
"""Half the distance of two marks on one row."""


def draw_row(axes: Axes, y: float, values: np.ndarray, colour: str, marker: str = "o", dead: bool = False) -> None:
    """Horizontally at `y`: replicates, mean, 95% interval, and the mean as a number on the side with more room.

    dead: these runs did not learn; they are grey and hollow. No interval is drawn beyond 0 and 1.
    """
    colour = MEANING["dead"] if dead else colour
    mean, half = float(values.mean()), float(half_width(values))
    bars = [[min(half, max(0.0, mean))], [min(half, max(0.0, 1 - mean))]]
    axes.scatter(values, np.full(len(values), y), s=14, color=colour, alpha=0.4, lw=0)
    face = "white" if dead else colour
    axes.errorbar(mean, y, xerr=bars, fmt=marker, color=colour, mfc=face, ms=7, capsize=3, zorder=3)
    side = -1 if mean > sum(axes.get_xlim()) / 2 else 1
    reach = max(half, float(np.abs(values - mean).max()))
    _number(axes, f"{mean:.2f}", (mean + side * reach, y), side, colour)


def draw_pair(axes: Axes, y: float, runs: pd.DataFrame, column: str, colours: dict[str, tuple[str, str]]) -> None:
    """Accuracy at the two levels of `column`, one above the other on the row `y`; a level without runs is left out.

    colours: level -> colour and marker.
    """
    for shift, (level, (colour, marker)) in zip((APART, -APART), colours.items(), strict=True):
        part = runs[runs[column].eq(level)]
        if len(part):
            known = [name for name in ("skill", "accuracy", "chance") if name in part]
            dead = not bool(learned(part[known].mean().to_frame().T).iloc[0])
            draw_row(axes, y + shift, part["accuracy"].to_numpy(float), colour, marker, dead)


def draw_effect(axes: Axes, y: float, row: pd.Series, colour: str, hollow: bool) -> None:
    """An effect (`estimate`, `low`, `high`) at `y` with its number; `hollow`: it may be none."""
    bars = [[row["estimate"] - row["low"]], [row["high"] - row["estimate"]]]
    face = "white" if hollow else colour
    axes.errorbar([row["estimate"]], [y], xerr=bars, fmt="o", color=colour, mfc=face, ms=6, capsize=3, lw=1.5)
    side = -1 if row["estimate"] < 0 else 1
    _number(axes, f"{row['estimate']:+.3f}", (row["low"] if side < 0 else row["high"], y), side, colour)


def draw_rows(axes: Axes, names: Sequence[str], chance: float) -> None:
    """Dress a panel of accuracies: a row per name (blanks where the panel beside names them), and chance."""
    axes.axvline(chance, color=MEANING["chance"], ls=DOTTED, lw=1.2)
    axes.text(chance, -0.75, " chance", fontsize=SMALL, va="center", color=MEANING["chance"])
    name_rows(axes, names, np.arange(len(names)), "accuracy")
    axes.set_ylim(len(names) - 0.4, -1.0)


def draw_differences(axes: Axes, names: Sequence[str], places: np.ndarray, xlabel: str) -> None:
    """Dress a panel of differences: a row per name at `places`, and the line of no difference."""
    axes.axvline(0, color=MEANING["no effect"], lw=1, zorder=0)
    name_rows(axes, names, places, xlabel)
    axes.locator_params(axis="x", nbins=5)


def draw_compared(axes: Axes, table: pd.DataFrame, margin: float, names: Sequence[str], xlabel: str) -> None:
    """A row for each of `table` (`estimate`, `low`, `high`, `colour`), grey behind what is too small to matter.

    Filled where the whole interval lies below the margin: these are lost for sure, and can be counted.
    """
    axes.axvspan(-margin, margin, color=BAND, lw=0, zorder=-1)
    for y, (_, row) in enumerate(table.iterrows()):
        if pd.isna(row["estimate"]):
            continue
        bars = [[row["estimate"] - row["low"]], [row["high"] - row["estimate"]]]
        look = {"color": row["colour"], "mfc": row["colour"] if row["high"] < -margin else "white"}
        axes.errorbar([row["estimate"]], [y], xerr=bars, fmt="o", ms=5.5, lw=1.3, capsize=2.5, **look)
    draw_differences(axes, names, np.arange(len(table)), xlabel)


def draw_levels(axes: Axes, levels: Mapping[str, float]) -> None:
    """A dotted line with its words for each of `levels`, the words of neighbours at heights of their own."""
    where = axes.get_xaxis_transform()
    for place, (words, level) in enumerate(sorted(levels.items(), key=lambda item: item[1])):
        axes.axvline(level, color=MEANING["baseline"], ls=DOTTED, lw=1.4)
        side = "right" if place == 0 and len(levels) > 1 else "left"
        style: dict[str, Any] = {
            "transform": where,
            "rotation": 90,
            "fontsize": SMALL,
            "color": MEANING["baseline"],
            "va": "bottom",
        }
        axes.text(level, 0.01, f" {words} ", ha=side, **style)


def draw_tiles(axes: Axes, table: pd.DataFrame, below: pd.DataFrame) -> None:
    """A tile per row and column of `table`, darker where less is left, with its number and that of `below`."""
    from matplotlib.colors import to_hex

    tiles = axes.imshow(table, cmap="Blues_r", vmin=0.35, vmax=1.0, aspect="auto")
    for (row, column), value in np.ndenumerate(table.to_numpy()):
        words = f"{value:.2f}\n({float(below.to_numpy()[row, column]):.2f})"
        fill = to_hex(tuple(tiles.to_rgba(value)))
        axes.text(column, row, words, ha="center", va="center", color=ink_on(fill))
    axes.set_xticks(range(table.shape[1]), [f"{level:g}" for level in table.columns])
    axes.set_yticks(range(table.shape[0]), [f"{level:g}" for level in table.index])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def name_rows(axes: Axes, names: Sequence[str], places: np.ndarray, xlabel: str) -> None:
    """Names to the left from top to bottom, a label below, no frame but the x axis."""
    axes.set_yticks(places, names)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(xlabel)
    axes.spines[["top", "right", "left"]].set_visible(False)
    if len(places):
        axes.set_ylim(float(places[-1]) + 0.6, float(places[0]) - 0.6)


def _number(axes: Axes, text: str, place: tuple[float, float], side: int, colour: str) -> None:
    """`text` beside `place`, to the left (-1) or right (1)."""
    axes.annotate(
        text, place, (side * 7, 0), textcoords="offset points", ha="right" if side < 0 else "left", va="center",
        fontsize=SMALL, color=colour,
    )  # fmt: skip


def draw_counts(axes: Axes, counts: pd.DataFrame, names: list[str], colours: dict[str, str]) -> None:
    """A stacked bar per row of `counts`, a part per column in its colour and hatch with its number."""
    left = np.zeros(len(counts))
    for part, hatch in zip(counts, HATCHES, strict=False):
        width, fill = counts[part].to_numpy(float), colours[str(part)]
        look: dict[str, Any] = {"color": fill, "ec": "white", "lw": 1.5, "hatch": hatch}
        axes.barh(np.arange(len(counts)), width, 0.7, left, label=str(part), **look)
        box = {"fc": fill, "ec": "none", "pad": 1.5}
        style: dict[str, Any] = {"ha": "center", "va": "center", "color": ink_on(fill), "fontsize": SMALL, "bbox": box}
        for y, (start, count) in enumerate(zip(left, width, strict=True)):
            if count:
                axes.text(start + count / 2, y, f"{count:.0f}", **style)
        left += width
    axes.set_yticks(np.arange(len(counts)), names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(counts) - 0.4, -0.6)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, frameon=False, fontsize=SMALL, handlelength=2)

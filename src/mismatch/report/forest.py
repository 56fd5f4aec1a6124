"""The figure of verdicts: every claim with its effect, its interval and its verdict, one row each.

In comes the table of `verdicts.collect`, out goes one figure with a section per kind of measure: differences of
accuracy, factors, shares, counted cases. A verdict has a colour, a marker and its word.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mismatch.analysis.meaning import MEANING, PALE, PREDICTED, TRACK
from mismatch.analysis.words import drawn, effect, region

from .canvas import wrap
from .wording import counts, primary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Mark:
    """How a verdict is told: colour and marker in figures, colour and sign in text."""

    colour: str
    marker: str
    sign: str


MARKS = {
    "SUPPORTED": Mark(MEANING["supported"], "o", "●"),
    "REFUTED": Mark(MEANING["refuted"], "X", "✖"),
    "EQUIVALENT": Mark(MEANING["equivalent"], "D", "◆"),
    "IDENTICAL": Mark(MEANING["identical"], "P", "✚"),
    "INCONCLUSIVE": Mark(MEANING["open"], "s", "■"),
    "WITHHELD": Mark(MEANING["withheld"], "v", "▼"),
    "UNTESTED": Mark(MEANING["open"], "_", "-"),
}
"""The verdicts, in the order they are counted."""
SECTIONS = {
    "difference": "difference in accuracy",
    "factor": "factor, log scale",
    "share": "share of the variance",
    "cases": "cases, or arms, that go as the claim predicts",
}
WIDTH, FONT, LINE, GAP, HEAD, FOOT = 13.0, 11.0, 0.19, 0.1, 0.3, 0.4
"""Inches, and points of the font: figure width, height of a line of text, space between rows, above and below."""
LEFT, RIGHT = 0.445, 0.685
LETTERS = 61
FACTOR_TICKS, ENOUGH = (0.25, 0.5, 0.7, 1, 1.5, 2, 3), 4
"""Ticks of factors so close to 1 that there are fewer doublings than these."""


def draw(table: pd.DataFrame) -> Figure:
    """All primary contrasts with an effect, in `SECTIONS`; those without one are named below."""
    from matplotlib.figure import Figure

    first = primary(table)
    kinds = first.apply(drawn, axis=1)
    parts = {name: first[kinds.eq(name)] for name in SECTIONS if kinds.eq(name).any()}
    heights = [sum(_lines(row) * LINE + GAP for _, row in part.iterrows()) for part in parts.values()]
    missing = [f"{row['claim']} {row['verdict']} ({row['why']})" for _, row in first[kinds.eq("")].iterrows()]
    caption = "Bars: 95% intervals. Blue: where the claim says the effect lies; grey: too small to matter."
    caption += f" Without a number: {'; '.join(missing)}." if missing else ""
    below = 0.2 + 0.19 * (1 + wrap(caption, WIDTH, FONT).count("\n"))
    total = 0.6 + sum(heights) + len(parts) * (HEAD + FOOT) + below
    figure = Figure(figsize=(WIDTH, total))
    top = total - 0.6
    for (name, part), height in zip(parts.items(), heights, strict=True):
        top -= HEAD
        axes = figure.add_axes((LEFT, (top - height) / total, RIGHT - LEFT, height / total))
        _section(axes, name, part, height)
        top -= height + FOOT
    held = int(first["verdict"].eq("SUPPORTED").sum())
    title = f"{held} of {len(first)} claims hold as registered: {counts(first)}"
    figure.suptitle(title, x=0.01, y=1 - 0.15 / total, ha="left", fontsize=15)
    style: dict[str, Any] = {"ha": "left", "va": "bottom", "fontsize": FONT, "color": PALE}
    figure.text(0.01, 0.1 / total, wrap(caption, WIDTH, FONT), **style)
    return figure


def _words(row: pd.Series) -> str:
    return "\n".join(textwrap.wrap(str(row["contrast"]), LETTERS, max_lines=2, placeholder=" …"))


def _lines(row: pd.Series) -> int:
    return 1 + _words(row).count("\n")


def _section(axes: Axes, name: str, rows: pd.DataFrame, height: float) -> None:
    """One axes of `height` inches, which are its y unit: names to the left, marks, numbers and words to the right."""
    across = axes.get_yaxis_transform()
    place: dict[str, Any] = {"transform": across, "va": "center", "fontsize": FONT, "clip_on": False}
    _scale(axes, name, rows)
    y = 0.0
    for _, row in rows.iterrows():
        half = (_lines(row) * LINE + GAP) / 2
        y += half
        mark = MARKS[row["verdict"]]
        _mark(axes, name, row, y, 0.85 * half)
        axes.text(_at(0.01), y, row["claim"], fontweight="bold", **place)
        axes.text(_at(0.05), y, _words(row), linespacing=1.05, **place)
        axes.text(_at(0.865), y, effect(row), ha="right", **place)
        axes.plot([_at(0.88)], [y], mark.marker, color=mark.colour, ms=7, transform=across, clip_on=False)
        axes.text(_at(0.89), y, row["verdict"], color=mark.colour, fontweight="bold", **place)
        y += half
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(labelsize=FONT)
    axes.text(_at(0.01), -0.16, SECTIONS[name], color=PALE, style="italic", **place)


def _at(x: float) -> float:
    """Fraction of the figure's width as fraction of the axes' width."""
    return (x - LEFT) / (RIGHT - LEFT)


def _mark(axes: Axes, name: str, row: pd.Series, y: float, half: float) -> None:
    """Effect and interval of one row, over its margin and the side that the claim predicts."""
    mark = MARKS[row["verdict"]]
    margin = float(row["margin"]) if name in ("difference", "factor") else 0.0
    bands = [(1 / margin if name == "factor" else -margin, margin, TRACK)] if margin else []
    for low, high in region(row):
        bands.append((low, high, PREDICTED))
    left, right = axes.get_xlim()
    for low, high, fill in bands:
        ends = (max(left, low), min(right, high))
        axes.fill_betweenx([y - half, y + half], *ends, color=fill, lw=0, zorder=0)
    if name == "cases":
        axes.plot([0, 1], [y, y], color=TRACK, lw=5, solid_capstyle="butt", zorder=0)
        axes.plot([0, row["effect"]], [y, y], color=mark.colour, lw=5, solid_capstyle="butt", zorder=1)
    if pd.notna(row["low"]):
        axes.plot([row["low"], row["high"]], [y, y], color=mark.colour, lw=2.2, solid_capstyle="butt")
    axes.plot([row["effect"]], [y], mark.marker, color=mark.colour, ms=7, zorder=3, clip_on=False)


def _scale(axes: Axes, name: str, rows: pd.DataFrame) -> None:
    """Limits, ticks and the line of no difference."""
    if name in ("share", "cases"):
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"] if name == "share" else ["none", "half", "all"])
        return
    bounds = rows[["effect", "low", "high"]].to_numpy(float)
    bounds = np.log(bounds) if name == "factor" else bounds.clip(-1, 1)
    low, high = min(0.0, np.nanmin(bounds)), max(0.0, np.nanmax(bounds))
    low, high = low - 0.06 * (high - low) - 0.01, high + 0.06 * (high - low) + 0.01
    axes.axvline(1 if name == "factor" else 0, color=MEANING["no effect"], lw=1, zorder=0.5)
    if name == "difference":
        axes.set_xlim(low, high)
        return
    axes.set_xscale("log", base=2)
    axes.set_xlim(np.exp(low), np.exp(high))
    few = [tick for tick in FACTOR_TICKS if np.exp(low) <= tick <= np.exp(high)]
    doublings = 2.0 ** np.arange(np.ceil(low / np.log(2)), np.floor(high / np.log(2)) + 1)
    ticks = few if len(doublings) < ENOUGH else doublings.tolist()
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()

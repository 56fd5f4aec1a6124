"""Ratios in sections: one row per contrast with its interval, what was expected, and numbers beside it.

In: `Ratio` rows. Out: marks on axes with a logarithmic x. Used where arms are compared with a control arm by factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from mismatch.analysis.meaning import INK, PALE, RULE

from .canvas import SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW_INCHES = 0.25
NUMBERS_AT = (36, 76)
"""Right ends of the columns of numbers, in points from the right edge of the panel."""


@dataclass(frozen=True)
class Ratio:
    """One row: value with bounds `low` and `high`, `expected` as a tick, `numbers` as text to the right."""

    section: str
    label: str
    value: float
    low: float
    high: float
    expected: float
    colour: str
    marker: str
    numbers: tuple[str, ...] = ()


def lines(rows: Sequence[Ratio]) -> int:
    """Lines that these rows take with the headings of their sections."""
    return len(rows) + len({row.section for row in rows})


def draw_ratios(panels: Sequence[Axes], columns: Sequence[Sequence[Ratio]], heads: tuple[str, ...]) -> None:
    """A column of rows in each panel, all on the same scale; `heads`: titles of the columns of numbers."""
    shown = np.array([[row.low, row.high, row.expected] for rows in columns for row in rows])
    ticks = 2.0 ** np.arange(np.floor(np.log2(shown.min())), np.ceil(np.log2(shown.max())) + 1)
    most = max(lines(rows) for rows in columns)
    for axes, rows in zip(panels, columns, strict=True):
        _draw_column(axes, rows, heads)
        axes.axvline(1, color=INK, lw=0.8)
        axes.set_xscale("log", base=2)
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xlim(shown.min() / 1.2, shown.max() * 1.2)
        axes.set_ylim(most - 0.4, -0.7)
        axes.tick_params(axis="y", length=0)
        axes.spines[["top", "right", "left"]].set_visible(False)


def _draw_column(axes: Axes, rows: Sequence[Ratio], heads: tuple[str, ...]) -> None:
    """Headings and rows from top to bottom."""
    across = {"xycoords": axes.get_yaxis_transform(), "textcoords": "offset points", "ha": "right", "va": "center"}
    side: dict[str, Any] = across | {"fontsize": SMALL, "annotation_clip": False}

    def write(y: float, texts: tuple[str, ...]) -> None:
        for end, text, colour in zip(NUMBERS_AT, texts, (INK, PALE), strict=False):
            axes.annotate(text, (1, y), (end, 0), color=colour, **side)

    places, y = [], 0
    write(-1, heads)
    for section, members in groupby(rows, lambda row: row.section):
        axes.annotate(section, (0, y), (-3.5, 0), fontweight="bold", **side)
        for y, row in enumerate(members, y + 1):  # noqa: B020
            _draw(axes, row, y)
            write(y, row.numbers)
            places.append(y)
        y += 1
    axes.set_yticks(places, [row.label for row in rows], fontsize=SMALL)


def _draw(axes: Axes, row: Ratio, y: float) -> None:
    """Value, interval and expectation at height `y`."""
    style: dict[str, Any] = {"color": row.colour, "fmt": row.marker, "ms": 5.5, "lw": 1.5, "capsize": 3}
    axes.axhline(y, color=RULE, lw=0.6, zorder=0)
    axes.plot([row.expected], [y], "|", color=INK, ms=11, mew=1.6)
    axes.errorbar([row.value], [y], xerr=[[row.value - row.low], [row.high - row.value]], zorder=3, **style)

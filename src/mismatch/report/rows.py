"""Rows of a figure: one thing per row, its replicates, mean and interval along x.

In: axes, a height and numbers. Out: marks on the axes. The experiments' own figures are made of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .canvas import REFERENCE_COLOUR, SMALL, half_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_row(axes: Axes, y: float, values: np.ndarray, colour: str, marker: str = "o") -> None:
    """Horizontally at `y`: replicates, mean, 95% interval, and the mean as a number on the side with more room."""
    mean = float(values.mean())
    axes.scatter(values, np.full(len(values), y), s=9, color=colour, alpha=0.25, lw=0)
    axes.errorbar(mean, y, xerr=float(half_width(values)), fmt=marker, color=colour, ms=6, capsize=3, zorder=3)
    side = -1 if mean > sum(axes.get_xlim()) / 2 else 1
    reach = float(max(half_width(values), np.abs(values - mean).max()))
    axes.annotate(
        f"{mean:.2f}", (mean + side * reach, y), (side * 7, 0), textcoords="offset points",
        ha="right" if side < 0 else "left", va="center", fontsize=SMALL, color=colour,
    )  # fmt: skip


def draw_rows(axes: Axes, names: list[str], chance: float) -> None:
    """Dress a panel of rows: names to the left (blanks where the panel beside names them), chance, no frame."""
    axes.axvline(chance, color=REFERENCE_COLOUR, ls=(0, (1, 1.5)), lw=1.2)
    axes.text(chance, -0.75, " chance", fontsize=SMALL, va="center")
    axes.set_yticks(np.arange(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(names) - 0.4, -1.0)
    axes.set_xlabel("accuracy")
    axes.spines[["top", "right", "left"]].set_visible(False)

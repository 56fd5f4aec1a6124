"""Lines of a figure: means over replicates along x with their intervals, references, and labels at the line ends.

In: axes, runs and the columns to draw. Out: marks on the axes, and the labels of the line ends for `canvas.labelled`.
The experiments' own figures are made of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .canvas import REFERENCE_COLOUR, SMALL, EndLabel, half_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOTTED = (0, (1, 1.5))


@dataclass(frozen=True)
class Look:
    """How a line is drawn: its intervals as a band, or as bars at each x."""

    colour: str
    style: str = "-"
    width: float = 1.6
    bars: bool = False


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a panel: its words, its look, and the rows of a table it stands for (column -> level or levels)."""

    label: str
    look: Look
    where: Mapping[str, object]

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of `table` that have one of the levels of every column in `where`."""
        for column, levels in self.where.items():
            table = table[table[column].isin(levels if isinstance(levels, tuple) else [levels])]
        return table


@dataclass(frozen=True)
class Means:
    """Means over replicates and half their 95% intervals, by x; of logarithms where the values are `log`."""

    x: np.ndarray
    middle: np.ndarray
    half: np.ndarray


def means(table: pd.DataFrame, x: str, y: str) -> Means:
    """The mean of `y` at every level of `x`, with half of its 95% t interval."""
    groups = [(float(str(level)), part.to_numpy(float)) for level, part in table.groupby(x)[y]]
    middle = [values.mean() for _, values in groups]
    return Means(*map(np.array, ([level for level, _ in groups], middle, [half_width(v) for _, v in groups])))


def mean_line(
    axes: Axes, line: Line, table: pd.DataFrame, x: str, y: str, least: float | None = None, dots: bool = False
) -> list[EndLabel]:
    """Draw the mean of `y` over `x` on `line`; returns its end label, nothing where there is nothing to draw.

    The label may hold ``{:.2f}``, which becomes the last mean. With `least` the means are geometric and no value is
    taken to be smaller. dots: one for each replicate, and a marker for each mean.
    """
    table, look = line.of(table), line.look
    table = table[table[y].notna()]
    if table.empty:
        return []
    if dots:
        axes.plot(table[x], table[y], "o", color=look.colour, ms=3, mew=0, alpha=0.4)
    if least is not None:
        table = table.assign(**{y: np.log(table[y].clip(lower=least))})
    found, back = means(table, x, y), (np.exp if least is not None else np.asarray)
    middle, low, high = (
        back(values) for values in (found.middle, found.middle - found.half, found.middle + found.half)
    )
    axes.plot(found.x, middle, color=look.colour, ls=look.style, lw=look.width, marker="o" if dots else "", ms=4.5)
    if look.bars:
        axes.errorbar(found.x, middle, [middle - low, high - middle], fmt="none", color=look.colour)
    else:
        axes.fill_between(found.x, low, high, color=look.colour, alpha=0.2, lw=0)
    return [EndLabel(float(found.x[-1]), float(middle[-1]), line.label.format(middle[-1]), look.colour)]


def reference_lines(
    axes: Axes, table: pd.DataFrame, x: str, names: Iterable[str] = ("ceiling", "chance")
) -> list[EndLabel]:
    """Dotted lines of what can be reached and what guessing gives, as far as known; returns their end labels."""
    labels = []
    for name in ("ceiling", "chance"):
        level = table.groupby(x)[name].mean().dropna() if name in table else pd.Series(dtype=float)
        if len(level):
            axes.plot(level.index, level, color=REFERENCE_COLOUR, ls=DOTTED, lw=1)
            labels.append(EndLabel(float(level.index[-1]), float(level.iloc[-1]), name, REFERENCE_COLOUR))
    return labels


def in_doublings(axes: Axes, levels: Iterable[float]) -> None:
    """A logarithmic x axis with a tick at each of `levels`, written as plain numbers."""
    ticks = sorted(levels)
    axes.set_xscale("log", base=2)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()


def guide(axes: Axes, x: np.ndarray, y: np.ndarray, at: int, text: str, above: bool = False) -> None:
    """A dashed line of what theory expects, with its words at its point number `at`: below and left, or above."""
    axes.plot(x, y, color=REFERENCE_COLOUR, ls=(0, (4, 3)), lw=0.9)
    place: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "va": "top"}
    place |= {"ha": "left", "va": "bottom"} if above else {}
    axes.annotate(text, (x[at], y[at]), (0, 14) if above else (-8, -8), fontsize=SMALL, color=REFERENCE_COLOUR, **place)

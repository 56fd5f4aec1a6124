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

from mismatch.analysis.meaning import INK, MEANING
from mismatch.analysis.summary import learned

from .canvas import SHARES, SMALL, EndLabel, half_width, in_two_groups

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOTTED, DASHED = (0, (1, 1.5)), (0, (5, 2))


@dataclass(frozen=True)
class Look:
    """How a line is drawn; marker: of its means where replicates are drawn beside them, and of its label."""

    colour: str
    style: str = "-"
    width: float = 1.6
    marker: str = "o"


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
    taken to be smaller. dots: replicates (large where they fall into two groups), a marker for each mean and its
    interval as a bar, no band; means of runs that did not learn are grey and hollow.
    """
    table, look = line.of(table), line.look
    table = table[table[y].notna()]
    if table.empty:
        return []
    values = table if least is None else table.assign(**{y: np.log(table[y].clip(lower=least))})
    found, back = means(values, x, y), (np.exp if least is not None else np.asarray)
    middle, low, high = (
        back(values) for values in (found.middle, found.middle - found.half, found.middle + found.half)
    )
    if y.endswith("accuracy"):
        low, high = low.clip(0, 1), high.clip(0, 1)
    axes.plot(found.x, middle, color=look.colour, ls=look.style, lw=look.width)
    if dots:
        dead = _dead(table, x)
        for (level, part), gone in zip(table.groupby(x)[y], dead, strict=True):
            large = in_two_groups(part.to_numpy(float), not y.endswith(SHARES))
            dot: dict[str, Any] = {
                "color": MEANING["dead"] if gone else look.colour,
                "ms": 6.5 if large else 4,
                "mew": 0,
            }
            axes.plot(np.full(len(part), float(str(level))), part.to_numpy(float), "o", alpha=0.4, **dot)
        _mark(axes, look, np.array([found.x, middle, low, high]), dead)
    else:
        axes.fill_between(found.x, low, high, color=look.colour, alpha=0.2, lw=0)
    marker = look.marker if dots else ""
    text = line.label.format(middle[-1])
    return [EndLabel(float(found.x[-1]), float(middle[-1]), text, look.colour, marker, look.style)]


def _mark(axes: Axes, look: Look, points: np.ndarray, dead: list[bool]) -> None:
    """Means with their intervals. points: (4, N) x, mean, low, high. dead: which did not learn."""
    for (x, middle, low, high), gone in zip(points.T, dead, strict=True):
        colour = MEANING["dead"] if gone else look.colour
        bars = [[middle - low], [high - middle]]
        face: dict[str, Any] = {"fmt": look.marker, "ms": 6, "mfc": "white" if gone else colour, "zorder": 3}
        axes.errorbar([x], [middle], bars if high > low else None, color=colour, lw=1.4, capsize=3, **face)


def _dead(table: pd.DataFrame, x: str) -> list[bool]:
    """Whether the runs at each level of `x` did not learn, on average."""
    known = [name for name in ("skill", "accuracy", "chance") if name in table]
    return (~learned(table.groupby(x)[known].mean())).tolist()


def reference_lines(
    axes: Axes, table: pd.DataFrame, x: str, names: Iterable[str] = ("ceiling", "chance")
) -> list[EndLabel]:
    """Lines of what can be reached (dashed) and what guessing gives (dotted), as far as known; returns their labels."""
    labels = []
    for name in ("ceiling", "chance"):
        level = table.groupby(x)[name].mean().dropna() if name in table else pd.Series(dtype=float)
        if len(level):
            look: dict[str, Any] = {"color": MEANING[name], "ls": DASHED if name == "ceiling" else DOTTED}
            axes.plot(level.index, level, lw=1.2, **look)
            end = float(level.index[-1]), float(level.iloc[-1])
            labels.append(EndLabel(*end, name, MEANING[name], line=look["ls"]))
    return labels


def in_doublings(axes: Axes, levels: Iterable[float]) -> None:
    """A logarithmic x axis with a tick at each of `levels`, written as plain numbers."""
    ticks = sorted(levels)
    axes.set_xscale("log", base=2)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()


def guide(axes: Axes, x: np.ndarray, y: np.ndarray, at: int, text: str, above: bool = False) -> None:
    """A dashed line of what theory expects, with its words at its point number `at`: below and left, or above."""
    axes.plot(x, y, color=INK, ls=(0, (4, 3)), lw=0.9)
    place: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "va": "top"}
    place |= {"ha": "left", "va": "bottom"} if above else {}
    axes.annotate(text, (x[at], y[at]), (0, 14) if above else (-8, -8), fontsize=SMALL, color=INK, **place)

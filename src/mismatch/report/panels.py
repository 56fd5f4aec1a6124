"""Panels: where every arm stands along x, and how its series is drawn.

In: the summary, the runs and the layout of the axes. Out: `Panel` objects that know place and style of each arm; the
figures only choose what to draw. Many series are split into several panels, each with those that the split leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mismatch.analysis import meaning
from mismatch.analysis.axes import Axis, Layout, implied, key
from mismatch.analysis.meaning import LINES, MARKERS, MEANING

from . import words
from .canvas import SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Series:
    """How the arms of one series are named and drawn."""

    label: str
    colour: str
    marker: str
    line: str


@dataclass(frozen=True)
class Panel:
    """One panel: its arms with columns `_series` (index into `styles`), `_x`, `_at` (dodged x)."""

    title: str
    arms: pd.DataFrame
    runs: pd.DataFrame
    styles: list[Series]
    ticks: dict[float, str]
    connected: bool
    gap: float

    def groups(self) -> Iterator[tuple[Series, pd.DataFrame]]:
        """Each series with its arms from left to right."""
        for index, arms in self.arms.sort_values("_x", kind="stable").groupby("_series"):
            yield self.styles[int(str(index))], arms


def panels(summary: pd.DataFrame, runs: pd.DataFrame, layout: Layout) -> list[Panel]:
    """Split `summary` and the ok `runs` into panels, with the same styles in all of them."""
    arms, styles = _with_series(summary, layout)
    arms["_x"] = positions(arms, layout.x)
    runs = runs[runs["status"] == "ok"]
    result = []
    for title, part in _parts(arms, layout):
        panel = _panel(title, part.copy(), runs, styles, layout.x)
        result.append(panel)
    return result


def _parts(arms: pd.DataFrame, layout: Layout) -> Iterator[tuple[str, pd.DataFrame]]:
    """The arms of every panel with its title; arms to which the split does not apply stand in all its panels."""
    for level in layout.panels.levels if layout.panels else ("",):
        part = arms[arms[layout.panels.name] == level] if layout.panels else arms
        if layout.split is None:
            yield str(level), part
            continue
        name = layout.split.name
        if part[name].isna().all():
            yield str(level), part
        for own in layout.split.levels:
            if (part[name] == own).any():
                shown = part[(part[name] == own) | part[name].isna()]
                yield ", ".join(filter(None, (str(level), words.level_name(name, own)))), shown


def positions(arms: pd.DataFrame, axis: Axis | None) -> pd.Series:
    """Where each arm lies along x: log2 or plain value of a number, else rank; blanks leftmost."""
    if axis is None:
        return pd.Series(0.0, index=arms.index)
    if not axis.numeric:
        places = arms[axis.name].map({level: float(i) for i, level in enumerate(axis.levels)}).astype(float)
    else:
        places = arms[axis.name].astype(float)
        places = pd.Series(np.log2(places), index=arms.index) if is_log(axis) else places
    return places.fillna(places.min() - _gap(places))


def is_log(axis: Axis) -> bool:
    """Whether a numeric axis is read in doublings: a ratio, or positive levels a factor 4 apart."""
    levels = np.array(axis.levels, float)
    return bool(levels.min() > 0 and (axis.name.endswith("ratio") or levels.max() / levels.min() >= 4))


def tall(split: list[Panel], least: float) -> float:
    """Height in inches that leaves room for the label of every series; at least `least`."""
    return max(least, 1.0 + 0.019 * SMALL * (2 + max(panel.arms["_series"].nunique() for panel in split)))


def dress(axes: Axes, panel: Panel, xlabel: str, ylabel: str) -> None:
    """Ticks at the levels, labels, panel name, and no frame on the right and top."""
    places, names = list(panel.ticks), list(panel.ticks.values())
    crowded = len(names) > 4 and sum(len(name) + 2 for name in names) > 46
    axes.set_xticks(places, names, rotation=30 if crowded else 0, ha="right" if crowded else "center")
    axes.minorticks_off()
    axes.set_xlim(min(places) - 0.5 * panel.gap, max(places) + 0.5 * panel.gap)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    if panel.title:
        axes.set_title(panel.title)


def _with_series(summary: pd.DataFrame, layout: Layout) -> tuple[pd.DataFrame, list[Series]]:
    """`summary` with the column `_series`, and how each series is drawn.

    Its colour says what the series means (`analysis/meaning.py`): that it is masked, else its level of the first axis,
    or that nothing was done where a parameter, or x itself, could not act. Markers tell all apart, lines those of one
    colour.
    """
    arms = summary.copy()
    keys = [key(row, layout.series) for _, row in arms.iterrows()]
    distinct = sorted(dict.fromkeys(keys), key=lambda k: _rank(k, layout))
    arms["_series"] = [distinct.index(k) for k in keys]
    styles: list[Series] = []
    for place, k in enumerate(distinct):
        row, members = arms.iloc[keys.index(k)], arms[arms["_series"] == place]
        inert = [axis for axis in layout.series if pd.isna(row[axis.name])]
        inert = [axis for axis in inert if not implied(arms, axis, row, layout.axes)]
        blank = layout.x is not None and members[layout.x.name].isna().all()
        colour = MEANING["untouched"] if inert or blank else _colour(k, layout)
        line = LINES[sum(style.colour == colour for style in styles) % len(LINES)]
        styles.append(Series(words.series_name(row, arms, layout), colour, MARKERS[place % len(MARKERS)], line))
    return arms, styles


def _colour(levels: tuple[object, ...], layout: Layout) -> str:
    """The colour of a series with these levels."""
    pairs = list(zip(levels, layout.series, strict=True))
    masked = [level for level, axis in pairs if meaning.LEVELS.get((axis.name, str(level))) == "masked"]
    if masked or not pairs:
        return MEANING["masked"] if masked else meaning.COLOURS[0]
    first, axis = pairs[0]
    if first is None:
        return MEANING["untouched"]
    return meaning.colours(axis.name, axis.levels)[first]


def _rank(levels: tuple[object, ...], layout: Layout) -> list[int]:
    """Index of each level on its series axis; a blank comes last."""
    pairs = zip(levels, layout.series, strict=True)
    return [len(axis.levels) if level is None else axis.levels.index(level) for level, axis in pairs]


def _panel(title: str, arms: pd.DataFrame, runs: pd.DataFrame, styles: list[Series], x: Axis | None) -> Panel:
    """One panel, with the arms at the same x moved apart so that their intervals can be read."""
    gap = _gap(arms["_x"])
    connected = x is not None and x.numeric
    rank = arms.groupby("_x")["_series"].rank(method="dense") - 1
    last = rank.groupby(arms["_x"]).transform("max")
    slot = min(0.1 if connected else 0.16, (0.4 if connected else 0.7) / (1 + last.max())) * gap
    arms["_at"] = arms["_x"] + (rank - last / 2) * slot
    ticks = {}
    for _, row in arms.sort_values("_x").iterrows():
        blank = x is None or pd.isna(row[x.name])
        ticks[float(row["_x"])] = ("" if x is None else "n/a") if blank or x is None else words.number(row[x.name])
    return Panel(title, arms, runs[runs["arm"].isin(arms["arm"])], styles, ticks, connected, gap)


def _gap(places: pd.Series) -> float:
    """Smallest distance between two positions; 1 if there is only one."""
    steps = np.diff(np.unique(places.dropna()))
    return float(steps.min()) if len(steps) else 1.0

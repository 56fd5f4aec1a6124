"""Which parameters vary in a table of runs, found from the table itself.

In comes `runs` (one row per arm x replicate, parameters under their dotted keys), out go `Axis`
objects and the `Layout` a figure draws them in. Any ad-hoc multirun works: nothing is declared.
A blank parameter is inert (it could not act in that arm) and is never a level of its axis.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from math import prod

import pandas as pd

from mismatch.config.groups import GROUPS
from mismatch.run.sections import is_parameter

# The first column of two that say the same is the one to keep. The ratio T / Lmax comes before
# the step count because it means the same on datasets of different length; see `_in_steps`.
PRECEDENCE = (
    *("data", "data.*", "length.ratio", "length.padding", "length.truncating", "mask"),
    *("features.adapter", "features.width", "features.*", "reduction", "reduction.*"),
    *("length.*", "mask.*", "layout", "layout.*", "control", "control.*", "model.*", "train.*", "seed"),
)
# Words of datasets, adapters and reductions in the order a reader expects; any others follow by name.
CUSTOMARY = (
    *("signs", "flag", "bits"),
    *("zero", "truncate", "truncate_last", "tile", "tile_scaled", "noise", "resample", "project", "dense"),
    *("pool", "conv", "strided", "conv_pool"),
)
EIGHTHS = 8
"""A ratio that was asked for is a whole number of eighths; one that followed from a number of steps hardly ever is."""
FEW = 6
"""Lines that one panel may hold."""
UNTOUCHED = ("none", "native", "correct")  # the case where nothing is done comes first


@dataclass(frozen=True)
class Axis:
    """A parameter that varies: its dotted key and its levels in natural order, blanks left out."""

    name: str
    levels: tuple[object, ...]
    numeric: bool
    aliases: tuple[str, ...] = ()
    """Columns that vary one-to-one with this axis or are functions of it; left out of the axes."""


@dataclass(frozen=True)
class Layout:
    """Where each axis goes in a figure: along x, across panels, or over series (colour first).

    split: the axis whose levels have panels of their own, as one panel would hold too many lines.
    """

    x: Axis | None
    panels: Axis | None
    series: tuple[Axis, ...]
    split: Axis | None = None

    @property
    def axes(self) -> tuple[Axis, ...]:
        """All axes: panels, x, then series."""
        return tuple(axis for axis in (self.panels, self.x, self.split, *self.series) if axis is not None)


def parameter_columns(runs: pd.DataFrame) -> list[str]:
    """Columns of `runs` that hold parameters, in table order."""
    return [name for name in map(str, runs.columns) if is_parameter(name)]


def varied(runs: pd.DataFrame) -> list[Axis]:
    """Axes that vary over the arms of `runs`, most telling first (see `PRECEDENCE`).

    Left out are columns that are constant, that differ between replicates of one arm, or that
    follow from a column already kept. Of `length.steps` and the ratio T / Lmax one also goes where the
    datasets and the other together determine it.
    """
    if runs.empty:
        return []
    arms = runs.drop_duplicates("arm")
    names = sorted(parameter_columns(runs), key=_precedence)
    if _in_steps(arms):
        names.insert(names.index("length.ratio"), names.pop(names.index("length.steps")))
    steady = runs.groupby("arm")[names].nunique().max() <= 1
    kept: dict[str, list[str]] = {}
    for name in names:
        if not steady[name] or arms[name].nunique() < 2:
            continue
        source = _source(arms, name, list(kept))
        if source is None:
            kept[name] = []
        else:
            kept[source].append(name)
    return [_axis(arms[name], tuple(aliases)) for name, aliases in kept.items()]


def arrange(axes: Sequence[Axis]) -> Layout:
    """Lay out `axes`: panels are datasets, x the numeric axis with most levels (else the longest).

    The rest are series, longest first, so that colour tells the most levels apart; where they would be more than `FEW`
    lines, the longest splits the panels instead.
    """
    panels = next((axis for axis in axes if axis.name == "data"), None) if len(axes) > 1 else None
    rest = [axis for axis in axes if axis is not panels]
    x = max(rest, key=lambda axis: (axis.numeric, len(axis.levels)), default=None)
    series = sorted((axis for axis in rest if axis is not x), key=lambda axis: -len(axis.levels))
    if len(series) > 1 and prod(len(axis.levels) for axis in series) > FEW:
        return Layout(x, panels, tuple(series[1:]), series[0])
    return Layout(x, panels, tuple(series))


def in_order(name: str, levels: Iterable[object]) -> list[object]:
    """Levels of the column `name` in the order a reader expects; see `Axis`."""
    return sorted(levels, key=_natural(name))


def key(row: pd.Series, axes: Iterable[Axis]) -> tuple[object, ...]:
    """Levels of `row` on `axes`; None where the parameter is blank, that is inert."""
    return tuple(None if pd.isna(row[axis.name]) else row[axis.name] for axis in axes)


def implied(arms: pd.DataFrame, axis: Axis, row: pd.Series, axes: Iterable[Axis]) -> bool:
    """Whether the blank of `row` on `axis` already follows from a choice that is an axis itself.

    `reduction.kernel` is blank in every arm with `reduction=none`, `reduction.mask` in every arm
    with `mask=none`: the choice says it, no remark is needed. `length.truncating` is blank for
    long T only, which no choice says: that is inert.
    """
    parents = {other.name for other in axes} & set(axis.name.split(".")) - {axis.name}
    return any(arms.loc[arms[parent] == row[parent], axis.name].isna().all() for parent in parents)


def _precedence(name: str) -> int:
    """Rank of column `name`: its own entry in `PRECEDENCE`, else that of its group; a group not named comes last."""
    for entry in (name, name.partition(".")[0] + ".*"):
        if entry in PRECEDENCE:
            return PRECEDENCE.index(entry)
    return len(PRECEDENCE)


def _source(arms: pd.DataFrame, name: str, kept: list[str]) -> str | None:
    """The kept column that determines `name`, or None if none does."""
    for other in kept:
        if _determines(arms, [other], name):
            return other
    given = {"length.steps": "length.ratio", "length.ratio": "length.steps"}.get(name, "")
    if given not in kept:
        return None
    datasets = [other for other in kept if other == "data" or other.startswith("data.")]
    return given if _determines(arms, [*datasets, given], name) else None


def _in_steps(arms: pd.DataFrame) -> bool:
    """Whether T was asked for as a number of steps: fewer of these than of ratios, or ratios that nobody types."""
    if not {"length.steps", "length.ratio"} <= set(arms.columns):
        return False
    steps, ratios = arms["length.steps"].nunique(), arms["length.ratio"].dropna().unique()
    typed = all(float(ratio * EIGHTHS).is_integer() for ratio in ratios)
    return steps < len(ratios) or (steps == len(ratios) and not typed)


def _determines(arms: pd.DataFrame, given: list[str], name: str) -> bool:
    """Whether `name` has at most one level for each combination of the columns `given`."""
    return bool((arms.groupby(given, dropna=False)[name].nunique() <= 1).all())


def _axis(column: pd.Series, aliases: tuple[str, ...]) -> Axis:
    """Axis of one column, its levels sorted: numbers by size, known words by custom, then by name."""
    levels = column.dropna().unique().tolist()
    numeric = bool(pd.api.types.is_numeric_dtype(pd.Series(levels)) and not any(isinstance(v, bool) for v in levels))
    numeric = numeric and not pd.api.types.is_bool_dtype(column)
    levels.sort(key=None if numeric else _natural(str(column.name)))
    return Axis(str(column.name), tuple(levels), numeric, aliases)


def _natural(name: str) -> Callable[[object], tuple[int, int, list[tuple[float, str]]]]:
    """Sort key for the words of the column `name`.

    The untouched case comes first, then words in the order their setting lists them, then the rest by name, with the
    numbers in it compared as numbers.
    """
    known = _choices(name)

    def rank(level: object) -> tuple[int, int, list[tuple[float, str]]]:
        text = str(level)
        parts = [(float(p), "") if p.isdigit() else (-1.0, p) for p in re.findall(r"\d+|\D+", text)]
        return text not in UNTOUCHED, known.index(text) if text in known else len(known), parts

    return rank


def _choices(name: str) -> tuple[str, ...]:
    """The words that the setting `name` accepts, in order; those of parts in the customary one."""
    group, _, key = name.partition(".")
    if name in ("features.adapter", "reduction") or group not in GROUPS:
        return CUSTOMARY
    found = [item.metadata.get("choices", ()) for item in fields(GROUPS[group]) if item.name == (key or "kind")]
    return found[0] if found and isinstance(found[0], tuple) else ()

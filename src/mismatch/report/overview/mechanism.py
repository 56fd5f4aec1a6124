"""The mechanism: what is left of the gradient after so many pads, and how much later a task is learnt.

In: the table of gradients and the contrasts of delay that an experiment names in ``findings.yaml``. Out: points, and
where they are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from mismatch.config import experiments
from mismatch.report.overview.numbers import Missing, Numbers
from mismatch.report.overview.told import sections
from mismatch.report.overview.wording import Effect, percent, spoken

if TYPE_CHECKING:
    from mismatch.report.overview.sources import Sources

WIDTH, HEIGHT = 480, 240
LEFT, RIGHT, TOP, BOTTOM = 114, 10, 14, 44
MOST = 40
"""Pads at the end of the slider."""
POWERS = {0: "all of it", 3: "a thousandth", 6: "a millionth", 9: "a billionth"}
SHARE = "gradient_share"


@dataclass(frozen=True)
class Series:
    """Shares of the gradient by number of pads. line: points of an SVG polyline."""

    key: str
    label: str
    shares: tuple[tuple[int, float], ...]
    line: str


@dataclass(frozen=True)
class Delay:
    """How many times the updates learning takes. pads: their mean number in a sequence."""

    pads: float
    label: str
    effect: Effect


@dataclass(frozen=True)
class Tick:
    """A line across the picture, or a number below it."""

    at: float
    text: str


@dataclass(frozen=True)
class Mechanism:
    """The section: texts, series, delays, and the frame they are drawn in."""

    experiment: str
    text: str
    series: tuple[Series, ...]
    delays: tuple[Delay, ...]
    across: tuple[Tick, ...]
    below: tuple[Tick, ...]
    most: int = MOST
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM

    @property
    def rows(self) -> list[tuple[int, list[str]]]:
        """Pads, and the share of the gradient in each series, as a table."""
        known = {series.key: dict(series.shares) for series in self.series}
        pads = sorted(set().union(*known.values()))
        return [(n, [told(known[each.key][n]) if n in known[each.key] else "" for each in self.series]) for n in pads]

    def data(self) -> dict[str, Any]:
        """What the slider needs."""
        return {
            "series": [[each.key, each.label, list(map(list, each.shares))] for each in self.series],
            "delays": [[each.pads, each.label, each.effect.text] for each in self.delays],
            "left": self.left,
            "right": self.right,
            "most": self.most,
        }


def mechanism(sources: Sources, numbers: Numbers) -> Mechanism | None:
    """The section, of the first experiment that names one and has its table; None without."""
    for name in experiments.names():
        asked = sections(name).get("mechanism")
        table = sources.table(name, asked["table"]) if asked else None
        if asked and table is not None and SHARE in table:
            return _of(name, asked, table, sources, numbers)
    return None


def told(share: float) -> str:
    """``36.5%``, ``0.91%``, ``1 in 24,000``: a share in two digits and words that can be read."""
    if share >= 0.0995:
        return percent(share)
    return f"{100 * share:.2g}%" if share >= 0.001 else f"1 in {float(f'{1 / share:.2g}'):,.0f}"


def _of(name: str, asked: Mapping[str, Any], table: pd.DataFrame, sources: Sources, numbers: Numbers) -> Mechanism:
    shares = {key: _shares(table, each["where"]) for key, each in asked["series"].items()}
    least = min((share for found in shares.values() for _, share in found if share > 0), default=1.0)
    decades = max(1, math.ceil(-math.log10(least)))
    series = tuple(
        Series(key, asked["series"][key]["label"], found, _line(found, decades))
        for key, found in shares.items()
        if found
    )
    step = 3 if decades > 6 else 1
    across = tuple(Tick(_y(10.0**-n, decades), POWERS.get(n) or told(10.0**-n)) for n in range(0, decades + 1, step))
    below = tuple(Tick(_x(n), str(n)) for n in range(0, MOST + 1, 10))
    delays = tuple(each for found in asked["delays"] for each in _delay(found, sources, numbers))
    return Mechanism(name, " ".join(asked["text"].split()), series, delays, across, below)


def _shares(table: pd.DataFrame, where: Mapping[str, Any]) -> tuple[tuple[int, float], ...]:
    """Pads and the median share of the gradient over replicates, up to the end of the slider."""
    for column, value in where.items():
        table = table[table[column].eq(value)] if column in table else table.iloc[:0]
    table = table[table["pads"].le(MOST) & table["status"].eq("ok")]
    found = table.groupby("pads")[SHARE].median()
    return tuple((int(n), float(f"{share:.4g}")) for n, share in zip(found.index, found.to_list(), strict=True))


def _delay(found: Mapping[str, str], sources: Sources, numbers: Numbers) -> list[Delay]:
    """A delay with the mean number of pads in the arm it was seen in; none where the tables do not have it."""
    try:
        row = numbers.row(found["claim"], found["contrast"])
        effect = spoken(row)
        runs = sources.runs(str(row["experiment"]))
        if effect is None or runs is None:
            return []
        arm = runs[runs["arm"].eq(numbers.arms(row)[0])]
        pads = float((arm["padded_fraction"] * arm["length.steps"]).mean())
    except Missing:
        return []
    return [Delay(round(pads, 1), f"{pads:.0f} pads in the mean, to {arm['length.steps'].iloc[0]:.0f} steps", effect)]


def _line(shares: tuple[tuple[int, float], ...], decades: int) -> str:
    return " ".join(f"{_x(n):.1f},{_y(share, decades):.1f}" for n, share in shares if share > 0)


def _x(pads: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * pads / MOST


def _y(share: float, decades: int) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * -math.log10(share) / decades

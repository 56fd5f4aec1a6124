"""What a generic figure says, in plain words: which ways cost something, how much at most, and where.

In: rows of the summary, the layout of the figure and a measure. Out: a sentence, computed by a rule that it states. A
way costs something where it is worse than the best way at the same place by more than a margin and beyond intervals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mismatch.analysis.axes import Layout
from mismatch.config.counting import counted

from . import words

NAMED = 2
"""Ways that a sentence names; of more, it counts them."""


@dataclass(frozen=True)
class Measure:
    """What ways are compared in. margin: what is too little to matter, a difference, or a factor where `factor`.

    best: `high` or `low`. begins, worse: words before and after the size of a cost. none: where there is none.
    """

    metric: str
    margin: float
    best: str
    begins: str
    worse: str
    none: str
    factor: bool = False

    def gap(self, arm: pd.Series, best: pd.Series) -> float:
        """How much worse `arm` is: a difference, or a factor; 0 where intervals meet."""
        value, other = float(arm[self.metric]), float(best[self.metric])
        ends = [float(row[self.metric + end]) for row, end in ((arm, "_high"), (best, "_low"))]
        ends = ends if self.best == "high" else [-float(arm[f"{self.metric}_low"]), -float(best[f"{self.metric}_high"])]
        if ends[0] > ends[1]:  # False for bounds that are not known
            return 0.0
        if self.factor:
            return max(value, other) / min(value, other) if min(value, other) > 0 else 0.0
        return abs(value - other)

    def said(self, gap: float) -> str:
        """``up to 0.50 lower``, ``up to 7.4 times as long``."""
        return f"up to {gap:.1f} times {self.worse}" if self.factor else f"up to {gap:.2f} {self.worse}"


def costs(arms: pd.DataFrame, layout: Layout, measure: Measure) -> str:
    """The sentence on all ways of a figure; along x where nothing else varies."""
    arms = arms[arms[measure.metric].notna()].copy()
    if len(arms) < 2:
        return ""
    names = {index: _way(row, arms, layout) for index, row in arms.iterrows()}
    arms["_way"] = pd.Series(names)
    if arms["_way"].nunique() < 2:
        arms["_way"] = [words.place(row, layout, panel=False) for _, row in arms.iterrows()]
        layout = Layout(None, layout.panels, ())
    found = _gaps(arms, layout, measure)
    if not found:
        return measure.none
    parts = []
    for ways, places in _grouped(found).items():
        gap = max(found[place][way] for place in places for way in ways)
        on = f" on {_listed(places)}" if layout.panels is not None else ""
        parts.append((gap, f"{measure.said(gap)} with {_named(ways, arms)}{on}"))
    return f"{measure.begins} " + "; ".join(text for _, text in sorted(parts, key=lambda part: -part[0]))


def _way(row: pd.Series, arms: pd.DataFrame, layout: Layout) -> str:
    """The series of an arm, and its level of the axis that splits the panels."""
    split = layout.split
    own = "" if split is None or pd.isna(row[split.name]) else words.level_name(split.name, row[split.name])
    return ", ".join(filter(None, (own, words.series_name(row, arms, layout))))


def _gaps(arms: pd.DataFrame, layout: Layout, measure: Measure) -> dict[str, dict[str, float]]:
    """Panel -> way -> its largest cost there, of those that cost something."""
    panel = arms[layout.panels.name].astype(str) if layout.panels is not None else pd.Series("", index=arms.index)
    x = arms[layout.x.name] if layout.x is not None else pd.Series(0, index=arms.index)
    found: dict[str, dict[str, float]] = {}
    for (place, _), cell in arms.groupby([panel, x], dropna=False, sort=False):
        values = cell[measure.metric].to_numpy(float)
        best = cell.iloc[int(np.argmax(values) if measure.best == "high" else np.argmin(values))]
        for _, arm in cell.iterrows():
            gap = measure.gap(arm, best)
            if gap > measure.margin:
                ways = found.setdefault(str(place), {})
                ways[arm["_way"]] = max(gap, ways.get(arm["_way"], 0.0))
    return found


def _grouped(found: dict[str, dict[str, float]]) -> dict[tuple[str, ...], list[str]]:
    """The panels in which the same ways cost something, by these ways."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for place, ways in found.items():
        groups.setdefault(tuple(sorted(ways)), []).append(place)
    return groups


def _named(ways: tuple[str, ...], arms: pd.DataFrame) -> str:
    """What these ways have in common and no other has, else their names, else how many they are."""
    every = set(arms["_way"])
    for part in sorted({part for way in every for part in way.split(", ")}):
        if {way for way in every if part in way.split(", ")} == set(ways) and len(ways) > 1:
            return part
    if len(ways) <= NAMED:
        return " and with ".join(ways)
    return f"{len(ways)} of {counted(len(every), 'way')}"


def _listed(names: list[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def losing(arms: pd.DataFrame, least: float) -> str:
    """How many arms lose accuracy to what is cut away, and how many to training, by more than `least`."""
    cut = int((arms["information_loss"] > least).sum())
    late = int((arms["learnability_loss"] > least).sum())
    neither = int((arms[["information_loss", "learnability_loss"]].max(axis=1) <= least).sum())
    return (
        f"Of {len(arms)} arms, {cut} lose accuracy as information is cut away, {late} as training does not get there; "
        f"{neither} lose no more than {least:g}"
    )


def dead(arms: pd.DataFrame, alive: pd.Series) -> str:
    """How many arms did not learn; empty where all did."""
    count = int((~alive).sum())
    return f"{count} of {counted(len(arms), 'arm')} did not learn" if count else ""

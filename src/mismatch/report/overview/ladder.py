"""The cost ladder: every effect that was measured, in plain words, the largest first.

In: `Sources`. Out: groups of rungs, with what is drawn beside each.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mismatch.report.overview.wording import Effect, plainly, spoken

if TYPE_CHECKING:
    import pandas as pd

    from mismatch.report.overview.sources import Sources

GROUPS = {
    "accuracy": ("In accuracy", "A point is one hundredth: 65 points less are 90 right in a hundred down to 25."),
    "updates": ("In updates until it has learnt", "2 times: twice as many updates of the weights."),
    "time": ("In time", "Of one training step, on one thread of a processor."),
    "counts": ("How often", "Of the cases looked at, those in which it was so."),
    "other": ("In other measures", "Loss, its roughness, gradients."),
}
SAME = "the same"


@dataclass(frozen=True)
class Bar:
    """What is drawn of an effect, in hundredths of the width: where nothing is, the effect, both ends."""

    zero: float
    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class Rung:
    """An effect. same_as: the contrast that "the same" in its name stands for."""

    claim: str
    contrast: str
    same_as: str
    effect: Effect
    verdict: str
    experiment: str
    n: str
    bar: Bar | None


@dataclass(frozen=True)
class Group:
    """Effects of one kind: the largest of every claim, the others that show, and those whose interval holds nothing."""

    key: str
    title: str
    note: str
    first: tuple[Rung, ...]
    more: tuple[Rung, ...]
    rest: tuple[Rung, ...]


def ladder(sources: Sources) -> tuple[Group, ...]:
    """All groups that have an effect."""
    rungs = _rungs(sources.verdicts)
    groups = []
    for key, (title, note) in GROUPS.items():
        own = sorted((rung for rung in rungs if rung.effect.kind == key), key=lambda rung: -rung.effect.size)
        if own:
            drawn = _barred(own)
            shown = [rung for rung in drawn if rung.effect.shown]
            first = list({rung.claim: rung for rung in reversed(shown)}.values())[::-1]
            more = tuple(rung for rung in shown if rung not in first)
            rest = tuple(rung for rung in drawn if not rung.effect.shown)
            top = sorted(first, key=lambda rung: -rung.effect.size)
            groups.append(Group(key, title, note, tuple(top), more, rest))
    return tuple(groups)


def _rungs(table: pd.DataFrame) -> list[Rung]:
    """One for each contrast with an effect; of several on the same runs, the first."""
    from mismatch.report.wording import count

    found, seen = [], set()
    meant = antecedents(table)
    for place, row in table.iterrows():
        effect = spoken(row)
        runs = (str(row["metric"]), *sorted(str(row["runs"]).split()), str(row["test"]))
        if effect is None or (len(runs) > 2 and runs in seen):
            continue
        seen.add(runs)
        contrast, same = plainly(str(row["contrast"])), plainly(meant.get(place, ""))
        words = (str(row["verdict"]), str(row["experiment"]), count(row["n"]))
        found.append(Rung(str(row["claim"]), contrast, same, effect, *words, None))
    return found


def antecedents(table: pd.DataFrame) -> dict[object, str]:
    """By row: the contrast of the same claim before it that its words "the same" mean; only where there are such."""
    found: dict[object, str] = {}
    last: dict[str, str] = {}
    for place, row in table.iterrows():
        claim, name = str(row["claim"]), str(row["contrast"])
        if SAME not in name:
            last[claim] = name
        elif claim in last:
            found[place] = last[claim]
    return found


def _barred(rungs: list[Rung]) -> list[Rung]:
    """The rungs with their bars, all on one scale; a count has none."""
    from dataclasses import replace

    scale = math.log if rungs[0].effect.kind in ("updates", "time") else float
    ends = [
        (scale(rung.effect.low), scale(rung.effect.middle), scale(rung.effect.high))
        for rung in rungs
        if rung.effect.low is not None and rung.effect.middle is not None and rung.effect.high is not None
    ]
    if len(ends) < len(rungs) or rungs[0].effect.kind == "other":
        return rungs
    least, most = min(0.0, *(low for low, _, _ in ends)), max(0.0, *(high for _, _, high in ends))
    wide = (most - least) or 1.0

    def place(value: float) -> float:
        return round(2 + 96 * (value - least) / wide, 1)

    bars = [Bar(place(0), place(middle), place(low), place(high)) for low, middle, high in ends]
    return [replace(rung, bar=bar) for rung, bar in zip(rungs, bars, strict=True)]

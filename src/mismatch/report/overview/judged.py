"""The verdicts as the page lists them: a statement with its verdict, conditions, and the chain behind it.

In: `Sources`. Out: a row per claim, each with the lines that `mismatch explain` prints.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from mismatch.report.explain import chains
from mismatch.report.forest import MARKS
from mismatch.report.overview.sources import Sources
from mismatch.report.overview.wording import plainly, spoken
from mismatch.report.verdicts import Story, stories
from mismatch.report.wording import VERDICTS

MEANINGS = {
    "SUPPORTED": "the predicted difference is there",
    "REFUTED": "the opposite is so, or a case speaks against a claim about all cases",
    "EQUIVALENT": "no difference large enough to matter",
    "IDENTICAL": "the runs of both arms are the same",
    "INCONCLUSIVE": "not enough to tell",
    "WITHHELD": "runs are missing, or a control failed",
    "UNTESTED": "cannot be tested here",
}


@dataclass(frozen=True)
class Row:
    """A claim. place: its place by number; size: of its effect in logarithms or shares, to sort by."""

    id: str
    statement: str
    verdict: str
    sign: str
    matters: str
    quantifier: str
    holds: str
    fails: str
    effect: str
    contrast: str
    source: str
    experiment: str
    n: str
    place: int
    size: float
    chain: str


@dataclass(frozen=True)
class Kind:
    """A verdict: how often it was given, and what it means."""

    verdict: str
    number: int
    meaning: str


def rows(sources: Sources) -> tuple[Row, ...]:
    """One per claim, in the order of their numbers."""
    table = sources.verdicts
    told = {story.id: story for story in stories(table)}
    texts = chains(sources.folder, table, list(told), sources.runs)
    return tuple(_rows(table, told, texts))


def kinds(found: tuple[Row, ...]) -> tuple[Kind, ...]:
    """The verdicts that were given, in the order they are counted."""
    counted = {word: sum(row.verdict == word for row in found) for word in VERDICTS}
    return tuple(Kind(word, number, MEANINGS[word]) for word, number in counted.items() if number)


def _rows(table: pd.DataFrame, told: dict[str, Story], texts: dict[str, str]) -> Iterator[Row]:
    for place, (claim, story) in enumerate(told.items()):
        found = table[table["claim"].astype(str).eq(claim)]
        top = found[found["primary"].astype(bool)]
        row = (top if len(top) else found).iloc[0]
        line = next((line for line in story.lines if line.primary), story.lines[0])
        effect = None if pd.isna(row["effect"]) else spoken(row)
        fails = row.get("fails_where")
        yield Row(
            id=claim,
            statement=story.statement,
            verdict=line.verdict,
            sign=MARKS[line.verdict].sign if line.verdict in MARKS else "",
            matters=line.size,
            quantifier=line.quantifier,
            holds=line.holds,
            fails="" if pd.isna(fails) else str(fails),
            effect=line.effect if effect is None else effect.text,
            contrast=plainly(line.contrast),
            source=story.source,
            experiment=line.experiment,
            n=line.n,
            place=place,
            size=round(_size(row, effect is None), 6),
            chain=texts[claim],
        )


def _size(row: pd.Series, none: bool) -> float:
    """The size of an effect on the scale it was tested on; counts and what has none come last."""
    if none or row["scale"] not in ("difference", "ratio"):
        return -1.0
    size = abs(float(row["effect"]))
    return size if math.isfinite(size) else -1.0

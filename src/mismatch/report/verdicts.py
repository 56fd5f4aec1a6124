"""The verdicts over all experiments as table, text and figure.

In: the claims.csv of the results folders. Out: verdicts.csv, verdicts.md, verdicts.png, verdicts.svg above them,
written whole or not at all, and text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from mismatch.analysis.claims import completed, headline
from mismatch.analysis.conditions import joined, share
from mismatch.analysis.project import corrected
from mismatch.analysis.verdict import UNTESTED, WITHHELD
from mismatch.analysis.words import effect, margin, measure, predicted, predicted_short
from mismatch.config.counting import counted
from mismatch.config.files import staged
from mismatch.sweep.csvtext import tidy
from mismatch.sweep.store import read_csv, write_csv

from . import forest
from .elsewhere import settings
from .fit import Grid
from .save import save, style
from .templating import render
from .wording import by_number, count, counts, decided_by, earlier, primary, reason, registration, said_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FILES = ("verdicts.csv", "verdicts.md", "verdicts.png", "verdicts.svg")
HEAD = ("claim", "verdict", "effect [95%]", "in", "predicted", "holds in", "experiment", "contrast")
SPARE = tuple(map(HEAD.index, ("predicted", "experiment", "holds in", "in")))
"""Columns of the text that a narrow terminal has no room for, the first to go first; verdicts.md has them."""


@dataclass(frozen=True)
class Line:
    """A contrast in words; an empty word is something it does not have."""

    claim: str
    verdict: str
    effect: str
    measure: str
    predicted: str
    margin: str
    n: str
    experiment: str
    contrast: str
    why: str
    primary: bool
    quantifier: str
    member: bool
    twins: str
    alone: str
    decided: str
    size: str
    holds: str


@dataclass(frozen=True)
class Story:
    """A claim, where the article says it, how much it says of what, how its verdict follows, and its contrasts."""

    id: str
    statement: str
    source: str
    said: str
    decided: str
    lines: tuple[Line, ...]


def publish(folder: Path, vector: bool = True) -> Grid | None:
    """Write the verdicts on all claims of the experiments in `folder`; returns them to print, None without claims."""
    table = collect(folder)
    if table.empty:
        return None
    write(table, folder, vector)
    return grid(table)


def collect(folder: Path) -> pd.DataFrame:
    """All rows of the ``claims.csv`` one level below `folder`, the primary ones first, largest effect first.

    The primary ones are corrected together too: see `analysis/project.py`. Each says in how many settings its claim
    holds, as far as an experiment in `folder` tried.
    """
    found = [completed(read_csv(path)) for path in sorted(folder.glob("*/claims.csv"))]
    found = [table for table in found if len(table)]
    if not found:
        return pd.DataFrame()
    claims = pd.concat([table.astype(object) for table in found], ignore_index=True).infer_objects()
    ordered = pd.concat([headline(claims), claims[~claims["primary"].astype(bool)]], ignore_index=True)
    return joined(corrected(ordered), settings(folder))


def write(table: pd.DataFrame, folder: Path, vector: bool = True) -> None:
    """Write verdicts.csv (every contrast), verdicts.md (to read) and the figure, as SVG too if `vector`."""
    with staged(folder) as draft, style():
        write_csv(draft / "verdicts.csv", tidy(table))
        (draft / "verdicts.md").write_text(markdown(table), encoding="utf-8")
        save(figure(table), draft, "verdicts", vector)


def figure(table: pd.DataFrame) -> Figure:
    """Effect, interval and verdict of every primary contrast; see `forest`."""
    return forest.draw(table)


def grid(table: pd.DataFrame) -> Grid:
    """The primary verdicts as cells of plain text, largest effect first."""
    first = primary(table)
    rows = tuple(
        (str(row["claim"]), str(row["verdict"]), effect(row), measure(row),
         predicted_short(row), share(row), str(row["experiment"]),
         reason(row) if row["verdict"] in (WITHHELD, UNTESTED) else str(row["contrast"]))
        for _, row in first.iterrows()
    )  # fmt: skip
    note = (earlier(table),) if earlier(table) else ()
    return Grid(HEAD, rows, SPARE, (f"{counted(len(first), 'claim')}: {counts(first)}", *note))


def markdown(table: pd.DataFrame) -> str:
    """Verdicts to read: the primary contrast of every claim, then each claim with all its contrasts."""
    first = primary(table)
    lines = [_line(row) for _, row in first.iterrows()]
    head = {
        "number": len(first),
        "counts": counts(first),
        "registration": registration(first),
        "earlier": earlier(table),
    }
    return render("verdicts.md.j2", **head, lines=lines, stories=stories(table))


def stories(table: pd.DataFrame) -> list[Story]:
    """Every claim with all its contrasts, by number."""
    found = []
    for claim in sorted(table["claim"].unique(), key=by_number):
        rows = table[table["claim"] == claim]
        top = next((row for _, row in rows.iterrows() if row["primary"]), rows.iloc[0])
        said = (str(top["statement"]), str(top["source"]), said_of(top), decided_by(top))
        found.append(Story(str(claim), *said, tuple(_line(row) for _, row in rows.iterrows())))
    return found


def _line(row: pd.Series) -> Line:
    return Line(
        claim=str(row["claim"]),
        verdict=str(row["verdict"]),
        effect=effect(row),
        measure=measure(row),
        predicted=predicted(row),
        margin=margin(row),
        n=count(row["n"]),
        experiment=str(row["experiment"]),
        contrast=_word(row, "contrast"),
        why=reason(row),
        primary=bool(row["primary"]),
        quantifier=_word(row, "quantifier"),
        member=_word(row, "member") == "True",
        twins=_word(row, "twins"),
        alone=_word(row, "contrast_verdict") or str(row["verdict"]),
        decided=decided_by(row),
        size=_word(row, "size"),
        holds=share(row),
    )


def _word(row: pd.Series, name: str) -> str:
    found = row.get(name)
    return "" if pd.isna(found) else str(found)

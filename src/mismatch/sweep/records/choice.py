"""The runs that a report shows, of all that a folder holds: as a table, and their traces once these are asked for.

In: a folder, and what was asked of it. Out: a `Chosen`; no trace is read for it.
"""

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mismatch.sweep.records import frame
from mismatch.sweep.records.folder import Held, read
from mismatch.sweep.records.rows import Brief

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Chosen:
    """The runs that a report shows, as a table, and what else is known of them.

    briefs: one for each. damaged: lines on what could not be read.
    """

    table: "pd.DataFrame"
    briefs: list[Brief] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def newest(out: Path, arms: Collection[str] | None = None, asked: Collection[str] = ()) -> Chosen:
    """One run per arm and replicate: one `asked` for, else the one started last; of `arms` only, if given.

    Who goes back to earlier code has its runs already; those of later code must not stand in their place.
    """
    return read(out, lambda held: _choose(held, arms, asked))


def _choose(held: Held, arms: Collection[str] | None, asked: Collection[str]) -> Chosen:
    unsound: set[tuple[int, int]] = set()
    latest: list[tuple[int, Brief]] = []
    while True:
        before_it, latest = latest, _latest(held, arms, asked, unsound)
        columns, before = frame.Columns(), len(unsound)
        for place, part in enumerate(held.parts):
            columns.add(part, sorted(brief.id for at, brief in latest if at == place))
            unsound |= {(place, id) for id in columns.unsound}
            columns.unsound.clear()
        if len(unsound) == before and not columns.gone:
            break
        if columns.gone and latest == before_it:  # nobody replaced them: the way to them is damaged
            raise sqlite3.DatabaseError(f"{columns.gone} rows that are listed cannot be found")
    notes = [*held.notes]
    if unsound:
        notes.append(f"{held.parts[0].where}: {len(unsound)} damaged rows left out; the next sweep there trains them")
    return Chosen(frame.of_columns(columns), [brief for _, brief in latest], notes)


def _latest(
    held: Held, arms: Collection[str] | None, asked: Collection[str], without: Collection[tuple[int, int]]
) -> list[tuple[int, Brief]]:
    found: dict[tuple[str, int], tuple[tuple[bool, str, str], int, Brief]] = {}
    for place, brief in held.briefs():
        if (arms is None or brief.arm in arms) and (place, brief.id) not in without:
            rank = (brief.run in asked, str(brief.started or ""), brief.run)
            known = found.get((brief.arm, brief.replicate))
            if known is None or rank >= known[0]:
                found[brief.arm, brief.replicate] = (rank, place, brief)
    return [(place, brief) for _, place, brief in found.values()]


def versions(out: Path, runs: Collection[str]) -> dict[str, dict[str, str]]:
    """Versions of the packages behind runs, by run."""

    def look(held: Held) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for part in held.parts:
            names = {brief.id: brief.run for brief in part.briefs() if brief.run in runs}
            found |= {names[id]: told for id, told in part.versions(sorted(names))}
        return found

    return read(out, look)


class Traces(Mapping[str, Any]):
    """What was noted during runs, by run: read from the folder when it is first asked for."""

    def __init__(self, out: Path, runs: Collection[str]) -> None:
        self.out, self.runs = out, runs
        self._found: dict[str, Any] | None = None

    def __getitem__(self, run: str) -> Any:
        if self._found is None:
            self._found = read(self.out, self._read)
        return self._found[run]

    def __iter__(self) -> Iterator[str]:
        return iter(self.runs)

    def __len__(self) -> int:
        return len(self.runs)

    def _read(self, held: Held) -> dict[str, Any]:
        wanted = set(self.runs)
        found: dict[str, Any] = {}
        for part in held.parts:
            ids = {brief.id: brief.run for brief in part.briefs() if brief.run in wanted}
            found |= {ids[id]: trace.trace for id, trace in part.traces(sorted(ids))}
        return found

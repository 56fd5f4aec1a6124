"""The record store: what a results folder holds of runs, for planning, tables and reports, and what was asked of it.

In: records. Out: ``<out>/records.sqlite``, ``plan.json`` and ``runs.csv``, ``runs.parquet``. What is damaged is named
and left out, never believed. `records/` has the insides.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from mismatch.config import files
from mismatch.run.record import FINISHED, Record
from mismatch.sweep import csvtext
from mismatch.sweep.records import dropped, frame
from mismatch.sweep.records.choice import Chosen, Traces, newest, versions
from mismatch.sweep.records.database import Database
from mismatch.sweep.records.folder import Held, fingerprint, read, take_in, there
from mismatch.sweep.records.rows import Brief
from mismatch.sweep.records.schema import FILE

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FILE", "Brief", "Chosen", "Traces", "fingerprint", "newest", "take_in", "there", "versions"]


@dataclass(frozen=True)
class Loaded:
    """records: the sound ones, by id of the run; damaged: one line for each that is not."""

    records: list[Record]
    damaged: list[str]


@dataclass(frozen=True)
class Survey:
    """Of the runs asked for: ids of the finished ones, and how many of these were trained for which claims.

    damaged: lines on what could not be read.
    """

    finished: Collection[str]
    claims: Mapping[Any, int]
    damaged: list[str]


@dataclass(frozen=True)
class Asked:
    """What was last asked for: the sweep's name, replicates by arm, and the measurement of its own, if any.

    runs: ids of all its runs, made by the code that planned it; empty where a plan does not say. looks: numbers of
    replicates after which it was looked at whether more are needed; () where they were fixed.
    """

    name: str
    arms: dict[str, int]
    measure: str | None = None
    runs: frozenset[str] = frozenset()
    looks: tuple[int, ...] = ()


class Writer:
    """Keeps records in the file of a folder, each at once; for the driver, who holds the folder. Made when needed."""

    def __init__(self, out: Path, say: Callable[[str], None] = lambda line: None) -> None:
        self.out, self.say = out, say
        self._database: Database | None = None
        self._refused = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._database is not None:
            self._database.close()

    def keep(self, record: Record) -> None:
        """Keep a record; where the file takes none, as a file of its own, which the next sweep takes in.

        Raises:
            OSError: when the disk is full.
        """
        try:
            if self._database is None:
                self.out.mkdir(parents=True, exist_ok=True)
                self._database = Database.open(self.out / FILE)
            self._database.append([record])
        except sqlite3.Error as error:
            dropped.write(self.out, record)
            if not self._refused:
                self.say(f"{self.out / FILE}: {error}; records go to {dropped.FOLDER}/ until the next sweep")
            self._refused = True


def write(out: Path, record: Record) -> None:
    """Keep one record; see `Writer`."""
    with Writer(out) as writer:
        writer.keep(record)


def drop(out: Path, record: Record) -> Path:
    """Hand in the record of a run from elsewhere, as a file that the driver takes in; its path."""
    return dropped.write(out, record)


def survey(out: Path, wanted: Collection[str]) -> Survey:
    """What planning needs to know of the runs `wanted`: which need no training, and for which claims they were made."""

    def look(held: Held) -> Survey:
        finished: set[str] = set()
        claims: Counter[Any] = Counter()
        better: set[str] = set()  # runs of which a later part knows better
        for part in reversed(held.parts):
            for brief in part.briefs():
                if brief.run in wanted and brief.run not in better:
                    if brief.status in FINISHED:
                        finished.add(brief.run)
                        claims[brief.claims_hash] += 1
            better = better or {brief.run for brief in part.briefs() if part is not held.parts[0]}
        return Survey(finished, claims, held.notes)

    return read(out, look)


def briefs(out: Path, arms: Collection[str] | None = None) -> list[Brief]:
    """What planning needs of every run, of `arms` only, if given, whatever code it comes from."""
    return read(out, lambda held: [brief for _, brief in held.briefs() if arms is None or brief.arm in arms])


def load(out: Path) -> Loaded:
    """Every sound record below `out` with its trace, ordered by name. Tables and plans do without these."""

    def collect(held: Held) -> Loaded:
        found: dict[str, Record] = {}
        unsound = 0
        for part in held.parts:
            for raw in part.rows():
                if raw.sound:
                    record = part.record(raw.row, dict(part.traces([raw.id])).get(raw.id))
                    found[record.run] = record
                unsound += not raw.sound
        notes = [f"{out / FILE}: {unsound} damaged rows left out"] if unsound else []
        return Loaded([found[run] for run in sorted(found)], held.notes + notes)

    return read(out, collect)


def write_plan(
    out: Path,
    name: str,
    arms: dict[str, int],
    measure: str | None = None,
    runs: Iterable[str] = (),
    looks: Iterable[int] = (),
) -> None:
    """Note the arms and runs last asked for: tables and figures show these, whatever else lies in the folder."""
    asked = {"name": name, "arms": arms, "measure": measure, "runs": sorted(runs), "looks": list(looks)}
    files.write(out / "plan.json", json.dumps(asked) + "\n")


def read_plan(out: Path) -> Asked | None:
    """What was last asked for, or None where no plan is (a folder that holds records alone)."""
    try:
        content = json.loads((out / "plan.json").read_text())
        arms = {str(arm): int(n) for arm, n in content["arms"].items()}
        runs, looks = frozenset(map(str, content.get("runs", ()))), tuple(map(int, content.get("looks", ())))
        return Asked(str(content["name"]), arms, content.get("measure"), runs, looks)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def asked_for(out: Path) -> tuple[Asked | None, Chosen]:
    """What was last asked for, and the runs of that; all that are newest where no plan is."""
    planned = read_plan(out)
    return planned, newest(out, planned.arms, planned.runs) if planned else newest(out)


def table(records: Iterable[Record]) -> "pd.DataFrame":
    """The runs table of records that are at hand; see `frame.arranged`."""
    import pandas as pd

    records = list(records)
    parameters = {name for record in records for name in record.parameters}
    measured = dict.fromkeys(name for record in records for name in record.metrics)
    return frame.arranged(pd.DataFrame([record.row() for record in records]), parameters, measured)


def write_tables(out: Path, runs: "pd.DataFrame") -> None:
    """Write runs.csv, tidied, and runs.parquet, which has every column: both of them or none."""
    contents: dict[str, files.Content] = {
        "runs.csv": lambda draft: csvtext.write(csvtext.tidy(runs), draft),
        "runs.parquet": lambda draft: runs.apply(frame.uniform).to_parquet(draft, index=False),
    }
    files.write_set(out, contents)


def write_csv(path: Path, table: "pd.DataFrame", float_format: str | None = None) -> None:
    """Write a table whole or not at all; numbers in full unless `float_format` says how."""
    files.write(path, lambda draft: csvtext.write(table, draft, float_format))


def read_csv(path: Path) -> "pd.DataFrame":
    """Read a table of ours: a blank is missing, the word none is a word."""
    import pandas as pd

    return pd.read_csv(path, keep_default_na=False, na_values=[""], low_memory=False)


def read_runs(folder: Path) -> "pd.DataFrame | None":
    """The runs table of a results folder, from runs.csv or, as in the committed reference, runs.parquet alone."""
    import pandas as pd

    if (folder / "runs.csv").is_file():
        return read_csv(folder / "runs.csv")
    return pd.read_parquet(folder / "runs.parquet") if (folder / "runs.parquet").is_file() else None

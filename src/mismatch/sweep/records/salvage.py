"""What can be saved of a damaged file of records: every run whose row can be read and has the right checksum.

In: the file, which is not changed. Out: sound records, and how many are lost. SQLite stops at the first damaged page;
here a copy is read run by run, with the end of the file where it really is, and a first page made anew if need be.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mismatch.run.record import Record
from mismatch.run.sections import IDENTITY, PROVENANCE, is_parameter
from mismatch.sweep.records.cells import Column, Layout, Row
from mismatch.sweep.records.database import Database
from mismatch.sweep.records.rows import Raw, Trace
from mismatch.sweep.records.schema import CHUNK, OWN, PAGE, table_of

MAGIC = b"SQLite format 3\0"
PER_PAGE = 40
"""Runs that a page has room for, at most."""
BATCH = 500
UNREADABLE = (sqlite3.Error, ValueError, KeyError, TypeError, AttributeError, OverflowError)


@dataclass
class Saved:
    """runs: how many were saved. bare: how many of them without their trace. of: how many there were, if that is known.

    unreadable: why nothing could be read; empty otherwise.
    """

    runs: int = 0
    bare: int = 0
    of: int | None = None
    unreadable: str = ""
    batch: list[Record] = field(default_factory=list)


def salvage(path: Path, into: Database) -> Saved:
    """Append to `into` what can be saved of the file at `path`."""
    saved = Saved()
    with tempfile.TemporaryDirectory() as folder:
        copy = _copy(path, Path(folder))
        try:
            with closing(_opened(copy)) as damaged:
                whole = _learn(damaged)
                saved.of = _try(lambda: damaged.meta("runs"))
                for raw in _rows(damaged):
                    _save(damaged, raw if whole else _guessed(raw), saved, into)
                _flush(saved, into)
        except UNREADABLE as error:
            saved.unreadable = str(error)
    return saved


def _save(damaged: Database, raw: Raw, saved: Saved, into: Database) -> None:
    if not raw.sound:
        return
    trace: Trace | None = _try(lambda: dict(damaged.traces([raw.id]))[raw.id])
    record: Record | None = _try(lambda: damaged.record(raw.row, trace))
    if record is None:
        return
    saved.bare += trace is None or not trace.sound
    saved.batch.append(record)
    if len(saved.batch) == BATCH:
        _flush(saved, into)


def _flush(saved: Saved, into: Database) -> None:
    try:
        into.append(saved.batch)
    except sqlite3.Error as error:  # that is no damage of what is read
        raise OSError(f"what was saved of {into.where} cannot be written: {error}") from error
    saved.runs += len(saved.batch)
    saved.batch.clear()


def _try(what: Any) -> Any:
    """What a function returns, None where it cannot."""
    with suppress(*UNREADABLE):
        return what()


def _copy(path: Path, folder: Path) -> Path:
    """A copy of the file, whose header says how long it is; with a first page of a new one where that is no header."""
    copy = folder / path.name
    shutil.copyfile(path, copy)
    with copy.open("r+b") as file:
        if not file.read(len(MAGIC)) == MAGIC:
            file.seek(0)
            file.write(_first_page(folder))
        pages = max(1, copy.stat().st_size // PAGE)
        file.truncate(pages * PAGE)
        file.seek(24)
        counter = file.read(4)
        for place, value in ((28, pages.to_bytes(4, "big")), (32, bytes(8)), (92, counter)):  # no list of free pages
            file.seek(place)
            file.write(value)
    return copy


def _first_page(folder: Path) -> bytes:
    """The first page of an empty file of records: it says where the tables begin, which is the same in all."""
    with Database.open(folder / "empty.sqlite"):
        pass
    return (folder / "empty.sqlite").read_bytes()[:PAGE]


def _opened(path: Path) -> Database:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")  # SQLite then reads on where pages are missing
    return Database(connection, str(path))


def _learn(damaged: Database) -> bool:
    """Learn the columns, and whether it is known which keys a run has: of the two places that name them, the file's
    own list and the table, from the one that is as it was written.

    Raises:
        sqlite3.DatabaseError: where neither is: what was saved would stand under other names.
    """
    expected, table = _try(lambda: damaged.meta("columns")), _of_table(damaged)
    listed: Layout | None = _try(damaged.listed)
    if listed is not None and (listed.named == table.named or listed.checksum == expected):
        if listed.named != table.named:
            _rename(damaged, listed.named)
        damaged.fix(listed)
        return True
    if expected not in (None, table.checksum):
        raise sqlite3.DatabaseError("what its columns are called is lost")
    damaged.fix(table)
    return False


def _of_table(damaged: Database) -> Layout:
    """The columns that the table has; in a file with a new first page those of every file."""
    rows = damaged.connection.execute("PRAGMA table_info(runs)").fetchall()[len(OWN) :]
    keys = tuple(Column(row[1], _section(row[1]), row[2]) for row in rows)
    return Layout(keys, tuple(range(len(keys))))


def _rename(damaged: Database, columns: Sequence[Column]) -> None:
    """Have the table call its columns as the list does."""
    text = (table_of(columns),)
    damaged.connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = 'runs'", text)
    damaged.connection.execute("PRAGMA schema_version = 0")  # SQLite then reads what the tables are once more


def _section(name: str) -> str:
    if name in IDENTITY:
        return "identity"
    return "provenance" if name in PROVENANCE else "parameters" if is_parameter(name) else "metrics"


def _guessed(raw: Raw) -> Raw:
    """A row of which it is not known which keys it has: those with a value."""
    bits = sum(1 << place for place, cell in enumerate(raw.row.cells) if cell is not None)
    present = bits.to_bytes(-(-len(raw.row.cells) // 8), "little")
    return raw._replace(row=Row(raw.row.cells, present, raw.row.beyond))


def _rows(damaged: Database) -> Iterator[Raw]:
    """Every row that can be read; where some cannot, the others of the same stretch one by one."""
    pages = Path(damaged.where).stat().st_size // PAGE
    last = _try(lambda: damaged.connection.execute("SELECT max(id) FROM runs").fetchone()[0])
    highest = last if isinstance(last, int) else pages * PER_PAGE
    stretches = [(low, min(low + CHUNK - 1, highest)) for low in range(1, highest + 1, CHUNK)][::-1]
    while stretches:
        low, high = stretches.pop()
        found = _try(lambda low=low, high=high: list(damaged.between(low, high)))
        if found is not None:
            yield from found
        elif low < high:
            middle = (low + high) // 2
            stretches += [(middle + 1, high), (low, middle)]

"""The SQLite file of a results folder: runs with a column for every key, their traces apart, and what changed last.

In: records. Out: rows whose checksums are right, as records or as cells. A transaction keeps one record or many, whole
or not at all. Planning and tables read `runs` alone. `docs/records.md` has the reasons for what is set here.
"""

import secrets
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from mismatch.config.fields import ConfigError
from mismatch.run.record import Record
from mismatch.sweep.records.cells import SECTIONS, Column, Layout, Row, checksum, decode, encode, kind_of, nameable
from mismatch.sweep.records.rows import Brief, Raw, Trace, raw_of, text_of, trace_of, trace_sum, versions_of
from mismatch.sweep.records.schema import APPLICATION, CHUNK, FIRST, MAX_COLUMNS, OWN, PAGE, SCHEMA, TABLES, WAIT_S

_LASTING = (f"page_size = {PAGE}", "journal_mode = DELETE", "synchronous = EXTRA")


class Database:
    """An open file of records."""

    def __init__(self, connection: sqlite3.Connection, where: str) -> None:
        self.connection, self.where = connection, where
        self.layout = Layout((), ())
        self._version = -1
        self._fixed = False

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open to write, made if need be.

        Raises:
            sqlite3.DatabaseError: for a file that is none, or damaged.
            ConfigError: for one of a later version.
        """
        return cls(sqlite3.connect(path, timeout=WAIT_S, isolation_level=None), str(path))._ready(_LASTING)

    @classmethod
    def temporary(cls) -> Self:
        """One of nobody else's, gone when it is closed."""
        return cls(sqlite3.connect("", isolation_level=None), "")._ready(("journal_mode = MEMORY",))

    @classmethod
    def read(cls, path: Path, writable: bool = False) -> Self:
        """Open to read; raises as `open`. writable: what a writer that was killed left half done may be undone."""
        uri = f"{path.absolute().as_uri()}?mode={'rw' if writable else 'ro'}"
        return cls(sqlite3.connect(uri, uri=True, timeout=WAIT_S, isolation_level=None), str(path))._ready()

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, records: Iterable[Record]) -> None:
        """Keep records in one transaction; an earlier record of the same run gives way.

        Raises:
            sqlite3.Error: when they cannot be kept; none is, then.
        """
        added = 0
        with self._transaction():
            for record in records:
                content = record.to_json()
                sections = {section: content[section] for section in SECTIONS}
                added += self._insert(sections, content["trace"], content["versions"])
            counted = [(1, "changes"), (added, "runs")]
            self.connection.executemany("UPDATE meta SET value = value + ? WHERE key = ?", counted)

    def briefs(self) -> Iterator[Brief]:
        """What planning needs of every run, in the order they were written; nothing is checked."""
        return (Brief(*found) for found in self._all(Brief._fields))

    def rows(self, ids: Sequence[int] | None = None) -> Iterator[Raw]:
        """All rows, or those of `ids`, each with whether it is sound."""
        return map(raw_of, self._all(OWN, True) if ids is None else self._of(ids, OWN, "runs", True))

    def between(self, low: int, high: int) -> Iterator[Raw]:
        """As `rows`, those with an id from `low` to `high`."""
        return map(raw_of, self._select(OWN, True, "runs WHERE id BETWEEN ? AND ?", (low, high)))

    def traces(self, ids: Sequence[int]) -> Iterator[tuple[int, Trace]]:
        """Traces and versions of runs by id; without those that were lost."""
        found = self._of(ids, ("id", "run", "versions", "checksum", "trace"), "traces")
        return ((row[0], trace_of(*row[1:])) for row in found)

    def find_traces(self, ids: Sequence[int]) -> None:
        """Look for the traces of runs, as far as the way to them goes; one that was lost is no error.

        Raises:
            sqlite3.Error: where pages that lead to traces are damaged.
        """
        for _ in self._of(ids, ("id",), "traces"):
            pass

    def versions(self, ids: Sequence[int]) -> Iterator[tuple[int, dict[str, str]]]:
        """Versions of the packages behind runs, by id; traces are not read."""
        return ((row[0], versions_of(row[1])) for row in self._of(ids, ("id", "versions"), "traces"))

    def record(self, row: Row, trace: Trace | None) -> Record:
        """The record of a row.

        Raises:
            ValueError: for a row that is none.
        """
        told = decode(row, self.layout)
        rest = trace or Trace({}, {}, False)
        return Record(**told, trace=rest.trace, versions=rest.versions)  # type: ignore[arg-type]

    def counts(self) -> tuple[int, int]:
        """How many runs the table has, and how many its index."""
        queries = (f"SELECT count(*) FROM runs {which}" for which in ("NOT INDEXED", "INDEXED BY run_of"))
        rows, listed = (int(self.connection.execute(query).fetchone()[0]) for query in queries)
        return rows, listed

    @property
    def changes(self) -> str:
        """Which file this is and how often it was written: changes with every write."""
        return "-".join(str(self.meta(key)) for key in ("token", "changes"))

    def meta(self, key: str) -> Any:
        """schema, token, changes, columns (their checksum; None in older files), or runs: how many there are."""
        found = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if found is None else found[0]

    def _ready(self, settings: Sequence[str] = ()) -> Self:
        """Set up to write, where there are `settings`, and with the columns known; closed where that fails."""
        try:
            for setting in settings:
                self.connection.execute(f"PRAGMA {setting}")
            if settings and not self.connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                self._create()
            self.refresh()
        except BaseException:
            self.close()
            raise
        return self

    def _create(self) -> None:
        with self._transaction():
            if self.connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                return  # another process was faster
            self.connection.execute(f"PRAGMA application_id = {APPLICATION}")
            for table in TABLES:
                self.connection.execute(table)
            meta = {"schema": SCHEMA, "token": secrets.token_hex(6), "changes": 0, "runs": 0}
            self.connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
            rows = [(place, column.name, column.section, column.kind, place) for place, column in enumerate(FIRST)]
            self.connection.executemany("INSERT INTO columns VALUES (?, ?, ?, ?, ?)", rows)
            self._sum(Layout(FIRST, tuple(range(len(FIRST)))))

    def refresh(self) -> None:
        """Read which columns there are; another process may have added some."""
        version = self.connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version or self._fixed:
            return
        schema = self.meta("schema")
        if not isinstance(schema, int):
            raise sqlite3.DatabaseError("it does not say of which version it is")
        if schema > SCHEMA:
            what = f"has records of a later version (schema {schema}); this one reads up to schema {SCHEMA}"
            raise ConfigError("out", self.where, what)
        self.layout, self._version = self.listed(), version

    def listed(self) -> Layout:
        """The columns as the file lists them."""
        rows = self.connection.execute("SELECT name, section, kind, position FROM columns ORDER BY place").fetchall()
        stored = sorted((row[3], place) for place, row in enumerate(rows) if row[3] is not None)
        return Layout(tuple(Column(*row[:3]) for row in rows), tuple(place for _, place in stored))

    def fix(self, layout: Layout) -> None:
        """Have these columns, whatever the file says."""
        self.layout, self._fixed = layout, True

    def _names(self) -> list[str]:
        return [f'"{column.name}"' for column in self.layout.named]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            if self._version >= 0:
                self.refresh()
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            self._version = min(self._version, 0)  # what was added to the layout is gone: read it again
            raise

    def _insert(self, sections: dict[str, dict[str, Any]], trace: Any, versions: Any) -> int:
        """Write a run in the place of an earlier one, if there is one; by how many runs that makes more."""
        self._widen(sections)
        row, run = encode(sections, self.layout), str(sections["identity"]["run"])
        old = self.connection.execute("SELECT id FROM runs WHERE run = ?", (run,)).fetchall()
        for table in ("runs", "traces") if old else ():
            self.connection.executemany(f"DELETE FROM {table} WHERE id = ?", old)
        names = ", ".join(["_checksum", "_present", "_beyond", *self._names()])
        own = (checksum(row.cells, row.present, row.beyond), row.present, row.beyond)
        marks = ", ".join("?" * (len(own) + len(row.cells)))
        made = self.connection.execute(f"INSERT INTO runs ({names}) VALUES ({marks})", (*own, *row.cells))
        packed, told = zlib.compress(text_of(trace).encode(), 1), text_of(versions)
        values = (made.lastrowid, run, told, trace_sum(run, told, packed), packed)
        self.connection.execute("INSERT INTO traces VALUES (?, ?, ?, ?, ?)", values)
        return 1 - len(old)

    def _widen(self, sections: dict[str, dict[str, Any]]) -> None:
        """Add the keys that this record is the first to have, and a column for each at its first value."""
        known = {column.name.lower(): place for place, column in enumerate(self.layout.keys)}  # SQLite takes A for a
        keys, stored = [*self.layout.keys], [*self.layout.stored]
        for section, values in sections.items():
            for name, value in values.items():
                place, kind = known.get(name.lower()), kind_of(value) if len(stored) < MAX_COLUMNS else ""
                if place is None:
                    if not nameable(name):
                        continue
                    place = known[name.lower()] = len(keys)
                    keys.append(Column(name, section, ""))
                    self.connection.execute("INSERT INTO columns VALUES (?, ?, ?, '', NULL)", (place, name, section))
                if kind and keys[place] == Column(name, section, ""):
                    keys[place] = Column(name, section, kind)
                    typed = (kind, len(stored), place)
                    self.connection.execute("UPDATE columns SET kind = ?, position = ? WHERE place = ?", typed)
                    stored.append(place)
                    self.connection.execute(f'ALTER TABLE runs ADD COLUMN "{name}" {kind}')
        if len(keys) > len(self.layout.keys) or len(stored) > len(self.layout.stored):
            self.layout = Layout(tuple(keys), tuple(stored))
            self._sum(self.layout)

    def _sum(self, layout: Layout) -> None:
        """Keep the checksum of the columns."""
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES ('columns', ?)", (layout.checksum,))

    def _all(self, names: Sequence[str], stored: bool = False) -> Iterator[tuple[Any, ...]]:
        """These columns of all runs, and those of the records as well if `stored`."""
        last = -1
        while found := self._select(names, stored, "runs WHERE id > ? ORDER BY id LIMIT ?", (last, CHUNK)):
            yield from found
            last = found[-1][0]

    def _of(
        self, ids: Sequence[int], names: Sequence[str], table: str, stored: bool = False
    ) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            yield from self._select(names, stored, f"{table} WHERE id IN ({', '.join('?' * len(part))})", part)

    def _select(self, names: Sequence[str], stored: bool, rest: str, values: Sequence[int]) -> list[tuple[Any, ...]]:
        """One statement, in one transaction with a look at which columns there are: a writer may be adding some."""
        self.connection.execute("BEGIN")
        try:
            self.refresh()
            listed = ", ".join([*names, *(self._names() if stored else ())])
            return self.connection.execute(f"SELECT {listed} FROM {rest}", values).fetchall()
        finally:
            if self.connection.in_transaction:
                self.connection.execute("COMMIT")

"""How the SQLite file of records is laid out: its tables and its first columns.

`docs/records.md` has the reasons for what is set here.
"""

from collections.abc import Iterable

from mismatch.sweep.records.cells import Column

FILE = "records.sqlite"
SCHEMA = 1
PAGE = 4096
"""Bytes of a page, about two runs: what a damaged page costs."""
WAIT_S = 60.0
"""How long a reader and the writer wait for each other; either is done in seconds."""
CHUNK = 2000
"""Rows of one statement; between two of them the writer may write."""
MAX_COLUMNS = 1900
"""SQLite takes 2000; keys beyond that are kept as text."""
APPLICATION = 0x6D697372
FIRST = (
    Column("experiment", "identity", "TEXT"),
    Column("arm", "identity", "TEXT"),
    Column("replicate", "identity", "INTEGER"),
    *(Column(name, "identity", "TEXT") for name in ("run", "status", "error")),
    *(Column(name, "provenance", "TEXT") for name in ("started", "claims_hash", "data_hash")),
)
"""Columns that are there from the start: what planning reads stands at the front of a row."""


def table_of(columns: Iterable[Column]) -> str:
    """The statement that makes `runs` with these columns."""
    named = ", ".join(f'"{column.name}" {column.kind}' for column in columns)
    return f"CREATE TABLE runs (id INTEGER PRIMARY KEY, _checksum INTEGER, _present BLOB, _beyond TEXT, {named})"


TABLES = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value)",
    "CREATE TABLE columns (place INTEGER PRIMARY KEY, name TEXT, section TEXT, kind TEXT, position INTEGER)",
    table_of(FIRST),
    "CREATE UNIQUE INDEX run_of ON runs (run)",
    "CREATE TABLE traces (id INTEGER PRIMARY KEY, run TEXT, versions TEXT, checksum INTEGER, trace BLOB)",
)
OWN = ("id", "_checksum", "_present", "_beyond")
"""Columns of `runs` before those of the records."""

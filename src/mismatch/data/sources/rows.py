"""Rows of a table in any of the common files: delimited text, JSONL, Parquet, Feather, and gzip around any of them.

In: a path, and the separator and encoding where a person gives them. Out: `Rows`: a frame, where each row stands, and
what the file was found to be. The format is what the content says, not what the name says.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mismatch.config.fields import ConfigError
from mismatch.config.paths import shown
from mismatch.data.sources import columnar, delimited, jsonl
from mismatch.data.sources.base import Dropped
from mismatch.data.sources.content import Content, load
from mismatch.data.sources.encoding import decode
from mismatch.data.sources.records import Malformed
from mismatch.data.sources.words import listed

if TYPE_CHECKING:
    import pandas as pd

JSON = (".json", ".jsonl", ".ndjson")


@dataclass(frozen=True, eq=False)
class Rows:
    """N rows of a file.

    frame: columns under their names, (N, columns). Cells of delimited text are strings exactly as they stand, those of
    typed formats keep their types; a missing cell is None in columns of objects, NaN in columns of numbers.
    places: where each row stands, ``line 17``, ``item 3``, ``row 4``. kind: format, separator, encoding. read: rows in
    the file. dropped: rows left out. notes: what was changed on the way. warnings: what looks damaged.
    """

    frame: "pd.DataFrame"
    places: tuple[str, ...]
    kind: str
    read: int
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def read_rows(path: str, separator: str | None = None, encoding: str | None = None, key: str = "data.path") -> Rows:
    """The rows of the file at `path`; `key` is the setting that errors about the file name.

    Raises:
        ConfigError: in one line, for a file that cannot be read whole and for certain.
    """
    content = load(path, key)
    try:
        if columnar.kind(content.raw):
            rows = _columnar(content, separator, encoding)
        else:
            rows = _text(content, separator, encoding, key)
    except Malformed as error:
        raise content.refuse(key, str(error)) from None
    if not rows.read:
        raise content.refuse(key, f"has no rows under its names: {listed(rows.frame.columns)}")
    return rows


def _packed(content: Content) -> str:
    return ", gzip" if content.packed else ""


def _columnar(content: Content, separator: str | None, encoding: str | None) -> Rows:
    kind = columnar.kind(content.raw)
    for key, value in (("data.separator", separator), ("data.encoding", encoding)):
        if value:
            raise ConfigError(key, value, f"acts on text alone; {shown(content.path)} is {kind}")
    frame = columnar.parse(content.raw)
    places = tuple(f"row {number}" for number in range(1, len(frame) + 1))
    return Rows(frame, places, f"{kind}{_packed(content)}", len(frame))


def _text(content: Content, separator: str | None, encoding: str | None, key: str) -> Rows:
    decoded = decode(content.raw, encoding, shown(content.path), key)
    if content.suffix in JSON or jsonl.looks_like(decoded.text):
        if separator:
            raise ConfigError("data.separator", separator, f"acts on delimited text; {shown(content.path)} is JSON")
        objects = jsonl.parse(decoded.text)
        kind = f"{objects.kind}, {decoded.kind}{_packed(content)}"
        return Rows(
            _frame(objects.columns), tuple(objects.places), kind, len(objects.places), warnings=decoded.warnings
        )
    table = delimited.parse(decoded.text, separator, content.suffix)
    kind = f"delimited text, {table.kind}, {decoded.kind}{_packed(content)}"
    places = tuple(f"line {line}" for line in table.lines)
    return Rows(_frame(table.columns), places, kind, len(places), notes=table.notes, warnings=decoded.warnings)


def _frame(columns: dict[str, list]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})

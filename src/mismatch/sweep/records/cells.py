"""A record as the cells of one row, and back: a column for every key, of one type, and beside them what fits no column.

In: sections of plain JSON values. Out: cells that SQLite gives back as they are, a bitmap of the keys that are there
(a key may be there without a value), and a text with the exact values of those that are not of their column's type.
"""

import json
import marshal
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Cell = int | float | str | None
Sections = Mapping[str, Mapping[str, Any]]
TYPES: dict[type, str] = {bool: "BOOLEAN", int: "INTEGER", float: "REAL", str: "TEXT"}
EXACT = 2**53
"""Below it every whole number is a float and an integer alike."""
LARGEST = 2**63
SECTIONS = ("identity", "parameters", "metrics", "provenance")
"""The sections of a record that make its row."""


@dataclass(frozen=True)
class Column:
    """A key of records: its name, the section it belongs to, and the type of its column; '' while it had no value."""

    name: str
    section: str
    kind: str


@dataclass(frozen=True)
class Layout:
    """keys: of all records, in the order they came. stored: places of those with a column, as the table has them."""

    keys: tuple[Column, ...]
    stored: tuple[int, ...]

    @property
    def named(self) -> tuple[Column, ...]:
        """Those with a column."""
        return tuple(self.keys[place] for place in self.stored)

    @property
    def checksum(self) -> int:
        """CRC-32 of what the columns are called and mean, which a row's does not hold."""
        return zlib.crc32(json.dumps([[each.name, each.section, each.kind] for each in self.named]).encode())


@dataclass(frozen=True)
class Row:
    """cells: of the stored columns. present: a bit for every key. beyond: JSON by section, None mostly."""

    cells: tuple[Cell, ...]
    present: bytes
    beyond: str | None


def nameable(name: str) -> bool:
    """Whether a column may have that name; what a record calls otherwise is kept beyond the columns."""
    plain = name.isascii() and name.isprintable() and name.strip() == name
    return plain and name not in ("", "rowid") and name.lower() != "id" and name[0] != "_" and '"' not in name


def kind_of(value: Any) -> str:
    """The type of a column whose first value this is; lists and mappings are JSON text, no value is no type yet."""
    return "" if value is None else TYPES.get(type(value), "TEXT")


def encode(sections: Sections, layout: Layout) -> Row:
    """The row of a record, whose columns are there already."""
    rest = {section: dict(values) for section, values in sections.items()}
    odd: dict[str, dict[str, Any]] = {}
    cells: list[Cell] = [None] * len(layout.keys)
    present = bytearray(-(-len(layout.keys) // 8))
    for place, column in enumerate(layout.keys):
        values = rest[column.section]
        if column.name in values:
            value = values.pop(column.name)
            present[place >> 3] |= 1 << (place & 7)
            cells[place], exact = _cell(value, column.kind)
            if not exact:
                odd.setdefault(column.section, {})[column.name] = value
    for section, values in rest.items():
        if values:
            odd.setdefault(section, {}).update(values)
    beyond = json.dumps(odd, sort_keys=True) if odd else None
    return Row(tuple(cells[place] for place in layout.stored), bytes(present), beyond)


def decode(row: Row, layout: Layout) -> dict[str, dict[str, Any]]:
    """The sections that `encode` made the row of; keys and columns may have become more since."""
    sections: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    at = dict(zip(layout.stored, row.cells, strict=False))
    for place in places(row.present):
        column, cell = layout.keys[place], at.get(place)
        sections[column.section][column.name] = bool(cell) if column.kind == "BOOLEAN" and cell is not None else cell
    for section, values in (json.loads(row.beyond) if row.beyond else {}).items():
        sections[section].update(values)
    return sections


def places(present: bytes) -> list[int]:
    """Which keys a row has, by their places among the columns."""
    return [8 * byte + bit for byte, bits in enumerate(present) for bit in range(8) if bits >> bit & 1]


def checksum(cells: Iterable[Cell], present: bytes, beyond: str | None) -> int:
    """CRC-32 of a row; columns that the table got later, which are empty in it, do not change it.

    It is taken of format 2 of `marshal`, which is the same in every version of Python and six times as fast as text.
    """
    told = [*cells]
    while told and told[-1] is None:
        told.pop()
    return zlib.crc32(marshal.dumps((*told, present.rstrip(b"\0"), beyond), 2))


def _cell(value: Any, kind: str) -> tuple[Cell, bool]:
    """What stands in the column, and whether that and the column's type say it exactly."""
    if value is None:
        return None, True
    if isinstance(value, (list, dict)):
        return _text(json.dumps(value), kind), False
    if isinstance(value, str):
        text = _text(value, kind)
        return text, kind == "TEXT" and text == value
    if kind == "TEXT":
        return json.dumps(value), False
    if kind == "REAL":
        return _real(value)
    if isinstance(value, float):
        return (int(value) if abs(value) < EXACT else None) if value.is_integer() else value, False
    same = type(value) is (bool if kind == "BOOLEAN" else int)
    return (int(value), same) if -LARGEST <= value < LARGEST else (None, False)


def _real(value: float) -> tuple[Cell, bool]:
    """A float column gives back neither -0.0 nor whether 1.0 was a 1."""
    try:
        number = float(value) + 0.0
    except OverflowError:
        return None, False
    return number, type(value) is float and str(number) == str(value)


def _text(text: str, kind: str) -> str | None:
    """Text as UTF-8 can say it; in a column of numbers none that SQLite would take for one."""
    if kind != "TEXT":
        try:
            float(text)
            return None
        except ValueError:
            pass
    return text.encode(errors="replace").decode()

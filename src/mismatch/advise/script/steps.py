"""How a script reads tables with a row per step: a long one, or one for each sequence in a folder per class.

In: the settings of a dataset of series. Out: ways of reading them. What cells stand for is looked up in the rows as the
script itself has them; only the order of the steps is left to be tried.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mismatch.advise.script.folders import Folder, folder
from mismatch.advise.script.piece import Piece, indented, literal
from mismatch.advise.script.reading import Reading, files, run, spoken
from mismatch.advise.script.tables import Table, tables
from mismatch.data.series import Series
from mismatch.data.sources.cells import MINUS, NOTHING
from mismatch.data.sources.labels import missing, word

ORDERS = ("", "float({})", "int({})", "{}", "datetime.fromisoformat({})")
"""By what steps are put in order: the file, numbers, whole ones of any size, texts or times as they are, dates."""


def readings(data: Series, two: bool) -> Iterator[Reading]:
    """Ways of reading the sequences of `data`; two: those of its second file, too."""
    yield from _folder(data, two) if Path(data.path).is_dir() else _long(data, two)


@dataclass(frozen=True)
class _Rows:
    """Rows as a way of reading a table has them, and what the script says of their cells."""

    table: Table
    rows: Sequence[dict[str, Any]]

    def cells(self, column: str) -> list[Any]:
        """The cells of a column, by the name that the dataset knows."""
        return [row.get(self.table.names[column]) for row in self.rows]

    def there(self, constant: str, column: str) -> str:
        """The condition that the cell in the column that `constant` names is not missing; empty where none is."""
        cell, gone = self.table.cell(constant), [each for each in self.cells(column) if missing(each)]
        if any(not (each is None or isinstance(each, str)) for each in gone):
            return f"pd.notna({cell})"
        found = tuple(dict.fromkeys(gone))
        if len(found) == 1:
            return f"{cell} is not None" if found[0] is None else f"{cell} != {literal(found[0])}"
        return f"{cell} not in {literal(found)}" if found else ""

    def values(self, columns: Sequence[str], rows: str) -> Piece:
        """Constants, and lines that make ``s`` of the expression `rows`: what stands for a missing number is NaN."""
        raw = [cell for column in columns for cell in self.cells(column)]
        texts = {cell for cell in raw if isinstance(cell, str)}
        gone: list[Any] = sorted(text for text in texts if _nothing(text) and not _nan(text))
        gone += [None] if any(cell is None for cell in raw) else []
        minus = any(MINUS in text for text in texts)
        given: tuple[tuple[str, object], ...] = (("FEATURES", [self.table.names[column] for column in columns]),)
        cell = self.table.cell("name")
        if not gone and not minus:
            line = f"s = np.array([[float({cell}) for name in FEATURES] for row in {rows}])"
            return Piece(given=given, lines=(line,))
        number = f'v.replace({literal(MINUS)}, "-")' if minus else "v"
        number = f'"nan" if v in GAPS else {number}' if gone else number
        cells = f"cells = [[{cell} for name in FEATURES] for row in {rows}]"
        given = (*given, ("GAPS", gone)) if gone else given
        return Piece(given=given, lines=(cells, f"s = np.array([[float({number}) for v in step] for step in cells])"))


def _nothing(text: str) -> bool:
    return not text.strip() or text.strip().lower() in NOTHING


def _nan(text: str) -> bool:
    """Whether Python reads `text` as NaN by itself."""
    try:
        return float(text) != float(text)
    except ValueError:
        return False


def _pandas(*code: str) -> tuple[str, ...]:
    return ("import pandas as pd",) if any("pd." in each for each in code) else ()


def _ordered(rows: str, table: Table, order: str) -> Piece:
    """The line that puts the list of `rows` in order of time."""
    if not order:
        return Piece()
    dated = ("from datetime import datetime",) if order.startswith("datetime") else ()
    return Piece(dated, lines=(f"{rows}.sort(key=lambda row: {order.format(table.cell('TIME'))})",))


def _long(data: Series, two: bool) -> Iterator[Reading]:
    """Rows that an id puts together."""
    used = (str(data.id), str(data.label), *((data.time,) if data.time else ()), *data.items().features)
    names = [name for name, _ in files(data, two)]
    for table in tables(data.path, data.encoding, data.separator, data.items().reading.kind, used):
        yield from _grouped(data, table, Piece(given=files(data, two)) + table.piece, names)


def _grouped(data: Series, table: Table, opened: Piece, names: Sequence[str]) -> list[Reading]:
    """One for each order of the steps, as the rows allow it that have an id; the rows themselves are let go."""
    space = run(opened + Piece(lines=table.read(names)))
    if space is None:
        return []
    rows = _Rows(table, [row for row in space["table"] if not missing(row.get(table.names[str(data.id)]))])
    ids = rows.cells(str(data.id))
    known = spoken(ids, [word(each) for each in ids], literals=True)
    if known is None:
        return []
    timed, label = rows.there("TIME", data.time) if data.time else "", _label(rows, data)
    lines = _groups(table, known.form.format(table.cell("ID")), timed, names)
    made, found = rows.values(data.items().features, "steps[n]"), []
    noun = "ids" if len(names) == 1 else "sequences, from 0, in the order in which the files begin them"
    for order in ORDERS if data.time else ORDERS[:1]:
        ordered = _ordered("steps[n]", table, order)
        columns = {"ID": data.id, "LABEL": data.label} | ({"TIME": data.time} if order or timed else {})
        given = ((", ".join(columns), tuple(table.names[str(name)] for name in columns.values())),)
        whole = opened + Piece((*ordered.imports, *_pandas(timed, label)), (*given, *made.given), (), lines)
        found.append(Reading(whole, (*ordered.lines, *made.lines), label, "steps", noun))
    return found


def _groups(table: Table, key: str, timed: str, names: Sequence[str]) -> tuple[str, ...]:
    """Lines that put the rows of each id into a list, by id, or one list behind the other for two files."""
    own = key if len(names) == 1 else f"(path, {key})"
    inside: tuple[str, ...] = (f"steps.setdefault({own}, []).append(row)",)
    inside = (f"if {timed}:", *indented(inside)) if timed else inside
    loop = (f"for row in {table.rows}:", *indented(inside))
    if len(names) == 1:
        return ("steps = {}", *table.opened("FILE", loop))
    paths = f"for path in ({', '.join(names)}):"
    return ("steps = {}", paths, *indented(table.opened("path", loop)), "steps = list(steps.values())")


def _label(rows: _Rows, data: Series) -> str:
    """The cell of a sequence's label: that of its first row, or of the first row that has one."""
    there = rows.there("LABEL", str(data.label))
    if not there:
        return rows.table.cell("LABEL", "steps[n][0]")
    return f"next({rows.table.cell('LABEL')} for row in steps[n] if {there})"


def _folder(data: Series, two: bool) -> Iterator[Reading]:
    """A table in each file, the steps of a sequence in its rows."""
    found, features = folder(data.path, data.test_path, two), data.items().features
    first, told = str(Path(found.root) / found.names[0]), data.items().reading.kind
    for time in (data.time, None) if data.time else (None,):
        used = (*features, *((time,) if time else ()))
        for table in tables(first, data.encoding, data.separator, told, used):
            yield from _files(features, found, table, time)


def _files(features: Sequence[str], found: Folder, table: Table, time: str | None) -> list[Reading]:
    """One for each order of the steps, as the rows of all files allow it; the rows themselves are let go."""
    opened = Piece(("from pathlib import Path",), (("FOLDER", found.root),)) + table.piece
    each = table.opened("Path(FOLDER) / n", (f"table = {table.rows if table.listed else f'list({table.rows})'}",))
    every = ("every = []", "for n in NAMED:", *indented((*each, "every += table")))
    space = run(opened + Piece(given=(("NAMED", list(found.names)),), lines=every))
    if space is None:
        return []
    rows, readings = _Rows(table, space["every"]), []
    timed = rows.there("TIME", time) if time else ""
    each += (f"table = [row for row in table if {timed}]",) if timed else ()
    made = rows.values(features, "table")
    for order in ORDERS if time else ORDERS[:1]:
        ordered = _ordered("table", table, order)
        given = (("TIME", table.names[str(time)]),) if order or timed else ()
        whole = opened + Piece((*ordered.imports, *_pandas(timed)), (*given, *made.given))
        one = (*each, *ordered.lines, *made.lines)
        readings.append(Reading(whole, one, found.label, found.names, "names of files", folders=True))
    return readings

"""Delimited text, the values kept exactly as they stand: CSV, TSV, semicolons, pipes.

In: decoded text and the separator, given or found. Out: `Table`: columns of strings, None where a cell is empty, and
the line every row starts in. A row with another number of fields than the header is refused, not repaired.
"""

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from mismatch.config.fields import ConfigError
from mismatch.data.sources.words import counted, listed, quoted

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
WORDS = {name: separator for separator, name in SEPARATORS.items()} | {"space": " "}
SAMPLE = 1000
"""Records that are looked at to find the separator."""


class Malformed(Exception):
    """What is wrong with the file, in one line, without its name."""


@dataclass(frozen=True)
class Table:
    """columns: a list of N cells under each name. lines: (N,) where each row starts, from 1."""

    columns: dict[str, list[str | None]]
    lines: list[int]
    kind: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Style:
    """How records are told apart: the separator, and what quotes mean."""

    separator: str
    quotes: bool = True

    def reader(self, text: str, strict: bool = True) -> Iterator[tuple[int, list[str]]]:
        """(line it starts in, fields) of every record that is not blank."""
        source = io.StringIO(text, newline="")
        if self.quotes:
            reader = csv.reader(source, delimiter=self.separator, strict=strict)
        else:
            reader = csv.reader(source, delimiter=self.separator, quoting=csv.QUOTE_NONE)
        line = 1
        try:
            for fields in reader:
                if fields and (len(fields) > 1 or fields[0].strip()):
                    yield line, fields
                line = reader.line_num + 1
        except csv.Error as error:
            raise Malformed(_quotes(str(error), line)) from None


def _quotes(error: str, line: int) -> str:
    if "unexpected end" in error:
        return f"line {line} opens a quote that is never closed"
    if "expected after" in error:
        return f'line {line} has text behind a closing quote: inside quotes, a quote is written twice ("")'
    return f"line {line} cannot be read ({error})"


def parse(text: str, separator: str | None, suffix: str = "") -> Table:
    """The rows of `text` under the names of its first line.

    Raises:
        ConfigError: for a separator that is none. Malformed: for what is wrong in the text.
    """
    limit = csv.field_size_limit(sys.maxsize)
    try:
        style = _Style(_separator(separator)) if separator else _sniffed(text, suffix)
        records = list(style.reader(text))
    finally:
        csv.field_size_limit(limit)
    if not records:
        raise Malformed("has no line of names")
    header, rows, notes = _even(records[0][1], records[1:])
    names, renamed = _names(header, rows)
    cells = zip(*rows, strict=True) if rows else ([] for _ in names)
    columns = {name: [cell or None for cell in column] for name, column in zip(names, cells, strict=True)}
    kept, empty = _named(columns, renamed)
    how = "given" if separator else "found"
    kind = f"separator {SEPARATORS.get(style.separator, quoted(style.separator))} ({how})"
    return Table(kept, [line for line, _ in records[1:]], kind, (*notes, *empty))


def _separator(given: str) -> str:
    separator = WORDS.get(given, "\t" if given == r"\t" else given)
    if len(separator) != 1 or separator in '"\r\n\0':
        accepted = f"must be one character, or one of {', '.join(WORDS)}"
        raise ConfigError("data.separator", given, accepted)
    return separator


def _sniffed(text: str, suffix: str) -> _Style:
    """The one separator under which the first records all have as many fields as the first line has names."""
    widths = {mark: [len(fields) for fields in _sample(text, mark)] for mark in SEPARATORS}
    splits = [mark for mark in SEPARATORS if widths[mark] and widths[mark][0] > 1]
    fit = [mark for mark in splits if len(set(widths[mark])) == 1] or splits
    if suffix in (".tsv", ".tab") and "\t" in fit:
        fit = ["\t"]
    if len(fit) > 1:
        ways = ", ".join(f"{SEPARATORS[mark]} ({widths[mark][0]} columns)" for mark in fit)
        raise ConfigError("data.separator", None, f"must be given: more than one fits: {ways}")
    if not fit:
        first = next((fields[0] for fields in _sample(text, ",")), "")
        raise Malformed(f"has one column, {quoted(first)}: no comma, semicolon, tab or pipe divides its first line")
    return _Style(fit[0])


def _sample(text: str, separator: str) -> list[list[str]]:
    try:
        return [fields for _, fields in islice(_Style(separator).reader(text, strict=False), SAMPLE)]
    except Malformed:
        return []


def _even(header: list[str], records: list[tuple[int, list[str]]]) -> tuple[list[str], list[list[str]], list[str]]:
    """Header and rows of one width; separators at the end of all of them, with nothing behind, are taken away."""
    rows = [fields for _, fields in records]
    widths = {len(fields) for fields in rows}
    width = len(header)
    if widths <= {width}:
        return header, rows, []
    bare = len("\0".join(header).rstrip("\0").split("\0"))
    if widths == {bare}:
        return header[:bare], rows, ["the first line ends with a separator that the rows lack"]
    if len(widths) == 1 and max(widths) > width and not any(any(fields[width:]) for fields in rows):
        return (
            header,
            [fields[:width] for fields in rows],
            ["every row ends with a separator that the first line lacks"],
        )
    raise Malformed(_shifted(header, records))


def _shifted(header: list[str], records: list[tuple[int, list[str]]]) -> str:
    wrong = [(line, fields) for line, fields in records if len(fields) != len(header)]
    line, fields = wrong[0]
    names = f"the first line {len(header)} ({listed(header, 6)})"
    what = f"line {line} has {counted(len(fields), 'field')}, {names}: {listed(fields, 6, quotes=True)}"
    if len(wrong) > 1:
        what += (
            f"; so have {len(wrong):,} of {len(records):,} rows" if len(wrong) < len(records) else "; so has every row"
        )
    if len(fields) < len(header):
        return f"{what}; a text that holds a line break needs quotes"
    if len(wrong) == len(records) and {len(row) for _, row in records} == {len(header) + 1}:
        return f"{what}; one name is missing, in front if the rows start with a number of their own"
    end = " (nothing stands behind its last separator)" if not fields[-1] else ""
    return f"{what}{end}; a text that holds the separator needs quotes"


def _names(header: list[str], rows: list[list[str]]) -> tuple[list[str], list[str]]:
    """Names of the columns, stripped; and those made up for columns without one."""
    names = [name.strip() or f"column {number}" for number, name in enumerate(header, 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Malformed(f"its first line names {listed(twice, quotes=True)} more than once")
    return names, [name for name, own in zip(names, header, strict=True) if not own.strip()]


def _named(columns: dict[str, list[str | None]], renamed: list[str]) -> tuple[dict[str, list[str | None]], list[str]]:
    """Without the columns that have neither a name nor a cell."""
    hollow = [name for name in renamed if not any(cell is not None for cell in columns[name])]
    notes = [f"{name} has neither a name nor a value: left out" for name in hollow]
    notes += [f"{name} has no name in the first line" for name in renamed if name not in hollow]
    return {name: cells for name, cells in columns.items() if name not in hollow}, notes

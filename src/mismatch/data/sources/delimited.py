"""Delimited text, the values kept exactly as they stand: CSV, TSV, semicolons, pipes.

In: decoded text and the separator, given or found. Out: `Table`: columns of strings, None where a cell is empty, and
the line every row starts in. A row with another number of fields than the header is refused, not repaired.
"""

import re
from dataclasses import dataclass, replace
from itertools import islice

from mismatch.config.fields import ConfigError
from mismatch.data.sources.records import Malformed, Record, Style, records_of
from mismatch.data.sources.words import counted, listed, quoted

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
WORDS = {name: separator for separator, name in SEPARATORS.items()} | {"space": " "}
SAMPLE, CHARACTERS = 1000, 4_000_000
"""Records, and at most as many characters, that are looked at to find the separator."""
SAID = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
"""The first line by which spreadsheets name the separator."""


@dataclass(frozen=True)
class Table:
    """columns: a list of N cells under each name. lines: (N,) where each row starts, from 1."""

    columns: dict[str, list[str | None]]
    lines: list[int]
    kind: str
    notes: tuple[str, ...] = ()


def parse(text: str, separator: str | None, suffix: str = "") -> Table:
    """The rows of `text` under the names of its first line.

    Raises:
        ConfigError: for a separator that is none. Malformed: for what is wrong in the text.
    """
    said = SAID.match(text)
    text = text[said.end() :] if said else text
    above = 1 if said else 0
    style, how = _style(text, separator, said.group(1) if said else None, suffix)
    records, style = _read(text, replace(style, above=above))
    if separator and len(records[0].fields) < 2:
        accepted = f"must divide the first line, which is {quoted(records[0].fields[0])}"
        raise ConfigError("data.separator", separator, accepted)
    header, rows, notes = _even(records[0].fields, records[1:])
    names, unnamed = _names(header)
    cells = zip(*rows, strict=True) if rows else ([] for _ in names)
    columns = {name: [cell or None for cell in column] for name, column in zip(names, cells, strict=True)}
    kept, hollow = _without_hollow(columns, unnamed)
    kind = f"separator {SEPARATORS.get(style.separator, quoted(style.separator))} ({how})"
    stripped = ["blanks around names of columns stripped"] if any(name != name.strip() for name in header) else []
    return Table(kept, [row.line for row in records[1:]], kind, (*style.notes, *notes, *stripped, *hollow))


def _style(text: str, given: str | None, said: str | None, suffix: str) -> tuple[Style, str]:
    """How to divide the text, and how that is known."""
    if given:
        return Style(_separator(given)), "given"
    if said:
        return Style(said), "named in the first line"
    return Style(_sniffed(text[:CHARACTERS], suffix, cut=len(text) > CHARACTERS)), "found"


def _separator(given: str) -> str:
    separator = WORDS.get(given, "\t" if given == r"\t" else given)
    if len(separator) != 1 or separator in '"\r\n\0':
        raise ConfigError("data.separator", given, f"must be one character, or one of {', '.join(WORDS)}")
    return separator


def _sniffed(text: str, suffix: str, cut: bool) -> str:
    """The one separator under which the first records all have as many fields as the first line has names."""
    widths = {mark: [len(record) for record in _sample(text, mark, cut)] for mark in SEPARATORS}
    splits = [mark for mark in SEPARATORS if widths[mark] and widths[mark][0] > 1]
    fit = [mark for mark in splits if len(set(widths[mark])) == 1]
    if "\t" in fit and suffix in (".tsv", ".tab"):
        return "\t"
    best = fit or splits
    if len(best) > 1:
        ways = ", ".join(f"{SEPARATORS[mark]} ({widths[mark][0]} columns)" for mark in best)
        what = "more than one fits" if fit else "more than one divides the first line, and none all lines alike"
        raise ConfigError("data.separator", None, f"must be given: {what}: {ways}")
    if not best:
        first = next(iter(text.strip().splitlines()), "")
        raise Malformed(f"has one column, {quoted(first)}: no comma, semicolon, tab or pipe divides its first line")
    return best[0]


def _sample(text: str, separator: str, cut: bool) -> list[list[str]]:
    try:
        found = [record.fields for record in islice(Style(separator, strict=False).reader(text), SAMPLE)]
    except Malformed:
        return []
    return found[:-1] if cut and len(found) < SAMPLE else found


def _read(text: str, style: Style) -> tuple[list[Record], Style]:
    records, style = records_of(text, style)
    if not records:
        raise Malformed("has no line of names")
    return records, style


def _even(header: list[str], records: list[Record]) -> tuple[list[str], list[list[str]], list[str]]:
    """Header and rows of one width; separators at the end of all of them, with nothing behind, are taken away."""
    rows = [record.fields for record in records]
    widths = {len(fields) for fields in rows}
    width = len(header)
    if widths <= {width}:
        return header, rows, []
    bare = max((place for place, name in enumerate(header, 1) if name.strip()), default=0)
    if widths == {bare}:
        return header[:bare], rows, ["the first line ends with a separator that the rows lack"]
    if len(widths) == 1 and max(widths) > width and not any(any(fields[width:]) for fields in rows):
        return (
            header,
            [fields[:width] for fields in rows],
            ["every row ends with a separator that the first line lacks"],
        )
    raise Malformed(_shifted(header, records))


def _shifted(header: list[str], records: list[Record]) -> str:
    """What is wrong with the first row of another width than the header, and how many are."""
    wrong = [record for record in records if len(record.fields) != len(header)]
    line, fields = wrong[0].line, wrong[0].fields
    what = f"line {line} has {counted(len(fields), 'field')}, the first line {len(header)} ({listed(header, 6)}): "
    what += listed(fields, 6, quotes=True)
    every = len(wrong) == len(records)
    if len(wrong) > 1:
        share = "every row" if every else f"{len(wrong):,} of {len(records):,} rows"
        what += f"; another number than the first line has {share}"
    if len(fields) < len(header):
        return f"{what}; a text that holds a line break needs quotes"
    if every and len(wrong) > 1 and all(len(record.fields) == len(header) + 1 for record in records):
        return f"{what}; one name is missing, the first if rows start with their number"
    end = " (nothing stands behind its last separator)" if not fields[-1] else ""
    return f"{what}{end}; a text that holds the separator needs quotes"


def _names(header: list[str]) -> tuple[list[str], list[str]]:
    """Names of the columns, stripped; and those made up for columns without one."""
    names = [name.strip() or f"column {number}" for number, name in enumerate(header, 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Malformed(f"its first line names {listed(twice, quotes=True)} more than once")
    return names, [name for name, own in zip(names, header, strict=True) if not own.strip()]


def _without_hollow(
    columns: dict[str, list[str | None]], unnamed: list[str]
) -> tuple[dict[str, list[str | None]], list[str]]:
    """Without the columns that have neither a name nor a cell."""
    hollow = [name for name in unnamed if not any(cell is not None for cell in columns[name])]
    notes = [f"{name} has neither a name nor a value: left out" for name in hollow]
    notes += [f"{name} has no name in the first line" for name in unnamed if name not in hollow]
    return {name: cells for name, cells in columns.items() if name not in hollow}, notes

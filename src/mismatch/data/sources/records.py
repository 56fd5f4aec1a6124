r"""Delimited text as records, whatever its quotes mean: doubled inside quotes, behind a backslash, or nothing at all.

In: text and a `Style`. Out: `Records`: the fields of each and the line it starts in. Quotes mean what RFC 4180 says,
unless that cannot be: then ``\"`` is tried, then quotes as characters like others, and it is noted.
"""

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mismatch.config.fields import plain


class Malformed(Exception):
    """What is wrong with a file, in one line, without its name."""


@dataclass(frozen=True)
class Records:
    """lines: where each record starts, from 1. fields: those of each, without the quotes around them."""

    lines: list[int]
    fields: list[list[str]]

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def widths(self) -> set[int]:
        """How many fields records have."""
        return set(map(len, self.fields))


@dataclass(frozen=True)
class Style:
    """How records are told apart: the separator, and what quotes mean. above: lines that stand above the text."""

    separator: str
    quotes: bool = True
    strict: bool = True
    above: int = 0
    notes: tuple[str, ...] = ()

    def read(self, text: str, most: int | None = None) -> Records:
        """Every record that is not blank, or the first `most` of them.

        Raises:
            Malformed: for quotes that make no sense.
        """
        limit = csv.field_size_limit(sys.maxsize)
        source = io.StringIO(text, newline="")
        if self.quotes:
            reader = csv.reader(source, delimiter=self.separator, strict=self.strict)
        else:
            reader = csv.reader(source, delimiter=self.separator, quoting=csv.QUOTE_NONE)
        lines, records = [], []
        first = line = 1 + self.above
        try:
            for fields in reader:
                if len(fields) > 1 or (fields and fields[0].strip()):
                    lines.append(line)
                    records.append(fields)
                    if len(lines) == most:
                        break
                line = reader.line_num + first
        except csv.Error as error:
            raise Malformed(_quotes(str(error), line)) from None
        finally:
            csv.field_size_limit(limit)
        return Records(lines, records)


def _quotes(error: str, line: int) -> str:
    if "unexpected end" in error:
        return f"line {line} opens a quote that is never closed"
    if "expected after" in error:
        return f'line {line} has text behind a closing quote; inside quotes, a quote is written twice ("")'
    return f"line {line} cannot be read ({plain(error, 160)})"


def records_of(text: str, style: Style) -> tuple[Records, Style]:
    """All records, and the style that they were read in.

    Raises:
        Malformed: where no meaning of the quotes gives records of one width.
    """
    wrong = None
    try:
        records = style.read(text)
        if style.separator != "\t" or not _spread(records, text):
            return records, style
    except Malformed as error:
        wrong = error
    for other, content in _others(text, style, wrong is not None):
        try:
            found = other.read(content)
        except Malformed:
            continue
        if len(found) > 1 and len(found.widths) == 1 and found.widths != {1}:
            return found, other
    if wrong:
        raise wrong
    return records, style


def _spread(records: Records, text: str) -> bool:
    """Whether any record takes more than one line.

    Stray quotes in texts divided by tabs, which are seldom quoted, may pair up and swallow the lines between them.
    """
    return '"' in text and any("\n" in field or "\r" in field for fields in records.fields for field in fields)


def _others(text: str, style: Style, wrong: bool) -> Iterator[tuple[Style, str]]:
    """Other meanings of quotes: a backslash before them, where the usual one is `wrong`; and none."""
    if wrong and r"\"" in text:
        yield replace(style, notes=(r"quotes behind a backslash (\") read as quotes",)), text.replace(r"\"", '""')
    plain = replace(style, quotes=False, notes=("quotes read as characters: they do not enclose fields here",))
    if style.separator == "\t" or not _enclosed(plain.read(text)):
        yield plain, text


def _enclosed(records: Records) -> bool:
    """Whether quotes enclose any field whole, as if they were meant to."""
    return any(len(field) > 1 and field[0] == field[-1] == '"' for fields in records.fields for field in fields)

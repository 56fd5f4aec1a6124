"""Delimited text, the values kept exactly as they stand: CSV, TSV, semicolons, pipes.

In: decoded text and the separator, given or found. Out: `Table`: columns of strings, None where a cell is empty, and
the line every row starts in. A row with another number of fields than the header is refused, not repaired.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace

from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError
from mismatch.data.sources.records import Malformed, Records, Style, records_of
from mismatch.data.sources.words import listed, quoted

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
BLANKS = "space"
"""The separator of columns that are aligned with blanks: as many as stand together are one."""
WORDS = {name: separator for separator, name in SEPARATORS.items()} | {BLANKS: " "}
RUNS = re.compile(r'("(?:[^"]|"")*")|[ \t]+')
MANY = 8
"""Numbers in the first line from which on it looks like a series."""
SAMPLE, CHARACTERS = 1000, 4_000_000
"""Records, and at most as many characters, that are looked at to find the separator."""
ONE_COLUMN = "has one column"
COMMENTS = ("#", "//", "/*")
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
    text = _collapsed(text) if separator == BLANKS else text
    above = 1 if said else 0
    style, how = _style(text, separator, said.group(1) if said else None, suffix)
    records, style = records_of(text, replace(style, above=above))
    if not records:
        raise Malformed("has no line of names")
    if separator and len(records.fields[0]) < 2:
        accepted = f"must divide the first line, which is {quoted(records.fields[0][0])}"
        raise ConfigError("data.separator", separator, accepted)
    mark = "runs of blanks" if separator == BLANKS else SEPARATORS.get(style.separator, quoted(style.separator))
    kind = f"separator {mark} ({how})"
    columns, notes = _columns(records, style.separator)
    return Table(columns, records.lines[1:], kind, (*style.notes, *notes))


def _columns(records: Records, separator: str) -> tuple[dict[str, list[str | None]], list[str]]:
    """The cells below each name of the first record, and what was changed on the way."""
    if _series(records.fields[0]):
        raise Malformed(f"has no line of names, starts with {listed(records.fields[0], 3)}; {_archived(separator)}")
    header, rows, notes = _even(records.fields[0], Records(records.lines[1:], records.fields[1:]))
    notes += _headers(header, records.lines[1:], rows)
    names, unnamed = _names(header)
    if any(name != name.strip() for name in header):
        notes.append("blanks around names of columns stripped")
    cells = zip(*rows, strict=True) if rows else ([] for _ in names)
    columns = {name: [cell or None for cell in column] for name, column in zip(names, cells, strict=True)}
    hollow = [name for name in unnamed if not any(columns[name])]
    notes += [f"{name} has neither a name nor a value: left out" for name in hollow]
    notes += [f"{name} has no name in the first line" for name in unnamed if name not in hollow]
    return {name: cells for name, cells in columns.items() if name not in hollow}, notes


def _style(text: str, given: str | None, said: str | None, suffix: str) -> tuple[Style, str]:
    """How to divide the text, and how that is known."""
    if given:
        return Style(_separator(given)), "given"
    if said:
        return Style(said), "named in the first line"
    return Style(_sniffed(text[:CHARACTERS], suffix, cut=len(text) > CHARACTERS)), "found"


def _collapsed(text: str) -> str:
    """`text` with one blank for each run of them outside of quotes, and none at the ends of lines."""
    return RUNS.sub(lambda found: found[1] or ("" if _at_end(found) else " "), text)


def _at_end(found: re.Match[str]) -> bool:
    """Whether a run of blanks starts or ends a line."""
    text, first, last = found.string, found.start(), found.end()
    return first == 0 or last == len(text) or text[first - 1] in "\r\n" or text[last] in "\r\n"


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
        raise Malformed(_undivided(text))
    return best[0]


def _undivided(text: str) -> str:
    first = next(iter(text.strip("\r\n").splitlines()), "")
    what = f"{ONE_COLUMN}, {quoted(first)}: no comma, semicolon, tab or pipe divides its first line"
    if first.lstrip().startswith(COMMENTS):
        return f"{what}; comments are not skipped: take them out"
    if _series(re.split(r"[ \t]+", first.strip())):
        return f"{what}; {_archived('')}"
    return f"{what}; data.separator=space divides it at blanks" if " " in first.strip() else what


def _series(fields: list[str]) -> bool:
    """Whether a first line is data: many numbers, with points."""
    return len(fields) >= MANY and all(map(_numeric, fields)) and any("." in field for field in fields)


def _archived(mark: str) -> str:
    """What to do with a line of numbers per series, as the archive of UCR and others write them."""
    given = f", delimiter={mark!r}" if mark.strip(" ") else ""
    lines = f"t = numpy.loadtxt(path{given}); numpy.savez('new.npz', x=t[:, 1:], labels=t[:, 0])"
    return f"if each line is a series, its class first, this makes new.npz of them, which is read: {lines}"


def _sample(text: str, separator: str, cut: bool) -> list[list[str]]:
    try:
        found = Style(separator, strict=False).read(text, SAMPLE).fields
    except Malformed:
        return []
    return found[:-1] if cut and len(found) < SAMPLE else found


def _headers(header: list[str], lines: list[int], rows: list[list[str]]) -> list[str]:
    """What is said of rows that are the first line again."""
    again = [line for line, row in zip(lines, rows, strict=True) if row == header]
    many = counted(len(again), "row repeats", "rows repeat")
    return [f"{many} the line of names, as in files that were joined: kept (line {again[0]})"] if again else []


def _even(header: list[str], records: Records) -> tuple[list[str], list[list[str]], list[str]]:
    """Header and rows of one width; what all of them have at their ends and nothing stands in is taken away."""
    rows, widths, width = records.fields, records.widths, len(header)
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
    if widths == {width + 1} and _numbered(rows):
        return ["row", *header], rows, ["rows start with their number, which the first line has no name for: row"]
    raise Malformed(_shifted(header, records))


def _numbered(rows: list[list[str]]) -> bool:
    """Whether rows start with their number from 0 or 1, as R writes them."""
    return len(rows) > 1 and any(
        all(fields[0] == str(number) for number, fields in enumerate(rows, start)) for start in (0, 1)
    )


def _shifted(header: list[str], records: Records) -> str:
    """What is wrong with the first row of another width than the header, and how many are."""
    width, total = len(header), len(records)
    wrong = [row for row, fields in enumerate(records.fields) if len(fields) != width]
    line, fields = records.lines[wrong[0]], records.fields[wrong[0]]
    what = f"line {line} has {counted(len(fields), 'field')}, the first line {width} ({listed(header, 6)}): "
    what += listed(fields, 6, quotes=True)
    if len(wrong) > 1:
        share = "every row" if len(wrong) == total else f"{len(wrong):,} of {total:,} rows"
        what += f"; another number than the first line has {share}"
    return f"{what}; {_why(fields, width, len(wrong) == total and len(records.widths) == 1 and total > 1)}"


def _why(fields: list[str], width: int, every: bool) -> str:
    """What usually makes a row of `fields` wider or narrower than the header; `every` row is like it."""
    if fields[0].lstrip().startswith(COMMENTS):
        return "comments are not skipped: take them out"
    if every and len(fields) == width + 1:
        return "one name is missing in the first line"
    if every:
        return "the first line does not name these columns"
    if len(fields) < width:
        return "a text that holds a line break needs quotes"
    end = " (nothing stands behind its last separator)" if not fields[-1] else ""
    return f"a text that holds the separator needs quotes{end}"


def _names(header: list[str]) -> tuple[list[str], list[str]]:
    """Names of the columns, stripped; and those made up for columns without one."""
    names = [name.strip() or f"column {number}" for number, name in enumerate(header, 1)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        data = " (is it data? then put a line of names above it)" if all(map(_numeric, twice)) else ""
        raise Malformed(f"its first line gives one name to several columns: {listed(twice, quotes=True)}{data}")
    return names, [name for name, own in zip(names, header, strict=True) if not own.strip()]


def _numeric(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True

"""How a script reads the rows of a table: delimited text, JSON lines, Parquet, Feather, and gzip around any of them.

In: the file, and what reading it was said to come to. Out: ways of having its rows as dictionaries, the usual one
first: which of them is right is not argued here but tried (`reading`).
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from mismatch.advise.script.piece import Piece, indented, literal
from mismatch.config.paths import shown
from mismatch.data.sources import columnar, jsonl
from mismatch.data.sources.content import Content, load
from mismatch.data.sources.delimited import BLANKS, SAID, SEPARATORS, WORDS
from mismatch.data.sources.encoding import decode
from mismatch.data.sources.rows import JSON

LONGEST = 131_072
"""Characters of a cell from which on Python's csv asks for a limit of its own."""
QUOTES = (
    ("file", ""),
    (r"""(line.replace('\\"', '""') for line in file)""", ""),
    ("file", ", quoting=csv.QUOTE_NONE"),
)
"""What quotes can mean, as lines and options of a reader: the usual, behind a backslash, nothing."""
RUNS = (r"""(re.sub(r"[ \t]+", " ", line.strip()) for line in file)""", ', delimiter=" "')
"""Lines whose columns are aligned with blanks."""


@dataclass(frozen=True)
class Table:
    """head: the line that opens the file, or none. rows: expression of its rows; ``PATH`` stands for the path in both.

    names: of the columns as the rows have them, by the names that the dataset knows. lacking: a row may lack a column.
    listed: whether the rows are a list.
    """

    piece: Piece
    head: str
    rows: str
    names: dict[str, str]
    lacking: bool = False
    listed: bool = True

    def cell(self, constant: str, row: str = "row") -> str:
        """The expression of the cell in the column that a constant names."""
        return f"{row}.get({constant})" if self.lacking else f"{row}[{constant}]"

    def read(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Lines that put the rows of the files into ``table``."""
        if len(paths) == 1:
            rows = self.rows if self.listed else f"list({self.rows})"
            return self.opened(paths[0], (f"table = {rows}",))
        inside = self.opened("path", (f"table += {self.rows}",))
        return ("table = []", f"for path in ({', '.join(paths)}):", *indented(inside))

    def opened(self, path: str, lines: tuple[str, ...]) -> tuple[str, ...]:
        """`lines` with the file at the expression `path` open, where it has to be."""
        inside = (self.head, *indented(lines)) if self.head else lines
        return tuple(line.replace("PATH", path) for line in inside)


def codec(kind: str, given: str | None, raw: bytes) -> str:
    """What Python calls the encoding that `kind` tells of, ``cp1251 (found: ...)``; with the mark it starts with."""
    name = (given or re.split(r",| \(", kind)[0]).lower()
    marked = raw.startswith(b"\xef\xbb\xbf") and name.replace("_", "-") in ("utf-8", "utf8")
    return "utf-8-sig" if marked else name


def opener(path: str, packed: bool, encoding: str, newline: bool = False) -> str:
    """The call that opens the expression `path` as text; newline: line ends stay as they are."""
    how = f"encoding={literal(encoding)}" + (', newline=""' if newline else "")
    return f'gzip.open({path}, "rt", {how})' if packed else f"open({path}, {how})"


def tables(path: str, encoding: str | None, separator: str | None, kind: str, used: Sequence[str]) -> Iterator[Table]:
    """Ways of reading the table at `path`, of which reading said that it is of this `kind`; `used`: its columns."""
    content = load(path)
    if columnar.kind(content.raw):
        yield from _columnar(content, used)
        return
    decoded = decode(content.raw, encoding, shown(path))
    name, gzip = codec(decoded.kind, encoding, content.raw), ("import gzip",) if content.packed else ()
    if content.suffix in JSON or jsonl.looks_like(decoded.text):
        listed = decoded.text.lstrip().startswith("[")
        rows = "json.load(file)" if listed else "[json.loads(line) for line in file if line.strip()]"
        head = f"with {opener('PATH', content.packed, name)} as file:"
        yield from (
            Table(Piece(("import json", *gzip)), head, rows, {each: each for each in used}, lacking)
            for lacking in (False, True)
        )
        return
    head = f"with {opener('PATH', content.packed, name, newline=True)} as file:"
    yield from _delimited(decoded.text, head, gzip, _separator(decoded.text, separator, kind), used)


def _columnar(content: Content, used: Sequence[str]) -> Iterator[Table]:
    """Ways of reading Parquet and Feather; a column may have been written as the index."""
    reader = f"pd.read_{str(columnar.kind(content.raw)).lower()}"
    source = "io.BytesIO(gzip.open(PATH).read())" if content.packed else "PATH"
    imports = ("import pandas as pd", *(("import gzip", "import io") if content.packed else ()))
    for index in ("", ".reset_index()"):
        rows = f'{reader}({source}){index}.to_dict("records")'
        yield Table(Piece(imports), "", rows, {name: name for name in used})


def _separator(text: str, given: str | None, kind: str) -> str:
    """The character between columns, or BLANKS."""
    said = SAID.match(text)
    if given:
        return given if given == BLANKS else WORDS.get(given, "\t" if given == r"\t" else given)
    return said[1] if said else next((mark for mark, name in SEPARATORS.items() if f"separator {name} (" in kind), ",")


def _delimited(text: str, head: str, imports: tuple[str, ...], mark: str, used: Sequence[str]) -> Iterator[Table]:
    """Ways of reading delimited text: by where the names of columns stand, what quotes mean, and how long cells are."""
    blanks = mark == BLANKS
    style = "" if mark in (",", BLANKS) else f", delimiter={literal(mark)}"
    modules = ("import csv", *imports, *(("import re",) if blanks else ()))
    limits: tuple[tuple[str, ...], ...] = ((),)
    if len(text) > LONGEST:
        limits = ((), ("csv.field_size_limit(2**31 - 1)",))
    headers = list(_headers(text, mark, used))
    for limit, (source, options), (fields, names) in product(limits, (RUNS,) if blanks else QUOTES, headers):
        given = (("NAMES", fields),) if fields else ()
        call = f"csv.DictReader({source}{', NAMES' if fields else ''}{style}{options})"
        yield Table(Piece(modules, given, (), limit), head, call, names, listed=False)


def _headers(text: str, mark: str, used: Sequence[str]) -> Iterator[tuple[list[str], dict[str, str]]]:
    """Names to give a reader, none where those of the first line will do; and what it calls the `used` columns."""
    said = SAID.match(text)
    start = text[said.end() if said else 0 :][:LONGEST]
    if mark == BLANKS:
        start, mark = re.sub(r"[ \t]+", " ", start.lstrip().split("\n", 1)[0].strip()), " "
    records = csv.reader(io.StringIO(start, newline=""), delimiter=mark)
    header = next((fields for fields in records if any(map(str.strip, fields))), [])
    stripped = [name.strip() for name in header]
    if not said and all(stripped.count(name) == 1 for name in used):
        yield [], {name: header[stripped.index(name)] for name in used}
    for fields in (stripped, ["row", *stripped]):
        named = [name or f"column {number}" for number, name in enumerate(fields, 1)]
        if set(used) <= set(named):
            yield named, {name: name for name in used}

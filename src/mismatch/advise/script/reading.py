"""How a script reads a file, and the proof that it reads what the dataset read.

In: ways of reading, as code, and the sequences that the parts of a replicate hold. Out: the first way that yields them
all, each at its place in the file. The proof runs the code itself, so that nothing rests on what was meant by it.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mismatch.advise.script.piece import Piece, indented, literal
from mismatch.config.fields import plain
from mismatch.data._own import Own
from mismatch.data.sources.base import Items
from mismatch.data.sources.labels import missing, word


@dataclass(frozen=True)
class Reading:
    """A way of reading sequences.

    piece: opens the file. one: lines that make ``s`` of ``n``: a text, or values (L, d). label: the cell of its label,
    an expression. among: what ``n`` can be, or the name of a list it counts in, or of a dictionary it is a key of.
    noun: what ``n`` is, for a comment. folders: whether labels are names of folders.
    """

    piece: Piece
    one: tuple[str, ...]
    label: str
    among: str | tuple[str, ...]
    noun: str
    folders: bool = False


@dataclass(frozen=True)
class Wanted:
    """A sequence that a part holds: a text, or the bytes of its values (L, d) float32; and the word of its label."""

    content: str | bytes
    label: str


@dataclass(frozen=True)
class Proved:
    """A reading that yields all that is wanted: ``n`` of each, the cells of their labels, and the texts as read."""

    reading: Reading
    places: list[Any]
    cells: list[Any]
    texts: list[str]


def wanted(items: Items, rows: np.ndarray) -> list[Wanted]:
    """The sequences at `rows` (M,) of `items`."""
    words = [items.classes[code] for code in items.labels[rows]]
    if items.texts is not None:
        return [Wanted(_lines(items.texts[row]), label) for row, label in zip(rows, words, strict=True)]
    assert items.values is not None and items.lengths is not None
    ends = np.cumsum(items.lengths)
    pieces = [items.values[ends[row] - items.lengths[row] : ends[row]] for row in rows]
    return [Wanted(_bytes(piece), label) for piece, label in zip(pieces, words, strict=True)]


def proved(readings: Iterable[Reading], looked_for: Sequence[Wanted]) -> Proved | None:
    """The first of the readings that yields all that is looked for, in the order of the file; None where none does."""
    return next((found for reading in readings if (found := _tried(reading, looked_for)) is not None), None)


def files(data: Own, two: bool) -> tuple[tuple[str, object], ...]:
    """The constants that name the file of `data`, and with `two` that of its test part."""
    return (("FILE", data.path), ("TEST_FILE", data.test_path))[: 1 + two]


def _tried(reading: Reading, looked_for: Sequence[Wanted]) -> Proved | None:
    inside = ("def read(n):", *indented((*reading.one, f"return s, {reading.label}")))
    space = run(reading.piece + Piece(lines=inside))
    if space is None:
        return None
    held = space[reading.among] if isinstance(reading.among, str) else reading.among
    among = range(len(held)) if isinstance(held, list) else held
    left, found = iter(among), Proved(reading, [], [], [])
    for each in looked_for:
        for n in left:
            content, cell = _attempt(space["read"], n)
            if _same(content, each.content) and _label(cell, reading.folders) == each.label:
                found.places.append(n)
                found.cells.append(cell)
                found.texts.extend([content] if isinstance(content, str) else [])
                break
        else:
            return None
    return found


def run(piece: Piece) -> dict[str, Any] | None:
    """What the names of a piece of code stand for once it has run; None where it cannot."""
    given = (f"{names} = {literal(value)}" for names, value in piece.given)
    space: dict[str, Any] = {"np": np}
    limit = csv.field_size_limit()
    try:
        # Code of ours, in which all that comes from a person's file is a literal.
        exec("\n".join((*piece.imports, *given, *piece.made, *piece.lines)), space)
    except Exception:  # a way of reading that does not fit the file may fail in any way
        return None
    finally:
        csv.field_size_limit(limit)
    return space


def _attempt(read: Any, n: Any) -> tuple[Any, Any]:
    try:
        content, cell = read(n)
        return content, cell
    except Exception:  # rows that are not used may hold anything
        return None, None


def _label(cell: Any, folders: bool) -> str | None:
    """The word of a label, as the readers make it of a cell or of the name of a folder."""
    return None if missing(cell) else word(plain(cell) if folders else cell)


def _same(content: Any, looked_for: str | bytes) -> bool:
    if isinstance(looked_for, str):
        return isinstance(content, str) and _lines(content) == looked_for
    return content is not None and _bytes(content) == looked_for


def _lines(text: str) -> str:
    """`text` with line ends of one kind: no token holds one."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _bytes(values: np.ndarray) -> bytes:
    """What values say once they have 32 bits, equal for equal ones."""
    return repr(values.shape).encode() + np.ascontiguousarray(values, np.float32).tobytes()


@dataclass(frozen=True)
class Spoken:
    """How words are told apart by their cells: form, ``{}.strip()`` of a cell; keys: what that is for each word."""

    form: str
    keys: dict[str, Any]


def spoken(cells: Sequence[Any], words: Sequence[str], literals: bool = False) -> Spoken | None:
    """The simplest form in which `cells` and their `words` stand for each other; literals: as values of source text."""
    for form in ("{}", "{}.strip()", "str({})", "str({}).strip()"):
        try:
            keys = [_applied(form, cell) for cell in cells]
            pairs = dict.fromkeys(zip(keys, words, strict=True))
            if len(pairs) == len(set(keys)) == len(set(words)):
                return Spoken(form, {name: literal(key) and key if literals else key for key, name in pairs})
        except (AttributeError, TypeError):
            continue
    return None


def _applied(form: str, cell: Any) -> Any:
    """`cell` as the expression `form` has it."""
    value = str(cell) if form.startswith("str(") else cell
    return value.strip() if form.endswith(".strip()") else value

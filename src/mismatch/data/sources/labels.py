"""Labels of a file as classes: stripped, in a sorted order, and nothing merged that a person may mean to keep apart.

In: the cells of a column. Out: `Labels`: a code per row, the words of the classes, and what was dropped, changed or
looks wrong. Only an empty cell is missing: None, NA, nan and null are words like others.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from numbers import Integral, Real
from typing import Any

import numpy as np

from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError, plain
from mismatch.data.sources.base import Dropped
from mismatch.data.sources.named import FLATTEN
from mismatch.data.sources.words import listed, quoted

EXAMPLES = 3
NOTHING = frozenset(("na", "n/a", "#n/a", "nan", "<na>", "null", "none", "nil", "nat", "missing", "unknown", "?", "-"))
"""Labels, in any case, that other programs write where there is none; they may also be classes."""


@dataclass(frozen=True, eq=False)
class Labels:
    """codes: (M,) int64 into `classes`, of the rows that `kept`, (N,) bool, marks."""

    codes: np.ndarray
    classes: tuple[str, ...]
    kept: np.ndarray
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def absent(value: Any) -> bool:
    """Whether `value` stands for none: None, NaN as a number, and what pandas puts in its place."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):  # comparing them is no truth value
        return True
    if isinstance(value, Decimal):
        return value.is_nan()
    return isinstance(value, Real) and not isinstance(value, Integral) and bool(value != value)


def missing(value: Any) -> bool:
    """Whether a cell holds nothing: no value, or no character but blanks."""
    return not value.strip() if isinstance(value, str) else absent(value)


def word(value: Any) -> str:
    """The word of a label: stripped; whole numbers without a point, whatever type holds them."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    whole = isinstance(value, Integral) or (isinstance(value, Real) and float(value).is_integer())
    return str(int(value)) if whole else str(value)


def labelled(values: Iterable[Any], places: Sequence[str], key: str, column: str) -> Labels:
    """The classes of `values`, which stand at `places` in `column`, named by the setting `key`.

    Raises:
        ConfigError: for values that are no words, fewer than two classes, or a class for almost every row.
    """
    cells = list(values)
    kept = np.array([not missing(cell) for cell in cells], bool)
    for row in np.flatnonzero(kept).tolist():
        if isinstance(cells[row], list | dict | tuple | set | bytes | np.ndarray):
            kind = type(cells[row]).__name__
            flatten = f" (an object, {FLATTEN})" if kind == "dict" else ""
            raise ConfigError(key, column, f"must hold words or numbers, has a {kind} at {places[row]}{flatten}")
    words = [word(cell) for cell, keep in zip(cells, kept, strict=True) if keep]
    counts = Counter(words)
    _refuse(counts, key, column)
    classes = _ordered(counts)
    code = {name: number for number, name in enumerate(classes)}
    lost = [places[row] for row in np.flatnonzero(~kept).tolist()]
    dropped = (Dropped("no label", len(lost), tuple(lost[:EXAMPLES])),) if lost else ()
    codes = np.array([code[name] for name in words], np.int64)
    return Labels(codes, classes, kept, dropped, tuple(_notes(cells)), tuple(_warnings(counts)))


def _refuse(counts: Counter[str], key: str, column: str) -> None:
    total, single = sum(counts.values()), sum(count == 1 for count in counts.values())
    if len(counts) < 2:
        only = f"only {quoted(next(iter(counts)))}" if counts else "no label at all"
        raise ConfigError(key, column, f"must hold at least 2 classes, has {only}")
    if total > 4 and single > total / 2:
        what = f"{single:,} of its {len(counts):,} values stand in one row only"
        raise ConfigError(key, column, f"must name classes, but {what}, such as {listed(list(counts), 3, quotes=True)}")


def number(text: str) -> float | None:
    """The finite number that `text` writes, or None."""
    try:
        value = float(text.replace("_", "x"))
    except ValueError:
        return None
    return value if isfinite(value) else None


def _ordered(counts: Counter[str]) -> tuple[str, ...]:
    """By size where all are numbers, else as words."""
    sizes = {name: number(name) for name in counts}
    if all(size is not None for size in sizes.values()):
        return tuple(sorted(counts, key=lambda name: (sizes[name], name)))
    return tuple(sorted(counts))


def _notes(cells: list[Any]) -> Iterable[str]:
    many = _with_blanks(cells)
    if many:
        yield f"blanks around {counted(many, 'label')} stripped"


def stripped(cells: Iterable[Any], column: str) -> tuple[str, ...]:
    """What is said of a column of ids or groups, which blanks around them do not keep apart."""
    many = _with_blanks(cells)
    return (f"blanks around {counted(many, 'cell')} of {plain(column, 40)} stripped",) if many else ()


def _with_blanks(cells: Iterable[Any]) -> int:
    return sum(isinstance(cell, str) and cell != cell.strip() and bool(cell.strip()) for cell in cells)


def alike(name: str) -> str:
    """What `name` shares with words that differ from it in case, form of the characters, or way of writing a number."""
    letters = (char for char in unicodedata.normalize("NFKC", name) if unicodedata.category(char) != "Cf")
    key = " ".join("".join(letters).casefold().split())
    size = number({"true": "1", "false": "0"}.get(key, key))
    return key if size is None else f"{size:g}"


def _warnings(counts: Counter[str]) -> Iterable[str]:
    groups: dict[str, list[str]] = {}
    for name in sorted(counts):
        groups.setdefault(alike(name), []).append(name)
    for names in groups.values():
        if len(names) > 1:
            these = " and ".join(f"{quoted(name)} ({counted(counts[name], 'row')})" for name in names)
            yield f"labels {these} {_difference(names)}: kept as {len(names)} classes"
    nothing = [name for name in sorted(counts) if name.casefold() in NOTHING]
    if nothing:
        these = " and ".join(f"{quoted(name)} ({counted(counts[name], 'row')})" for name in nothing)
        yield f"labels {these} may stand for no label: kept as {counted(len(nothing), 'class', 'classes')}"
    single = [name for name in sorted(counts) if counts[name] == 1]
    if single:
        yield f"classes with one row, which no two parts can share: {listed(single, quotes=True)}"


def _difference(names: list[str]) -> str:
    if len({name.casefold() for name in names}) == 1:
        return "differ in case alone"
    if all(number(name) is not None for name in names):
        return "are the same number"
    if any(name.casefold() in ("true", "false") for name in names):
        return "may mean the same"
    return "look alike"

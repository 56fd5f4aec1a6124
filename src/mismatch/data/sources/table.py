"""Labelled texts from a table: one column of texts, one of labels, and those of parts and groups where there are any.

In: a file that `read_rows` reads, or a folder per class. Out: `Items`. Duplicates stay, and are counted.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mismatch.config.fields import ConfigError, require
from mismatch.config.paths import absolute, shown
from mismatch.data.sources import folder
from mismatch.data.sources import nested as nests
from mismatch.data.sources.base import Dropped, Items, Reading
from mismatch.data.sources.delimited import ONE_COLUMN
from mismatch.data.sources.labels import EXAMPLES, labelled, missing, number, stripped, word
from mismatch.data.sources.named import absent
from mismatch.data.sources.parts import PARTS, lopsided, repeated
from mismatch.data.sources.rows import Rows, read_rows
from mismatch.data.sources.words import listed, quoted

NUMERIC = 0.9
"""Share of numbers from which on a column of texts is refused."""


def texts(
    path: str,
    text: str,
    label: str,
    split: str | None = None,
    group: str | None = None,
    separator: str | None = None,
    encoding: str | None = None,
    test_path: str | None = None,
) -> Items:
    """The texts in column `text` of the file at `path`, labelled by column `label`.

    `split` names a column of train, probe (validation) and test; `test_path` is a second file, all of it for testing;
    `group` names a column whose values may not stand on both sides of a split. A folder at `path` holds one folder of
    files per class, and no column is looked for.

    Raises:
        ConfigError: in one line, naming the key, and the line or column where there is one.
    """
    if path and absolute(path).is_dir():
        for key, value in (("data.split", split), ("data.group", group), ("data.separator", separator)):
            require(not value, key, value, "must be left out: a folder per class has no columns")
        return folder.texts(path, encoding, test_path)
    columns = {"data.text": text, "data.label": label, "data.split": split, "data.group": group}
    _distinct(columns)
    if test_path:
        require(not split, "data.split", split, "must be left out where data.test_path gives the test part")
        same = absolute(path) == absolute(test_path)
        require(not same, "data.test_path", shown(test_path), "must be another file than data.path")
    rows = read_rows(path, separator, encoding)
    _present(rows, columns, path)
    parts = ["train"] * rows.read if test_path else None
    if test_path:
        extra = _test_rows(test_path, separator, encoding, text, label)
        _present(extra, columns, test_path, "data.test_path")
        rows, parts = _joined(rows, extra, test_path), ["train"] * rows.read + ["test"] * extra.read
    return _items(rows, path, columns, parts)


def _test_rows(path: str, separator: str | None, encoding: str | None, text: str, label: str) -> Rows:
    try:
        return read_rows(path, separator, encoding, "data.test_path")
    except ConfigError as error:
        if error.accepted.startswith(ONE_COLUMN):
            accepted = f"must have the columns of the training part, {listed((text, label))}; {error.accepted}"
            raise ConfigError(error.key, error.value, accepted) from None
        raise


def _distinct(columns: dict[str, str | None]) -> None:
    named: dict[str, str] = {}
    for key, column in columns.items():
        if column is None:
            continue
        require(column not in named, key, column, f"must be another column than {named.get(column)}")
        named[column] = key


def _present(rows: Rows, columns: dict[str, str | None], path: str, file: str = "data.path") -> None:
    for key, column in columns.items():
        if column is not None and column not in rows.frame:
            hint = f"; {key}=COLUMN names it" if column == key.removeprefix("data.") else ""
            raise absent(rows.frame, key, column, path, file, _headless(rows) or hint)


def _headless(rows: Rows) -> str:
    """A hint, where the names look like data."""
    names = [str(name) for name in rows.frame.columns]
    if any(len(name) > 60 or number(name) is not None for name in names):
        return " (its first line is read as names; if that is data, put a line of names above it)"
    return ""


def _joined(train: Rows, test: Rows, path: str) -> Rows:
    import pandas as pd

    frame = pd.concat([train.frame.astype(object), test.frame.astype(object)], ignore_index=True)
    places = train.places + tuple(f"{place} of {shown(path)}" for place in test.places)
    kind = train.kind if train.kind == test.kind else f"{train.kind}; test: {test.kind}"
    notes = train.notes + tuple(f"{shown(path)}: {note}" for note in test.notes)
    warnings = train.warnings + tuple(f"{shown(path)}: {warning}" for warning in test.warnings)
    return Rows(frame, places, kind, train.read + test.read, train.dropped + test.dropped, notes, warnings)


def _items(rows: Rows, path: str, columns: dict[str, str | None], parts: Sequence[str] | None) -> Items:
    text, label, split, group = columns.values()
    documents = rows.frame[text].tolist()
    _textual(documents, rows.places, str(text))
    dropped = list(rows.dropped)
    keep = np.ones(rows.read, bool)
    for reason, column in (("no text", text), ("no label", label), ("no part", split), ("no group", group)):
        if column is not None:
            keep = _without(rows, keep, reason, column, dropped)
    kept = np.flatnonzero(keep)
    places = tuple(rows.places[row] for row in kept)
    labels = labelled(_cells(rows, label, kept), places, "data.label", str(label))
    strings = tuple(str(documents[row]) for row in kept)
    duplicates, conflicts = repeated(strings, labels.codes)
    given = _parts(rows, kept, split) if split else np.array(parts)[kept] if parts else None
    warnings = (
        rows.warnings + labels.warnings + (lopsided(labels.codes, labels.classes, given) if given is not None else ())
    )
    reading = Reading(
        path=path,
        kind=rows.kind,
        read=rows.read,
        kept=len(kept),
        dropped=tuple(dropped),
        notes=rows.notes + labels.notes + (stripped(rows.frame[group], group) if group else ()),
        warnings=warnings,
        duplicates=duplicates,
        conflicts=conflicts,
    )
    groups = _groups(rows, kept, group) if group else None
    return Items(labels.codes, labels.classes, reading, places, strings, parts=given, groups=groups)


def _cells(rows: Rows, column: str | None, kept: np.ndarray) -> list[Any]:
    cells = rows.frame[column].tolist()
    return [cells[row] for row in kept.tolist()]


def _without(rows: Rows, keep: np.ndarray, reason: str, column: str, dropped: list[Dropped]) -> np.ndarray:
    """`keep` without the rows whose cell in `column` is empty, which are noted in `dropped`."""
    empty = keep & np.fromiter((missing(cell) for cell in rows.frame[column]), bool, rows.read)
    if empty.any():
        where = np.flatnonzero(empty)
        dropped.append(Dropped(reason, len(where), tuple(rows.places[row] for row in where[:EXAMPLES])))
    return keep & ~empty


def _textual(documents: list[Any], places: Sequence[str], column: str) -> None:
    """Refuse what is no column of texts: numbers, whether typed or written, lists, and nothing at all."""
    present = [(cell, place) for cell, place in zip(documents, places, strict=True) if not missing(cell)]
    if not present:
        raise ConfigError("data.text", column, "must hold texts; all of its cells are empty")
    numbers = [cell for cell, _ in present if not isinstance(cell, str) or number(cell) is not None]
    nested = next(
        ((cell, place) for cell, place in present if isinstance(cell, list | dict | bytes | np.ndarray)), None
    )
    if nested:
        what = f"must hold texts, has a {type(nested[0]).__name__} at {nested[1]}"
        raise ConfigError("data.text", column, f"{what}{nests.advice(nested[0])}")
    if len(numbers) >= NUMERIC * len(present):
        what = f"{len(numbers):,} of its {len(present):,} values are numbers, such as {quoted(numbers[0])}"
        raise ConfigError("data.text", column, f"must hold texts; {what}")
    other = next(((cell, place) for cell, place in present if not isinstance(cell, str)), None)
    if other:
        raise ConfigError("data.text", column, f"must hold texts, has {quoted(other[0])} without quotes at {other[1]}")


def _parts(rows: Rows, kept: np.ndarray, column: str) -> np.ndarray:
    """The part of every kept row, train | probe | test."""
    words = [str(cell).strip() for cell in _cells(rows, column, kept)]
    for row, said in zip(kept, words, strict=True):
        if said.casefold() not in PARTS:
            accepted = f"must hold train, test and, if you like, validation; has {quoted(said)} at {rows.places[row]}"
            raise ConfigError("data.split", column, accepted)
    return np.array([PARTS[said.casefold()] for said in words])


def _groups(rows: Rows, kept: np.ndarray, column: str) -> np.ndarray:
    codes: dict[str, int] = {}
    names = (word(cell) for cell in _cells(rows, column, kept))
    return np.array([codes.setdefault(name, len(codes)) for name in names], np.int64)

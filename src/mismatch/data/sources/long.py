"""Long tables: one row per step, with columns for the sequence it belongs to, its time, its features and its label.

In: the rows of a table. Out: `Found`. Rows of a sequence are put together and in order of time wherever they stand;
what would have to be guessed, such as two labels of one sequence or one time twice, is refused by name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError, plain, require
from mismatch.config.paths import shown
from mismatch.data.sources import giveaways, wide
from mismatch.data.sources.base import Dropped
from mismatch.data.sources.cells import numbers_of, times_of
from mismatch.data.sources.labels import EXAMPLES, missing, stripped, word
from mismatch.data.sources.named import absent, typed, with_comma
from mismatch.data.sources.numeric import Found
from mismatch.data.sources.parts import PARTS
from mismatch.data.sources.rows import Rows
from mismatch.data.sources.words import listed, quoted

MOST = 8
"""Names of features that fit a line to type."""
HINTS = {
    "data.id": "; data.id=COLUMN names it: a row is one step of the sequence that it names",
    "data.time": "; data.time=COLUMN names it, data.time=null where the rows of each id stand in order",
    "data.label": "; data.label=COLUMN names it",
}


@dataclass(frozen=True)
class Columns:
    """What the columns of a table are. time None: the rows stand in order. features empty: all other columns."""

    id: str
    time: str | None
    label: str
    features: tuple[str, ...] = ()
    split: str | None = None
    group: str | None = None

    def named(self) -> dict[str, str]:
        """The columns that are no features, by the setting that names them."""
        pairs = {"data.id": self.id, "data.time": self.time, "data.label": self.label}
        pairs |= {"data.split": self.split, "data.group": self.group}
        return {key: column for key, column in pairs.items() if column is not None}


def found(rows: Rows, columns: Columns, path: str, file: str = "data.path") -> Found:
    """The sequences of a table, in the order they first stand in. file: the setting that names it.

    Raises:
        ConfigError: naming the setting and the line or the id.
    """
    wide.refuse(rows, columns.named(), columns.features, path, file)
    features = _features(rows, columns, path, file)
    ids = [None if missing(cell) else word(cell) for cell in rows.frame[columns.id]]
    around = [line for name in (columns.id, columns.group) if name for line in stripped(rows.frame[name], name)]
    times, clock = (None, "") if columns.time is None else times_of(rows, columns.time)
    kept, dropped = _kept(rows, ids, times)
    known: dict[str | None, int] = {}
    codes = np.array([known.setdefault(ids[row], len(known)) for row in kept], np.int64)
    names = tuple(f"id {name}" for name in known)
    require(bool(len(kept)), "data.id", columns.id, "must name sequences; no row has an id and a time")
    order, notes = _order(rows, codes, None if times is None else times[kept], kept, names, columns)
    chosen = kept[order]
    values, said = numbers_of(rows, features, chosen)
    if not columns.features:
        values, features, left = _without_index(values, features, chosen)
        said = [*left, *said]
    one = lambda key: _one(rows, kept, codes, names, key, columns)  # noqa: E731
    labels, marks = one("data.label")
    return Found(
        values=values,
        lengths=np.bincount(codes),
        labels=labels,
        places=names,
        features=features,
        kind=f"{rows.kind}; {counted(rows.read, 'row')}, one per step{clock}",
        parts=None if columns.split is None else _parts(one("data.split")[0], names, columns.split),
        groups=None if columns.group is None else _whole(one("data.group")[0], names, columns.group),
        padded=False,
        dropped=(*rows.dropped, *dropped),
        notes=(*rows.notes, *around, *notes, *marks, *said),
        warnings=rows.warnings,
    )


def _features(rows: Rows, columns: Columns, path: str, file: str) -> tuple[str, ...]:
    """The columns of the features; every column that a setting names is there, and named once."""
    there, taken = [str(name) for name in rows.frame.columns], dict[str, str]()
    comma = with_comma([name for name in there if name not in columns.named().values()])
    for key, column in (*columns.named().items(), *(("data.features", name) for name in columns.features)):
        hint = comma if key == "data.features" else HINTS.get(key, "")
        if column not in there:
            raise absent(rows.frame, key, column, path, file, hint)
        twice = taken.get(column) == key == "data.features"
        other = "must be named once" if twice else f"must be another column than {taken.get(column)}"
        require(column not in taken, key, column, other)
        taken[column] = key
    features = columns.features or tuple(name for name in there if name not in taken)
    uses = ", ".join(f"{plain(column, 40)} ({key})" for key, column in columns.named().items())
    accepted = f"no column is left for the features: {shown(path)} has {uses} and no other"
    require(bool(features), "data.features", None, accepted)
    return features


def _without_index(
    values: np.ndarray, features: tuple[str, ...], chosen: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...], list[str]]:
    """Without the columns that are an index saved with the table, and what is said of them.

    values: (M, d), of the rows `chosen` (M,) of the file.
    """
    order = np.argsort(chosen)
    index = [giveaways.is_index(name, values[order, column]) for column, name in enumerate(features)]
    rest = tuple(name for name, leave in zip(features, index, strict=True) if not leave)
    gone = [name for name, leave in zip(features, index, strict=True) if leave]
    require(bool(rest), "data.features", None, f"must name columns of numbers; {listed(gone)} only numbers the rows")
    said = [f"{plain(name, 40)} numbers the rows of the file, an index saved with it: no feature" for name in gone]
    keep = f"; {typed('data.features', (*gone, *rest))} keeps it" if len(features) <= MOST else ""
    return values[:, ~np.array(index, bool)], rest, [f"{line}{keep}" for line in said]


def _kept(rows: Rows, ids: Sequence[str | None], times: np.ndarray | None) -> tuple[np.ndarray, list[Dropped]]:
    """Rows that belong to a sequence and have a place in it, (M,), and why the others do not."""
    nobody = np.array([name is None for name in ids], bool)
    never = np.zeros(len(ids), bool) if times is None else np.isnan(times) & ~nobody
    dropped = []
    for reason, gone in (("steps without an id", nobody), ("steps without a time", never)):
        if gone.any():
            where = tuple(rows.places[row] for row in np.flatnonzero(gone)[:EXAMPLES])
            dropped.append(Dropped(reason, int(gone.sum()), where, steps=True))
    return np.flatnonzero(~(nobody | never)), dropped


def _order(
    rows: Rows, codes: np.ndarray, times: np.ndarray | None, kept: np.ndarray, names: tuple[str, ...], columns: Columns
) -> tuple[np.ndarray, list[str]]:
    """The order that puts the rows of each sequence together, by time, and what that changed."""
    notes = []
    runs = np.bincount(codes[np.flatnonzero(np.diff(codes, prepend=-1))])
    parted = int((runs > 1).sum())
    if parted:
        notes.append(f"rows of {counted(parted, 'id')} do not stand together: put together")
    if times is None:
        return np.argsort(codes, kind="stable"), notes
    order = np.lexsort((times, codes))
    before, after = order[:-1], order[1:]
    same = (codes[before] == codes[after]) & (times[before] == times[after])
    if same.any():
        one, other = (rows.places[kept[each[np.flatnonzero(same)[0]]]] for each in (before, after))
        name = names[codes[before[np.flatnonzero(same)[0]]]]
        what = f"must differ within a sequence: {name} has one time twice ({one} and {other})"
        sorted_so = not ((codes[before] == codes[after]) & (after < before)).any()
        hint = _within(rows, columns) or _twice(rows, kept[before[same]], kept[after[same]], sorted_so)
        raise ConfigError("data.time", columns.time, f"{what}; {hint}")
    late = (codes[before] == codes[after]) & (after < before)
    if late.any():
        many = counted(len(set(codes[before[late]])), "id")
        notes.append(f"steps of {many} did not stand in order of time: sorted")
    return order, notes


def _twice(rows: Rows, before: np.ndarray, after: np.ndarray, sorted_so: bool) -> str:
    """What to do about rows (M,) `after` that have the time of those `before` them.

    sorted_so: whether the rows of each id stand in order of time, which is all that they have without a time.
    """
    one, other = (rows.frame.iloc[each].astype(str).to_numpy() for each in (before, after))
    if (one == other).all():
        again = counted(len(after), "row repeats", "rows repeat")
        return f"{again} another one whole: t = t.drop_duplicates() of pandas keeps one of each"
    if sorted_so:
        return "data.time=null keeps the order of the file"
    return "name a time that tells them apart, as the file is not in order of time"


def _one(
    rows: Rows, kept: np.ndarray, codes: np.ndarray, names: tuple[str, ...], key: str, columns: Columns
) -> tuple[list[Any], list[str]]:
    """The one value of `column` for every sequence, None where all its cells are empty."""
    column = columns.named()[key]
    cells = rows.frame[column].to_numpy(dtype=object)
    values: list[Any] = [None] * len(names)
    first: dict[int, int] = {}
    partly = set()
    for row, code in zip(kept.tolist(), codes.tolist(), strict=True):
        cell = cells[row]
        if missing(cell):
            partly.add(code)
            continue
        if code not in first:
            first[code], values[code] = row, cell
        elif _word(cell) != _word(values[code]):
            both = f"{quoted(values[code])} ({rows.places[first[code]]}) and {quoted(cell)} ({rows.places[row]})"
            hint = _within(rows, columns)
            what = f"must be one for each sequence: {names[code]} has {both}"
            raise ConfigError(key, column, f"{what}; {hint}" if hint else what)
    some = len(partly & set(first))
    return values, [f"{column} stands in some of the rows of {counted(some, 'id')} only: taken for all"] if some else []


def _within(rows: Rows, columns: Columns) -> str:
    """What to do where ids start anew within another column, such as the centre that a patient belongs to; or none."""
    if columns.time is None:
        return ""
    others = [columns.group, *(name for name in map(str, rows.frame.columns) if name not in columns.named().values())]
    for other in [name for name in others if name]:
        parts = rows.frame[[columns.id, other, columns.time]].astype(str)
        pairs = len(parts[[columns.id, other]].drop_duplicates())
        if 2 * pairs <= len(parts) and not parts.duplicated().any():
            joined = f"t[{columns.id!r}] = t[{other!r}].astype(str) + ' ' + t[{columns.id!r}].astype(str)"
            return f"the id may be unique only within {plain(other, 40)}: join the two, {joined}"
    return ""


def _word(cell: Any) -> str:
    return word(cell) if isinstance(cell, str | float | int | np.generic) else str(cell)


def _parts(cells: Iterable[Any], names: tuple[str, ...], column: str) -> np.ndarray:
    """The part of every sequence, train | probe | test."""
    words = ["" if cell is None else _word(cell).casefold() for cell in cells]
    for name, said in zip(names, words, strict=True):
        accepted = f"must hold train, test and, if you like, validation; {name} has {quoted(said)}"
        require(said in PARTS, "data.split", column, accepted)
    return np.array([PARTS[said] for said in words])


def _whole(cells: Sequence[Any], names: tuple[str, ...], column: str) -> list[object]:
    """The group of every sequence."""
    for name, cell in zip(names, cells, strict=True):
        require(cell is not None, "data.group", column, f"must not be empty: {name} has no group")
    return [_word(cell) for cell in cells]

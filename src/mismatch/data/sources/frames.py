"""Objects of pandas in memory: frames as sequences, and what stands beside them put in order by its index.

In: a DataFrame or a Series, and labels, groups, parts or lengths. Out: `Held`, whose index says which sequence is
which. What two indexes leave open is refused: a value beside the wrong sequence is wrong in silence.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError, plain, require
from mismatch.data.sources.words import quoted

STEPS = (
    "x.set_index(['id', 'time'])[features] if each row is a step, with labels = x.groupby('id')['label'].first(), "
    "which are put in order by id"
)
"""What makes sequences and labels of a long table, `features` a list of its columns."""


@dataclass(frozen=True, eq=False)
class Held:
    """N sequences one by one. names: of each, None where it has only its number. index: of pandas, (N,), or None."""

    rows: Sequence[Any]
    names: tuple[str, ...] | None = None
    index: Any = None
    notes: tuple[str, ...] = ()


def of_pandas(value: Any, kind: str = "") -> bool:
    """Whether `value` is a Series or a DataFrame; pandas is not imported for it."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(
        value, getattr(pandas, kind) if kind else (pandas.Series, pandas.DataFrame)
    )


def held(sequences: Any, shown: str) -> Held:
    """The sequences of a Series (one a row) or a DataFrame (an index of sequence and time; or cells of sequences).

    Raises:
        ConfigError: where a row can be a step or a sequence, with what to write for each.
    """
    if sequences.index.nlevels == 2 and _numeric(sequences, shown):
        return _stepwise(sequences if of_pandas(sequences, "DataFrame") else sequences.to_frame(), shown)
    if of_pandas(sequences, "Series"):
        steps = "[rows.to_numpy() for _, rows in x.groupby(ids, sort=False)] makes sequences, ids (M,) saying of which"
        accepted = f"holds one number per row, must hold a sequence per row: {steps} each row is a step"
        require(sequences.dtype.kind not in "biufcMm", "sequences", shown, accepted)
        return Held(sequences.tolist(), index=sequences.index)
    return _wide(sequences, shown)


def beside(values: Any, index: Any, key: str, shown: str) -> tuple[Any, tuple[str, ...]]:
    """`values` in the order of the sequences, whose index is `index`; and a note where that is not their own order.

    Of two objects of pandas the index decides: equal ones stay as they are, the same entries once each are put in
    order. Without an index on either side the order is all there is.

    Raises:
        ConfigError: for indexes that differ otherwise, with what to do.
    """
    if index is None or not of_pandas(values):
        return values, ()
    own = values.index
    numbered = all(type(each).__name__ == "RangeIndex" and (each.start, each.step) == (0, 1) for each in (own, index))
    if own.equals(index) or numbered:  # numbered ones can only differ in how many they are, which is refused later
        return values, ()
    if own.nlevels != index.nlevels:
        raise ConfigError(key, shown, _levels(own, index, key))
    there = own.isin(index)
    if own.is_unique and index.is_unique and len(own) == len(index) and there.all():
        return values.reindex(index), (f"{key} stand in another order than the sequences: put in order by their index",)
    raise ConfigError(key, shown, _unlike(own, index, there, key))


def _unlike(own: Any, index: Any, there: np.ndarray, key: str) -> str:
    """Why two indexes cannot be put beside each other, and what to do."""
    known = index.isin(own)
    if len(own) == len(index) and set(map(str, own)) == set(map(str, index)):
        return f"has an index of {own.dtype}, that of the sequences is {index.dtype}: astype makes one of the other"
    if not (own.is_unique and index.is_unique):
        which, twice = (key, own) if not own.is_unique else ("the sequences", index)
        what = f"has another index than the sequences, and {which} hold {_entry(twice[twice.duplicated()])} twice"
    elif known.all():
        more = f"{key}.loc[index] takes those of the sequences, index being theirs"
        return f"has entries that no sequence has in its index, such as {_entry(own[~there])}: {more}"
    else:
        what = f"has another index than the sequences: it lacks {_entry(index[~known])}"
    return f"{what}; {key}.to_numpy() if they stand in the order of the sequences, else give both the same index"


def _levels(own: Any, index: Any, key: str) -> str:
    if own.nlevels == 2 and index.nlevels == 1 and own.get_level_values(0).isin(index).all():
        return f"has a value per step: {key}.groupby(level=0, sort=False).first() has one per sequence"
    return f"has an index of {own.nlevels} levels, that of the sequences has {index.nlevels}: give both the same"


def _entry(index: Any) -> str:
    return quoted(index[0])


def _numeric(table: Any, shown: str) -> bool:
    """Whether a table of one row per step holds numbers alone.

    Raises:
        ConfigError: where some of its columns do.
    """
    if of_pandas(table, "Series"):
        return bool(table.dtype.kind in "biuf")
    other = [name for name, kind in table.dtypes.items() if kind.kind not in "biuf"]
    accepted = (
        f"must hold numbers, column {quoted(other[0] if other else None)} does not: x[features] takes those that do"
    )
    require(not other or len(table.columns) == 1, "sequences", shown, accepted)
    return not other


def _stepwise(frame: Any, shown: str) -> Held:
    """Of an index of two levels, sequence and time: the sequences in the order they first stand in, time sorted."""
    codes, keys = frame.index.get_level_values(0).factorize()
    times = _times(frame.index.get_level_values(1), shown)
    require(codes.min(initial=0) >= 0, "sequences", shown, "must name the sequence of every row in its index")
    order = np.lexsort((times, codes))
    before, after = order[:-1], order[1:]
    within = codes[before] == codes[after]
    twice = np.flatnonzero(within & (times[before] == times[after]))
    if len(twice):
        name = plain(keys[codes[before[twice[0]]]], 40)
        raise ConfigError("sequences", shown, f"must hold each time of {name} once")
    sizes = np.bincount(codes, minlength=len(keys))
    ends = np.cumsum(sizes)
    ordered = frame.iloc[order]
    rows = [ordered.iloc[end - size : end] for end, size in zip(ends, sizes, strict=True)]
    return Held(rows, tuple(f"id {key}" for key in keys), keys, _moved(codes, before[within & (after < before)]))


def _times(level: Any, shown: str) -> np.ndarray:
    """The rank of each time, (M,) int64."""
    kind = level.inferred_type
    if kind in ("string", "mixed", "mixed-integer"):
        accepted = "must have numbers or dates as times in its index (pd.to_numeric, pd.to_datetime), has texts such as"
        odd = next((time for time in level if isinstance(time, str)), level[0])
        raise ConfigError("sequences", shown, f"{accepted} {quoted(odd)}")
    ranks = level.factorize(sort=True)[0]
    require(ranks.min(initial=0) >= 0, "sequences", shown, "must have the time of every row in its index")
    return np.asarray(ranks)


def _moved(codes: np.ndarray, late: np.ndarray) -> tuple[str, ...]:
    """What reading changed in the order of the rows; `late`: those behind a row of a later time."""
    parted = int((np.bincount(codes[np.flatnonzero(np.diff(codes, prepend=-1))]) > 1).sum())
    notes = [f"rows of {counted(parted, 'id')} do not stand together: put together"] if parted else []
    if len(late):
        notes.append(f"steps of {counted(len(set(codes[late])), 'id')} did not stand in order of time: sorted")
    return tuple(notes)


def _wide(frame: Any, shown: str) -> Held:
    """A frame of one row per sequence whose cells are texts, in one column, or arrays, in one or more."""
    first = [next((cell for cell in frame[name] if cell is not None), None) for name in frame.columns]
    if len(first) == 1 and isinstance(first[0], str):
        return Held(frame.iloc[:, 0].tolist(), index=frame.index)
    if first and all(cell is not None and np.ndim(cell) == 1 for cell in first):
        return Held([_cells(row, list(frame.columns), shown) for row in frame.to_numpy()], index=frame.index)
    texts = [name for name, cell in zip(frame.columns, first, strict=True) if isinstance(cell, str)]
    if texts and len(texts) == len(first):
        name = quoted(texts[0])
        raise ConfigError("sequences", shown, f"has several columns of texts: x[{name}] is one column")
    ways = f"x[steps].to_numpy() if each row is a sequence, steps being its columns in order; {STEPS}"
    raise ConfigError("sequences", shown, f"can mean two things: {ways}")


def _cells(cells: Sequence[Any], columns: list[Any], shown: str) -> Any:
    """One sequence, its features in cells of their own, as a frame (L, d)."""
    try:
        return sys.modules["pandas"].DataFrame(dict(zip(columns, map(np.asarray, cells), strict=True)))
    except ValueError:
        raise ConfigError("sequences", shown, "must hold as many steps in every column of a row") from None

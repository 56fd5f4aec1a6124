"""Sequences that are in memory already: lists of arrays or of texts, one padded array, objects of pandas.

In: what a person hands to a function of this package, each kind of object as `objects` tells them apart. Out: `Items`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mismatch.config.fields import plain, require
from mismatch.data.sources.base import Dropped, Items, Reading
from mismatch.data.sources.frames import Held, beside
from mismatch.data.sources.labels import labelled
from mismatch.data.sources.missing import KEEP
from mismatch.data.sources.numeric import Found, Keys, codes, end_to_end
from mismatch.data.sources.numeric import items as numeric_items
from mismatch.data.sources.objects import arrays_of, column_of, describe, rows_of
from mismatch.data.sources.parts import repeated

PARTS = ("train", "probe", "test")
KEYS = Keys("sequences", "labels", "missing")


def items(
    sequences: Any,
    labels: Any,
    groups: Any = None,
    parts: Any = None,
    lengths: Any = None,
    missing: str = KEEP,
    features: Sequence[str] | None = None,
) -> Items:
    """N sequences with N labels.

    sequences: a list of (L,) or (L, d) arrays, nested lists or pandas objects; a list of texts; an array (N, T, d), or
    (N, T) of one feature, whose rows have `lengths` (N,) steps where given; a pandas Series of texts; a pandas
    DataFrame with an index of two levels (sequence, time). groups: N keys of what must not be split. parts: N of
    train | probe | test. missing: what becomes of NaN, see `missing.fill`; ``keep`` leaves it. Labels, groups, parts
    and lengths that are Series are put in the order of sequences of pandas by their index, see `frames.beside`.

    Raises:
        ConfigError: naming what it was given, the place in it, and what would be accepted.
    """
    shown = describe(sequences)
    held = rows_of(sequences, shown)
    rows, count = held.rows, len(held.rows)
    require(count > 0, "sequences", shown, "must hold at least one sequence")
    names = held.names or tuple(f"sequences[{number}]" for number in range(count))
    (labels, groups, parts, lengths), notes = _ordered(held, labels=labels, groups=groups, parts=parts, lengths=lengths)
    column = column_of(labels, count, "labels")
    sides = _parts(parts, count)
    bound = _groups(groups, count)
    if any(isinstance(row, str) for row in rows):
        require(lengths is None, "lengths", describe(lengths), "must be left out for texts")
        return _texts(rows, column, names, shown, sides, bound, notes)
    arrays, titles = arrays_of(rows, names, shown)
    arrays = _cut(arrays, lengths, names)
    values, sizes = end_to_end(arrays, arrays[0].shape[1])
    titles = _titles(features, titles, arrays[0].shape[1])
    found = Found(values, sizes, column, names, titles, shown, sides, bound, notes=notes)
    return numeric_items(found, "sequences", "labels", missing, KEYS)


def _ordered(held: Held, **columns: Any) -> tuple[list[Any], tuple[str, ...]]:
    """What stands beside the sequences in their order, and what was said of it."""
    ordered, notes = [], list(held.notes)
    for key, values in columns.items():
        inside, said = beside(values, held.index, key, describe(values))
        ordered.append(inside)
        notes += said
    return ordered, tuple(notes)


def _cut(arrays: list[np.ndarray], lengths: Any, names: tuple[str, ...]) -> list[np.ndarray]:
    """The first `lengths` steps of each."""
    if lengths is None:
        return arrays
    shown = describe(lengths)
    sizes = np.asarray(lengths)
    accepted = f"must be {len(arrays)} whole numbers, one per sequence"
    require(sizes.shape == (len(arrays),) and sizes.dtype.kind in "iu", "lengths", shown, accepted)
    for name, array, size in zip(names, arrays, sizes, strict=True):
        accepted = f"{name} has {len(array)} steps, must be from 0 to that"
        require(0 <= size <= len(array), "lengths", int(size), accepted)
    return [array[:size] for array, size in zip(arrays, sizes, strict=True)]


def _titles(given: Sequence[str] | None, found: tuple[str, ...] | None, d: int) -> tuple[str, ...]:
    titles = tuple(map(str, given)) if given is not None else found or tuple(f"feature {k}" for k in range(d))
    require(len(titles) == d, "features", describe(given), f"must be {d} names, one per feature")
    return titles


def _parts(parts: Any, count: int) -> np.ndarray | None:
    if parts is None:
        return None
    column = column_of(parts, count, "parts")
    for number, value in enumerate(column):
        require(value in PARTS, "parts", plain(value, 40), f"parts[{number}] must be one of {', '.join(PARTS)}")
    return np.array(column)


def _groups(groups: Any, count: int) -> list[object] | None:
    """One key per sequence, none of them missing."""
    if groups is None:
        return None
    column = column_of(groups, count, "groups")
    missing = next((number for number, value in enumerate(column) if value is None), None)
    require(missing is None, "groups", describe(groups), f"groups[{missing}] must not be missing")
    return column


def _texts(
    rows: Sequence[Any],
    column: list[object],
    names: tuple[str, ...],
    shown: str,
    parts: np.ndarray | None,
    groups: list[object] | None,
    notes: tuple[str, ...],
) -> Items:
    """Texts as they are; those that are missing or blank are left out."""
    odd = next((number for number, row in enumerate(rows) if not isinstance(row, str | None)), None)
    require(
        odd is None, "sequences", shown, f"sequences[{odd}] is no text, others are: must be all texts or all numbers"
    )
    there = np.array([isinstance(row, str) and bool(row.strip()) for row in rows])
    gone = tuple(names[number] for number in np.flatnonzero(~there))
    labels = labelled(
        [label for label, keep in zip(column, there, strict=True) if keep],
        tuple(name for name, keep in zip(names, there, strict=True) if keep),
        "labels",
        "labels",
    )
    chosen = np.flatnonzero(there)[labels.kept]
    texts = tuple(rows[number] for number in chosen)
    duplicates, conflicts = repeated(texts, labels.codes)
    dropped = (Dropped("without text", len(gone), gone[:3]),) if gone else ()
    reading = Reading(
        "sequences",
        shown,
        len(rows),
        len(texts),
        (*dropped, *labels.dropped),
        (*notes, *labels.notes),
        labels.warnings,
        duplicates,
        conflicts,
    )
    return Items(
        labels.codes,
        labels.classes,
        reading,
        tuple(names[number] for number in chosen),
        texts,
        parts=None if parts is None else parts[chosen],
        groups=None if groups is None else codes([groups[number] for number in chosen]),
    )

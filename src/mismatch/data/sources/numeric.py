"""What a reader of numbers found becomes `Items`: pads cut, labels made whole, missing values dealt with, all counted.

In: `Found`, the same from every format. Out: `Items` with the `Reading` that says what happened on the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np

from mismatch.config.fields import ConfigError, plain, require
from mismatch.data.sources import giveaways
from mismatch.data.sources.base import Dropped, Items, Reading
from mismatch.data.sources.labels import labelled
from mismatch.data.sources.missing import KEEP, fill, refuse_infinite
from mismatch.data.sources.parts import lopsided, repeated
from mismatch.data.sources.words import listed


@dataclass(frozen=True, eq=False)
class Found:
    """N sequences as a file holds them.

    values: (sum L, d) float64 end to end, NaN where one is missing. lengths: (N,) int64, 0 where a sequence has no
    steps. labels: N of them, as they stand, None where one is missing. places: where each sequence stands. groups: N
    keys, or None. parts: (N,) of train | probe | test, or None. padded: steps without any value at the end of a
    sequence can be padding (in a table with one row per step they cannot).
    """

    values: np.ndarray
    lengths: np.ndarray
    labels: Sequence[object]
    places: tuple[str, ...]
    features: tuple[str, ...]
    kind: str
    parts: np.ndarray | None = None
    groups: Sequence[object] | None = None
    padded: bool = True
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Keys:
    """What messages call the settings: those of a dataset, or the arguments of a function."""

    path: str = "data.path"
    label: str = "data.label"
    missing: str = "data.missing"


def items(found: Found, path: str, label: str, missing: str, keys: Keys = Keys()) -> Items:
    """Labelled sequences of `found`. `missing`: one of `missing.POLICIES`, or ``keep`` for values as they are.

    Raises:
        ConfigError: for labels, missing or infinite values that cannot be used.
    """
    read, found = len(found.lengths), _without_empty(_without_pads(found))
    accepted = f"must hold sequences; none of its {read} has a step with a value"
    require(bool(len(found.lengths)), keys.path, path, accepted)
    labels = labelled(found.labels, found.places, keys.label, label)
    kept = _chosen(found, labels.kept)
    values, notes = kept.values, kept.notes
    if missing != KEEP:
        refuse_infinite(values, kept.lengths, kept.places, kept.features, keys.path, path)
        values, filled = fill(values, kept.lengths, missing, kept.places, kept.features, keys.missing)
        notes = (*notes, *filled)
    duplicates, conflicts = repeated(_bytes(values, kept.lengths), labels.codes)
    parted = lopsided(labels.codes, labels.classes, kept.parts) if kept.parts is not None else ()
    given = giveaways.warnings(values, kept.lengths, labels.codes, kept.features, len(labels.classes))
    reading = Reading(
        path,
        kept.kind,
        read,
        len(kept.lengths),
        (*kept.dropped, *labels.dropped),
        (*notes, *labels.notes),
        (*kept.warnings, *labels.warnings, *parted, *given, *_single(kept.lengths), *_coarse(values, kept.features)),
        duplicates,
        conflicts,
    )
    return Items(
        labels.codes,
        labels.classes,
        reading,
        kept.places,
        None,
        values,
        kept.lengths,
        kept.parts,
        None if kept.groups is None else codes(kept.groups),
        kept.features,
    )


def end_to_end(arrays: Sequence[np.ndarray], d: int) -> tuple[np.ndarray, np.ndarray]:
    """Sequences (L, d) as values (sum L, d) float64 and lengths (N,) int64."""
    lengths = np.fromiter((len(each) for each in arrays), np.int64, len(arrays))
    values = np.concatenate(arrays) if len(arrays) else np.zeros((0, d))
    return np.ascontiguousarray(values, np.float64).reshape(-1, d), lengths


def codes(keys: Sequence[object]) -> np.ndarray:
    """One number per distinct key, in the order they first stand in: (N,) int64."""
    known: dict[object, int] = {}
    return np.fromiter((known.setdefault(key, len(known)) for key in keys), np.int64, len(keys))


def joined(train: Found, test: Found, shown: str, key: str = "data.test_path") -> Found:
    """Both, `test` behind `train`; its places say that they are of `shown`. Parts that neither gives follow from it.

    key: the setting that names what `shown` is.

    Raises:
        ConfigError: where the two differ in their features.
    """
    test = _aligned(train, test, shown, key)
    sides = ((train, "train"), (test, "test"))
    parts = [each.parts if each.parts is not None else np.full(len(each.lengths), part) for each, part in sides]
    return Found(
        values=np.concatenate([train.values, test.values]),
        lengths=np.concatenate([train.lengths, test.lengths]),
        labels=[*train.labels, *test.labels],
        places=(*train.places, *(f"{place} of {shown}" for place in test.places)),
        features=train.features,
        kind=train.kind if train.kind == test.kind else f"{train.kind}; test: {test.kind}",
        parts=np.concatenate(parts),
        groups=[*train.groups, *test.groups] if train.groups and test.groups else None,
        padded=train.padded,
        dropped=(*train.dropped, *test.dropped),
        notes=(*train.notes, *(f"{shown}: {note}" for note in test.notes)),
        warnings=(*train.warnings, *(f"{shown}: {warning}" for warning in test.warnings)),
    )


def _aligned(train: Found, test: Found, shown: str, key: str) -> Found:
    """`test` with its features in the order of those of `train`."""
    if train.features == test.features:
        return test
    if set(train.features) != set(test.features):
        wanted, there = (f"{len(each.features)}: {listed(each.features)}" for each in (train, test))
        raise ConfigError(key, shown, f"must hold the features of the training part, {wanted}; has {there}")
    order = [test.features.index(name) for name in train.features]
    return replace(test, values=test.values[:, order], features=train.features)


def _bytes(values: np.ndarray, lengths: np.ndarray) -> list[bytes]:
    """What each sequence says, equal for equal ones."""
    raw, ends = np.ascontiguousarray(values + 0.0), np.cumsum(lengths)  # -0.0 is 0.0
    return [raw[end - size : end].tobytes() for end, size in zip(ends, lengths, strict=True)]


def _chosen(found: Found, kept: np.ndarray) -> Found:
    """The sequences of the mask `kept` (N,)."""
    if kept.all():
        return found
    return replace(
        found,
        values=found.values[np.repeat(kept, found.lengths)],
        lengths=found.lengths[kept],
        labels=list(compress(found.labels, kept)),
        places=tuple(compress(found.places, kept)),
        parts=None if found.parts is None else found.parts[kept],
        groups=None if found.groups is None else list(compress(found.groups, kept)),
    )


def _without_pads(found: Found) -> Found:
    """Without the steps at the end of a sequence that hold no value at all: NaN is how archives pad to one length."""
    if not found.padded or not len(found.values):
        return found
    number = np.repeat(np.arange(len(found.lengths)), found.lengths)
    step = np.arange(len(number)) - np.repeat(np.cumsum(found.lengths) - found.lengths, found.lengths)
    held = ~np.isnan(found.values).all(axis=1)
    lengths = np.zeros_like(found.lengths)
    np.maximum.at(lengths, number[held], step[held] + 1)
    cut = int((lengths < found.lengths).sum())
    if not cut:
        return found
    said = (
        f"{int((found.lengths - lengths).sum())} steps without any value at the end of {cut} sequences: cut as padding"
    )
    return replace(found, values=found.values[step < lengths[number]], lengths=lengths, notes=(*found.notes, said))


def _without_empty(found: Found) -> Found:
    empty = found.lengths == 0
    if not empty.any():
        return found
    places = tuple(plain(found.places[number], 40) for number in np.flatnonzero(empty)[:3])
    dropped = Dropped("without any step that holds a value", int(empty.sum()), places)
    return replace(_chosen(found, ~empty), dropped=(*found.dropped, dropped))


def _single(lengths: np.ndarray) -> tuple[str, ...]:
    one = len(lengths) > 0 and lengths.max() == 1
    return ("every sequence has a single step: there is no order to learn, and nothing to pad",) if one else ()


def _coarse(values: np.ndarray, features: tuple[str, ...]) -> tuple[str, ...]:
    """Features that rounding to 32 bits moves by 1 % of their spread or more, such as seconds since 1970."""
    said = []
    for name, column in zip(features, values.T, strict=True):
        column = column[np.abs(column) <= np.finfo(np.float32).max]
        if len(column) and column.std() > 0:
            moved = np.abs(column - column.astype(np.float32)).max()
            if moved > 0.01 * column.std():
                large = f"values near {np.abs(column).max():.4g}"
                said.append(f"{plain(name, 40)} loses digits in 32 bits ({large}): subtract its start")
    return tuple(said)


def refuse_width(widths: Sequence[int], places: Sequence[str], key: str, shown: str) -> None:
    """Raise ConfigError unless all N sequences have as many features as the first."""
    other = next((number for number, width in enumerate(widths) if width != widths[0]), None)
    if other is not None:
        here, there = plain(places[other], 40), plain(places[0], 40)
        raise ConfigError(
            key, shown, f"{here} has {widths[other]} features, {there} has {widths[0]}: every step needs the same ones"
        )

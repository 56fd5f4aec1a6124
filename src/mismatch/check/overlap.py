"""Series that overlap: windows cut from one recording, shifted against each other, known by runs of equal steps.

In: values end to end. Out: which sequences share half of their steps and more with others. What repeats of itself is no
overlap: runs that hold a step twice (constants, plateaus, zeros), straight lines, and runs that a sequence repeats.
"""

from dataclasses import dataclass

import numpy as np

from mismatch.check.near import mixed

RUN = 6
"""Steps in a row that have to be equal, and to differ from each other."""
SHARE = 0.5
"""Share of the steps of a sequence that others hold as well, from which on it overlaps them."""
DIGITS = 8
"""Decimals of a value, in deviations, that have to be equal."""
STRAIGHT = 1e-9
"""Largest bend of a straight line, in units of its largest value."""


@dataclass(frozen=True, eq=False)
class Overlap:
    """rows: (M,) int64, sequences that overlap others. pair: two that overlap. across: those of `rows`, (K,) int64,
    that share as much with sequences on the other side of the file's parts.
    """

    rows: np.ndarray
    pair: tuple[int, int]
    across: np.ndarray


def overlap(
    values: np.ndarray, lengths: np.ndarray, same: np.ndarray, tested: np.ndarray | None = None
) -> Overlap | None:
    """What overlaps among series (sum L, d) of `lengths` (N,); None: nothing.

    same: (N,), equal for equal series, of which the first is looked at. tested: (N,) bool, or None without parts.
    """
    owner = np.repeat(np.arange(len(lengths)), lengths)
    first = np.zeros(len(lengths), bool)
    first[np.unique(same, return_index=True)[1]] = True
    if len(values) < RUN:
        return None
    keys, starts = _runs(values, owner, first)
    order = np.lexsort((owner[starts], keys))
    keys, starts = keys[order], starts[order]
    group = np.cumsum(np.diff(keys, prepend=keys[:1]) != 0)
    repeats = (np.diff(group) == 0) & (np.diff(owner[starts]) == 0)
    kept = ~np.isin(group, group[1:][repeats])
    group, starts = group[kept], starts[kept]
    shared = np.bincount(group)[group] > 1 if len(group) else np.zeros(0, bool)
    rows = _covered(starts[shared], owner, lengths)
    if not len(rows):
        return None
    across = np.empty(0, np.int64)
    if tested is not None:
        side = tested[owner[starts]]
        both = (np.bincount(group, side) > 0) & (np.bincount(group, ~side) > 0)
        across = np.intersect1d(rows, _covered(starts[both[group]], owner, lengths))
    return Overlap(rows, _pair(int(rows[0]), group[shared], owner[starts[shared]]), across)


def _runs(values: np.ndarray, owner: np.ndarray, first: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A hash of each run of `RUN` steps that may tell an overlap, and where it starts: (M,) uint64 and int64."""
    step, count = _hashed(values), len(values) - RUN + 1
    _, code, times = np.unique(step, return_inverse=True, return_counts=True)
    alone = np.concatenate([[0], np.cumsum((times[code] == 1) | ~first[owner])])
    whole = (owner[:count] == owner[RUN - 1 :]) & (alone[RUN:] == alone[:count])
    starts = np.flatnonzero(whole)
    runs = [code[starts + offset] for offset in range(RUN)]
    good = _bent(values, starts)
    for at, one in enumerate(runs):
        for other in runs[:at]:
            good &= one != other
    key = np.zeros(int(good.sum()), np.uint64)
    for one in runs:
        key = mixed(key + one[good].astype(np.uint64))
    return key, starts[good]


def _hashed(values: np.ndarray) -> np.ndarray:
    """A number of 64 bits for each step, the same for steps that are equal but for the last digits: (sum L,)."""
    step = np.zeros(len(values), np.uint64)
    for column in values.T:
        scale = np.median(np.abs(column - np.median(column))) or column.std() or 1.0
        with np.errstate(over="ignore"):
            rounded = np.round(column / scale, DIGITS) + 0.0  # -0.0 is 0.0
        step = mixed(step + rounded.view(np.uint64))
    return step


def _bent(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Which runs turn at each step in some feature: straight lines do not, even where one value of them is missing."""
    bent = np.ones(len(starts), bool)
    for offset in range(RUN - 2):
        one, two, three = (values[starts + offset + k] for k in range(3))
        size = np.maximum(np.maximum(np.abs(one), np.abs(two)), np.abs(three))
        bent &= (np.abs(one - 2 * two + three) > STRAIGHT * size).any(axis=1)
    return bent


def _covered(starts: np.ndarray, owner: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Sequences of which runs at these places cover `SHARE` of the steps and more."""
    edges = np.zeros(len(owner) + 1, np.int64)
    np.add.at(edges, starts, 1)
    np.add.at(edges, starts + RUN, -1)
    steps = np.bincount(owner[np.cumsum(edges[:-1]) > 0], minlength=len(lengths))
    return np.flatnonzero((steps >= SHARE * lengths) & (steps > 0))


def _pair(row: int, group: np.ndarray, owner: np.ndarray) -> tuple[int, int]:
    """A sequence, and the one that it has most runs in common with."""
    others = owner[np.isin(group, group[owner == row]) & (owner != row)]
    return row, int(np.bincount(others).argmax())

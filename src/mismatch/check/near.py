"""Sequences that are nearly equal: texts that share most of their word triples, series that lie within a tolerance.

In: tokens or values, end to end. Out: pairs of rows. It finds most, not all: what it names has been compared in full.
"""

from itertools import pairwise

import numpy as np

BANDS, ROWS = 8, 3
"""Of the min-hash (Broder 1997): texts of Jaccard index s meet in one of 8 bands with 1 - (1 - s^3)^8: 0.86 at 0.6."""
ALIKE = 0.6
"""Least Jaccard index of the triples of two texts that are near."""
CLOSE = 0.01
"""Largest difference of two series that are near, in deviations of the feature over the calmer of the two."""
SHORTEST = 6
"""Shorter texts and series are alike by chance."""
MOST = 20_000
"""Pairs that are compared in full, at most."""


def near_texts(ids: np.ndarray, lengths: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Pairs of texts that are near but not equal: (M, 2) int64. ids: (sum L,) of tokens; same: (N,) equal if equal."""
    owner = np.repeat(np.arange(len(lengths)), lengths)
    _, first = np.unique(same, return_index=True)
    looked = np.zeros(len(lengths), bool)
    looked[first] = lengths[first] >= SHORTEST
    inside = (owner[2:] == owner[:-2]) & looked[owner[2:]]
    word = ids.astype(np.uint64)
    triples = mixed(mixed(mixed(word[:-2]) + word[1:-1]) + word[2:])[inside]
    rows, starts = np.unique(owner[2:][inside], return_index=True)
    if len(rows) < 2:
        return np.empty((0, 2), np.int64)
    found = []
    for band in range(BANDS):
        key = np.zeros(len(rows), np.uint64)
        for row in range(ROWS):
            salt = np.uint64(hash((band, row)) % 2**63)  # of whole numbers: the same in every process
            key = mixed(key + np.minimum.reduceat(mixed(triples ^ salt), starts))
        found.append(_neighbours(key, rows))
    pairs = np.unique(np.concatenate(found), axis=0)
    return _alike(pairs[:MOST], rows, np.split(triples, starts[1:]))


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def mixed(value: np.ndarray) -> np.ndarray:
    """A hash of 64 bits of each number (splitmix64, Steele et al. 2014)."""
    value = value * _GOLDEN + _GOLDEN
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def _neighbours(key: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Rows that follow each other under the same key, (M, 2), the smaller first."""
    order = np.argsort(key, kind="stable")
    equal = key[order][1:] == key[order][:-1]
    return np.stack([rows[order][:-1][equal], rows[order][1:][equal]], axis=1)


def _alike(pairs: np.ndarray, rows: np.ndarray, triples: list[np.ndarray]) -> np.ndarray:
    """Those pairs whose sets of triples have a Jaccard index of at least `ALIKE`."""
    place = {int(row): number for number, row in enumerate(rows)}
    sets = {int(row): set(triples[place[int(row)]].tolist()) for row in np.unique(pairs)}
    keep = [len(sets[a] & sets[b]) >= ALIKE * len(sets[a] | sets[b]) for a, b in pairs.tolist()]
    return pairs[np.array(keep, bool)] if keep else np.empty((0, 2), np.int64)


def near_series(values: np.ndarray, lengths: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Pairs of series of one length that differ nowhere by more than `CLOSE` deviations: (M, 2) int64.

    values: (sum L, d), finite. same: (N,), equal for equal series.
    """
    spread = values.std(axis=0)
    scaled = values[:, spread > 0] / spread[spread > 0]
    found = [np.empty((0, 2), np.int64)]
    if not scaled.shape[1]:
        return found[0]
    offsets = np.cumsum(lengths) - lengths
    sums = np.concatenate([np.zeros((1, min(scaled.shape[1], 4))), np.cumsum(scaled[:, :4], axis=0)])
    _, distinct = np.unique(same, return_index=True)
    for length in np.unique(lengths[lengths >= SHORTEST]):
        rows = distinct[lengths[distinct] == length]
        if len(rows) > 1:
            found.append(rows[_near(scaled, sums, offsets[rows], int(length))])
    return np.concatenate(found)


def _near(scaled: np.ndarray, sums: np.ndarray, starts: np.ndarray, length: int) -> np.ndarray:
    """Pairs among series of one length: candidates by their means over quarters, then compared step by step.

    No mean differs by more than the steps do, so a pair is missed only beyond the third neighbour of both. sums:
    running sums of the first features, which give the means.
    """
    from scipy.spatial import cKDTree

    edges = np.linspace(0, length, 5).astype(int)
    means = [(sums[starts + high] - sums[starts + low]) / (high - low) for low, high in pairwise(edges)]
    points = np.concatenate(means, axis=1)
    others = cKDTree(points).query(points, k=[1, 2, 3, 4], p=np.inf, distance_upper_bound=CLOSE * 1.01)[1]
    pairs = np.stack([np.repeat(np.arange(len(points)), 4), others.ravel()], axis=1)
    pairs = pairs[(pairs[:, 1] < len(points)) & (pairs[:, 0] != pairs[:, 1])]
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)[:MOST]
    close = [_alike_everywhere(*(scaled[start : start + length] for start in starts[pair])) for pair in pairs]
    return pairs[np.array(close, bool)]


def _alike_everywhere(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two series (L, d) differ nowhere by more than `CLOSE` deviations of the calmer of the two.

    A deviation is that of the middle half where it is smaller: one -999 among the values makes the whole look wild.
    """
    apart, tolerance = np.abs(one - other).max(axis=0), CLOSE * np.minimum(one.std(axis=0), other.std(axis=0))
    if not (apart <= tolerance).all():
        return False
    middle = np.minimum(*(np.subtract(*np.quantile(each, [0.75, 0.25], axis=0)) / 1.349 for each in (one, other)))
    return bool((apart <= np.where(middle > 0, CLOSE * middle, tolerance)).all())

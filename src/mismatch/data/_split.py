"""Training, probe and test rows of data that are there once: random and disjoint, or as a file says.

`stratified_split` serves shipped sets, whose classes come in equal shares. `draw` serves files of one's own: natural or
equal shares, no group on both sides, and no sequence in the test part that is trained on, whatever its label.
"""

import numpy as np

from mismatch.config.fields import require
from mismatch.data._pool import Pool
from mismatch.data.base import Dataset
from mismatch.data.streams import Streams

TRIES = 24
"""Random orders of the groups; the one that gives the most even test part is taken."""


def require_rows(dataset: Dataset, smallest_class: int) -> None:
    """Refuse sizes that rows of which the rarest class has `smallest_class` cannot fill.

    Raises:
        ConfigError: naming the largest training set that the probe and the test set leave.
    """
    taken = sum(-(-part // dataset.classes_count) for part in (dataset.probe, dataset.test))
    left = (smallest_class - taken) * dataset.classes_count
    rows = smallest_class * dataset.classes_count
    key, size = max((dataset.test, "data.test"), (dataset.probe, "data.probe"))[::-1]
    require(left > 0, key, size, f"leaves nothing to train on: {rows} rows can be drawn, the classes in equal shares")
    accepted = f"must be at most {left}, what data.probe and data.test leave"
    require(dataset.train <= left, "data.train", dataset.train, accepted)


def stratified_split(
    rng: np.random.Generator, rows: np.ndarray, labels: np.ndarray, wanted: dict[str, int]
) -> dict[str, np.ndarray]:
    """Disjoint random subsets of `rows`, each with the classes in equal shares (to within one row)."""
    kinds = np.unique(labels[rows])
    picked: dict[str, list[np.ndarray]] = {part: [] for part in wanted}
    for number, kind in enumerate(kinds):
        pool = rng.permutation(rows[labels[rows] == kind])
        shares = {part: count // len(kinds) + (number < count % len(kinds)) for part, count in wanted.items()}
        start = 0
        for part, share in shares.items():
            picked[part].append(pool[start : start + share])
            start += share
    return {part: rng.permutation(np.concatenate(chunks)) for part, chunks in picked.items()}


def draw(rng: np.random.Generator, pool: Pool, wanted: dict[str, int]) -> dict[str, np.ndarray]:
    """Rows of the parts train, probe and test: `probe` exactly as many as wanted, the others at most."""
    side, test = sides(rng, pool, wanted["test"])
    if len(pool.probe_side):
        probe, _ = take(rng, pool, pool.probe_side, wanted["probe"], keep=0, fill=True)
        rest = np.setdiff1d(side, pool.probe_side)
    else:
        probe, rest = take(rng, pool, side, wanted["probe"], fill=True)
    train, _ = take(rng, pool, rest, wanted["train"], keep=0)
    return {"train": train, "probe": probe, "test": test}


def sides(rng: np.random.Generator, pool: Pool, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The training side and the test part, of at most `size` rows."""
    if pool.fixed:
        return pool.training_side, _fixed(pool, size)
    if pool.parts is not None:
        return pool.training_side, take(rng, pool, pool.test_side, size, keep=0)[0]
    if pool.groups is None:
        test, side = take(rng, pool, np.arange(len(pool)), size)
    else:
        within = np.isin(pool.groups, _test_groups(rng, pool, size))
        test, _ = take(rng, pool, np.flatnonzero(within), size, keep=0)
        side = np.flatnonzero(~within)
    return side[~np.isin(pool.copies[side], pool.copies[test])], test


def _fixed(pool: Pool, size: int) -> np.ndarray:
    """What was set aside, in order: all of it, or always the same `size` of its rows."""
    side = pool.test_side
    if size >= len(side):
        return side
    return np.sort(take(Streams(0, 0).rng("held"), pool, side, size, keep=0, fill=True)[0])


def take(
    rng: np.random.Generator, pool: Pool, rows: np.ndarray, size: int, keep: int = 1, fill: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """At most `size` of `rows`, the classes in the shares the pool asks for, in random order; and the rest.

    keep: how many rows of every class stay behind. fill: whether `size` matters more than equal shares.
    """
    counts = pool.counts(rows)
    most = np.maximum(counts - keep, 0)
    quota = np.full(pool.classes, size / pool.classes) if pool.equal else size * counts / max(len(rows), 1)
    picked, rest = [], []
    for kind, share in enumerate(shares(quota, size, most, fill=fill or not pool.equal)):
        members = rng.permutation(rows[pool.labels[rows] == kind])
        picked.append(members[:share])
        rest.append(members[share:])
    return rng.permutation(np.concatenate(picked)), np.sort(np.concatenate(rest))


def shares(quota: np.ndarray, size: int, most: np.ndarray, fill: bool = True) -> np.ndarray:
    """`size` in whole shares near `quota` (K,) and none above `most` (K,): (K,) int64.

    Every class has one row where there are rows enough. fill: a class that has less than its quota leaves the others
    more; without it they are no larger than their own quota, rounded up.
    """
    ceiling = most if fill else np.minimum(most, np.ceil(quota).astype(np.int64))
    size = min(size, int(ceiling.sum()))
    least = np.minimum(ceiling, int(size >= (ceiling > 0).sum()))
    found = np.clip(np.floor(quota).astype(np.int64), least, ceiling)
    while missing := size - int(found.sum()):  # a row or two of each class
        step = 1 if missing > 0 else -1
        free = found < ceiling if step > 0 else found > least
        found[np.where(free, step * (quota - found), -np.inf).argmax()] += step
    return found


def _test_groups(rng: np.random.Generator, pool: Pool, size: int) -> np.ndarray:
    """Groups of together at most `size` rows, near to it and to the shares of the classes.

    Of some random orders, each filled group by group as long as one fits, the best: every class is trained on and
    tested where that can be.
    """
    assert pool.groups is not None
    names, inverse = np.unique(pool.groups, return_inverse=True)
    table = np.zeros((len(names), pool.classes), np.int64)
    np.add.at(table, (inverse, pool.labels), 1)
    total, rows = table.sum(0), table.sum(1)
    quota = np.full(pool.classes, size / pool.classes) if pool.equal else size * total / len(pool)
    best, lowest = names[:0], np.inf
    for _ in range(TRIES):
        chosen = _filled(rng.permutation(len(names)), rows, size)
        tested = table[chosen].sum(0)
        unlearnt, untested = int((tested == total).sum()), int((tested == 0).sum())
        distance = float(np.abs(tested - quota).sum()) + len(pool) * (2 * unlearnt + untested)
        if distance < lowest:
            best, lowest = names[chosen], distance
    return best


def _filled(order: np.ndarray, sizes: np.ndarray, most: int) -> np.ndarray:
    """Groups in their `order` as long as one fits; the last stays behind."""
    chosen, rows = [], 0
    for group in order[:-1]:
        if rows + sizes[group] <= most:
            chosen.append(int(group))
            rows += int(sizes[group])
    return np.array(chosen, np.int64)

"""How many rows of one's own go into training, probe and test: what is asked for, or a choice by the number of rows.

In: a `Pool` and the sizes a person gave, each or none. Out: all three, or one line that says what would fit.
"""

from dataclasses import dataclass

import numpy as np

from mismatch.config.fields import require
from mismatch.data._pool import Pool

PROBE = 256
"""Sequences of the probe at most, where nobody gives their number; it is a twentieth of the rows otherwise."""
FEW = 10
"""A training set below this part of the rows is remarkable: something takes most of them away."""


@dataclass(frozen=True)
class Sizes:
    """Sequences of each part."""

    train: int
    probe: int
    test: int


def choose(pool: Pool, train: int | None, probe: int | None, test: int | None) -> Sizes:
    """The sizes of the parts; None is chosen: a quarter for testing, a twentieth as probe, the rest for training.

    Where the file says which rows are for testing, or some were set aside, these are the test part. A quarter that no
    group fits into is as large as the smallest.

    Raises:
        ConfigError: for a part that the rows cannot fill.
    """
    rows, named = pool.room(pool.training_side), len(pool.probe_side)
    shared = pool.parts is None
    tested = max(rows // 4, pool.smallest_group) if shared else pool.testable
    probed = max(min(PROBE, named or rows // 20), 1)
    sizes = Sizes(0, probe or probed, test or tested)
    _fits(pool, sizes, rows, named, shared)
    left = _left(pool, sizes, rows, named, shared)
    accepted = f"must be at most {left}, what data.probe and data.test leave of {rows} rows{_why(pool)}"
    require((train or 1) <= left, "data.train", train, accepted)
    return Sizes(train or left, sizes.probe, sizes.test)


def _fits(pool: Pool, sizes: Sizes, rows: int, named: int, shared: bool) -> None:
    """Refuse a probe and a test part that leave no training row for each class."""
    why = _why(pool)
    if not shared:
        room, which = pool.testable, "what is set aside" if pool.fixed else f"the test rows of the file{why}"
        require(room > 0, "data.split", "test", "names no row of the rarest class, needed for equal shares")
        require(sizes.test <= room, "data.test", sizes.test, f"must be at most {room}, {which}")
    if named:
        require(sizes.probe <= named, "data.probe", sizes.probe, f"must be at most {named}, its rows in the file")
    if shared and pool.groups is not None:
        accepted = f"must be at least {pool.smallest_group}, the rows of the smallest group"
        require(sizes.test >= pool.smallest_group, "data.test", sizes.test, accepted)
    least = pool.classes + pool.loose
    size, key = max((sizes.probe, "data.probe"), (sizes.test if shared else 0, "data.test"))
    left = _left(pool, sizes, rows, named, shared)
    accepted = f"leaves {max(left, 0)} of {rows} rows to train on, at least {least} are needed{why}"
    require(left >= least, key, size, accepted)


def _left(pool: Pool, sizes: Sizes, rows: int, named: int, shared: bool) -> int:
    """What the probe and the test part leave of the training side."""
    if named:
        return pool.room(np.setdiff1d(pool.training_side, pool.probe_side))
    taken = [sizes.probe] + [sizes.test] * shared
    if not pool.equal:
        return rows - sum(taken)
    return rows - sum(-(-part // pool.classes) for part in taken) * pool.classes


def _why(pool: Pool) -> str:
    return ", the classes in equal shares" if pool.equal else ""


def few(sizes: Sizes, rows: int) -> bool:
    """Whether the training set is below a tenth of all rows of the file."""
    return FEW * sizes.train < rows

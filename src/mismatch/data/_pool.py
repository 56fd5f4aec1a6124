"""The usable rows of a file of one's own, before any is drawn: their classes, copies, groups and sides.

In: labels, and what the file says of parts and groups. Out: a `Pool`, which knows what may be trained on, what may be
tested on, and what guessing comes to.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mismatch.data.sources.base import Items


@dataclass(frozen=True, eq=False)
class Pool:
    """N usable rows.

    rows: (N,) int64, where they stand among the items. labels: (N,) int64 in 0..classes-1. copies: (N,) int64, the same
    number for equal sequences. equal: classes in equal shares, else in natural ones. parts: (N,) of train | probe |
    test, or None where no file says. groups: (N,) int64, or None. fixed: whether the test rows were set aside: they are
    the test part of every replicate, in the order of the file, and nothing is learnt from them.
    """

    rows: np.ndarray
    labels: np.ndarray
    classes: int
    copies: np.ndarray
    equal: bool = False
    parts: np.ndarray | None = None
    groups: np.ndarray | None = None
    fixed: bool = False

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, places: np.ndarray, parts: np.ndarray | None = None, fixed: bool = False) -> "Pool":
        """The rows at these `places` (M,) alone; what a file said of their parts gives way to `parts` (M,)."""
        groups = None if self.groups is None else self.groups[places]
        mine = (self.rows[places], self.labels[places], self.classes, self.copies[places], self.equal)
        return Pool(*mine, parts, groups, fixed)

    @cached_property
    def training_side(self) -> np.ndarray:
        """Rows that may be trained on, without those that the file's test part holds too: (M,) int64."""
        if self.parts is None:
            return np.arange(len(self))
        tested = self.copies[self.parts == "test"]
        return np.flatnonzero((self.parts != "test") & ~np.isin(self.copies, tested))

    @cached_property
    def test_side(self) -> np.ndarray:
        """Rows that may be tested on: (M,) int64. Without parts all rows are on both sides until some are drawn."""
        return np.arange(len(self)) if self.parts is None else np.flatnonzero(self.parts == "test")

    @property
    def seen(self) -> np.ndarray:
        """Rows that lengths and words may be known of: (M,) int64. All, but for those that were set aside."""
        return self.training_side if self.fixed else np.arange(len(self))

    @cached_property
    def probe_side(self) -> np.ndarray:
        """Rows that the file itself names for the probe: (M,) int64, mostly none."""
        side = self.training_side
        return side[:0] if self.parts is None else side[self.parts[side] == "probe"]

    @cached_property
    def smallest_group(self) -> int:
        """Rows of the smallest group: the least that can be tested on. 1 without groups."""
        return 1 if self.groups is None else int(np.unique(self.groups, return_counts=True)[1].min())

    @cached_property
    def leaks(self) -> int:
        """Rows of the file's training side that its test part holds too: they are not trained on."""
        return 0 if self.parts is None else int((self.parts != "test").sum()) - len(self.training_side)

    @cached_property
    def loose(self) -> int:
        """How many rows at most leave the training side because the test part drew an equal one."""
        return 0 if self.parts is not None else len(self) - len(np.unique(self.copies))

    @property
    def exact(self) -> bool:
        """Whether every part holds what is asked for in every replicate: groups and copies stay together."""
        return self.parts is not None or (self.groups is None and not self.loose)

    def counts(self, rows: np.ndarray) -> np.ndarray:
        """Rows of each class among `rows`: (K,) int64."""
        return np.bincount(self.labels[rows], minlength=self.classes)

    def room(self, rows: np.ndarray) -> int:
        """How many of `rows` can be drawn: all, or for equal shares the rarest class times the number of classes."""
        return int(self.counts(rows).min()) * self.classes if self.equal else len(rows)

    @property
    def testable(self) -> int:
        """How many rows the test part can have where parts are known; what was set aside has its shares already."""
        return len(self.test_side) if self.fixed else self.room(self.test_side)

    @cached_property
    def chance(self) -> float:
        """Accuracy, on the test side, of guessing the most frequent class of the training side, or one of several."""
        if self.equal:
            return 1.0 / self.classes
        known = self.counts(self.training_side)
        guesses = np.flatnonzero(known == known.max())
        return float(self.counts(self.test_side)[guesses].mean() / len(self.test_side))


def pool_of(items: Items, usable: np.ndarray, contents: Sequence[Hashable], equal: bool) -> Pool:
    """The pool of the `usable` (M,) places of `items`.

    contents: of each of the items (N,), equal for equal sequences. equal: whether classes are drawn in equal shares.
    """
    numbers: dict[Hashable, int] = {}
    copies = np.fromiter((numbers.setdefault(contents[row], len(numbers)) for row in usable), np.int64, len(usable))
    groups = None if items.groups is None else items.groups[usable]
    # Where the file names its parts, they stay as they are: results on them can be compared with those of others.
    first = distinct(copies, items.labels[usable], groups) if items.parts is None else np.arange(len(usable))
    rows = usable[first]
    parts = None if items.parts is None else items.parts[rows]
    mine = None if groups is None else groups[first]
    return Pool(rows, items.labels[rows], len(items.classes), copies[first], equal, parts, mine)


def distinct(copies: np.ndarray, labels: np.ndarray, groups: np.ndarray | None) -> np.ndarray:
    """Rows that are the first with their sequence, label and group: (M,) int64, in order."""
    keys = [copies, labels] + ([] if groups is None else [groups])
    _, first = np.unique(np.stack(keys, 1), axis=0, return_index=True)
    return np.sort(first)

"""The usable rows of a file of one's own, before any is drawn: their classes, copies, groups and sides.

In: labels, and what the file says of parts and groups. Out: a `Pool`, which knows what may be trained on, what may be
tested on, and what guessing comes to.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True, eq=False)
class Pool:
    """N usable rows.

    rows: (N,) int64, where they stand among the items. labels: (N,) int64 in 0..classes-1. copies: (N,) int64, the same
    number for equal sequences. equal: classes in equal shares, else in natural ones. parts: (N,) of train | probe |
    test, or None where no file says. groups: (N,) int64, or None.
    """

    rows: np.ndarray
    labels: np.ndarray
    classes: int
    copies: np.ndarray
    equal: bool = False
    parts: np.ndarray | None = None
    groups: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.labels)

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

    @cached_property
    def chance(self) -> float:
        """Accuracy, on the test side, of guessing the most frequent class of the training side, or one of several."""
        if self.equal:
            return 1.0 / self.classes
        known = self.counts(self.training_side)
        guesses = np.flatnonzero(known == known.max())
        return float(self.counts(self.test_side)[guesses].mean() / len(self.test_side))


def distinct(copies: np.ndarray, labels: np.ndarray, groups: np.ndarray | None) -> np.ndarray:
    """Rows that are the first with their sequence, label and group: (M,) int64, in order."""
    keys = [copies, labels] + ([] if groups is None else [groups])
    _, first = np.unique(np.stack(keys, 1), axis=0, return_index=True)
    return np.sort(first)

"""What a dataset knows of its own distribution: the law that its ceilings follow from, whatever an arm shows.

A task with finitely many sequences gives a `Support`, one of Gaussian steps a `Gaussian`, and a dataset that
nobody knows the distribution of gives None. What can be computed from them is not said here.
"""

from dataclasses import dataclass, replace

import numpy as np

from mismatch.data._ragged import RaggedData

LIMIT = 2**62  # an int64 holds ids below it


@dataclass(frozen=True, eq=False)
class Support:
    """Every distinct raw sequence once. codes: sequences of (sum L, 1) int64 indices into `rows`.

    rows: (U, d) float32, the distinct timesteps. joint: (M, K) float64, P(sequence, label). nuisance: features that
    are independent of all else, of whose values one stands for all: nothing that mixes them with others is known.
    """

    codes: RaggedData
    rows: np.ndarray
    joint: np.ndarray
    nuisance: tuple[int, ...] = ()

    @classmethod
    def of(cls, data: RaggedData, joint: np.ndarray, nuisance: tuple[int, ...] = ()) -> "Support":
        """From the sequences themselves (their labels mean nothing) and P(sequence, label), (M, K) float64."""
        levels = [np.unique(column) for column in data.values.T]
        ids = fold(np.stack([np.searchsorted(u, c) for u, c in zip(levels, data.values.T, strict=True)], 1))
        # The first row of each id, without sorting millions of them.
        first = np.full(int(ids.max()) + 1, -1)
        first[ids[::-1]] = np.arange(len(ids))[::-1]
        found = np.flatnonzero(first >= 0)
        codes = np.searchsorted(found, ids).reshape(-1, 1)
        return cls(replace(data, values=codes), data.values[first[found]], joint, nuisance)


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Two classes, equally likely: each of exactly `steps` steps is N(+-direction, I). direction: (d,) float64."""

    direction: np.ndarray
    steps: int


Law = Support | Gaussian


def fold(columns: np.ndarray) -> np.ndarray:
    """One id per distinct row of `columns` (M, W), whole numbers of at least 0: (M,) int64."""
    ids, size = np.zeros(len(columns), np.int64), 1
    for column in columns.T:
        base = int(column.max()) + 1
        if column.min() == base - 1:
            continue  # a constant tells nothing apart
        if size >= LIMIT // base:
            unique, ids = np.unique(ids, return_inverse=True)
            size = len(unique)
        ids = ids * base + column
        size *= base
    return ids

"""Whole numbers that look like ids of words, indexed texts that are about to be read as measurements.

In: a subject of numbers. Out: `WordIds`, or None where the numbers look like measurements; rules on values share it.
"""

from dataclasses import dataclass

import numpy as np

from mismatch.check.ends import edges
from mismatch.check.sequences import Subject

LARGEST, DISTINCT, ROUGH = 50, 30, 0.7
"""Least maximum, least count of distinct ids, and least roughness of what is taken for ids."""


@dataclass(frozen=True)
class WordIds:
    """distinct: how many there are. smallest, largest: of them. roughness: 1 if shuffled, near 0 for a signal."""

    distinct: int
    smallest: int
    largest: int
    roughness: float


def word_ids(subject: Subject) -> WordIds | None:
    """The ids that the one feature holds; zeros at the ends of sequences are pads, and not looked at."""
    if subject.is_text or subject.width != 1 or not len(subject.values):
        return None
    values = subject.values[:, 0]
    if not np.isfinite(values).all() or values.min() < 0 or (values != np.floor(values)).any():
        return None
    distinct, largest = len(np.unique(values)), int(values.max())
    if largest < LARGEST or distinct < DISTINCT:
        return None
    before, behind = edges(subject, values == 0)
    kept = ~(before | behind)
    owner, held = subject.owner[kept], values[kept]
    rough = roughness(held[:, None], owner[1:] == owner[:-1])
    return WordIds(distinct, int(values.min()), largest, rough) if rough >= ROUGH else None


def roughness(values: np.ndarray, inside: np.ndarray) -> float:
    """Mean squared step over twice the variance (von Neumann 1941), median of features: 1 for noise, near 0 if smooth.

    values: (M, d); inside: (M - 1,), whether a value follows the one before it.
    """
    spread = values.var(axis=0)
    moving = spread > 0
    if not moving.any() or not inside.any():
        return float("nan")
    steps = np.square(np.diff(values[:, moving], axis=0)[inside]).mean(axis=0)
    return float(np.median(steps / (2 * spread[moving])))

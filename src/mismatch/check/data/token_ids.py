"""D124: numbers that look like token ids are about to be read as measurements."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject

LARGEST, DISTINCT, ROUGH = 50, 30, 0.7
"""Least maximum, least count of distinct ids, and least roughness of what is taken for ids."""


class TokenIds(Rule):
    code, name, severity = "D124", "token_ids", "warning"
    meaning = "The one feature holds whole numbers from 0, many and large, that jump from step to step."
    why = "As numbers they saturate the gates, and say that token 900 is more than token 3. An Embedding looks them up."
    example = "Indexed texts, padded, with a last axis of 1 added so that the GRU takes them."
    instead = "Put an Embedding in front (mask_zero=True where 0 is the pad); or give the texts themselves."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if subject.is_text or subject.width != 1 or not len(subject.values):
            return
        values = subject.values[:, 0]
        if not np.isfinite(values).all() or values.min() < 0 or (values != np.floor(values)).any():
            return
        distinct, largest = len(np.unique(values)), int(values.max())
        if largest < LARGEST or distinct < DISTINCT:
            return
        inside = subject.owner[1:] == subject.owner[:-1]
        rough = roughness(values[:, None], inside)
        if not rough >= ROUGH:
            return
        yield self.found(
            f"{distinct:,} distinct whole numbers from {int(values.min())} to {largest:,}, each unlike the one before "
            f"(roughness {rough:.2f}; 1 for shuffled steps, near 0 for a signal)",
            where=subject.feature(0),
            keras=f"keras.layers.Embedding({largest + 1}, 16, mask_zero=True)",
            distinct=distinct,
            largest=largest,
            roughness=rough,
        )


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

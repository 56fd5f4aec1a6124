"""Silence is the signal: two pulses, and y = 1 where they stand at least `threshold` steps apart.

Given y and L, the distance of the pulses is uniform over those that fit on its side of the threshold, and so is
the place of the first. CodedRange as bits, Masking deletes the silence, and with it everything.
"""

from dataclasses import dataclass

import numpy as np

from mismatch.config.fields import choice, ranged, require
from mismatch.data._enumerated import CodedRange, marked
from mismatch.data.base import RaggedData


@dataclass
class Gap(CodedRange):
    """Flag is the default coding: silence is 0, as in a signal, and yet no padding."""

    name: str = "gap"
    coding: str = choice("flag", "signs", "bits", "flag")
    threshold: int = ranged(3, low=2, meaning="distance of the pulses from which the class is 1")
    min_length: int = ranged(4, low=3, high=32)
    max_length: int = ranged(12, low=3, high=32)

    def check(self) -> None:
        super().check()
        fits = self.threshold < self.min_length
        require(fits, "data.threshold", self.threshold, f"must be below data.min_length={self.min_length}")

    def support(self) -> tuple[RaggedData, np.ndarray]:
        blocks, joint = [], []
        for length in self.lengths:
            for distance in range(1, length):
                label = int(distance >= self.threshold)
                distances = length - self.threshold if label else self.threshold - 1
                first = np.arange(length - distance)
                blocks.append(marked(length, first) | marked(length, first + distance))
                share = 1 / len(self.lengths) / 2 / distances / len(first)
                joint.append(np.full((len(first), 1), share) * np.eye(2)[label])
        return self.listed(blocks), np.concatenate(joint)

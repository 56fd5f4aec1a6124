"""The amount counts, not the place: L bits, each 1 with probability 1/2 + `delta` for y = 1, 1/2 - `delta` for y = 0.

CodedRange as bits, Masking deletes the zeros and leaves the number of ones alone.
"""

from dataclasses import dataclass

import numpy as np

from mismatch.config.fields import ranged, require
from mismatch.data._enumerated import CodedRange, all_bits
from mismatch.data.base import RaggedData


@dataclass
class Majority(CodedRange):
    """2^max_length sequences are enumerated: hence at most 16 steps."""

    name: str = "majority"
    delta: float = ranged(0.15, above=0.0, meaning="how far the probability of a 1 leans to the class")
    min_length: int = ranged(4, low=1, high=16)
    max_length: int = ranged(16, low=1, high=16)

    def check(self) -> None:
        super().check()
        require(self.delta <= 0.5, "data.delta", self.delta, "must be at most 0.5")

    def support(self) -> tuple[RaggedData, np.ndarray]:
        blocks = [all_bits(length) for length in self.lengths]
        likely, unlikely = 0.5 + self.delta, 0.5 - self.delta
        joint = []
        for block in blocks:
            ones, zeros = block.sum((1, 2)), (1 - block).sum((1, 2))
            given = np.stack([unlikely**ones * likely**zeros, likely**ones * unlikely**zeros], 1)
            joint.append(given / 2 / len(blocks))
        return self.listed(blocks), np.concatenate(joint)

"""Both ends count: y = a xor b, a at the first step and b at the last, random bits between them.

Each end is shown flipped with probability `noise`. Given the sequence, y is the shown a xor b with probability
(1 - noise)^2 + noise^2; with one end cut off nothing is left of it.
"""

from dataclasses import dataclass

import numpy as np

from mismatch.config.fields import ranged, require
from mismatch.data._enumerated import CodedRange, all_bits
from mismatch.data.base import RaggedData


@dataclass
class EndsXor(CodedRange):
    """2^max_length sequences are enumerated: hence at most 16 steps."""

    name: str = "ends_xor"
    noise: float = ranged(0.05, low=0.0)
    min_length: int = ranged(4, low=2, high=16)
    max_length: int = ranged(12, low=2, high=16)

    def check(self) -> None:
        super().check()
        require(self.noise < 0.5, "data.noise", self.noise, "must be below 0.5")

    def support(self) -> tuple[RaggedData, np.ndarray]:
        blocks = [all_bits(length) for length in self.lengths]
        differ = np.concatenate([block[:, 0, 0] ^ block[:, -1, 0] for block in blocks])
        weight = np.concatenate([np.full(len(block), 1 / len(block) / len(blocks)) for block in blocks])
        right = (1 - self.noise) ** 2 + self.noise**2
        one = np.where(differ == 1, right, 1 - right)
        return self.listed(blocks), weight[:, None] * np.stack([1 - one, one], 1)

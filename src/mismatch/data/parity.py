"""Every step counts: y = the sum of L fair bits, modulo 2. One step cut off leaves chance.

CodedRange as bits, zeros add nothing, so deleting them loses nothing: the negative control of a collision.
"""

from dataclasses import dataclass

import numpy as np

from mismatch.config.fields import ranged
from mismatch.data._enumerated import CodedRange, all_bits
from mismatch.data.base import RaggedData


@dataclass
class Parity(CodedRange):
    """2^max_length sequences are enumerated: hence at most 16 steps."""

    name: str = "parity"
    min_length: int = ranged(2, low=1, high=16)
    max_length: int = ranged(6, low=1, high=16)

    def support(self) -> tuple[RaggedData, np.ndarray]:
        blocks = [all_bits(length) for length in self.lengths]
        labels = np.concatenate([block.sum((1, 2)) % 2 for block in blocks])
        weight = np.concatenate([np.full(len(block), 1 / len(block) / len(blocks)) for block in blocks])
        return self.listed(blocks), weight[:, None] * np.eye(2)[labels]

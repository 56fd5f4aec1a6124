"""Order is the signal: markers A and B at two random steps, all others silent; y = 1 where B comes first."""

from dataclasses import dataclass

import numpy as np

from mismatch.config.fields import choice, ranged
from mismatch.data._enumerated import CodedRange, marked
from mismatch.data.base import RaggedData


@dataclass
class Order(CodedRange):
    """Flag is the default coding: silence is 0, as in a signal, and yet no padding."""

    name: str = "order"
    coding: str = choice("flag", "signs", "bits", "flag")
    min_length: int = ranged(4, low=2, high=32)
    max_length: int = ranged(12, low=2, high=32)

    @property
    def channels(self) -> int:
        return 2

    def support(self) -> tuple[RaggedData, np.ndarray]:
        blocks, joint = [], []
        for length in self.lengths:
            a, b = np.nonzero(~np.eye(length, dtype=bool))
            blocks.append(marked(length, a, b))
            joint.append(np.eye(2)[(b < a).astype(int)] / len(self.lengths) / len(a))
        return self.listed(blocks), np.concatenate(joint)

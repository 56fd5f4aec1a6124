"""Order at close quarters: markers A and B `gap` steps apart at a random place; y = 1 where B comes first.

A maximum over a window that holds both forgets which came first, unless a convolution saw them in one patch.
"""

from dataclasses import dataclass

import numpy as np

from mismatch.config.fields import choice, ranged, require
from mismatch.data._enumerated import Coded, marked
from mismatch.data.base import RaggedData


@dataclass
class PoolOrder(Coded):
    """Of fixed length `steps`. Flag is the default coding: silence is 0, as in a signal, and yet no padding."""

    name: str = "pool_order"
    coding: str = choice("flag", "signs", "bits", "flag")
    steps: int = ranged(16, low=2, high=256)
    gap: int = ranged(1, low=1, meaning="steps from one marker to the other")

    def check(self) -> None:
        super().check()
        require(self.gap < self.steps, "data.gap", self.gap, f"must be below data.steps={self.steps}")

    @property
    def channels(self) -> int:
        return 2

    @property
    def shortest(self) -> int:
        return self.steps

    @property
    def longest(self) -> int:
        return self.steps

    def support(self) -> tuple[RaggedData, np.ndarray]:
        first = np.arange(self.steps - self.gap)
        blocks = [marked(self.steps, first, first + self.gap), marked(self.steps, first + self.gap, first)]
        return self.listed(blocks), np.repeat(np.eye(2), len(first), axis=0) / 2 / len(first)

"""Noise whose lengths are spread evenly about their mean, so that the share of padding is exact.

For step times, which do not depend on the values: at T = ``steps``, a share ``padded`` of all timesteps are pads.
Labels are drawn apart from the sequences, so nothing can be learned.
"""

from dataclasses import dataclass

import numpy as np

from mismatch.config.fields import ConfigError, ranged
from mismatch.data.base import Generated, RaggedData


@dataclass
class Even(Generated):
    """`steps` is L_max, the T that ``length.steps=max`` gives; the mean length is (1 - padded) steps."""

    name: str = "even"
    classes: int = ranged(4, low=2)
    features: int = ranged(8, low=1)
    steps: int = ranged(64, low=1)
    padded: float = ranged(0.0, low=0.0, high=1.0, meaning="share of the longest length that is missing on average")

    def check(self) -> None:
        super().check()
        if self.mean < 1:
            raise ConfigError("data.padded", self.padded, f"must leave a step of data.steps={self.steps} on average")

    @property
    def classes_count(self) -> int:
        return self.classes

    @property
    def feature_count(self) -> int:
        return self.features

    @property
    def mean(self) -> int:
        """Mean length."""
        return round(self.steps * (1 - self.padded))

    @property
    def spread(self) -> int:
        """How far the shortest and the longest sequence are from the mean."""
        return min(self.mean - 1, self.steps - self.mean)

    @property
    def shortest(self) -> int:
        return self.mean - self.spread

    @property
    def longest(self) -> int:
        return self.steps

    def law(self) -> None:
        """No law: there is nothing to be learned."""

    def lengths(self, count: int) -> np.ndarray:
        """Lengths of `count` sequences, (N,) int64: in pairs as far above the mean as below."""
        above = np.linspace(0, self.spread, count // 2).round().astype(np.int64)
        odd = [self.mean] * (count % 2)
        return np.concatenate([np.column_stack([self.mean - above, self.mean + above]).ravel(), odd]).astype(np.int64)

    def sample(self, rng: np.random.Generator, count: int) -> RaggedData:
        lengths = self.lengths(count)
        values = rng.standard_normal((lengths.sum(), self.features), dtype=np.float32)
        posterior = np.full((count, self.classes), 1 / self.classes, np.float32)
        return RaggedData(values, lengths, rng.integers(self.classes, size=count), posterior)

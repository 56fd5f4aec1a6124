"""A few informative features among many noisy ones: what extra and missing features cost.

x_t = signal (2y - 1) 1[j in S] + N(0, 1) with y in {0, 1}, a fixed length of n steps, and S the first
`informative` features under a fixed stride, so that truncating features loses signal in proportion.
"""

from dataclasses import dataclass

import numpy as np

from mismatch.config.fields import ranged, require
from mismatch.data.base import Generated, RaggedData
from mismatch.data.laws import Gaussian


@dataclass
class SparseFeatures(Generated):
    name: str = "sparse_features"
    features: int = ranged(8, low=1)
    informative: int = ranged(2, low=1, meaning="features that say something of the class")
    signal: float = ranged(0.35, above=0.0, meaning="mean of an informative feature, + or - with the class")
    steps: int = ranged(10, low=1)

    def check(self) -> None:
        super().check()
        require(
            self.informative <= self.features,
            "data.informative",
            self.informative,
            f"must be at most data.features={self.features}",
        )

    @property
    def classes_count(self) -> int:
        return 2

    @property
    def feature_count(self) -> int:
        return self.features

    @property
    def shortest(self) -> int:
        return self.steps

    @property
    def longest(self) -> int:
        return self.steps

    @property
    def informative_positions(self) -> np.ndarray:
        """Indices of S, spread evenly over the features: (informative,) int64."""
        return np.arange(self.informative) * self.features // self.informative

    def sample(self, rng: np.random.Generator, count: int) -> RaggedData:
        labels = rng.integers(0, 2, count)
        values = rng.standard_normal((count, self.steps, self.features), np.float32)
        values[:, :, self.informative_positions] += (self.signal * (2 * labels - 1)).astype(np.float32)[:, None, None]
        # log p(x|1) - log p(x|0) = 2 signal sum of the informative entries
        evidence = values[:, :, self.informative_positions].astype(np.float64).sum((1, 2))
        one = 1 / (1 + np.exp(-2 * self.signal * evidence))
        posterior = np.stack([1 - one, one], 1).astype(np.float32)
        return RaggedData(values.reshape(-1, self.features), np.full(count, self.steps), labels, posterior)

    def law(self) -> Gaussian:
        direction = np.zeros(self.features)
        direction[self.informative_positions] = self.signal
        return Gaussian(direction, self.steps)

"""A few informative features among many noisy ones: what extra and missing features cost.

x_t = signal (2y - 1) 1[j in S] + N(0, 1) with y in {0, 1}, a fixed length of n steps, and S the first
`informative` features under a fixed stride, so that truncating features loses signal in proportion.
"""

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from mismatch.adapt.length import place
from mismatch.config.fields import ranged
from mismatch.data.base import Generated, RaggedData, View, require


@dataclass
class SparseFeatures(Generated):
    name: str = "sparse_features"
    features: int = ranged(8, low=1)
    informative: int = ranged(2, low=1)
    signal: float = ranged(0.35, above=0.0)
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

    def ceiling(self, view: View) -> float:
        """Phi(sqrt(n w'Pw)): n kept steps, w = signal 1_S, P the projector onto what the adapter's map keeps.

        P projects on the column space of the map: x_t R keeps R (R'R)^-1 R' (the linear discriminant of two
        Gaussians), dropping features keeps coordinates, and columns of zeros, copies or noise add nothing.
        Steps are normal, so no row looks like padding, and their number is fixed, so their places are known.
        """
        if (
            view.pool is not None and view.pool > 1 and not view.stride
        ):  # a maximum is not a function of the sufficient sum: nobody knows
            return float("nan")
        direction = np.zeros(self.features)
        direction[self.informative_positions] = self.signal
        power = float(np.square(direction).sum())
        if view.matrix is not None:
            basis, sizes, _ = np.linalg.svd(view.matrix.astype(np.float64), full_matrices=False)
            power = float(np.square(direction @ basis[:, sizes > 1e-6 * sizes.max()]).sum())
        return 0.5 * (1 + erf(sqrt(self._steps_seen(view) * power / 2)))

    def _steps_seen(self, view: View) -> int:
        """Steps left by truncation and, where a strided convolution is shorter than its stride, by its gaps."""
        kernel = view.kernel or 1
        data = RaggedData(np.ones((self.steps, 1), np.float32), np.array([self.steps]), np.zeros(1, np.int64))
        truncating = "post" if view.truncating == "crop" else view.truncating  # any window holds T steps
        real = place(data, view.steps, view.padding, truncating, 0.0).mask[0]
        covered = np.arange(view.steps) % (view.pool or 1) < kernel if view.stride else np.ones(view.steps, bool)
        return int((real & covered).sum())

"""The cue tasks `early`, `late`, `uniform`: one step names the class, the rest distracts.

A sequence has length L ~ U{min_length..max_length} and d = K + 2 features: K one-hot cue channels, a
distractor channel (+-1 with equal chance at every step but the cue's, where it is 0) and a presence
flag (1 at every real step, so no real step looks like padding). The cue names the label y with
probability 1 - noise and each other class with probability noise / (K - 1). Length and distractors
are independent of y.
"""

from dataclasses import dataclass

import numpy as np

from mismatch.checks import ranged
from mismatch.data.base import Generated, RaggedData, View, require


@dataclass
class Cue(Generated):
    classes: int = ranged(4, low=2)
    noise: float = ranged(0.1, low=0.0)
    min_length: int = ranged(4, low=1)
    max_length: int = ranged(12, low=1)

    def check(self) -> None:
        super().check()
        guess = 1 - 1 / self.classes
        require(self.noise < guess, "data.noise", self.noise, f"must be below 1 - 1/data.classes = {guess:.3g}")
        fits = self.min_length <= self.max_length
        require(fits, "data.min_length", self.min_length, f"must be at most data.max_length={self.max_length}")

    @property
    def classes_count(self) -> int:
        return self.classes

    @property
    def feature_count(self) -> int:
        return self.classes + 2

    @property
    def shortest(self) -> int:
        return self.min_length

    @property
    def longest(self) -> int:
        return self.max_length

    def position_weights(self, length: int) -> np.ndarray:
        """P(cue at position p | L = length), (length,) float64."""
        raise NotImplementedError

    def place(self, rng: np.random.Generator, lengths: np.ndarray) -> np.ndarray:
        """Draw the cue's position in each sequence, (N,) int64."""
        raise NotImplementedError

    def sample(self, rng: np.random.Generator, count: int) -> RaggedData:
        k = self.classes
        lengths = rng.integers(self.min_length, self.max_length + 1, count)
        labels = rng.integers(0, k, count)
        wrong = rng.random(count) < self.noise
        cues = np.where(wrong, (labels + rng.integers(1, k, count)) % k, labels)
        places = self.place(rng, lengths)
        # Whole rows of max_length are drawn, so that one sequence's length does not move the next one's numbers.
        signs = rng.choice(np.array([-1.0, 1.0], np.float32), (count, self.max_length))
        dense = np.zeros((count, self.max_length, k + 2), np.float32)
        dense[:, :, k] = signs
        dense[:, :, k + 1] = 1
        rows = np.arange(count)
        dense[rows, places, k] = 0
        dense[rows, places, cues] = 1
        real = np.arange(self.max_length) < lengths[:, None]
        posterior = np.full((count, k), self.noise / (k - 1), np.float32)
        posterior[rows, cues] = 1 - self.noise
        return RaggedData(dense[real], lengths, labels, posterior)

    def ceiling(self, view: View) -> float:
        """Exact Bayes accuracy by enumeration over length, cue position and visible cue class.

        The observer sees which of the first m = min(D, K) cue channels fired, or none, and how many
        real steps were kept. Projecting maps the K + 3 distinct step vectors to distinct points
        (almost surely), so it loses nothing; nor does a maximum over steps, as a cue is 1 among zeros.
        """
        k = self.classes
        m = k if view.projection is not None else min(view.kept_features, k)
        joint = np.full((k, k), self.noise / (k - 1) / k)  # P(y, cue class)
        np.fill_diagonal(joint, (1 - self.noise) / k)
        lengths = range(self.min_length, self.max_length + 1)
        total = 0.0
        hidden: dict[int, np.ndarray] = {}  # number of kept steps -> P(y, no cue seen, kept steps)
        for length in lengths:
            weights = self.position_weights(length) / len(lengths)
            seen = float(weights[view.kept(length)].sum())
            total += seen * joint[:, :m].max(axis=0).sum()
            unseen = (float(weights.sum()) - seen) * joint.sum(axis=1) + seen * joint[:, m:].sum(axis=1)
            kept = min(length, view.steps)
            hidden[kept] = hidden.get(kept, 0) + unseen
        return total + sum(float(part.max()) for part in hidden.values())

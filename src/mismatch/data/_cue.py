"""The cue tasks `early`, `late`, `uniform`: one step names the class, the rest distracts.

A sequence has length L ~ U{min_length..max_length} and d = K + 2 features: K one-hot cue channels, a
distractor channel (+-1 with equal chance at every step but the cue's, where it is 0) and a presence
flag (1 at every real step, so no real step looks like padding). The cue names the label y with
probability 1 - noise and each other class with probability noise / (K - 1). Length and distractors
are independent of y.
"""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from mismatch.config.fields import ranged, require
from mismatch.data._enumerated import Enumerated
from mismatch.data.base import RaggedData


@dataclass
class Cue(Enumerated):
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

    @property
    def nuisance(self) -> tuple[int, ...]:
        return (self.classes,)  # the distractor

    @abstractmethod
    def position_weights(self, length: int) -> np.ndarray:
        """P(cue at position p | L = length), (length,) float64."""

    @abstractmethod
    def place(self, rng: np.random.Generator, lengths: np.ndarray) -> np.ndarray:
        """Draw the cue's position in each sequence, (N,) int64."""

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

    def support(self) -> tuple[RaggedData, np.ndarray]:
        """Sequences by length, place and class of the cue, with one distractor standing for all of them.

        Distractors are independent of all else, so they say nothing of the label; and no matter what is seen of
        them, a cue is seen or not, because the presence flag keeps rows apart that its own features do not.
        """
        k, blocks, joint = self.classes, [], []
        given = np.full((k, k), self.noise / (k - 1) / k)  # P(cue class, y)
        np.fill_diagonal(given, (1 - self.noise) / k)
        for length in range(self.min_length, self.max_length + 1):
            weights = self.position_weights(length) / (self.max_length - self.min_length + 1)
            places, cues = (grid.ravel() for grid in np.meshgrid(np.flatnonzero(weights), np.arange(k)))
            block = np.zeros((len(places), length, k + 2), np.float32)
            block[:, :, k:] = 1
            block[np.arange(len(places)), places, k] = 0
            block[np.arange(len(places)), places, cues] = 1
            blocks.append(block)
            joint.append(weights[places, None] * given[cues])
        values = np.concatenate([block.reshape(-1, k + 2) for block in blocks])
        lengths = np.concatenate([np.full(len(block), block.shape[1]) for block in blocks])
        return RaggedData(values, lengths, np.zeros(len(lengths), np.int64)), np.concatenate(joint)

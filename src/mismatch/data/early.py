"""The cue stands at the first step: what post-padding buries and pre-truncation cuts."""

from dataclasses import dataclass

import numpy as np

from mismatch.data._cue import Cue


@dataclass
class Early(Cue):
    name: str = "early"

    def place(self, rng: np.random.Generator, lengths: np.ndarray) -> np.ndarray:
        return np.zeros(len(lengths), np.int64)

    def position_weights(self, length: int) -> np.ndarray:
        weights = np.zeros(length)
        weights[0] = 1
        return weights

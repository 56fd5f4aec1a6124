"""The cue stands at the last step: what post-truncation cuts."""

from dataclasses import dataclass

import numpy as np

from mismatch.data._cue import Cue


@dataclass
class Late(Cue):
    name: str = "late"

    def place(self, rng: np.random.Generator, lengths: np.ndarray) -> np.ndarray:
        return lengths - 1

    def position_weights(self, length: int) -> np.ndarray:
        weights = np.zeros(length)
        weights[-1] = 1
        return weights

"""The cue stands at a uniformly random step: every side of truncation costs the same."""

from dataclasses import dataclass

import numpy as np

from mismatch.data._cue import Cue


@dataclass
class Uniform(Cue):
    name: str = "uniform"

    def place(self, rng: np.random.Generator, lengths: np.ndarray) -> np.ndarray:
        return rng.integers(0, lengths)

    def position_weights(self, length: int) -> np.ndarray:
        return np.full(length, 1 / length)

"""The cue stands at a uniformly random step: every side of truncation costs the same."""

from dataclasses import dataclass

import numpy as np

from mismatch.config.fields import require
from mismatch.data._cue import Cue

STEPS = 10_000_000


@dataclass
class Uniform(Cue):
    """About classes x max_length^3 / 3 steps are enumerated for the ceiling: hence a bound on `max_length`."""

    name: str = "uniform"

    def check(self) -> None:
        super().check()
        bound = int((STEPS / self.classes) ** (1 / 3))
        fits = self.max_length <= bound
        require(fits, "data.max_length", self.max_length, f"must be at most {bound} for data.classes={self.classes}")

    def place(self, rng: np.random.Generator, lengths: np.ndarray) -> np.ndarray:
        return rng.integers(0, lengths)

    def position_weights(self, length: int) -> np.ndarray:
        return np.full(length, 1 / length)

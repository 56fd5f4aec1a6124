"""``features.adapter=noise``: the features, then columns of N(0, 1) up to D, drawn afresh for every step."""

import numpy as np

from mismatch.adapt.features.base import Extra, Widening
from mismatch.data.streams import Streams


class Noise(Widening):
    name = "noise"
    meaning = "columns of N(0, 1) noise are appended"
    extra: Extra = "noise"

    def array(
        self, values: np.ndarray, width: int, streams: Streams, part: str, reference: np.ndarray | None
    ) -> np.ndarray:
        noise = streams.rng(f"adapt/noise/{part}").standard_normal((len(values), width - values.shape[1]), np.float32)
        return np.concatenate([values, noise], axis=1)

    def matrix(self, features: int, width: int, streams: Streams) -> np.ndarray | None:
        return None

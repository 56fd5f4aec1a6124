"""``features.adapter=zero``: the features, then columns of zeros up to D."""

import numpy as np

from mismatch.adapt.features.base import Extra, Widening
from mismatch.data.streams import Streams


class Zero(Widening):
    name = "zero"
    meaning = "columns of zeros are appended"
    extra: Extra = "none"

    def array(
        self, values: np.ndarray, width: int, streams: Streams, part: str, reference: np.ndarray | None
    ) -> np.ndarray:
        return np.pad(values, ((0, 0), (0, width - values.shape[1])))

    def matrix(self, features: int, width: int, streams: Streams) -> np.ndarray | None:
        return np.eye(features, width, dtype=np.float32)

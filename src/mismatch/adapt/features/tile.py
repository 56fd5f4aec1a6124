"""``features.adapter=tile``: the features are repeated in order until there are D."""

import numpy as np

from mismatch.adapt.features.base import Extra, Widening
from mismatch.data.streams import Streams


class Tile(Widening):
    name = "tile"
    meaning = "the features are repeated in order"
    extra: Extra = "none"

    def array(
        self, values: np.ndarray, width: int, streams: Streams, part: str, reference: np.ndarray | None
    ) -> np.ndarray:
        return values[:, np.arange(width) % values.shape[1]]

    def matrix(self, features: int, width: int, streams: Streams) -> np.ndarray | None:
        return np.eye(features, dtype=np.float32)[:, np.arange(width) % features]

"""``features.adapter=tile_scaled``: tiled features, each copy divided by the number of copies of its feature."""

import numpy as np

from mismatch.adapt.features.base import Extra, Widening
from mismatch.data.streams import Streams


class TileScaled(Widening):
    name = "tile_scaled"
    meaning = "the features are repeated in order, each copy divided by their number"
    extra: Extra = "none"

    def array(
        self, values: np.ndarray, width: int, streams: Streams, part: str, reference: np.ndarray | None
    ) -> np.ndarray:
        features = values.shape[1]
        source = np.arange(width) % features
        copies = np.bincount(source, minlength=features)
        return values[:, source] * (1 / copies).astype(np.float32)[source]

    def matrix(self, features: int, width: int, streams: Streams) -> np.ndarray | None:
        return self.array(np.eye(features, dtype=np.float32), width, streams, "train", None)

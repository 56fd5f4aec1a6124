"""``features.adapter=truncate``: the first D features are kept."""

import numpy as np

from mismatch.adapt.features.base import Extra, Narrowing
from mismatch.data.streams import Streams


class Truncate(Narrowing):
    name = "truncate"
    meaning = "the first D features are kept"
    extra: Extra = "none"

    def array(
        self, values: np.ndarray, width: int, streams: Streams, part: str, reference: np.ndarray | None
    ) -> np.ndarray:
        return values[:, :width]

    def matrix(self, features: int, width: int, streams: Streams) -> np.ndarray | None:
        return np.eye(features, width, dtype=np.float32)

"""``features.adapter=truncate_last``: the last D features are kept."""

import numpy as np

from mismatch.adapt.features.base import Extra, Narrowing
from mismatch.data.streams import Streams


class TruncateLast(Narrowing):
    name = "truncate_last"
    meaning = "the last D features are kept"
    extra: Extra = "none"

    def array(
        self, values: np.ndarray, width: int, streams: Streams, part: str, reference: np.ndarray | None
    ) -> np.ndarray:
        return values[:, values.shape[1] - width :]

    def matrix(self, features: int, width: int, streams: Streams) -> np.ndarray | None:
        return np.eye(features, width, k=width - features, dtype=np.float32)

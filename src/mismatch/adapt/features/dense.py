"""``features.adapter=dense``: a layer without bias, learned with the rest, makes D of the d features."""

from typing import Any

import numpy as np

from mismatch.adapt.features.base import Adapter, Extra
from mismatch.data.streams import Streams


class Dense(Adapter):
    name = "dense"
    meaning = "a learned linear layer makes D of d"
    extra: Extra = "none"

    def rule(self, width: int, raw: int, data: str) -> None:
        """Any D can be made of any d."""

    def array(
        self, values: np.ndarray, width: int, streams: Streams, part: str, reference: np.ndarray | None
    ) -> np.ndarray:
        return values

    def matrix(self, features: int, width: int, streams: Streams) -> np.ndarray | None:
        return None

    def layer(self, layers: Any, width: int) -> Any:
        return layers.Dense(width, use_bias=False, name="adapter")

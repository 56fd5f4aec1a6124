"""``features.adapter=native``: the d features of the dataset, as they are."""

import numpy as np

from mismatch.adapt.features.base import Adapter, Extra
from mismatch.config.fields import require
from mismatch.config.registry import ADAPTERS
from mismatch.data.streams import Streams


class Native(Adapter):
    name = "native"
    meaning = "the features of the dataset, as they are"
    extra: Extra = "none"

    def rule(self, width: int, raw: int, data: str) -> None:
        """D is d."""

    def check(self, width: int | None, raw: int, data: str, tokens: bool) -> tuple[str, int]:
        others = "|".join(name for name in ADAPTERS.names if name != self.name)
        accepted = f"needs an adapter: features.adapter={others}"
        if tokens:
            accepted = "must be left out for token ids: set data.dimension"
        require(width is None, "features.width", width, accepted)
        return self.name, raw

    def array(
        self, values: np.ndarray, width: int, streams: Streams, part: str, reference: np.ndarray | None
    ) -> np.ndarray:
        return values

    def matrix(self, features: int, width: int, streams: Streams) -> np.ndarray | None:
        return None

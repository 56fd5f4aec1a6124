"""``features.adapter=project``: the features times one fixed random matrix R (d, D) per replicate."""

import numpy as np

from mismatch.adapt.features.base import Adapter, Extra
from mismatch.data.streams import Streams


class Project(Adapter):
    name = "project"
    meaning = "a fixed random matrix makes D of d"
    extra: Extra = "none"

    def rule(self, width: int, raw: int, data: str) -> None:
        """Any D can be made of any d."""

    def array(
        self, values: np.ndarray, width: int, streams: Streams, part: str, reference: np.ndarray | None
    ) -> np.ndarray:
        projected: np.ndarray = values @ self.matrix(values.shape[1], width, streams)
        return projected

    def matrix(self, features: int, width: int, streams: Streams) -> np.ndarray:
        """R (d, D) float32 with N(0, 1/d) entries, which keeps the scale of a feature on average."""
        # Columns are drawn one after another, so the directions of a narrow projection are among those of a wide one.
        columns = streams.rng("adapt/project").standard_normal((width, features))
        return (columns.T / np.sqrt(features)).astype(np.float32)

"""``features.adapter=resample``: the features, then columns that each hold random values of one real feature.

The values are drawn from the training steps: the marginal distribution of a feature without its signal.
"""

import numpy as np

from mismatch.adapt.features.base import Extra, Widening
from mismatch.data.streams import Streams


class Resample(Widening):
    name = "resample"
    meaning = "columns of shuffled values of real features are appended"
    extra: Extra = "resample"

    def array(
        self, values: np.ndarray, width: int, streams: Streams, part: str, reference: np.ndarray | None
    ) -> np.ndarray:
        assert reference is not None
        rows, features = values.shape
        more = width - features
        # A column stands for the same feature in training and test; wider arms hold the columns of narrower ones.
        sources = streams.rng("adapt/resample").integers(0, features, more)
        drawn = streams.rng(f"adapt/resample/{part}").integers(0, len(reference), (more, rows))
        return np.concatenate([values, reference[drawn, sources[:, None]].T], axis=1)

    def matrix(self, features: int, width: int, streams: Streams) -> np.ndarray | None:
        return None

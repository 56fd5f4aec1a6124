"""From raw sequences to the shape the model expects: features, then length, then the mask.

In: `RaggedData` and an arm's settings. Out: `Adapted` arrays, float32 (or int32 token ids). Numpy only.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mismatch.adapt.features import adapt_features, projection, standardise
from mismatch.adapt.length import place
from mismatch.data.base import RaggedData, Splits, View
from mismatch.streams import Streams

if TYPE_CHECKING:
    from mismatch.config import Arm


@dataclass(frozen=True)
class Adapted:
    """What the model is given.

    inputs: (N, T, D) float32, or (N, T) int32 token ids
    mask: (N, T) bool, True at real steps, computed from lengths
    labels: (N,) int64; posterior: (N, K) float32 or None; lengths: (N,) int64, before truncation
    """

    inputs: np.ndarray
    mask: np.ndarray
    labels: np.ndarray
    posterior: np.ndarray | None
    lengths: np.ndarray


def adapt(arm: "Arm", splits: Splits, streams: Streams) -> dict[str, Adapted]:
    """Adapt all parts of a replicate to the arm's shape: keys ``train``, ``probe``, ``test``."""
    return {
        part: _adapt(arm, getattr(splits, part), splits.train, streams, part) for part in ("train", "probe", "test")
    }


def _adapt(arm: "Arm", data: RaggedData, train: RaggedData, streams: Streams, part: str) -> Adapted:
    tokens = arm.data.vocabulary_size is not None
    if not tokens:
        values = data.values
        if arm.features.scale == "standard":
            values = standardise(values, train.values)
        values = adapt_features(values, arm.features.adapter, arm.width, streams, part)
        data = replace(data, values=values)
    length = arm.length  # a side is None where nothing is padded or cut: either would do
    placed = place(data, arm.steps, length.padding or "pre", length.truncating or "pre", length.pad_value or 0)
    inputs = placed.values[:, :, 0] if tokens else placed.values
    return Adapted(inputs, placed.mask, data.labels, data.posterior, data.lengths)


def view(arm: "Arm", streams: Streams) -> View:
    """What the arm's adaptation leaves to be seen, for the ceiling."""
    features = arm.data.feature_count
    mixed = arm.features.adapter == "project" and arm.width < features
    matrix = projection(streams, features, arm.width) if mixed else None
    return View(
        arm.steps, arm.length.truncating or "pre", min(arm.width, features), matrix, arm.reduction.pool is not None
    )

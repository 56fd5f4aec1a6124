"""From raw sequences to the arrays the model is given: features, then length, the mask, and the order of axes.

In: the `Splits` of a replicate and an arm's settings. Out: `Adapted` arrays of its three parts.
"""

from dataclasses import dataclass, replace

import numpy as np

from mismatch.adapt.axes import arrange
from mismatch.adapt.length import crop_starts, place
from mismatch.adapt.scale import moments, standardise
from mismatch.config.arm import Arm
from mismatch.data.base import RaggedData, Splits
from mismatch.data.streams import Streams


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


def adapt(arm: Arm, splits: Splits, streams: Streams) -> dict[str, Adapted]:
    """Adapt all parts of a replicate to the arm's shape: keys ``train``, ``probe``, ``test``."""
    return {
        part: _adapt(arm, getattr(splits, part), splits.train, streams, part) for part in ("train", "probe", "test")
    }


def _adapt(arm: Arm, data: RaggedData, train: RaggedData, streams: Streams, part: str) -> Adapted:
    tokens = arm.data.vocabulary_size is not None
    if not tokens:
        data = _with_features(arm, data, train, streams, part)
    length = arm.length  # a side is None where nothing is padded or cut: any would do
    placed = place(
        data,
        arm.steps,
        length.padding or "pre",
        length.truncating or "pre",
        length.pad_value or 0,
        length.fill or "constant",
        crop_starts(streams.rng(f"adapt/crop/{part}"), data.lengths, arm.steps),
        streams.rng(f"adapt/fill/{part}"),
    )
    inputs = placed.values[:, :, 0] if tokens else placed.values
    if arm.layout.at == "both" or (arm.layout.at == "test" and part == "test"):
        inputs = arrange(inputs, arm.layout.kind)
    return Adapted(inputs, placed.mask, data.labels, data.posterior, data.lengths)


def _with_features(arm: Arm, data: RaggedData, train: RaggedData, streams: Streams, part: str) -> RaggedData:
    values, reference = data.values, train.values
    if arm.features.scale == "standard":
        scale = moments(train.values)
        values, reference = standardise(values, *scale), standardise(reference, *scale)
    return replace(data, values=arm.adapter.array(values, arm.width, streams, part, reference))

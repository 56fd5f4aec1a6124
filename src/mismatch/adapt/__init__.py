"""From raw sequences to the shape the model expects: features, then length, the mask, and the order of axes.

In: `RaggedData` and an arm's settings. Out: `Adapted` arrays, float32 (or int32 token ids), and the `View`
they leave, from which the ceiling follows. Numpy only.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mismatch.adapt.axes import arrange
from mismatch.adapt.features import adapt_features, linear_map, moments, standardise
from mismatch.adapt.length import crop_starts, place
from mismatch.data.base import Generated, RaggedData, Splits, View
from mismatch.data.streams import Streams

if TYPE_CHECKING:
    from mismatch.config.arm import Arm


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
        values, reference = data.values, train.values
        if arm.features.scale == "standard":
            scale = moments(train.values)
            values, reference = standardise(values, *scale), standardise(reference, *scale)
        values = adapt_features(values, arm.features.adapter, arm.width, streams, part, reference)
        data = replace(data, values=values)
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


def ceiling(arm: "Arm", streams: Streams) -> float:
    """Bayes accuracy given what the arm lets the model see; NaN where nobody knows it, as in a wrong layout."""
    return arm.data.ceiling(view(arm, streams)) if arm.layout.kind == "correct" else float("nan")


def view(arm: "Arm", streams: Streams) -> View:
    """What the arm's adaptation and reduction leave to be seen, for the ceiling."""
    length, reduction, features = arm.length, arm.reduction, arm.features
    scaled = features.scale == "standard" and isinstance(arm.data, Generated)
    center, spread = moments(arm.data.draw(streams).train.values) if scaled else (None, None)
    return View(
        steps=arm.steps,
        truncating=length.truncating or "pre",
        padding=length.padding or "pre",
        fill=length.fill or "constant",
        pad_value=length.pad_value or 0.0,
        mask=arm.mask.kind,
        mask_value=arm.mask.value or 0.0,
        center=center,
        spread=spread,
        matrix=linear_map(features.adapter, arm.data.feature_count, arm.width, streams),
        extra=features.adapter if features.adapter in ("noise", "resample") else "none",
        kernel=reduction.kernel or (1 if features.adapter == "dense" and reduction.pool else None),
        pool=reduction.pool,
        stride=reduction.kind == "strided",
        rebuilt=reduction.mask == "rebuilt",
    )

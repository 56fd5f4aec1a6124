"""The features adapter d -> D: native, zero, truncate, tile, noise, project. Acts on real steps only."""

import numpy as np

from mismatch.streams import Streams


def standardise(values: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Subtract the mean and divide by the sd of each feature of `reference` (M, d), the training steps."""
    mean, deviation = reference.mean(0, dtype=np.float64), reference.std(0, dtype=np.float64)
    scaled = (values - mean) / np.where(deviation > 0, deviation, 1.0)
    return scaled.astype(np.float32)


def projection(streams: Streams, features: int, width: int) -> np.ndarray:
    """R (d, D) float32 with N(0, 1/d) entries: keeps the scale of a feature on average. One per replicate."""
    # Columns are drawn one after another, so the directions of a narrow projection are among those of a wide one.
    columns = streams.rng("adapt/project").standard_normal((width, features))
    return (columns.T / np.sqrt(features)).astype(np.float32)


def adapt_features(values: np.ndarray, adapter: str, width: int, streams: Streams, part: str) -> np.ndarray:
    """Map (M, d) float32 to (M, D) float32, D = `width`.

    zero appends zeros; noise appends N(0, 1); tile repeats the features in order; truncate keeps the
    first D; project multiplies by a fixed random matrix; native returns the values as they are.
    """
    rows, features = values.shape
    if adapter == "native":
        return values
    if adapter == "truncate":
        return values[:, :width]
    if adapter == "tile":
        return values[:, np.arange(width) % features]
    if adapter == "project":
        return values @ projection(streams, features, width)
    if adapter == "zero":
        extra = np.zeros((rows, width - features), np.float32)
    else:
        extra = streams.rng(f"adapt/noise/{part}").standard_normal((rows, width - features), np.float32)
    return np.concatenate([values, extra], axis=1)

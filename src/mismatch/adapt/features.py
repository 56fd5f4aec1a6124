"""The features adapter d -> D: acts on real steps only, before anything is padded."""

import numpy as np

from mismatch.data.streams import Streams


def moments(reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of each feature of `reference` (M, d), (d,) float64 each; an sd of 0 is given as 1."""
    deviation = reference.std(0, dtype=np.float64)
    return reference.mean(0, dtype=np.float64), np.where(deviation > 0, deviation, 1.0)


def standardise(values: np.ndarray, center: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Subtract `center` from and divide by `spread` (d,) the features of `values` (M, d): (M, d) float32."""
    return ((values - center) / spread).astype(np.float32)


def projection(streams: Streams, features: int, width: int) -> np.ndarray:
    """R (d, D) float32 with N(0, 1/d) entries: keeps the scale of a feature on average. One per replicate."""
    # Columns are drawn one after another, so the directions of a narrow projection are among those of a wide one.
    columns = streams.rng("adapt/project").standard_normal((width, features))
    return (columns.T / np.sqrt(features)).astype(np.float32)


def adapt_features(
    values: np.ndarray, adapter: str, width: int, streams: Streams, part: str, reference: np.ndarray | None = None
) -> np.ndarray:
    """Map (M, d) float32 to (M, D) float32, D = `width`.

    native and dense (a learned layer makes D of d) return the values as they are; truncate keeps the first D,
    truncate_last the last D; project multiplies by a fixed random matrix; tile repeats the features in order,
    tile_scaled divides each copy by the number of copies of its feature; zero appends zeros, noise N(0, 1), and
    resample, column by column, values of a real feature drawn from the training steps `reference` (R, d): its
    marginal distribution without the signal.
    """
    rows, features = values.shape
    if adapter in ("native", "dense"):
        return values
    if adapter in ("truncate", "truncate_last"):
        return values[:, :width] if adapter == "truncate" else values[:, features - width :]
    if adapter == "project":
        return values @ projection(streams, features, width)
    if adapter in ("tile", "tile_scaled"):
        source = np.arange(width) % features
        copies = np.bincount(source, minlength=features) if adapter == "tile_scaled" else np.ones(features)
        return values[:, source] * (1 / copies).astype(np.float32)[source]
    extra = width - features
    if adapter == "zero":
        columns = np.zeros((rows, extra), np.float32)
    elif adapter == "noise":
        columns = streams.rng(f"adapt/noise/{part}").standard_normal((rows, extra), np.float32)
    else:
        assert reference is not None
        # A column stands for the same feature in training and test; wider arms hold the columns of narrower ones.
        sources = streams.rng("adapt/resample").integers(0, features, extra)
        drawn = streams.rng(f"adapt/resample/{part}").integers(0, len(reference), (extra, rows))
        columns = reference[drawn, sources[:, None]].T
    return np.concatenate([values, columns], axis=1)


def linear_map(adapter: str, features: int, width: int, streams: Streams) -> np.ndarray | None:
    """The matrix (d, D) float32 the adapter multiplies by, or None where it keeps every feature as it is."""
    if adapter in ("native", "dense", "noise", "resample"):
        return None
    return adapt_features(np.eye(features, dtype=np.float32), adapter, width, streams, "train")

"""Whether whole numbers look like ids of tokens, or like counts and amounts: by their values alone.

In: values (N, T) or (N, T, 1). Out: the same as ids (N, T), or None where they are none. A frequency table of counts
rises and falls smoothly around its peak; ids are spread evenly, or fall from the most common token on.
"""

import numpy as np

LEAST = 5
"""Distinct values and largest value from which whole numbers look like ids."""
BINS = 24
PEAKED = 2.2
"""Kurtosis from which values gather around a middle: 1.8 where they are spread evenly, 3 for a bell."""
SMOOTH = 0.6
"""Correlation of the frequencies of neighbouring values from which they are taken for counts."""


def ids(values: np.ndarray) -> np.ndarray | None:
    """The values as (N, T) where they look like ids, else None."""
    flat = one_per_step(values)
    if flat is None or flat.min() < 0 or flat.max() < LEAST or np.any(flat != np.floor(flat)):
        return None
    if len(np.unique(flat[flat > 0])) < LEAST or _in_order(flat) or _counts(flat[flat > 0]):
        return None
    return flat


def shares(values: np.ndarray, units: int | None) -> bool:
    """Whether values are k/`units`: ids of as many tokens as the model has units, divided by their number."""
    flat = one_per_step(values)
    if flat is None or flat.dtype.kind != "f" or not units or units < LEAST or flat.min() < 0 or flat.max() > 1:
        return False
    near = [n for n in (units, units - 1) if np.allclose(flat * n, np.round(flat * n), atol=1e-3)]
    return bool(near and len(np.unique(flat)) >= LEAST and not _in_order(flat))


def one_per_step(values: np.ndarray) -> np.ndarray | None:
    """(N, T) of finite numbers, None where there are several for each step."""
    flat = values[..., 0] if values.ndim == 3 and values.shape[2] == 1 else values
    usable = flat.ndim == 2 and flat.dtype.kind in "iuf" and flat.size and np.isfinite(flat).all()
    return flat if usable else None


def _in_order(values: np.ndarray) -> bool:
    """Whether neighbours in time are alike, as counts and amounts are: lag-1 correlation of real steps above 0.5."""
    both = (values[:, 1:] > 0) & (values[:, :-1] > 0)
    late, early = values[:, 1:][both], values[:, :-1][both]
    if len(late) < 3 or late.std() == 0 or early.std() == 0:
        return False
    return bool(np.corrcoef(late, early)[0, 1] > 0.5)


def _counts(values: np.ndarray) -> bool:
    """Whether the frequencies of (n,) values rise to a peak inside their range and fall again, without jumps."""
    low, high = int(values.min()), int(values.max())
    bins = min(high - low + 1, BINS, max(len(values) // BINS, LEAST))
    width = -(-(high - low + 1) // bins)  # whole numbers alike: a bin of uneven ones would jump
    often, _ = np.histogram(values, bins=np.arange(low - 0.5, high + width, width))
    peak = int(np.argmax(often))
    off = (values - values.mean()) / max(float(values.std()), 1e-9)
    if len(often) < LEAST or not 0 < peak < len(often) - 1 or np.mean(off**4) < PEAKED:
        return False
    return bool(np.corrcoef(often[1:], often[:-1])[0, 1] > SMOOTH)

"""Standardised features: ``features.scale=standard``, with the moments of the real training steps alone."""

import numpy as np


def moments(reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of each feature of `reference` (M, d), (d,) float64 each; an sd of 0 is given as 1."""
    deviation = reference.std(0, dtype=np.float64)
    return reference.mean(0, dtype=np.float64), np.where(deviation > 0, deviation, 1.0)


def standardise(values: np.ndarray, center: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Subtract `center` from and divide by `spread` (d,) the features of `values` (M, d): (M, d) float32."""
    return ((values - center) / spread).astype(np.float32)

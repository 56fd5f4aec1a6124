"""Sequences as bags: what is left of them when the order of their steps is taken away.

In: `RaggedData` of every part. Out: a matrix per part, made with what the training part says alone: counts of tokens,
their TF-IDF, or moments and ends of every feature.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from mismatch.adapt.scale import moments
from mismatch.data.base import RaggedData, Splits

if TYPE_CHECKING:
    from scipy.sparse import csr_array

PARTS = ("train", "probe", "test")


def counts(splits: Splits) -> dict[str, "csr_array"]:
    """How often each token of the training part occurs in each text, (N, words) sparse; id 1, unknown words, is one."""
    known = np.unique(splits.train.values[:, 0])
    return {part: _counts(getattr(splits, part), known) for part in PARTS}


def weighted(splits: Splits) -> dict[str, Any]:
    """TF-IDF of the tokens as scikit-learn weights it, the document frequencies those of the training part."""
    from sklearn.feature_extraction.text import TfidfTransformer

    found = counts(splits)
    transformer = TfidfTransformer().fit(found["train"])
    return {part: transformer.transform(matrix) for part, matrix in found.items()}


def summaries(splits: Splits) -> dict[str, np.ndarray]:
    """Of every feature mean, sd, lowest, highest, first and last value, and the length: (N, 6 d + 1) float64.

    Standardised with the moments of the training part.
    """
    found = {part: _summaries(getattr(splits, part)) for part in PARTS}
    center, spread = moments(found["train"])
    return {part: (matrix - center) / spread for part, matrix in found.items()}


def _counts(data: RaggedData, known: np.ndarray) -> "csr_array":
    from scipy.sparse import coo_array

    ids = data.values[:, 0]
    text = np.repeat(np.arange(len(data)), data.lengths)
    place = np.searchsorted(known, ids).clip(max=len(known) - 1)
    there = known[place] == ids
    ones = np.ones(int(there.sum()))
    return coo_array((ones, (text[there], place[there])), shape=(len(data), len(known))).tocsr()


def _summaries(data: RaggedData) -> np.ndarray:
    values, starts, lengths = data.values.astype(np.float64), data.offsets, data.lengths[:, None]
    mean = np.add.reduceat(values, starts) / lengths
    squares = np.square(values - np.repeat(mean, data.lengths, axis=0))
    parts = [
        mean,
        np.sqrt(np.add.reduceat(squares, starts) / lengths),
        np.minimum.reduceat(values, starts),
        np.maximum.reduceat(values, starts),
        values[starts],
        values[starts + data.lengths - 1],
        lengths.astype(np.float64),
    ]
    return np.concatenate(parts, axis=1)

"""Raw sequences as they come: of unequal length, stored end to end, with their labels."""

from dataclasses import dataclass

import numpy as np

from mismatch.data.streams import digest


@dataclass(frozen=True)
class RaggedData:
    """N raw sequences of unequal length, stored end to end.

    values: (sum L_i, d) float32, or (sum L_i, 1) int32 token ids (1 is out of vocabulary, 0 never occurs)
    lengths: (N,) int64, every L_i >= 1
    labels: (N,) int64 in 0..K-1
    posterior: (N, K) float32, the exact p*(y | x), or None where nobody knows it
    """

    values: np.ndarray
    lengths: np.ndarray
    labels: np.ndarray
    posterior: np.ndarray | None = None

    @property
    def offsets(self) -> np.ndarray:
        """Row of `values` where each sequence starts, (N,) int64."""
        return np.cumsum(self.lengths) - self.lengths

    def __len__(self) -> int:
        return len(self.lengths)

    def at(self, rows: np.ndarray) -> "RaggedData":
        """The sequences of these rows (M,), in this order."""
        lengths = self.lengths[rows]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        values = self.values[np.repeat(self.offsets[rows], lengths) + within]
        posterior = None if self.posterior is None else self.posterior[rows]
        return RaggedData(values, lengths, self.labels[rows], posterior)

    def hash(self) -> str:
        return digest(self.values, self.lengths, self.labels)


@dataclass(frozen=True)
class Splits:
    """Training, probe (fixed, for the loss trace) and test sequences of one replicate."""

    train: RaggedData
    probe: RaggedData
    test: RaggedData

    def hash(self) -> str:
        return digest(*(np.frombuffer(part.hash().encode(), np.uint8) for part in (self.train, self.probe, self.test)))

"""Tasks with finitely many sequences: a task lists them in `support`, and draws, posterior and law follow.

`Coded` adds what the tasks made of bits share, how a bit is written down; `CodedRange` adds random lengths.
"""

from abc import abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from mismatch.config.fields import choice, ranged, require
from mismatch.data.base import Generated, RaggedData
from mismatch.data.laws import Support


@dataclass
class Enumerated(Generated):
    """A task of K = 2 classes, unless it says otherwise, whose distinct sequences can be listed."""

    @abstractmethod
    def support(self) -> tuple[RaggedData, np.ndarray]:
        """Every distinct raw sequence (its labels mean nothing) and P(sequence, label), (M, K) float64."""

    @property
    def nuisance(self) -> tuple[int, ...]:
        """Features of which `support` holds one stand-in for all their values: see `laws.Support`."""
        return ()

    def law(self) -> Support:
        return _law(type(self), _settings(self))

    @property
    def classes_count(self) -> int:
        return 2

    def sample(self, rng: np.random.Generator, count: int) -> RaggedData:
        law = self.law()
        # Inverse of the distribution function over (sequence, label) pairs.
        edges = np.cumsum(law.joint.ravel())
        drawn = np.searchsorted(edges, rng.random(count) * edges[-1], side="right")
        which, labels = np.divmod(drawn, self.classes_count)
        posterior = law.joint[which] / law.joint[which].sum(1, keepdims=True)
        lengths = law.codes.lengths[which]
        step = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        codes = law.codes.values[np.repeat(law.codes.offsets[which], lengths) + step, 0]
        return RaggedData(law.rows[codes], lengths, labels, posterior.astype(np.float32))


Settings = tuple[tuple[str, Hashable], ...]


def _settings(task: Enumerated) -> Settings:
    """What its law depends on, in a form that can be looked up: all but the sizes."""
    sizes = ("name", "train", "probe", "test")
    return tuple((f.name, getattr(task, f.name)) for f in fields(task) if f.name not in sizes)


@lru_cache(maxsize=32)
def _law(kind: type[Enumerated], settings: Settings) -> Support:
    task = kind(**dict(settings))  # type: ignore[arg-type]
    return Support.of(*task.support(), task.nuisance)


@dataclass
class Coded(Enumerated):
    """Steps of one or more binary channels.

    coding: signs writes a bit as -1 or +1; bits as 0 or 1, so that a step of zeros looks like padding; flag is
    bits and one more feature that is 1 at every real step.
    """

    coding: str = choice("signs", "signs", "bits", "flag")

    @property
    def channels(self) -> int:
        """How many bits a step has."""
        return 1

    @property
    def feature_count(self) -> int:
        return self.channels + (self.coding == "flag")

    def write(self, bits: np.ndarray) -> np.ndarray:
        """Bits (R, channels) in the task's coding: (R, d) float32."""
        values = bits.astype(np.float32)
        if self.coding == "signs":
            return 2 * values - 1
        return np.concatenate([values, np.ones((len(bits), 1), np.float32)], 1) if self.coding == "flag" else values

    def listed(self, bits: list[np.ndarray]) -> RaggedData:
        """Sequences from blocks of equal length: (m_i, L_i, channels) each."""
        flat = np.concatenate([block.reshape(-1, self.channels) for block in bits])
        lengths = np.concatenate([np.full(len(block), block.shape[1]) for block in bits])
        return RaggedData(self.write(flat), lengths, np.zeros(len(lengths), np.int64))


@dataclass
class CodedRange(Coded):
    """L ~ U{min_length..max_length}, independent of the label."""

    min_length: int = ranged(4, low=1, high=32)
    max_length: int = ranged(12, low=1, high=32)

    def check(self) -> None:
        super().check()
        fits = self.min_length <= self.max_length
        require(fits, "data.min_length", self.min_length, f"must be at most data.max_length={self.max_length}")

    @property
    def shortest(self) -> int:
        return self.min_length

    @property
    def longest(self) -> int:
        return self.max_length

    @property
    def lengths(self) -> range:
        return range(self.min_length, self.max_length + 1)


def all_bits(length: int) -> np.ndarray:
    """Every string of `length` bits: (2^length, length, 1) int64."""
    return (np.arange(2**length)[:, None] >> np.arange(length) & 1)[:, :, None]


def marked(length: int, *places: np.ndarray) -> np.ndarray:
    """Sequences silent but for one marker per channel, at `places` (m,): (m, length, channels) int64."""
    return np.stack([np.arange(length) == place[:, None] for place in places], axis=2).astype(np.int64)

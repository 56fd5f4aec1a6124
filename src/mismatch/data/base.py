"""What every dataset is: typed settings that can draw raw sequences and know the law these follow, if any.

A built-in dataset is a module of this package with one subclass of `Dataset`; one of another package is an entry
point of ``mismatch.datasets``. In: the streams of a replicate. Out: `Splits` of `RaggedData`, NumPy only.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from mismatch.config.fields import check, ranged
from mismatch.data._ragged import RaggedData, Splits
from mismatch.data.laws import Law
from mismatch.data.streams import Streams

__all__ = ["Dataset", "Generated", "RaggedData", "Splits"]


@dataclass
class Dataset(ABC):
    """Settings every dataset has. Subclasses add their own and fill in what is abstract."""

    name: str = "?"
    train: int = ranged(4096, low=1)
    probe: int = ranged(256, low=1)
    test: int = ranged(4096, low=1)

    def check(self) -> None:
        """Raise ConfigError for a setting out of range."""
        check("data", self)

    @property
    @abstractmethod
    def classes_count(self) -> int:
        """K, the number of classes."""

    @property
    @abstractmethod
    def feature_count(self) -> int:
        """d, the number of features of a raw timestep."""

    @property
    def vocabulary_size(self) -> int | None:
        """Number of token ids including padding (0), or None where steps are numbers, not ids."""
        return None

    @property
    @abstractmethod
    def shortest(self) -> int:
        """A lower bound on L."""

    @property
    @abstractmethod
    def longest(self) -> int:
        """L_max, what ``length.steps=max`` and ``length.ratio`` refer to."""

    @abstractmethod
    def draw(self, streams: Streams) -> Splits:
        """The raw sequences of one replicate; the same for every arm."""

    @abstractmethod
    def law(self) -> Law | None:
        """The distribution of its sequences, or None where nobody knows it: no ceiling then.

        It may depend on all settings but the sizes of the parts.
        """

    @property
    def chance(self) -> float:
        """Accuracy of guessing."""
        return 1.0 / self.classes_count

    @property
    def exact(self) -> bool:
        """Whether training and test hold `train` and `test` sequences in every replicate, not only at most."""
        return True

    @property
    def fixed_test(self) -> bool:
        """Whether the test part is the same in every replicate, in the same order: runs keep which of it is right."""
        return False

    def reading(self) -> list[str]:
        """What a person should know of data read from a file of their own before anything is trained: lines."""
        return []


@dataclass
class Generated(Dataset):
    """A synthetic dataset: subclasses write `sample`, and `draw` follows."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, count: int) -> RaggedData:
        """`count` sequences with labels and exact posterior."""

    def draw(self, streams: Streams) -> Splits:
        # A stream per part: a larger training set leaves the test set as it was.
        parts = {
            part: self.sample(streams.rng(f"data/{part}"), getattr(self, part)) for part in ("train", "probe", "test")
        }
        return Splits(**parts)

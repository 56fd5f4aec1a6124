"""What every dataset is: typed settings that can draw raw sequences and know their own ceiling.

A dataset is one module in this folder holding one subclass of `Dataset`; `names()` finds it.
In: the streams of a replicate. Out: `Splits` of `RaggedData`, numpy only.
"""

import importlib
import pkgutil
from collections.abc import Hashable
from dataclasses import dataclass, fields
from functools import cache

import numpy as np

from mismatch.config.fields import ConfigError, check, ranged
from mismatch.data.streams import Streams, digest


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


@dataclass(frozen=True, eq=False)
class View:
    """What an arm lets the model see of a sequence; ceilings are functions of this. Defaults: nothing is hidden.

    steps: T, timesteps after padding and truncating
    truncating, padding, fill, pad_value: as in `adapt.length.place`; padding none shows each length as it is
    mask, mask_value: none | masking (rows equal to `mask_value`) | explicit (the true padding)
    center, spread: (d,) float64, subtracted from and divided into each feature, else None
    matrix: (d, D) float32, the linear map of the adapter, or None where every feature is kept as it is
    extra: none | noise | resample, columns beside the features that say nothing of the label
    kernel: length of the convolution (1 for a learned layer on single steps), or None without one
    pool: steps of a window, or None without windows; stride: one step of each is kept instead of its maximum
    rebuilt: whether the mask acts on convolution and pooling, and goes on to the model behind them
    """

    steps: int
    truncating: str = "pre"
    padding: str = "post"
    fill: str = "constant"
    pad_value: float = 0.0
    mask: str = "explicit"
    mask_value: float = 0.0
    center: np.ndarray | None = None
    spread: np.ndarray | None = None
    matrix: np.ndarray | None = None
    extra: str = "none"
    kernel: int | None = None
    pool: int | None = None
    stride: bool = False
    rebuilt: bool = False

    @property
    def key(self) -> tuple[Hashable, ...]:
        """All fields, arrays as shape and bytes: equal for views that show the same."""
        values = (getattr(self, item.name) for item in fields(self))
        return tuple((v.shape, v.tobytes()) if isinstance(v, np.ndarray) else v for v in values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, View) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass
class Dataset:
    """Settings every dataset has. Subclasses add their own and fill in the methods."""

    name: str = "?"
    train: int = ranged(4096, low=1)
    probe: int = ranged(256, low=1)
    test: int = ranged(4096, low=1)

    def check(self) -> None:
        """Raise ConfigError for a setting out of range."""
        check("data", self)

    @property
    def classes_count(self) -> int:
        """K, the number of classes."""
        raise NotImplementedError

    @property
    def feature_count(self) -> int:
        """d, the number of features of a raw timestep."""
        raise NotImplementedError

    @property
    def vocabulary_size(self) -> int | None:
        """Number of token ids including padding (0), or None where steps are numbers, not ids."""
        return None

    @property
    def shortest(self) -> int:
        """A lower bound on L."""
        raise NotImplementedError

    @property
    def longest(self) -> int:
        """L_max, what ``length.steps=max`` and ``length.ratio`` refer to."""
        raise NotImplementedError

    def draw(self, streams: Streams) -> Splits:
        """The raw sequences of one replicate; the same for every arm."""
        raise NotImplementedError

    def ceiling(self, view: View) -> float:
        """Bayes accuracy given `view`, or NaN where nobody knows it."""
        return float("nan")

    @property
    def raw_view(self) -> View:
        """The raw sequence as it is, its length known."""
        return View(self.longest)

    @property
    def full_ceiling(self) -> float:
        """Bayes accuracy given the raw sequence, or NaN where nobody knows it."""
        return self.ceiling(self.raw_view)

    @property
    def chance(self) -> float:
        """Accuracy of guessing."""
        return 1.0 / self.classes_count


@dataclass
class Generated(Dataset):
    """A synthetic dataset: subclasses write `sample`, the rest follows."""

    def sample(self, rng: np.random.Generator, count: int) -> RaggedData:
        """`count` sequences with labels and exact posterior."""
        raise NotImplementedError

    def draw(self, streams: Streams) -> Splits:
        # A stream per part: a larger training set leaves the test set as it was.
        parts = {
            part: self.sample(streams.rng(f"data/{part}"), getattr(self, part)) for part in ("train", "probe", "test")
        }
        return Splits(**parts)


@cache
def classes() -> dict[str, type[Dataset]]:
    """Every dataset by name: the public modules of this folder, each with one concrete `Dataset`."""
    import mismatch.data as package

    found: dict[str, type[Dataset]] = {}
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("_") or module.name == "base":
            continue
        for value in vars(importlib.import_module(f"mismatch.data.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Dataset) and value().name == module.name:
                found[module.name] = value
    return found


def require(condition: bool, key: str, value: object, accepted: str) -> None:
    """Raise ConfigError unless `condition` holds."""
    if not condition:
        raise ConfigError(key, value, accepted)

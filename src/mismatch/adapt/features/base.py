"""What every features adapter d -> D tells of itself: its rule, its arrays or its layer, and what it lets be seen.

In: the values of real timesteps, before anything is padded. Out: (M, D) float32, D = ``features.width``. A built-in
adapter is a module of this package with one class; one of another package is an entry point of
``mismatch.adapters``. All other code asks the class and names no adapter.
"""

from abc import ABC, abstractmethod
from typing import Any, Literal

import numpy as np

from mismatch.config.fields import require
from mismatch.config.groups import Features
from mismatch.data.streams import Streams

IDENTITY = Features.adapter
"""The adapter that changes nothing: the group's default, and what any other is called where it changes nothing."""

Extra = Literal["none", "noise", "resample", "unknown"]


class Adapter(ABC):
    """One way to make D features of d. A class that leaves out one of the abstract members cannot be used."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The value of ``features.adapter``; a class attribute, the name of its module."""

    @property
    @abstractmethod
    def meaning(self) -> str:
        """One line for help, tables and pages; a class attribute."""

    @property
    @abstractmethod
    def extra(self) -> Extra:
        """What stands beside the d features and says nothing of the label; a class attribute.

        none; noise (N(0, 1), drawn afresh for every step); resample (values of real features); or unknown, where
        `matrix` does not tell all that is seen: the ceiling is then NaN.
        """

    @abstractmethod
    def array(
        self, values: np.ndarray, width: int, streams: Streams, part: str, reference: np.ndarray | None
    ) -> np.ndarray:
        """Map `values` (M, d) float32 of `part` (train | probe | test) to (M, D) float32, or (M, d) for a `layer`.

        `reference` holds the training steps (R, d).
        """

    @abstractmethod
    def matrix(self, features: int, width: int, streams: Streams) -> np.ndarray | None:
        """The matrix (d, D) float32 the adapter multiplies by, or None where it keeps every feature as it is."""

    def layer(self, layers: Any, width: int) -> Any:
        """A layer of `layers` (`keras.layers`) that learns D of d inside the model, or None.

        It must be named ``adapter``: initial weights are drawn by the names of layers.
        """
        return None

    @property
    def learned(self) -> bool:
        """Whether a layer makes the D features, so that the array keeps d."""
        return type(self).layer is not Adapter.layer

    @abstractmethod
    def rule(self, width: int, raw: int, data: str) -> None:
        """Raise ConfigError for a D = `width` this adapter cannot make of d = `raw` features of the dataset `data`."""

    def unchanged(self, width: int, raw: int) -> bool:
        """Whether D = `width` leaves the d = `raw` features exactly as they are."""
        return False

    def check(self, width: int | None, raw: int, data: str, tokens: bool) -> tuple[str, int]:
        """The canonical adapter and D for ``features.width=width`` on the dataset `data` of d = `raw` features.

        Raises:
            ConfigError: where the adapter cannot act on token ids, or cannot make D of d.
        """
        accepted = f"must be {IDENTITY} for token ids; data.embedding=vectors takes any"
        require(not tokens, "features.adapter", self.name, accepted)
        require(
            width is not None, "features.adapter", self.name, "needs features.width, the number of features to make"
        )
        assert width is not None
        self.rule(width, raw, data)
        return (IDENTITY if self.unchanged(width, raw) else self.name), width


class Widening(Adapter):
    """D >= d: the features stay, and columns are added."""

    def rule(self, width: int, raw: int, data: str) -> None:
        accepted = f"must be at least {raw}, the features of data={data}, for {self.name}"
        require(width >= raw, "features.width", width, accepted)

    def unchanged(self, width: int, raw: int) -> bool:
        return width == raw


class Narrowing(Adapter):
    """D <= d: some of the features are left out."""

    extra: Extra = "none"

    def rule(self, width: int, raw: int, data: str) -> None:
        accepted = f"must be at most {raw}, the features of data={data}, to truncate"
        require(width <= raw, "features.width", width, accepted)

    def unchanged(self, width: int, raw: int) -> bool:
        return width == raw

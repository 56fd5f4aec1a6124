"""What datasets made of a person's own files share: the file, its identity, its parts, and what is said of it first.

In: settings that name a file. Out: `Splits` whose parts are random or as the file says, and lines that say in numbers
what was read, left out and drawn. A subclass reads its kind of file into `Items` and turns rows of it into sequences.
"""

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, ClassVar, Self

import numpy as np

from mismatch.config import fields as settings
from mismatch.config.fields import ConfigError, choice, free, ranged, require
from mismatch.config.paths import absolute, shown
from mismatch.data import _checksum, _hold, _split
from mismatch.data._described import Described
from mismatch.data._pool import Pool, pool_of
from mismatch.data._sizes import choose
from mismatch.data.base import Dataset, Splits
from mismatch.data.sources.base import Items
from mismatch.data.streams import Streams

PARTS = ("train", "probe", "test")


@dataclass
class Own(Dataset):
    """A dataset of a person's own file. Sizes left out are chosen from it; `check` fills them in.

    `sha256` is filled in from the file, so that results of another version of it are not mistaken for this one's.
    """

    path: str = free("", meaning="file of the sequences")
    test_path: str | None = free(None, meaning="another file, which holds the test part")
    label: str | None = free("label", meaning="column of the labels")
    split: str | None = free(None, meaning="column that says train, probe or test")
    group: str | None = free(None, meaning="column of what stays on one side: a speaker, a patient, a film")
    separator: str | None = free(None, meaning="what stands between columns; empty: found out")
    encoding: str | None = free(None, meaning="how characters are written in the file; empty: found out")
    balance: str = choice("natural", "natural", "equal", meaning="shares of the classes: natural | equal")
    hold: str = choice(
        "none",
        *("none", "out", "test"),
        meaning="sequences set aside, the same ones whatever the seed: none | out (used by nothing, the rest is split "
        "anew in every replicate) | test (the test part of every replicate)",
    )
    held: float | None = ranged(
        None,
        above=0.0,
        meaning="share of the sequences that is set aside, a quarter if not given; empty where none is, or where the "
        "file names its test part, which is then set aside",
    )
    sha256: str | None = free(None, meaning="checksum of the file")
    train: int | None = ranged(None, low=1)  # type: ignore[assignment]
    probe: int | None = ranged(None, low=1)  # type: ignore[assignment]
    test: int | None = ranged(None, low=1)  # type: ignore[assignment]

    READ: ClassVar[tuple[str, ...]] = (
        "path",
        "test_path",
        "label",
        "split",
        "group",
        "separator",
        "encoding",
        "sha256",
    )
    """Settings that reading the file depends on; a subclass adds its own."""
    NOUN: ClassVar[str] = "sequence"
    """What one of them is called."""

    @abstractmethod
    def read(self) -> Items:
        """The sequences of the file; called once for equal settings `READ`."""

    @abstractmethod
    def encoded(self, rows: dict[str, np.ndarray]) -> Splits:
        """The sequences at these places of `items()`, by part; what is learnt from data, from the training part."""

    def check(self) -> None:
        settings.check("data", self)
        self.settle()
        self.settled()
        self._whole()._described().refuse()
        self._settle_hold()
        described, asked = self._described(), (self.train, self.probe, self.test)
        described.refuse_rest()
        sizes = choose(described.pool, *asked)
        described.refuse_few(sizes, self.train)
        self.train, self.probe, self.test = sizes.train, sizes.probe, sizes.test
        super().check()

    def settle(self) -> None:
        """Make paths absolute and fill in the checksum; touches no more of the file."""
        for name in ("label", "split", "group", "separator", "encoding"):
            value = getattr(self, name)
            setattr(self, name, None if value is None else str(value))
        require(self.path not in ("", None), "data.path", self.path, "must name a file of your sequences")
        self.path = str(absolute(str(self.path)))
        self.test_path = None if self.test_path is None else str(absolute(str(self.test_path)))
        require(
            self.test_path is None or self.split is None,
            "data.split",
            self.split,
            "must be left out beside data.test_path: one of them names the test part",
        )
        found = self.checksum()
        require(
            self.sha256 in (None, found),
            "data.path",
            shown(self.path),
            f"has changed since it had data.sha256={self.sha256}: {found} now",
        )
        self.sha256 = found

    def settled(self) -> None:
        """Fill in what a subclass chooses from the file once it is read."""

    def _settle_hold(self) -> None:
        """Give the share that is set aside, where it acts."""
        if self.hold == "none" or self.items().parts is not None:
            self.held = None
            return
        self.held = _hold.SHARE if self.held is None else float(self.held)
        require(self.held < 1, "data.held", self.held, "must be below 1: the rest is trained on")

    def checksum(self) -> str:
        """Of the file, and of the test file where there is one."""
        return _checksum.of(("data.path", self.path), ("data.test_path", self.test_path))

    def items(self) -> Items:
        """All sequences of the file, read once for equal settings.

        Raises:
            ConfigError: for a file that cannot be read so, or one that is no longer what `sha256` says.
        """
        return _items(type(self), self._key(self.READ))

    def lengths(self) -> np.ndarray:
        """Timesteps of each of `items()`: (N,) int64."""
        lengths = self.items().lengths
        assert lengths is not None
        return lengths

    def usable(self) -> np.ndarray:
        """Places of the items that parts may be drawn from: (M,) int64."""
        return np.flatnonzero(self.lengths() >= 1)

    def contents(self) -> Sequence[Hashable]:
        """What each of `items()` says, equal for equal sequences: (N,)."""
        items = self.items()
        assert items.values is not None and items.lengths is not None
        ends = np.cumsum(items.lengths)
        return [items.values[end - size : end].tobytes() for end, size in zip(ends, items.lengths, strict=True)]

    def pool(self) -> Pool:
        """The usable rows with all that decides how they are drawn; without those set aside under ``hold=out``."""
        names = tuple(f.name for f in fields(self) if f.name not in (*PARTS, "name"))
        return _pool(type(self), self._key(names))

    def aside(self) -> _hold.Aside | None:
        """What is set aside, and what is not; None under ``hold=none``."""
        return None if self.hold == "none" else _hold.aside(self._whole().pool(), self.held)

    def _whole(self) -> Self:
        """These data with nothing set aside."""
        return self if self.hold == "none" else replace(self, hold="none", held=None)

    def seen(self) -> np.ndarray:
        """Timesteps of the usable sequences that are not set aside: (M,) int64. Choices by length rest on these."""
        pool = self.pool()
        return self.lengths()[pool.rows[pool.seen]]

    def draw(self, streams: Streams) -> Splits:
        return self.encoded(self.places(streams))

    def places(self, streams: Streams) -> dict[str, np.ndarray]:
        """Where the sequences of each part of a replicate stand among `items()`: train, probe and test, (M,) int64."""
        pool = self.pool()
        wanted = {part: int(getattr(self, part)) for part in PARTS}
        drawn = _split.draw(streams.rng("split"), pool, wanted)
        short = len(drawn["probe"]) < wanted["probe"] or not len(drawn["train"]) or not len(drawn["test"])
        accepted = f"left too few rows in replicate {streams.replicate}: give a smaller data.test or data.probe"
        require(not short, "data.group", self.group, accepted)
        return {part: pool.rows[rows] for part, rows in drawn.items()}

    def law(self) -> None:
        return None  # nobody knows the distribution of a person's own data

    @property
    def classes_count(self) -> int:
        return len(self.items().classes)

    @property
    def shortest(self) -> int:
        return int(self.seen().min())

    @property
    def longest(self) -> int:
        return int(self.seen().max())

    @property
    def chance(self) -> float:
        return self.pool().chance

    @property
    def exact(self) -> bool:
        return self.pool().exact

    @property
    def fixed_test(self) -> bool:
        return self.hold == "test"

    def reading(self) -> list[str]:
        sizes = choose(self.pool(), self.train, self.probe, self.test)
        return self._described().lines(sizes, self.extra())

    def limit(self) -> int | None:
        """Longest sequence that is used, or None."""
        return None

    def extra(self) -> list[str]:
        """What else is said of this kind of data."""
        return []

    def _described(self) -> Described:
        lengths, usable = self.lengths(), self.usable()
        require(len(usable) > 0, "data.path", shown(self.path), f"has no {self.NOUN} left to use")
        known = self.items(), self.pool(), lengths, usable, self.limit(), self.NOUN
        return Described(self.path, *known, self.aside())

    def _key(self, names: Sequence[str]) -> "Settings":
        values = ((name, getattr(self, name)) for name in names)
        return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in values)


Settings = tuple[tuple[str, Any], ...]


@lru_cache(maxsize=2)
def _items(kind: type[Own], key: Settings) -> Items:
    dataset = kind(**dict(key))
    changed = dataset.sha256 is not None and dataset.checksum() != dataset.sha256
    if changed:
        raise ConfigError("data.path", shown(dataset.path), "has changed since the sweep was planned: run it again")
    return dataset.read()


@lru_cache(maxsize=8)
def _pool(kind: type[Own], key: Settings) -> Pool:
    dataset = kind(**dict(key))
    if aside := dataset.aside():
        return aside.pool(dataset.hold)
    return pool_of(dataset.items(), dataset.usable(), dataset.contents(), dataset.balance == "equal")

"""The datasets that advice is tried on: synthetic tasks, of which it is known what loses nothing, and real ones.

In: a generator of random numbers and a number of sequences. Out: `Sequences`, distinct where the data are real. Two of
the real sets are there only where the package `aeon` is, whose requirements clash with ours: install it without them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from mismatch.config.fields import ConfigError
from mismatch.config.registry import DATASETS
from mismatch.data._ragged import RaggedData
from mismatch.data._text import movie_reviews
from mismatch.data.base import Generated
from mismatch.data.sources import numbers

THINNED = 8
"""Sequences are drawn in so many times the number, of which those are kept whose lengths follow another law."""
WORDS = 128
"""Longest review that is taken, in words."""


@dataclass(frozen=True)
class Sequences:
    """Labelled sequences: `data` of numbers, or texts with their labels."""

    labels: np.ndarray
    data: RaggedData | None = None
    texts: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, rows: np.ndarray) -> "Sequences":
        """Those of these rows (M,), in this order."""
        data = None if self.data is None else self.data.at(rows)
        texts = None if self.texts is None else tuple(self.texts[row] for row in rows)
        return Sequences(self.labels[rows], data, texts)

    def contents(self) -> list[bytes | str]:
        """What each one says, equal for equal sequences."""
        if self.texts is not None:
            return list(self.texts)
        assert self.data is not None
        ends = np.cumsum(self.data.lengths)
        return [self.data.values[end - size : end].tobytes() for end, size in zip(ends, self.data.lengths, strict=True)]


Draw = Callable[[np.random.Generator, int], Sequences]
Weights = Callable[[np.ndarray], np.ndarray]
"""How often a length is, in proportion, against how often the task draws it."""


@dataclass(frozen=True)
class Source:
    """A dataset: what its files are drawn from.

    file, fresh: sequences of a file, and kept out of it for the judgement. known: what loses nothing, by how
    the task is made. package: what must be installed for it, besides ours.
    """

    name: str
    file: int
    fresh: int
    known: str
    draw: Draw
    package: str | None = None

    @property
    def there(self) -> bool:
        """Whether it can be drawn here."""
        return self.package is None or find_spec(self.package) is not None


def task(name: str, weights: Weights | None = None, jitter: float = 0.0, **settings: object) -> Draw:
    """Sequences of one of our synthetic tasks, with other lengths if asked for, and noise of sd `jitter` on all."""

    def draw(rng: np.random.Generator, count: int) -> Sequences:
        made: Generated = DATASETS.get(name)(**settings)
        found = made.sample(rng, count) if weights is None else _thinned(made, weights, rng, count)
        noise = rng.normal(0, jitter, found.values.shape) if jitter else 0.0
        return Sequences(found.labels, RaggedData(found.values + noise, found.lengths, found.labels))

    return draw


def _thinned(made: Generated, weights: Weights, rng: np.random.Generator, count: int) -> RaggedData:
    """Sequences whose lengths are as frequent as `weights` say."""
    parts: list[RaggedData] = []
    while sum(map(len, parts)) < count:
        found = made.sample(rng, THINNED * count)
        odds = weights(found.lengths)
        parts.append(found.at(np.flatnonzero(rng.random(len(found)) < odds / odds.max())))
    values, lengths, labels = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("values", "lengths", "labels")
    )
    return RaggedData(values, lengths, labels).at(np.arange(count))


def rescaled(draw: Draw, factors: tuple[float, ...], shifts: tuple[float, ...]) -> Draw:
    """The same with features in other units: times `factors`, plus `shifts`, over the features in turn."""

    def changed(rng: np.random.Generator, count: int) -> Sequences:
        found = draw(rng, count)
        assert found.data is not None
        width = found.data.values.shape[1]
        values = found.data.values * np.resize(factors, width) + np.resize(shifts, width)
        return Sequences(found.labels, RaggedData(values, found.data.lengths, found.labels))

    return changed


def short(typical: float) -> Weights:
    """Many short and a few long ones: a log-normal law about `typical` steps."""
    return lambda lengths: np.exp(-np.square(np.log(lengths / typical)) / (2 * 0.5**2)) / lengths


def two_humps(most: int, least: int, share: float) -> Weights:
    """Lengths up to `most`, and for a `share` of the sequences from `least` on; none between."""

    def weights(lengths: np.ndarray) -> np.ndarray:
        low, high = lengths <= most, lengths >= least
        return np.where(low, (1 - share) / max(low.sum(), 1), np.where(high, share / max(high.sum(), 1), 0.0))

    return weights


def chosen(every: Callable[[], Sequences]) -> Draw:
    """Random ones of `every` distinct sequence of a real set."""

    def draw(rng: np.random.Generator, count: int) -> Sequences:
        found = every()
        first = dict(zip(reversed(found.contents()), reversed(range(len(found))), strict=True))
        return found.at(rng.permutation(sorted(first.values()))[:count])

    return draw


@cache
def _reviews(source: str) -> Sequences:
    corpus = movie_reviews(source)
    kept = np.flatnonzero((corpus.lengths >= 1) & (corpus.lengths <= WORDS))
    return Sequences(corpus.labels[kept], texts=tuple(" ".join(corpus.tokens[row]) for row in kept.tolist()))


@cache
def _vowels() -> Sequences:
    from mismatch.data.japanese_vowels import _recordings

    found = _recordings()
    return Sequences(found.labels, found)


@cache
def _digits() -> Sequences:
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    lengths = np.full(len(images), 8)
    return Sequences(labels, RaggedData(images.reshape(-1, 8), lengths, labels))


@cache
def _aeon(name: str) -> Sequences:
    """Both parts of a set that lies in the package `aeon`, which is not imported."""
    spec = find_spec("aeon")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError("--datasets", name, "needs the files of aeon: pip install --no-deps aeon")
    folder = Path(spec.submodule_search_locations[0]) / "datasets" / "data" / name
    paths = (str(folder / f"{name}_{part}.ts") for part in ("TRAIN", "TEST"))
    found = numbers.numbers(next(paths), None, None, None, None, None, None, None, None, next(paths), "refuse")
    assert found.values is not None and found.lengths is not None
    return Sequences(found.labels, RaggedData(found.values, found.lengths, found.labels))


SOURCES = {
    one.name: one
    for one in (
        Source("early_even", 600, 2000, "keep the start", task("early", min_length=8, max_length=48)),
        Source(
            "early_two_humps", 600, 2000, "keep the start",
            task("early", two_humps(10, 40, 0.15), min_length=6, max_length=60),
        ),
        Source(
            "late_skewed", 500, 2000, "keep the end", task("late", short(16), min_length=4, max_length=60)
        ),
        Source("anywhere", 800, 2000, "cut nothing", task("uniform", min_length=6, max_length=24)),
        Source(
            "ends", 900, 2000, "keep both ends", task("ends_xor", jitter=0.05, min_length=6, max_length=14)
        ),
        Source(
            "order_skewed", 900, 2000, "cut nothing",
            task("order", short(10), 0.05, min_length=4, max_length=32, coding="flag"),
        ),
        Source(
            "zeros_count", 600, 2000, "cut nothing; no Masking: zeros are data",
            task("majority", coding="bits", min_length=8, max_length=16),
        ),
        Source(
            "silence", 900, 2000, "cut nothing", task("gap", jitter=0.05, min_length=6, max_length=24, coding="flag")
        ),
        Source(
            "close_order", 700, 2000, "no pooling before a convolution",
            task("pool_order", jitter=0.05, steps=32, gap=2, coding="flag"),
        ),
        Source(
            "noisy_features", 500, 2000, "cut nothing", task("sparse_features", features=16, steps=16, signal=0.25)
        ),
        Source(
            "odd_units", 600, 2000, "features standardised, keep the end",
            rescaled(task("late", short(14), min_length=4, max_length=40), (60.0, 0.5, 8.0), (0.0, 40.0, -9.0)),
        ),
        Source("snippets", 1200, 2000, "not known", chosen(lambda: _reviews("rotten_tomatoes"))),
        Source("reviews", 700, 2000, "not known", chosen(lambda: _reviews("imdb"))),
        Source("japanese_vowels", 320, 320, "not known", chosen(_vowels)),
        Source("digits", 800, 900, "not known", chosen(_digits)),
        Source("italy_power", 400, 690, "not known", chosen(lambda: _aeon("ItalyPowerDemand")), "aeon"),
        Source("leaves", 220, 222, "not known", chosen(lambda: _aeon("OSULeaf")), "aeon"),
    )
}  # fmt: skip
"""By name, in the order of the tables."""

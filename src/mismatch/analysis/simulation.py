"""How often intervals and verdicts err, simulated: coverage, false differences, false equivalence.

In: shapes of differences whose mean is known. Out: frozen rows of shares, from fixed seeds. The tests hold them to what
is claimed; `documents.py` writes them down.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mismatch.analysis.failures import NONE, Drop, equivalent, worst_mean
from mismatch.analysis.intervals import SEED, Floats, UnreliableInterval, mean_interval
from mismatch.analysis.looks import levels
from mismatch.analysis.skewed import skewed_p
from mismatch.analysis.statistics import difference_p, sign_flip_p
from mismatch.config.groups import LOOKS

Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]

BAND = (0.93, 0.97)
"""Coverage that an interval of 95% may have and still be claimed."""
SAMPLES, SIZES = 4_000, (10, 20)
CONTRASTS, FAMILIES = 20, 100
"""Contrasts without effect that are corrected together, and how many such families are drawn."""
LOOKED, MARGINS = ("normal", "exponential"), (0.4, 0.7, 1.2)
"""Shapes that looks are simulated with, and margins in standard deviations."""
LOST, NOISE, MARGIN = 0.65, 0.005, 0.02
"""What a failing run costs, the sd of the differences between others, and the margin."""


@dataclass(frozen=True)
class Shape:
    """Differences of a known mean. claimed: whether the interval claims to cover it, whatever the sample."""

    draw: Draw
    mean: float
    claimed: bool = True


@dataclass(frozen=True)
class Coverage:
    """covered: share of all intervals; claimed: share of those that are valid; valid: how many are.

    failing: share of the intervals that count unseen failures; NaN where nobody fails.
    """

    shape: str
    n: int
    covered: float
    claimed: float
    valid: float
    failing: float


@dataclass(frozen=True)
class Errors:
    """Shares of contrasts without a mean difference that are given one: as verdicts are made, and by flips alone.

    family: share of families of `CONTRASTS` with at least one.
    """

    shape: str
    n: int
    given: float
    flips: float
    family: float


@dataclass(frozen=True)
class Equivalences:
    """Shares of samples called equivalent: with failures bounded, and by two one-sided tests alone."""

    rate: float
    n: int
    mean: float
    given: float
    plain: float


@dataclass(frozen=True)
class Sequential:
    """Differences of mean 0 under `replicates=auto`, the margin in standard deviations.

    n: replicates at the stop, on average. given, ever: shares called different there, and at any look. covered: share
    of the intervals at the stop with 0 in them.
    """

    shape: str
    margin: float
    n: float
    given: float
    ever: float
    covered: float


def failing(rate: float) -> Shape:
    """A share of the runs of the arm fail, the others do as well as the other side."""

    def draw(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
        return np.asarray(NOISE * rng.normal(size=shape) - LOST * (rng.random(shape) < rate))

    return Shape(draw, -LOST * rate, False)


SHAPES = {
    "normal": Shape(lambda rng, shape: rng.normal(size=shape), 0.0),
    "lognormal, log sd .5": Shape(lambda rng, shape: rng.lognormal(0.0, 0.5, shape), float(np.exp(0.125))),
    "exponential": Shape(lambda rng, shape: rng.exponential(size=shape), 1.0),
    "two modes 10 sd apart, 50%": Shape(
        lambda rng, shape: rng.integers(0, 2, shape) + 0.1 * rng.normal(size=shape), 0.5
    ),
    "two modes 10 sd apart, 30%": Shape(
        lambda rng, shape: (rng.random(shape) < 0.3) + 0.1 * rng.normal(size=shape), 0.3
    ),
    "two modes 5 sd apart, 50%": Shape(
        lambda rng, shape: rng.integers(0, 2, shape) + 0.2 * rng.normal(size=shape), 0.5, False
    ),
    "Student t, 3 degrees": Shape(lambda rng, shape: rng.standard_t(3, shape), 0.0, False),
    "lognormal, log sd 1": Shape(lambda rng, shape: rng.lognormal(0.0, 1.0, shape), float(np.exp(0.5)), False),
    "one run in ten fails": failing(0.1),
    "one run in twenty fails": failing(0.05),
}
RATES, COUNTS = (0.02, 0.05, 0.1), (10, 20, 100)


def coverage(name: str, n: int, samples: int = SAMPLES) -> Coverage:
    """How often the intervals of `n` differences of a shape cover its mean."""
    shape = SHAPES[name]
    drawn = shape.draw(_rng(name, n), (samples, n))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreliableInterval)
        found = [mean_interval(sample) for sample in drawn]
    hit = np.array([interval.low <= shape.mean <= interval.high for interval in found])
    valid = np.array([interval.valid for interval in found])
    failing = np.nan
    if name.endswith("fails"):
        worst = [worst_mean(sample, Drop(-LOST, LOST)) for sample in drawn]
        failing = float(np.mean([low <= shape.mean <= high for low, high in worst]))
    claimed = float(hit[valid].mean()) if valid.any() else np.nan
    return Coverage(name, n, float(hit.mean()), claimed, float(valid.mean()), failing)


def errors(name: str, n: int) -> Errors:
    """How often differences of a shape, their mean moved to 0, are called different, alone and in families."""
    shape = SHAPES[name]
    drawn = shape.draw(_rng(name, n + 1000), (FAMILIES * CONTRASTS, n)) - shape.mean
    p = np.array([difference_p(sample) for sample in drawn])
    flips = np.array([sign_flip_p(sample) for sample in drawn])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreliableInterval)
        found = [mean_interval(sample) for sample in drawn]
    apart = np.array([interval.low > 0 or interval.high < 0 for interval in found])
    least = np.where(apart, p, 1.0).reshape(FAMILIES, CONTRASTS).min(1)  # Holm asks most of the least p
    given, alone, family = (p <= 0.05) & apart, flips <= 0.05, least <= 0.05 / CONTRASTS
    return Errors(name, n, *(float(np.mean(part)) for part in (given, alone, family)))


def equivalences(rate: float, n: int, samples: int = SAMPLES // 2) -> Equivalences:
    """How often `n` differences of which a share are those of failing runs are called equivalent."""
    shape = failing(rate)
    drawn = shape.draw(_rng(f"equivalence {rate}", n), (samples, n))
    drop = Drop(-LOST, LOST)
    given = np.mean([equivalent(sample, MARGIN, drop) for sample in drawn])
    plain = np.mean([equivalent(sample, MARGIN, NONE) for sample in drawn])
    return Equivalences(rate, n, shape.mean, float(given), float(plain))


def sequential(name: str, samples: int = SAMPLES) -> tuple[Sequential, ...]:
    """How often differences of a shape, their mean moved to 0, are called different where looks add replicates.

    One row for each of `MARGINS`, from the same samples.
    """
    drawn = _standardised(name, samples)
    called, hit, half = (np.zeros((len(LOOKS), samples)) for _ in range(3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreliableInterval)
        for look, (n, share) in enumerate(zip(LOOKS, levels(LOOKS), strict=True)):
            for at, sample in enumerate(drawn[:, :n]):
                found = mean_interval(sample, 1 - share)
                hit[look, at], half[look, at] = found.low <= 0 <= found.high, (found.high - found.low) / 2
                # The p of a verdict is the larger of both; the quick one first.
                called[look, at] = not hit[look, at] and skewed_p(sample) <= share and sign_flip_p(sample) <= share
    ever = float(called.max(axis=0).mean())
    rows = []
    for margin in MARGINS:
        narrow = half <= margin
        narrow[-1] = True
        stop = narrow.argmax(axis=0)
        given, covered = (float(np.take_along_axis(part, stop[None], axis=0).mean()) for part in (called, hit))
        rows.append(Sequential(name, margin, float(np.asarray(LOOKS)[stop].mean()), given, ever, covered))
    return tuple(rows)


def _standardised(name: str, samples: int) -> Floats:
    """Differences of a shape with mean 0 and, over all that are drawn, sd 1."""
    shape = SHAPES[name]
    drawn = shape.draw(_rng(f"looks {name}", LOOKS[-1]), (samples, LOOKS[-1])) - shape.mean
    return np.asarray(drawn / drawn.std())


def _rng(name: str, n: int) -> np.random.Generator:
    return np.random.default_rng([SEED, n, *name.encode()])

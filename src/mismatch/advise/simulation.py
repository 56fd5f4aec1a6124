"""Races whose truth is known, simulated: how often the best arm drops out, and how soon worse ones do.

In: fields of arms with their true mean accuracy. Out: frozen rows of shares, from fixed seeds. The tests hold them to
what is claimed; `documents.py` writes them down. Nothing is assumed of correlations: sequences are drawn once per race,
each with its difficulty, and split anew in every replicate; a run gets a sequence right if the skill of its arm, less
the difficulty, plus what is particular to the arm on this sequence, to the run and to both, is above 0.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from mismatch.advise.racing import Race
from mismatch.advise.rivals import Floats
from mismatch.analysis.failures import rate_bound
from mismatch.analysis.intervals import SEED

DIFFICULTY, OWN = 1.5, 0.7
"""Standard deviations of how hard a sequence is for every arm, and for one arm in particular; that of a run is 1."""
CHANCE = 0.5
TEST = 0.25
"""Share of the sequences that a replicate tests on."""
BATCH = 2_000_000
"""Outcomes drawn at a time."""
RACES = {(5, 400): 800, (40, 400): 250, (5, 1_600): 400, (40, 1_600): 400}
"""How many races are drawn of so many arms on so many sequences."""
ALL = ((5, 400), (40, 400), (5, 1_600))
"""The sizes that every field is raced in."""
UNEVEN = "the best by .01; a fifth of its rivals train unevenly"
WILD = "the best by .01; two of its rivals train wildly"
"""Fields in which few differ from many: raced by 40 arms on more sequences as well."""
WORSE = (0.05, 0.1, 0.2)
"""How much worse the arms are that should be gone soon."""


@dataclass(frozen=True)
class Field:
    """Arms of a race; the first is the best, or as good as any.

    means: accuracy, failing runs included. noise: standard deviation of a run's skill. fails: share of an arm's runs
    that come out at chance. own: standard deviation of how hard sequences are for one arm in particular. cell: that of
    one run on one sequence. late: arms that join at the second look, with the replicates of the first. held: whether
    the rate of error is claimed for such arms.
    """

    means: tuple[float, ...]
    noise: tuple[float, ...]
    fails: tuple[float, ...]
    own: tuple[float, ...]
    cell: float = 1.0
    late: int = 0
    held: bool = True

    @property
    def size(self) -> int:
        return len(self.means)

    @property
    def skills(self) -> Floats:
        """Skill at which an arm has its mean: of a probit with normal parts, in closed form."""
        fails, noise = np.array(self.fails), np.array(self.noise)
        sound = (np.array(self.means) - fails * CHANCE) / (1 - fails)
        return np.asarray(ndtri(sound) * np.sqrt(self.cell**2 + DIFFICULTY**2 + np.square(self.own) + noise**2))


def even(size: int, mean: float = 0.8, noise: float = 0.1) -> Field:
    """Arms that are all the same in law."""
    return Field((mean,) * size, (noise,) * size, (0.0,) * size, (OWN,) * size)


def scores(rng: np.random.Generator, field: Field, races: int, sequences: int, replicates: int) -> Floats:
    """Accuracy `(races, K, replicates)` on random test parts of `sequences` that each race draws anew."""
    found = np.empty((races, field.size, replicates))
    step = max(1, BATCH // (field.size * sequences))
    for start in range(0, races, step):
        part = slice(start, min(start + step, races))
        found[part] = _scores(rng, field, part.stop - start, sequences, replicates)
    return found


def _scores(rng: np.random.Generator, field: Field, races: int, sequences: int, replicates: int) -> Floats:
    skills = field.skills[:, None].astype(np.float32)
    fixed = -DIFFICULTY * rng.standard_normal((races, 1, sequences), np.float32)
    own = np.array(field.own, np.float32)[:, None]
    fixed = fixed + own * rng.standard_normal((races, field.size, sequences), np.float32) + skills
    tested = int(TEST * sequences)
    found = np.empty((races, field.size, replicates))
    for replicate in range(replicates):
        rows = rng.random((races, 1, sequences), np.float32).argpartition(tested, axis=-1)[..., :tested]
        run = np.array(field.noise, np.float32)[:, None] * rng.standard_normal((races, field.size, 1), np.float32)
        latent = np.take_along_axis(fixed, rows, axis=-1) + run
        right = latent + np.float32(field.cell) * rng.standard_normal(latent.shape, np.float32) > 0
        lost = rng.random((races, field.size)) < np.array(field.fails)
        found[..., replicate] = np.where(lost, rng.binomial(tested, CHANCE, lost.shape) / tested, right.mean(-1))
    return found


def raced(race: Race, drawn: Floats, late: int = 0) -> NDArray[np.bool_]:
    """Who is still in the race after each look, `(looks, races, K)`; the last `late` arms join at the second."""
    left = np.ones(drawn.shape[:-1], bool)
    after = []
    for number, replicates in enumerate(race.looks, start=1):
        table = np.where(left[..., None], drawn[..., :replicates], np.nan)
        if late and number <= 2:
            table[..., -late:, race.looks[0] * (number - 1) :] = np.nan
        left = left & (race.compare(table, number)[1] > race.alpha)
        after.append(left)
    return np.array(after)


@dataclass(frozen=True)
class Raced:
    """lost: share of races in which the best arm dropped out. left: arms left at the end, on average.

    most: what that share may be at the most, where so many races are drawn (one-sided, at 2.5%). held: whether no more
    than the rate of the race is claimed.
    """

    field: str
    arms: int
    sequences: int
    races: int
    lost: float
    most: float
    left: float
    held: bool


@dataclass(frozen=True)
class Gone:
    """gone: shares of the arms `worse` than the best that dropped out by each look. lost: share of the best arms."""

    worse: float
    arms: int
    sequences: int
    races: int
    gone: tuple[float, ...]
    lost: float


@dataclass(frozen=True)
class Overlap:
    """Variance of a mean difference, in variances of its differences within a race: as it is, and as is reckoned."""

    field: str
    real: float
    reckoned: float


def fields(size: int) -> dict[str, Field]:
    """The fields of `size` arms that the rate of error is simulated in."""
    level = even(size)
    ahead = replace(level, means=(0.8,) + (0.79,) * (size - 1))
    half, few, none = size // 2, max(1, size // 5), (0.0,) * size
    failing = none[half:] + (0.2,) * half
    return {
        "all equal": level,
        "the best by .01": ahead,
        "the best by .01; training hardly varies": replace(ahead, cell=0.1, noise=(0.01,) * size),
        "the best by .01; its rivals train more and less evenly": replace(
            ahead, noise=(0.1, *np.geomspace(0.05, 1.0, size - 1).tolist())
        ),
        UNEVEN: replace(ahead, noise=(0.1,) * (size - few) + (0.6,) * few),
        WILD: replace(ahead, noise=(0.1,) * (size - 2) + (1.0,) * 2, held=False),
        "the best by .01, and unlike all others": replace(ahead, cell=0.1, own=(2.0,) + (OWN,) * (size - 1)),
        "the best by .01; a fifth joins at the second look": replace(ahead, late=few),
        "all equal, one run in five fails": replace(level, fails=(0.2,) * size, means=(0.7,) * size),
        "the best by .01; it fails in one run of five": replace(ahead, fails=(0.2, *none[1:])),
        "the best by .01; half of its rivals fail in one run of five": replace(
            ahead, fails=failing, means=(0.8,) + (0.79,) * (size - half - 1) + (0.8 * 0.79 + 0.2 * CHANCE,) * half
        ),
        "the best by .01; half of its rivals fail so, and are above it otherwise": replace(
            ahead, fails=failing, held=False
        ),
        "the best by .01; it fails in every other run": replace(
            ahead, means=(0.74,) + (0.73,) * (size - 1), fails=(0.5, *none[1:]), held=False
        ),
    }


def cells() -> list[tuple[str, int, int]]:
    """Fields with their numbers of arms and sequences, in the order of the table."""
    return [(name, *sizes) for name in fields(5) for sizes in (RACES if name in (UNEVEN, WILD) else ALL)]


def errors(name: str, size: int, sequences: int) -> Raced:
    """How often the best arm drops out of a race of `size` arms."""
    field, races = fields(size)[name], RACES[size, sequences]
    drawn = scores(seeded(name, size * sequences), field, races, sequences, Race.looks[-1])
    left = raced(_race(size, sequences), drawn, field.late)[-1]
    lost = int(np.count_nonzero(~left[:, 0]))
    most, remain = rate_bound(lost, races, 0.025), float(left.sum(-1).mean())
    return Raced(name, size, sequences, races, lost / races, most, remain, field.held)


def power(worse: float, size: int, sequences: int) -> Gone:
    """When arms that are `worse` than the best are gone, where a fifth of all are within .01 of it."""
    good, races = max(2, size // 5), RACES[size, sequences] // 2
    field = replace(even(size), means=(0.8,) + (0.79,) * (good - 1) + (0.8 - worse,) * (size - good))
    drawn = scores(seeded("power", size * sequences), field, races, sequences, Race.looks[-1])
    left = raced(_race(size, sequences), drawn)
    gone = 1 - left[..., good:].mean((1, 2))
    return Gone(worse, size, sequences, races, tuple(gone.tolist()), float(1 - left[-1, :, 0].mean()))


def overlap(name: str, sequences: int = 400, replicates: int = 8) -> Overlap:
    """How much the mean difference of two equal arms varies, over races, beside what is reckoned with."""
    field = replace(fields(2)[name], means=(0.8, 0.8))
    drawn = scores(seeded(f"overlap {name}", sequences), field, RACES[5, 400], sequences, replicates)
    differences = drawn[:, 0] - drawn[:, 1]
    within = float(differences.var(-1, ddof=1).mean())
    return Overlap(name, float(differences.mean(-1).var(ddof=1)) / within, 1 / replicates + TEST / (1 - TEST))


def _race(size: int, sequences: int) -> Race:
    return Race(entrants=size, ratio=TEST / (1 - TEST), tested=int(TEST * sequences))


def seeded(name: str, number: int) -> np.random.Generator:
    """The random numbers of a simulation: its own, and the same each time."""
    return np.random.default_rng([SEED, number, *name.encode()])

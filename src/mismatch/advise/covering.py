"""Final figures whose truth is known, simulated: how often intervals cover, and how often arms are called equivalent.

In: pairs of finalists with their true accuracies, in the model of `simulation.py`. Out: frozen rows of shares, from
fixed seeds. The tests hold them to what is claimed; `documents.py` writes them down.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from mismatch.advise.crossed import difference_bounds, parts, share_bounds
from mismatch.advise.final import FEWEST
from mismatch.advise.rivals import Floats
from mismatch.advise.simulation import BATCH, CHANCE, DIFFICULTY, OWN, seeded

DRAWS = 800
"""Pairs of finalists drawn for each coverage."""
SET_ASIDE, REPLICATES = (40, 200, 1_000), (3, 5, 10)
LEAST = 0.93
"""Coverage that is claimed of intervals of 95%."""
MARGIN = 0.02
"""Within which finalists are called equivalent."""


@dataclass(frozen=True)
class Pair:
    """Two finalists: true accuracies, and the standard deviations of what varies.

    groups: so many sequences share their difficulty. fails: share of the runs that come out at chance. held: whether
    coverage is claimed, where there are units enough.
    """

    means: tuple[float, float]
    difficulty: float = DIFFICULTY
    own: float = OWN
    run: float = 0.1
    cell: float = 1.0
    groups: int = 1
    fails: float = 0.0
    held: bool = True


@dataclass(frozen=True)
class Covered:
    """Shares of intervals that cover, of the accuracy and of the difference.

    half: mean half width of the latter. alike: share of the pairs called equivalent within `MARGIN`. held: whether
    coverage of `LEAST` is claimed.
    """

    pair: str
    sequences: int
    replicates: int
    accuracy: float
    difference: float
    half: float
    alike: float
    held: bool


PAIRS = {
    "apart by .05": Pair((0.8, 0.75)),
    "near the top": Pair((0.97, 0.96)),
    "twins": Pair((0.8, 0.8), own=0.05, run=0.05, cell=0.1),
    "near twins, apart by .02": Pair((0.8, 0.78), own=0.05, run=0.05, cell=0.1),
    "unsteady training": Pair((0.8, 0.8), run=0.5),
    "in groups of five": Pair((0.8, 0.75), groups=5),
    "one run in five fails": Pair((0.75, 0.7), fails=0.2, held=False),
}


def coverage(name: str, sequences: int, replicates: int) -> Covered:
    """How often intervals of an accuracy and of a difference cover what they are about."""
    pair = PAIRS[name]
    codes = None if pair.groups == 1 else np.arange(sequences) // pair.groups
    apart = pair.means[0] - pair.means[1]
    rng = seeded(name, sequences * 100 + replicates)
    rows: list[Floats] = []
    for count in _batches(DRAWS, BATCH // (2 * sequences * replicates)):
        first, second = _correct(rng, pair, count, sequences, replicates)
        low, high = share_bounds(parts(first, codes), sequences, 0.95)
        between = parts(first - second, codes)
        below, above = difference_bounds(between, 0.95)
        alike = np.abs(difference_bounds(between, 0.9)).max(0) < MARGIN
        covers = (low <= pair.means[0]) & (pair.means[0] <= high), (below <= apart) & (apart <= above)
        rows.append(np.array([*covers, (above - below) / 2, alike], float))
    accuracy, difference, half, same = np.concatenate(rows, axis=-1).mean(-1).tolist()
    held = pair.held and sequences >= FEWEST * pair.groups
    return Covered(name, sequences, replicates, accuracy, difference, half, same, held)


def _correct(
    rng: np.random.Generator, pair: Pair, draws: int, sequences: int, replicates: int
) -> tuple[Floats, Floats]:
    shared = pair.difficulty * rng.standard_normal((draws, 1, -(-sequences // pair.groups)), np.float32)
    shared = shared.repeat(pair.groups, -1)[..., :sequences]
    total = np.sqrt(pair.difficulty**2 + pair.own**2 + pair.run**2 + pair.cell**2)
    found = []
    for mean in pair.means:
        own = pair.own * rng.standard_normal((draws, 1, sequences), np.float32)
        run = pair.run * rng.standard_normal((draws, replicates, 1), np.float32)
        cell = pair.cell * rng.standard_normal((draws, replicates, sequences), np.float32)
        sound = (mean - pair.fails * CHANCE) / (1 - pair.fails)
        right = ndtri(sound) * total + shared + own + run + cell > 0
        if pair.fails:
            lost = rng.random((draws, replicates, 1)) < pair.fails
            right = np.where(lost, rng.random(right.shape, np.float32) < CHANCE, right)
        found.append(right.astype(float))
    return found[0], found[1]


def _batches(total: int, size: int) -> Iterator[int]:
    for start in range(0, total, max(size, 1)):
        yield min(max(size, 1), total - start)

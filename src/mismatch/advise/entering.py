"""Who enters the race: the settings that all arms share, the ways that there is time for, and those that join later.

In: a dataset, what a person asked for, runs and what they should take, worker seconds of the race. Out: entrants, those
first that matter most. A T of which too few runs would fit is no candidate; where little fits, there is one learning
rate, and then fewer ways. What there is no time for is told as untried.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from mismatch.advise import candidates
from mismatch.advise.candidates import Entrant, Grid, Way
from mismatch.advise.runs import Runs
from mismatch.config.fields import require
from mismatch.config.groups import Settings
from mismatch.config.paths import shown
from mismatch.config.rules import resolve

RATES, MIDDLE = (0.001, 0.004, 0.016), (0.004,)
"""Learning rates of every way, and the one where there is no time for three."""
LOOKS = (3, 5, 8)
"""Replicates at which arms are looked at."""
MORE, MOST_RACED, MOST_OPEN = 8, 40, 80
"""Replicates after the last look: at a time, in all, and in all where they do not tell yet who is within the margin."""
EPOCHS, FEWEST_UPDATES, MOST_UPDATES = 12, 200, 1200
BATCH, SMALL_BATCH, SMALL = 64, 32, 1500
"""Sequences of a batch; of fewer than SMALL training sequences smaller ones."""
PROBED, PROBE = 6, 512
"""A part of 1/PROBED of the sequences, PROBE at most, says which weights of a training are kept; a smaller one errs."""
LEAST_RUNS, LEAST_OF_SHORT = 60, 12
"""So many runs of the longest T must fit into the race, else T is bounded; and of the shortest quantile's T."""
FIRST_LOOK = 0.75
"""Share of the race that its first look may take."""
LEAST_ENTRANTS, LEAST_OF_ONE_RATE, MOST_COMBINED = 4, 2, 4
LEAST_ASIDE = 2
"""Sequences to test on without which nothing could be said."""
ZEROS = ("pad_collision", "already_padded")
"""Findings that say that steps of zeros are data, or may be."""


@dataclass(frozen=True)
class Asked:
    """What a person asks for. margin: accuracy that is nothing to them. units: of the GRU. model: a function of their
    own that makes a model, ``my_model.py:build``. fit: whether the advised model is to be fitted on all sequences."""

    minutes: float = 5.0
    margin: float = 0.01
    units: int = 16
    seed: int = 0
    model: str | None = None
    fit: bool = False


def base(dataset: Any, hold: str, asked: Asked) -> Settings:
    """The settings that all arms share; ``data.hold`` is `hold`, all else the same for the race and the final."""
    sized = copy(dataset)
    sized.hold = "out"
    sized.check()
    if hold == "test":
        aside = copy(dataset)
        aside.hold = hold
        aside.check()
        accepted = f"sets {aside.test} {aside.NOUN} aside: at least {LEAST_ASIDE} are needed to test an advice on"
        require(aside.test >= LEAST_ASIDE, *_named(dataset), accepted)
    data = copy(dataset)
    data.hold, data.probe = hold, max(1, min(PROBE, (sized.train + sized.probe + sized.test) // PROBED))
    made = Settings(data=data, seed=asked.seed)
    made.model.units, made.train.keep = asked.units, "best"
    if asked.model is not None:
        made.model.build, made.train.engine = asked.model, "fit"
    batch = min(SMALL_BATCH if sized.train < SMALL else BATCH, max(1, sized.train // 2))
    updates = int(np.clip(round(EPOCHS * sized.train / batch), FEWEST_UPDATES, MOST_UPDATES))
    made.train.batch, made.train.updates = batch, -(-updates // made.train.block) * made.train.block
    return made


def _named(dataset: Any) -> tuple[str, Any]:
    """The setting that says what is set aside, and its value."""
    name = next((name for name in ("test_path", "split", "held") if getattr(dataset, name) is not None), "path")
    value = getattr(dataset, name)
    return f"data.{name}", shown(value) if name.endswith("path") else value


@dataclass(frozen=True)
class Entering:
    """entrants: those of the first look. untried: ways for which there is no time. rates: learning rates of each."""

    entrants: list[Entrant]
    untried: list[Way]
    rates: tuple[float, ...]


def first(grid: Grid, found: Sequence[str], runs: Runs, capacity: float) -> Entering:
    """Who races from the first look on.

    found: names of what `check` found. capacity: worker seconds that are left for the first look.
    """
    data = resolve(grid.base).data
    lengths, zeros = data.seen(), any(name in ZEROS for name in found)

    def of(steps: int) -> list[Way]:
        return candidates.ways(data, lengths, zeros, steps)

    every, begun = of(int(lengths.max())), _begun(grid, lengths, runs)
    steps = most(grid.base, lengths, runs, capacity / FIRST_LOOK)
    tried = of(max(steps, begun))
    if 0 < begun < steps:  # what was raced under a smaller T, when there was less time, races on
        tried = list(dict.fromkeys([*tried[:LEAST_ENTRANTS], *of(begun), *tried]))
    entrants, rates = _fitting(grid, tried, runs, max(capacity, 0.0))
    entered = {each.way for each in entrants}
    possible = [each.way for each in grid.entrants(dict.fromkeys([*tried, *every]), rates)]
    return Entering(entrants, [way for way in possible if way not in entered], rates)


def most(shared: Settings, lengths: np.ndarray, runs: Runs, capacity: float) -> int:
    """The longest T of which enough runs fit into the race; else that of the shortest quantile, or half of it, and so
    on."""
    of_quantiles, levels = candidates.levels(lengths, int(lengths.max())), _levels(lengths)
    fit = {t: int(capacity / runs.seconds(resolve(Way(t).settings(shared)))) for t in levels}
    short = levels[len(of_quantiles) - 1 :]
    fits = [t for t in of_quantiles if fit[t] >= LEAST_RUNS] or [t for t in short if fit[t] >= LEAST_OF_SHORT]
    return fits[0] if fits else levels[-1]


def usual(grid: Grid) -> tuple[float, ...]:
    """Learning rates where there is no time for all."""
    return grid.usual or MIDDLE


def probe(grid: Grid, runs: Runs, most_s: float) -> Entrant:
    """A short way of the race, whose runs show how fast the machine is; its usual rate comes first.

    most_s: seconds that a run of it should take at the most, if one of the shortest T does not take longer.
    """
    lengths = resolve(grid.base).data.seen()
    short = _levels(lengths)[len(candidates.levels(lengths, int(lengths.max()))) - 1 :]
    found = [each for steps in short for each in grid.entrants([Way(steps)], grid.rates)]
    chosen = next((each for each in found if runs.seconds(each.arms[0]) <= most_s), found[-1])
    return Entrant(chosen.way, tuple(sorted(chosen.arms, key=lambda arm: arm.train.learning_rate not in usual(grid))))


def _levels(lengths: np.ndarray) -> list[int]:
    """The T of quantiles, and below them halves down to the shortest that is worth it."""
    levels = candidates.levels(lengths, int(lengths.max()))
    while levels[-1] >= 2 * candidates.SHORT:
        levels.append(levels[-1] // 2 // candidates.WHOLE * candidates.WHOLE)  # as `candidates.levels` bounds them
    return levels


def _begun(grid: Grid, lengths: np.ndarray, runs: Runs) -> int:
    """The longest T on which sides of padding were compared before; 0 where none was."""
    ways = [Way(steps, padding="post") for steps in _levels(lengths)]
    found = grid.entrants(ways, usual(grid))
    runs.look([(arm, 1) for each in found for arm in each.arms])
    return max((each.way.steps for each in found if each.arms[0].id in runs.found), default=0)


def _fitting(grid: Grid, tried: Sequence[Way], runs: Runs, capacity: float) -> tuple[list[Entrant], tuple[float, ...]]:
    """As many of the first entrants as so many worker seconds last for, at all learning rates or at one."""
    for rates, fewest in ((grid.rates, LEAST_ENTRANTS), (usual(grid), LEAST_OF_ONE_RATE)):
        possible = grid.entrants(tried, rates)
        asked = [[(arm, LOOKS[0]) for arm in each.arms] for each in possible]
        runs.look([(arm, LOOKS[-1]) for each in possible for arm in each.arms])
        count = sum(cost <= capacity for cost in runs.growing(asked))
        if count >= min(fewest, len(possible)):
            return possible[:count], rates
    return possible[:LEAST_OF_ONE_RATE], usual(grid)


def joining(
    shared: Settings,
    means: Mapping[Way, float],
    start: Way,
    known: Sequence[Entrant],
    rates: Sequence[float] = RATES,
) -> list[Entrant]:
    """Entrants of the best values of the factors taken together, and of the best way with each of them.

    means: of the ways of `known` that have been raced. start: the one from which others differ in a factor.
    """
    lead = max(means, key=lambda way: means[way])
    best: dict[str, Way] = {}
    for factor, names in candidates.FACTORS.items():
        alone = [way for way in means if set(candidates.differing(way, start)) <= set(names)]
        best[factor] = max(alone, key=lambda way: means[way])
    together = candidates.combined({factor: [way] for factor, way in best.items()}, list(means))
    mixed = [lead.like(way, factor) for factor, way in best.items()]
    ids = {arm.id for each in known for arm in each.arms}
    found = candidates.entrants(shared, list(dict.fromkeys([*together, *mixed])), rates)
    return [each for each in found if each.arms[0].id not in ids][:MOST_COMBINED]

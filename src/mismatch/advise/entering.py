"""Who enters the race: the settings that all arms share, the ways that there is time for, and those that join later.

In: a dataset, what a person asked for, seconds of a run, worker seconds of the race. Out: entrants, those first that
matter most. A T of which too few runs would fit is no candidate; ways for which there is no time are told as untried.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from mismatch.advise import candidates
from mismatch.advise.candidates import Entrant, Way
from mismatch.config.arm import Arm
from mismatch.config.groups import Settings
from mismatch.config.rules import resolve

RATES = (0.001, 0.004, 0.016)
"""Learning rates of every way."""
LOOKS = (3, 5, 8)
"""Replicates at which arms are looked at."""
EPOCHS, FEWEST_UPDATES, MOST_UPDATES = 12, 200, 1200
BATCH, SMALL_BATCH, SMALL = 64, 32, 1500
"""Sequences of a batch; of fewer than SMALL training sequences smaller ones."""
PROBED, PROBE = 6, 512
"""A part of 1/PROBED of the sequences, PROBE at most, says which weights of a training are kept; a smaller one errs."""
LEAST_RUNS = 60
"""So many runs of the longest T must fit into the race; else T is bounded."""
FIRST_LOOK = 0.75
"""Share of the race that its first look may take."""
LEAST_ENTRANTS, MOST_COMBINED = 4, 4
ZEROS = ("pad_collision", "already_padded")
"""Findings that say that steps of zeros are data, or may be."""

Seconds = Callable[[Arm], float]
"""Worker seconds of a run."""


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


@dataclass(frozen=True)
class Scope:
    """What a race is about. rates: learning rates of every way. least: so many runs of the longest T must fit into it.
    explicit: masks are inputs. sensible: the ways that make sense, as they are then."""

    rates: tuple[float, ...] = RATES
    least: int = LEAST_RUNS
    explicit: bool = False
    sensible: Callable[[Sequence[Way]], list[Way]] = list


def base(dataset: Any, hold: str, asked: Asked) -> Settings:
    """The settings that all arms share; ``data.hold`` is `hold`, all else the same for the race and the final."""
    sized = copy(dataset)
    sized.hold = "out"
    sized.check()
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


def first(
    shared: Settings, found: Sequence[str], seconds: Seconds, capacity: float, scope: Scope = Scope()
) -> tuple[list[Entrant], list[Way]]:
    """Who races from the first look on, and the ways for which there is no time.

    found: names of what `check` found. capacity: worker seconds of the race.
    """
    data = resolve(shared).data
    lengths, zeros = data.seen(), scope.explicit or any(name in ZEROS for name in found)
    tried = candidates.ways(data, lengths, zeros, most(shared, lengths, seconds, capacity, scope.least))
    possible = candidates.entrants(shared, scope.sensible(tried), scope.rates)
    costs = np.cumsum([LOOKS[0] * sum(map(seconds, each.arms)) for each in possible])
    count = max(LEAST_ENTRANTS, int((costs <= FIRST_LOOK * capacity).sum()))
    return possible[:count], [each.way for each in possible[count:]]


def most(shared: Settings, lengths: np.ndarray, seconds: Seconds, capacity: float, least: int = LEAST_RUNS) -> int:
    """The longest T of which enough runs fit into the race."""
    levels = candidates.levels(lengths, int(lengths.max()))
    fits = (t for t in levels if least * seconds(resolve(Way(t).settings(shared))) <= capacity)
    return next(fits, levels[-1])


def joining(
    shared: Settings, means: Mapping[Way, float], known: Sequence[Entrant], rates: Sequence[float] = RATES
) -> list[Entrant]:
    """Entrants of the best values of the factors taken together, and of the best way with each of them.

    means: of the ways of `known` that have been raced.
    """
    start, lead = next(iter(means)), max(means, key=lambda way: means[way])
    best: dict[str, Way] = {}
    for factor, names in candidates.FACTORS.items():
        alone = [way for way in means if set(candidates.differing(way, start)) <= set(names)]
        best[factor] = max(alone, key=lambda way: means[way])
    together = candidates.combined({factor: [way] for factor, way in best.items()}, list(means))
    mixed = [lead.like(way, factor) for factor, way in best.items()]
    ids = {arm.id for each in known for arm in each.arms}
    found = candidates.entrants(shared, list(dict.fromkeys([*together, *mixed])), rates)
    return [each for each in found if each.arms[0].id not in ids][:MOST_COMBINED]

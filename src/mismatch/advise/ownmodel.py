"""A model of a person's own in an advice: what it is, how many ways there is time for, and which make no sense for it.

In: what a person named, and the settings that all arms share. Out: an `OwnModel`, tried before anything is trained;
what was found out is kept in the results folder, so that the same command goes on with the same ways.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from mismatch.advise import candidates, entering
from mismatch.advise.candidates import OWN, Way
from mismatch.advise.entering import Scope
from mismatch.advise.tried import Cost, Errand, Tried, probes, tried
from mismatch.check.finding import Finding
from mismatch.check.outcome import jsonable
from mismatch.check.words import counted
from mismatch.config.arm import Arm
from mismatch.config.files import write
from mismatch.config.groups import Settings
from mismatch.config.identity import name_of
from mismatch.config.ownmodel import Source
from mismatch.config.rules import resolve
from mismatch.run.record import Record

LEAST_RUNS = 30
"""So many runs of the longest T must fit into the race, and of the shortest, or there is no race."""
RATIO, MOST_RATES = 4, 3
"""Learning rates lie so far apart, around that which a model is compiled with."""
BUILT_IN_S = 0.1
"""What a run of the built-in GRU takes beside its updates, once it is compiled."""
LEAST_S, SHARE = 45.0, 0.25
"""Seconds that trying takes at the most, and share of the time, if that is more."""


@dataclass(frozen=True)
class OwnModel:
    """source: the function. found: what came of trying it."""

    source: Source
    found: Tried

    @property
    def name(self) -> str:
        """As a person calls it: ``my_model.py:build``."""
        return f"{self.source.path.name}:{self.source.function}"

    def seconds(self, arm: Arm) -> float:
        """Worker seconds that a run of this model should take; between and beyond the T that were tried in a line."""
        costs = self.found.costs
        first, last = costs[0], costs[-1]
        slope = (arm.steps - first.steps) / (last.steps - first.steps) if last.steps > first.steps else 0.0
        once = max(first.once + slope * (last.once - first.once), 0.0)
        update = max(first.update + slope * (last.update - first.update), 0.0)
        if len(costs) == 1:
            update = first.update * arm.steps / first.steps
        return once + update * arm.train.updates * (1 + probes(arm))

    def slower(self, arm: Arm) -> float:
        """How many times as long as one of the built-in GRU a run takes, at the longest T that was tried."""
        return self.seconds(arm) / (self.found.built_in * arm.train.updates + BUILT_IN_S)

    def scope(self, shared: Settings, capacity: float, minutes: float) -> Scope:
        """What of the race there is time for. capacity: its worker seconds. minutes: that it is a part of.

        Raises:
            ConfigError: where that is too little for any.
        """
        arms = levels(shared)
        runs = capacity / self.seconds(arms[0])
        if runs < LEAST_RUNS:
            takes = f"a run takes about {self.seconds(arms[0]):.0f} s at T = {arms[0].steps}, and {LEAST_RUNS} must fit"
            more = np.ceil(minutes * LEAST_RUNS / max(runs, 1))
            raise self.source.refused(f"is too slow for {minutes:g} minutes: {takes}; give about {more:.0f}")
        longest = [arm for arm in arms if LEAST_RUNS * self.seconds(arm) <= capacity][-1]
        of_a_rate = entering.LOOKS[0] * entering.LEAST_ENTRANTS * self.seconds(longest)
        count = int(np.clip(entering.FIRST_LOOK * capacity / of_a_rate, 1, MOST_RATES))
        return Scope(self._rates(count), LEAST_RUNS, self.found.masked, self.sensible)

    def _rates(self, count: int) -> tuple[float, ...]:
        """Learning rates, the first `count` in the order of what is likely."""
        if self.found.rate is None:
            return entering.RATES[:count]
        rate = self.found.rate
        return (rate, rate / RATIO, rate * RATIO)[:count]

    def sensible(self, ways: Sequence[Way]) -> list[Way]:
        """Ways as they are with this model: nothing stands in front of it, and it masks by itself or is told."""
        bare = [way for way in ways if way.reduction == "none"]
        kept = [replace(way, reduction=OWN, mask=way.mask if way.mask == "explicit" else "none") for way in bare]
        return list(dict.fromkeys(kept))

    def plan(self, shared: Settings, count: int, of: int, rates: int, minutes: float) -> str:
        """One line on what there is time for."""
        last = self.found.costs[-1]
        arm = next(arm for arm in levels(shared) if arm.steps == last.steps)
        run = f"a run of {self.name} takes about {self.seconds(arm):.1f} s at T = {last.steps}"
        times = f"about {self.slower(arm):.0f} times as long as one of the built-in GRU"
        ways = f"{count} of {counted(of, 'way')}" if count < of else counted(of, "way")
        return f"{run}, {times}: {ways} at {counted(rates, 'learning rate')} in {minutes:g} minutes"

    def left_out(self) -> list[str]:
        """What was not tried, and why."""
        mask = "" if self.found.masked else f"; nor a mask as its second input, as {self.source.function} takes none"
        own = "pooling, convolution and Masking in front of your model, which may have its own"
        kept = "its optimizer and loss as it is compiled" if self.found.rate is not None else "Adam"
        return [f"Not tried, as it makes no sense here: {own}{mask}.", f"{self.name} was trained by fit, with {kept}."]

    def refuse_failed(self, runs: Mapping[str, Mapping[int, Record]]) -> None:
        """Refuse a model whose file has changed meanwhile, or of which every run has failed.

        Raises:
            ConfigError: with what the runs say.
        """
        every = [record for found in runs.values() for record in found.values()]
        errors = [str(one.identity["error"]) for one in every if one.status not in ("ok", "diverged")]
        changed = next((error for error in errors if "has changed since" in error), None)
        if changed is not None:
            raise self.source.refused("has changed while it was raced: run it again")
        if errors and len(errors) == len(every):
            raise self.source.refused(f"fails in every run: {errors[-1]}")


def prepared(shared: Settings, folder: Path, units: int, minutes: float) -> OwnModel:
    """The model that the settings `shared` name, tried, unless `folder` holds what came of that. units: of the GRU that
    it is compared with.

    Raises:
        ConfigError: for a model that cannot be used.
    """
    arms = levels(shared)
    source, path = Source.of(str(arms[0].model.build)), folder / f"{name_of(arms, 'tried')}.json"
    found = _kept(path)
    if found is None:
        made = tried(Errand(arms, levels(shared, "explicit"), units, max(LEAST_S, SHARE * 60 * minutes)))
        if isinstance(made, str):
            raise source.refused(made)
        found = made
        write(path, json.dumps(jsonable(asdict(found))))
    return OwnModel(source, found)


def levels(shared: Settings, mask: str = "none") -> list[Arm]:
    """An arm for each T that might be raced, the shortest first."""
    data = resolve(shared).data
    steps = candidates.levels(data.seen(), data.longest)
    return [resolve(Way(each, mask=mask, reduction=OWN).settings(shared)) for each in reversed(steps)]


def _kept(path: Path) -> Tried | None:
    """What came of trying before; None where nothing is known that can be read."""
    try:
        held = json.loads(path.read_text())
        made = {"costs": tuple(Cost(**cost) for cost in held["costs"])}
        return Tried(**held | made | {"findings": tuple(Finding(**one) for one in held["findings"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None

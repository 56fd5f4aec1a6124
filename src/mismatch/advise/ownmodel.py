"""A model of a person's own in an advice: what it is, how long it takes, and which ways make sense with it.

In: what a person named, and the settings that all arms share. Out: an `OwnModel`, tried before anything is trained;
what was found out is kept in the results folder, so that the same command goes on with the same ways.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from mismatch.advise import candidates, entering
from mismatch.advise.candidates import OWN, Way
from mismatch.advise.tried import Cost, Errand, Tried, probes, tried
from mismatch.check.finding import Finding
from mismatch.check.outcome import jsonable
from mismatch.config.arm import Arm
from mismatch.config.files import write
from mismatch.config.groups import Settings
from mismatch.config.identity import name_of
from mismatch.config.ownmodel import Source
from mismatch.config.rules import resolve
from mismatch.run.record import Record

RATIO = 4
"""Learning rates lie so far apart, around that which a model is compiled with."""
BUILT_IN_S = 0.1
"""What a run of the built-in GRU takes beside its updates, once it is compiled."""
LEAST_S = 45.0
"""Seconds that trying may take at the least, on a server core of 2026."""


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

    @property
    def rates(self) -> tuple[float, ...]:
        """Learning rates of every way, the usual one first: that which the model is compiled with, if it is."""
        if self.found.rate is None:
            return (*entering.MIDDLE, *(rate for rate in entering.RATES if rate not in entering.MIDDLE))
        return self.found.rate, self.found.rate / RATIO, self.found.rate * RATIO

    def form(self, way: Way) -> Way | None:
        """A way as it is with this model: nothing stands in front of it; it masks by itself, or is given the mask."""
        if way.reduction not in ("none", OWN):
            return None
        return replace(way, reduction=OWN, mask="explicit" if way.mask != "none" and self.found.masked else "none")

    def plan(self, shared: Settings) -> str:
        """One line on how much slower it is."""
        last = self.found.costs[-1]
        arm = next(arm for arm in levels(shared) if arm.steps == last.steps)
        run = f"a run of {self.name} takes about {self.seconds(arm):.1f} s at T = {last.steps}"
        return f"{run}, about {self.slower(arm):.0f} times as long as one of the built-in GRU"

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


def prepared(shared: Settings, folder: Path, units: int, seconds: float) -> OwnModel:
    """The model that the settings `shared` name, tried, unless `folder` holds what came of that.

    units: of the GRU that it is compared with. seconds: that trying may take.

    Raises:
        ConfigError: for a model that cannot be used.
    """
    arms = levels(shared)
    source, path = Source.of(str(arms[0].model.build)), folder / f"{name_of(arms, 'tried')}.json"
    found = _kept(path)
    if found is None:
        made = tried(Errand(arms, levels(shared, "explicit"), units, seconds))
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

"""An advice for machines: every number by its name, as JSON.

In: `Evidence`. Out: a dictionary of plain types, and its text: ASCII, finite numbers or null.
"""

import json
from dataclasses import asdict
from typing import Any

from mismatch.advise.delays import Delay
from mismatch.advise.evidence import Entered, Evidence, Finalist
from mismatch.advise.naming import whole
from mismatch.advise.words import paragraph
from mismatch.check.outcome import jsonable

SCHEMA = 1
"""Version of the JSON: it grows when a key changes its meaning or goes."""


def to_json(told: Evidence) -> str:
    return json.dumps(jsonable(to_dict(told)), indent=1, allow_nan=False)


def to_dict(told: Evidence) -> dict[str, Any]:
    """``finalists`` has the advised first; ``entered`` all ways of the race; ``check`` is that of `mismatch check`."""
    names = ("subject", "noun", "classes", "chance", "sequences", "aside", "margin", "minutes", "given", "runs")
    shared = {name: getattr(told, name) for name in (*names, "whole", "interrupted")}
    return {
        "schema": SCHEMA,
        "paragraph": paragraph(told),
        **shared,
        "settings": dict(told.settings),
        "finalists": [_finalist(one, told) for one in told.finalists],
        "entered": [_entered(one, told) for one in told.entered],
        "sensitivity": vars(told.sensitivity)
        | {"standing": told.sensitivity.standing, "takes": told.sensitivity.takes},
        "model": None if told.own is None else {"function": str(told.own.source), **asdict(told.own.found)},
        "untried": [{"words": whole(way, told.longest), "way": asdict(way)} for way in told.untried],
        "check": told.checked.to_dict(),
    }


def _finalist(one: Finalist, told: Evidence) -> dict[str, Any]:
    arm = {"arm": one.arm.id, "parameters": one.arm.parameters()}
    found = {
        "accuracy": vars(one.accuracy),
        "below": vars(one.below),
        "step_ms": one.step_ms,
        "untimed": one.untimed,
        "enough": one.enough,
        "takes": one.takes,
        "delay": _delay(one.delay),
        "trainings": one.trainings,
        "failed": one.failed,
    }
    said = {"equivalent": one.equivalent, "standing": "advised" if one is told.advised else one.standing}
    return {"role": one.role, "words": whole(one.way, told.longest), "way": asdict(one.way), **arm, **found, **said}


def _delay(found: Delay | None) -> dict[str, Any] | None:
    return None if found is None else vars(found) | {"times": None if found.times is None else vars(found.times)}


def _entered(one: Entered, told: Evidence) -> dict[str, Any]:
    numbers = {name: value for name, value in vars(one).items() if name != "way"}
    return {"words": whole(one.way, told.longest), "way": asdict(one.way), **numbers}

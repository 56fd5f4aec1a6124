"""Advice made by hand, without any training: what words, tables, figures and pages are tried on."""

from dataclasses import replace
from typing import Any

from mismatch.advise.answer import Advice
from mismatch.advise.candidates import Way
from mismatch.advise.evidence import Entered, Finalist, Sensitivity
from mismatch.advise.finalists import UNTESTED as UNTESTED
from mismatch.analysis.intervals import Interval
from mismatch.check.finding import Finding
from mismatch.check.outcome import Checked, Section
from tests.helpers import make_arm

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\x1b[31m\r\u202e\n{{ 7*7 }} `*a*` _b_ [c](http://d.e) | &lt;"
)
BEST = Way(96)
LONGER = Way(200)
NAN = float("nan")


def entered(way: Way, accuracy: float, **more: Any) -> Entered:
    return Entered(way, 0.004, accuracy, 8, more.pop("step_ms", way.steps / 30), **more)


def finalist(way: Way, role: str, below: tuple[float, float, float], ms: float | None = None, **more: Any) -> Finalist:
    """One that is `below` the advised, whose accuracy is .842; equivalent where that lies within .01."""
    score = 0.842 - below[0]
    equivalent = -0.01 < below[1] and below[2] < 0.01
    given = {"accuracy": Interval(score, score - 0.007, score + 0.007), "below": Interval(*below)}
    given |= {"equivalent": equivalent, "step_ms": ms} | more
    return Finalist(way, make_arm("early"), role, **given)


FINALISTS = (
    finalist(BEST, "advised", (0.0, 0.0, 0.0), 3.1, equivalent=True),
    finalist(LONGER, "the most accurate in the race", (-0.001, -0.005, 0.004), 6.4),
    finalist(Way(200, padding="post"), "padding after, no mask", (0.31, 0.29, 0.33), 6.3),
    finalist(Way(96, mask="masking"), "asked", (0.004, -0.004, 0.012), 3.9),
    finalist(Way(64), "shorter", (0.006, 0.001, 0.011), 2.1),
)
ENTERED = (
    *(entered(one.way, 0.85 - one.below.estimate) for one in FINALISTS),
    entered(Way(32), 0.7, out=1),
    entered(Way(64, truncating="post"), 0.6, out=2),
    entered(Way(96, reduction="pool", pool=2), 0.81, stopped=True),
)
CHECKED = Checked(
    "reviews.csv",
    (Section("Read reviews.csv", ("1,200 read, 1,200 kept",)),),
    (Finding("D103", "pad_collision", "warning", "", "3 steps hold what pads hold", {"steps": 3}, "mask by lengths"),),
    9,
    {"lengths": {"max": 200}},
)
SEEN = Sensitivity(True, "25% wrong training labels cost 0.050 [0.040, 0.060]", 3187)


def advice(**changes: Any) -> Advice:
    given: dict[str, Any] = {
        "subject": "reviews.csv",
        "noun": "text",
        "classes": 2,
        "chance": 0.5,
        "sequences": 1200,
        "aside": 300,
        "margin": 0.01,
        "minutes": 5.0,
        "runs": 412,
        "settings": {"length.steps": 96, "mask": "none", "reduction.pool": None},
        "entered": ENTERED,
        "finalists": FINALISTS,
        "sensitivity": SEEN,
        "checked": CHECKED,
        "whole": True,
    }
    return Advice(**given | changes)


def hostile() -> Advice:
    """Advice on a file whose name, labels and columns mean harm."""
    finding = Finding("D199", "bad", "error", HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, HOSTILE, HOSTILE, HOSTILE)
    section = Section(HOSTILE, (HOSTILE,), (HOSTILE,), ((HOSTILE,),))
    checked = replace(CHECKED, subject=HOSTILE, profile=(section, section), findings=(finding,))
    return advice(subject=HOSTILE, checked=checked, settings={"data": HOSTILE})

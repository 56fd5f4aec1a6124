"""How many updates a finalist takes until it has learnt what it can, and how many times those of the advised way.

In: updates by replicate, as the column `delay` has them, on sequences that no choice falls on. Out: a `Delay`. Each way
has the learning rate that did best for it in the race, and the times are those of it with that rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, isfinite, log, nan

import numpy as np

from mismatch.analysis.intervals import Interval, student

FEWEST = 3
"""Pairs from which on an interval says something."""
LEVEL = 0.95


@dataclass(frozen=True)
class Delayed:
    """Updates of one run; `least`: it ended before it got there, so that it takes at least as many."""

    updates: float
    least: bool = False


@dataclass(frozen=True)
class Delay:
    """updates: geometric mean over `runs`, of which `least` ended before they got there. times: those of the advised
    way, in pairs, with its interval; None for that one itself, and where there are no pairs."""

    updates: float
    runs: int
    least: int
    times: Interval | None = None


def delay(own: Mapping[int, Delayed], advised: Mapping[int, Delayed] | None = None) -> Delay | None:
    """Of the runs of a way by replicate; None where the probe could tell of none what it can learn."""
    known = _known(own)
    if not known:
        return None
    mean = exp(float(np.mean([log(one.updates) for one in known.values()])))
    times = None if advised is None else _times(known, _known(advised))
    return Delay(mean, len(known), sum(one.least for one in known.values()), times)


def _known(runs: Mapping[int, Delayed]) -> dict[int, Delayed]:
    return {k: one for k, one in runs.items() if isfinite(one.updates) and one.updates > 0}


def _times(own: Mapping[int, Delayed], advised: Mapping[int, Delayed]) -> Interval | None:
    """The geometric mean of the ratio of two delays of one replicate, with Student's interval of their logarithms.

    Where both ended before they got there, nothing is known of their ratio; where one did, it is a bound.
    """
    shared = sorted(k for k in own.keys() & advised.keys() if not (own[k].least and advised[k].least))
    if not shared:
        return None
    logs = np.array([log(own[k].updates) - log(advised[k].updates) for k in shared])
    low, high = map(exp, student(logs, LEVEL)) if len(shared) > 1 else (nan, nan)
    note = "" if len(shared) >= FEWEST else f"interval not valid: fewer than {FEWEST} pairs of runs"
    if not note and any(own[k].least or advised[k].least for k in shared):
        note = "interval not valid: some runs ended before they had learnt, so that their ratio is a bound"
    return Interval(exp(float(logs.mean())), low, high, LEVEL, not note, note)

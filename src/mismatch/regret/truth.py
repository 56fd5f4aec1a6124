"""What ways really come to: trained on what the file leaves beside the sequences set aside, tested on fresh ones.

In: ways with their learning rates, and which of them something was said of. Out: `Truth`s. All are trained twice;
those that came out best or cheap, and those of which something was said, more often; regret rests on these runs alone.
Where some trainings of a way fail, ten of them say little: how many more it gets is decided by how much the first ten
differ, and those of it in a final, as Stein (1945) has it, and not by what they come to.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mismatch.config.groups import Settings
from mismatch.regret.replay import Library
from mismatch.regret.rules import Rule

FIRST, LAST, MOST = 2, 10, 40
"""Replicates of every way, of those that are looked at closely, and of these at the most."""
BEST, CHEAP = 8, 4
"""Ways that are looked at closely though nothing was said of them: the most accurate, and the cheapest near them."""
NEAR = 0.01
"""Accuracy that is nothing: the margin of the advice; and the standard error that a mean should have at the most."""

Option = tuple[Rule, float]
"""A way, whose name as a rule is empty, and a learning rate."""


@dataclass(frozen=True)
class Truth:
    """An option on fresh sequences. scores: accuracy by replicate, `FIRST` of them, or `LAST` to `MOST`.

    step_ms: of an update.
    """

    way: str
    rate: float
    scores: tuple[float, ...]
    step_ms: float

    @property
    def close(self) -> bool:
        """Whether it was looked at closely."""
        return len(self.scores) > FIRST

    @property
    def first(self) -> float:
        """Mean of the first replicates, by which it was picked or not."""
        return float(np.mean(self.scores[:FIRST]))

    @property
    def accuracy(self) -> float:
        """Mean of all replicates."""
        return float(np.mean(self.scores))


def truths(
    library: Library,
    base: Settings,
    options: Iterable[Option],
    said: Iterable[Option],
    other: Callable[[Option], Sequence[float]] = lambda option: (),
) -> list[Truth]:
    """Judge the `options`; those in `said` are looked at closely in any case. Two that come to one arm are one.

    other: accuracies of other trainings of an option, which say how much they differ and are no part of its judgement.
    """
    said = list(said)
    every = dict.fromkeys([*options, *said])
    known = {option: option[0].arm(base, option[1]) for option in every}
    library.train([(arm, FIRST) for arm in known.values()])
    found = {option: _truth(library, base, option, FIRST) for option in every}
    close = [*said, *_picked(found)]
    library.train([(known[option], LAST) for option in dict.fromkeys(close)])
    closely = {option: _truth(library, base, option, LAST) for option in close}
    each = {option: max(_enough(one.scores), _enough(other(option))) for option, one in closely.items()}
    wanted = {option: count for option, count in each.items() if count > LAST}
    library.train([(known[option], count) for option, count in wanted.items()])
    surely = {option: _truth(library, base, option, count) for option, count in wanted.items()}
    return list((found | closely | surely).values())


def _enough(scores: Sequence[float]) -> int:
    """Replicates whose mean should have a standard error of `NEAR`, as these differ; 0 where fewer than two do."""
    return min(MOST, math.ceil(float(np.var(scores, ddof=1)) / NEAR**2)) if len(scores) > 1 else 0


def _picked(found: dict[Option, Truth]) -> list[Option]:
    ranked = sorted(found, key=lambda option: -found[option].first)
    least = found[ranked[0]].first - NEAR
    near = sorted((option for option in ranked if found[option].first >= least), key=lambda one: found[one].step_ms)
    return [*ranked[:BEST], *near[:CHEAP]]


def _truth(library: Library, base: Settings, option: Option, count: int) -> Truth:
    rule, rate = option
    arm = rule.arm(base, rate)
    scores = library.scores(arm, 0, count)
    return Truth(str(rule), rate, tuple(scores), library.runs.step_ms(arm))

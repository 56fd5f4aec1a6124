"""What could be done with these sequences: the settings worth a race, those first that matter most.

In: a dataset, whether its zeros are data, how long a sequence may be. Out: `Way`s, one factor at a time and in the
pairs that are known to act together (length and side of truncation, side of padding and mask, mask and reduction), and
`combined` ones, of the best value of each factor. Two ways that come to one arm are one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from mismatch.config.arm import Arm
from mismatch.config.fields import ConfigError
from mismatch.config.groups import INTERPOLATE, Settings
from mismatch.config.rules import resolve

QUANTILES = (0.5, 0.75, 0.9, 0.95, 1.0)
"""Of the lengths: the T that are tried."""
WHOLE, SHORT = 4, 8
"""T is rounded up to a multiple of WHOLE, so that windows of two and four steps fit it; one below SHORT is not."""
NEAR = 0.1
"""Two T that differ by less than this part of the longer are one."""
OWN = "own"
"""The reduction of a way with a model of a person's own, which nothing stands in front of."""
FACTORS: Mapping[str, tuple[str, ...]] = {
    "length": ("steps", "truncating"),
    "padding and mask": ("padding", "mask"),
    "scale": ("scale",),
    "reduction": ("reduction", "pool"),
}
"""What is chosen together, by the name it has in the answer."""


@dataclass(frozen=True)
class Way:
    """One way to make the sequences fit. steps: T. pool: steps of a window, None where nothing is pooled."""

    steps: int
    truncating: str = "pre"
    padding: str = "pre"
    mask: str = "none"
    scale: str = "none"
    reduction: str = "none"
    pool: int | None = None

    def settings(self, base: Settings) -> Settings:
        """`base` with these values."""
        length = replace(base.length, steps=self.steps, truncating=self.truncating, padding=self.padding)
        kind = "none" if self.reduction == OWN else self.reduction
        reduction = replace(base.reduction, kind=kind, pool=self.pool or base.reduction.pool, mask="rebuilt")
        return replace(
            base,
            length=length,
            mask=replace(base.mask, kind=self.mask),
            features=replace(base.features, scale=self.scale),
            reduction=reduction,
        )

    def of(self, factor: str) -> tuple[Any, ...]:
        """Its values of one of `FACTORS`."""
        return tuple(getattr(self, name) for name in FACTORS[factor])

    def like(self, other: "Way", factor: str) -> "Way":
        """This way, with the values that `other` has of one of `FACTORS`."""
        return replace(self, **{name: getattr(other, name) for name in FACTORS[factor]})


@dataclass(frozen=True)
class Entrant:
    """A way in the race, and its arms: one for each learning rate, as none shall lose for want of tuning."""

    way: Way
    arms: tuple[Arm, ...]


def levels(lengths: np.ndarray, most: int) -> list[int]:
    """The T to try, longest first: of `lengths` (N,), none near another.

    The first holds all sequences, unless `most` is below the longest: then none is above `most` steps.
    """
    found: list[int] = []
    bound = whole(int(lengths.max())) if most >= lengths.max() else most // WHOLE * WHOLE if most >= SHORT else most
    for quantile in reversed(QUANTILES):
        steps = min(whole(int(np.ceil(np.quantile(lengths, quantile)))), bound)
        if steps >= 1 and all(other - steps > NEAR * other for other in found):
            found.append(steps)
    return found


def ways(dataset: Any, lengths: np.ndarray, zeros: bool, most: int) -> list[Way]:
    """The ways of the first round. zeros: whether steps of zeros are data, which `Masking` would take for pads."""
    numbers = dataset.vocabulary_size is None
    steps = levels(lengths, most)
    mask = "explicit" if zeros else "masking"
    base = Way(steps[0])
    found = [replace(base, padding=side, mask=kind) for side in ("pre", "post") for kind in ("none", mask)]
    found += [replace(base, steps=each, truncating=side) for each in steps[1:] for side in ("pre", "post")]
    found += [replace(each, scale="standard") for each in found[:4:3] if numbers]
    found += [replace(each, **how) for how in _reductions(steps[0]) for each in found[:4:3]]
    found += [replace(found[3], steps=each, truncating=side) for each in steps[1:3] for side in ("pre", "post")]
    others = ("head_tail", "stride", *([INTERPOLATE] if numbers else []))
    found += [replace(base, steps=each, truncating=other) for each in steps[1:3] for other in others]
    return list(dict.fromkeys(found))


def combined(best: Mapping[str, Sequence[Way]], known: Sequence[Way]) -> list[Way]:
    """Ways of the best values of all factors, that were not tried yet: of each factor, those in `best`."""
    found: list[Way] = [Way(0)]
    for factor, values in best.items():
        found = [each.like(value, factor) for each in found for value in values]
    return [each for each in dict.fromkeys(found) if each not in known and each.steps]


def entrants(base: Settings, tried: Sequence[Way], rates: Sequence[float]) -> list[Entrant]:
    """The ways that are possible, each once, with an arm for each learning rate."""
    return Grid(base, rates).entrants(tried, rates)


Form = Callable[[Way], Way | None]
"""What a way is with the model that is raced, or None where it makes no sense with it."""


class Grid:
    """Entrants of ways on the settings `base`, each of them made once, as it takes a while; at some of `rates`.

    usual: those of them where there is no time for all, if not those of others. form: what ways are with the model.
    """

    def __init__(
        self, base: Settings, rates: Sequence[float], usual: Sequence[float] = (), form: Form = lambda way: way
    ) -> None:
        self.base, self.rates, self.usual, self.form = base, tuple(rates), tuple(usual), form
        self._made: dict[Way, tuple[Arm, ...]] = {}

    def entrants(self, tried: Iterable[Way], rates: Sequence[float]) -> list[Entrant]:
        """As `entrants`."""
        found: dict[str, Entrant] = {}
        for way in filter(None, map(self.form, tried)):
            if way not in self._made:
                self._made[way] = tuple(_arms(way, self.base, self.rates))
            arms = tuple(arm for arm in self._made[way] if arm.train.learning_rate in rates)
            if arms:
                found.setdefault(arms[0].id, Entrant(way, arms))
        return list(found.values())


def differing(way: Way, other: Way) -> tuple[str, ...]:
    """Names of the fields in which two ways differ."""
    return tuple(item.name for item in fields(Way) if getattr(way, item.name) != getattr(other, item.name))


def _arms(way: Way, base: Settings, rates: Sequence[float]) -> Iterator[Arm]:
    for rate in rates:
        asked = way.settings(base)
        try:
            yield resolve(replace(asked, train=replace(asked.train, learning_rate=rate)))
        except ConfigError:  # what these sequences rule out is no candidate
            return


def whole(steps: int) -> int:
    """T for sequences of so many steps: a multiple of `WHOLE`, unless they are short."""
    return steps if steps < SHORT else -(-steps // WHOLE) * WHOLE


def _reductions(steps: int) -> list[dict[str, Any]]:
    if steps < SHORT:
        return []
    pools = [2, 4] if steps >= 8 * SHORT else [2]
    return [{"reduction": kind, "pool": pool} for pool in pools for kind in ("pool", "conv_pool", "strided")]

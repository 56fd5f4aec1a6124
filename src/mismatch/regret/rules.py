"""Fixed rules that people go by, as ways to make sequences fit.

In: lengths of the sequences that are not set aside. Out: `Rule`s. Each has the learning rate that does best for it in
the race, as every way in the advice has: a rule says nothing of rates, and none shall lose for want of tuning.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mismatch.advise import candidates
from mismatch.advise.candidates import Way
from mismatch.config.arm import Arm
from mismatch.config.groups import Settings
from mismatch.config.rules import resolve

MOSTLY = 0.95
"""Quantile of the lengths that the rule of thumb names."""


def settings(way: Way) -> str:
    """``steps=24, truncating=pre, padding=pre``: what tables call a way."""
    given = {key: value for key, value in vars(way).items() if value not in ("none", None)}
    return ", ".join(f"{key}={value}" for key, value in given.items())


@dataclass(frozen=True)
class Rule:
    """name: of the rule, empty for a candidate of the advice. lost: whether the reduction loses the mask."""

    name: str
    way: Way
    lost: bool = False

    def __str__(self) -> str:
        return f"{settings(self.way)}, mask lost" if self.lost else settings(self.way)

    def arm(self, base: Settings, rate: float) -> Arm:
        """Its arm with these settings.

        Raises:
            ConfigError: for what the data rule out.
        """
        asked = self.way.settings(base)
        kept = "destroyed" if self.lost else asked.reduction.mask
        train = replace(asked.train, learning_rate=rate)
        return resolve(replace(asked, train=train, reduction=replace(asked.reduction, mask=kept)))


def rules(lengths: np.ndarray, numbers: bool) -> list[Rule]:
    """The rules for sequences of these `lengths` (N,). T is rounded up as that of candidates is.

    numbers: whether they are of numbers, which can be standardised; for tokens those rules do as the others.

    Keras's `pad_sequences` cuts the start unless told otherwise; who pads after mostly cuts the end. The article pads
    after to the longest length and masks, and puts a convolution with a pool of two steps in front, which loses the
    mask.
    """
    longest, mostly = candidates.levels(lengths, int(lengths.max()))[0], _at(lengths, MOSTLY)
    scale = "standard" if numbers else "none"
    return [
        Rule("Keras defaults", Way(longest)),
        Rule("Keras defaults, standardised", Way(longest, scale=scale)),
        Rule("after, masked", Way(longest, padding="post", mask="masking")),
        Rule("after, masked, standardised", Way(longest, padding="post", mask="masking", scale=scale)),
        Rule("95th percentile", Way(mostly)),
        Rule("95th percentile, after, masked", Way(mostly, "post", "post", "masking")),
        Rule("the article", Way(longest, padding="post", mask="masking", reduction="conv_pool", pool=2), lost=True),
    ]


def candidates_of(ways: Sequence[Way]) -> list[Rule]:
    """What the advice itself looks at."""
    return [Rule("", way) for way in ways]


def _at(lengths: np.ndarray, share: float) -> int:
    """T at this quantile."""
    return candidates.whole(int(np.ceil(np.quantile(lengths, share))))

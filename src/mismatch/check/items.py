"""Data checked: the profile of what was read, and what every rule finds in it. Seconds, and no TensorFlow.

In: `Items` of a reader, or sequences that are in memory. Out: `Checked`.
"""

from collections.abc import Sequence
from math import isfinite
from numbers import Integral, Real
from typing import Any

from mismatch.check.outcome import Checked
from mismatch.check.profile import facts, profile
from mismatch.check.rule import apply
from mismatch.check.sequences import Subject
from mismatch.config.fields import require
from mismatch.config.registry import DATA_RULES
from mismatch.data.sources import arrays
from mismatch.data.sources.base import Items


def check_items(items: Items, pad_value: float = 0.0, steps: int | None = None) -> Checked:
    """What is in `items`, and what will go wrong with it.

    pad_value: what pads will hold. steps: T, or None for the longest length.

    Raises:
        ConfigError: where nothing is left to look at, or T is no length.
    """
    require(len(items) > 0, "data.path", items.reading.path, "must hold at least one labelled sequence")
    whole = steps is None or (isinstance(steps, Integral) and not isinstance(steps, bool) and 1 <= steps < 2**31)
    require(whole, "length.steps", steps, "must be a whole number from 1 to 2147483647")
    finite = isinstance(pad_value, Real) and isfinite(pad_value)
    require(finite, "length.pad_value", pad_value, "must be a finite number")
    subject = Subject(items, pad_value, steps, items.reading.path)
    return Checked(
        items.reading.path, profile(subject), apply(DATA_RULES, subject), len(DATA_RULES.names), facts(subject)
    )


def check(
    sequences: Any,
    labels: Any,
    groups: Any = None,
    parts: Any = None,
    lengths: Any = None,
    features: Sequence[str] | None = None,
    *,
    pad_value: float = 0.0,
    steps: int | None = None,
) -> Checked:
    """What is in sequences that are in memory, and what will go wrong with them: see `mismatch.check`, which calls it.

    Raises:
        ConfigError: a ValueError whose one line names what cannot be read, and what would be accepted.
    """
    return check_items(arrays.items(sequences, labels, groups, parts, lengths, features=features), pad_value, steps)

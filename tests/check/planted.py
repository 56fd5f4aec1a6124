"""Data with one fault each, and without: what the rules on data are tried on."""

from typing import Any

import numpy as np

from mismatch.check.items import check
from mismatch.check.outcome import Checked

WORDS = np.array([f"word{number}" for number in range(800)])


def series(count: int = 400, width: int = 3, low: int = 15, high: int = 30, seed: int = 0) -> tuple[list[Any], Any]:
    """Smooth noise of unequal length, with labels that have nothing to do with it."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(low, high + 1, count)
    return [rng.normal(size=(size, width)).cumsum(axis=0) / 3 for size in sizes], rng.integers(0, 2, count)


def texts(count: int = 600, seed: int = 0) -> tuple[list[str], Any]:
    """Random words, 8 to 20 of them."""
    rng = np.random.default_rng(seed)
    made = [" ".join(rng.choice(WORDS, size)) for size in rng.integers(8, 21, count)]
    return made, rng.integers(0, 2, count)


def codes(checked: Checked) -> set[str]:
    return {finding.name for finding in checked.findings}


def found(name: str, *data: Any, **more: Any) -> list[Any]:
    """The findings of one rule."""
    return [finding for finding in check(*data, **more).findings if finding.name == name]

"""How often a way is trained before it is said what it really comes to."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mismatch.regret.truth import FIRST, LAST, MOST, truths


class Drawn:
    """A library that trains nothing: accuracy by way and replicate is what a test says."""

    def __init__(self, scores: dict[str, Sequence[float]]) -> None:
        self.given, self.asked = scores, dict.fromkeys(scores, 0)
        self.runs = SimpleNamespace(step_ms=lambda arm: 1.0)

    def train(self, wanted: Sequence[tuple[str, int]]) -> None:
        for arm, count in wanted:
            self.asked[arm] = max(self.asked[arm], count)

    def scores(self, arm: str, first: int, last: int) -> list[float]:
        assert self.asked[arm] >= last
        return list(self.given[arm][first:last])


class Named(str):
    """A way that is its name."""

    def arm(self, base: Any, rate: float) -> str:
        return str(self)


@pytest.mark.parametrize(
    ("first", "count"),
    [
        ([0.9] * LAST, LAST),  # standard error 0
        ([0.9, 0.93] * (LAST // 2), LAST),  # .005
        ([0.9, 0.98] * (LAST // 2), 18),  # .0133: 1.78 times as many bring it to .01
        ([0.9] * (LAST - 1) + [0.5], MOST),  # one in ten fails: .04
    ],
)
def test_the_more_its_first_trainings_differ_the_more_it_gets(first: list[float], count: int) -> None:
    rng = np.random.default_rng(0)
    steady, worse = [0.8] * MOST, [0.1] * MOST
    library = Drawn({"mine": [*first, *rng.uniform(0, 1, MOST)], "steady": steady, "worse": worse})
    options = [(Named(name), 0.004) for name in library.given]
    found = {one.way: one for one in truths(library, None, options, options[:1])}  # type: ignore[arg-type]
    assert len(found["mine"].scores) == library.asked["mine"] == count
    assert len(found["steady"].scores) == LAST and found["mine"].close


def test_other_trainings_that_differ_call_for_more_and_are_no_part_of_the_judgement() -> None:
    library = Drawn({"mine": [0.9] * MOST, "steady": [0.8] * MOST})
    options = [(Named(name), 0.004) for name in library.given]

    def final(option: Any) -> list[float]:
        return [0.9] * 9 + [0.5] if option[0] == "mine" else []

    found = {one.way: one for one in truths(library, None, options, options[:1], final)}  # type: ignore[arg-type]
    assert found["mine"].scores == (0.9,) * MOST and len(found["steady"].scores) == LAST


def test_what_nothing_was_said_of_and_is_far_behind_is_trained_twice() -> None:
    names = [f"{k:02}" for k in range(20)]
    library = Drawn({name: [0.5 + int(name) / 100] * MOST for name in names})
    options = [(Named(name), 0.004) for name in names]
    found = {one.way: one for one in truths(library, None, options, options[:1])}  # type: ignore[arg-type]
    assert [name for name in names if not found[name].close] == names[1:12]
    assert all(len(found[name].scores) == FIRST for name in names[1:12])

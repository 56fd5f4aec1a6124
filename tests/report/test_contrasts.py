"""A sweep ends with its largest contrasts in words."""

import re

import pandas as pd
import pytest

from mismatch.analysis.effects import effects
from mismatch.analysis.summary import summarise
from mismatch.report.contrasts import HEAD, MOST, top
from tests.analysis.made import runs_of, sound

pytestmark = pytest.mark.filterwarnings("ignore::mismatch.analysis.intervals.UnreliableInterval")


def lines_of(runs: pd.DataFrame) -> tuple[str, ...]:
    return top(effects(runs), summarise(runs))


def test_the_largest_contrast_comes_first_with_both_sides_interval_and_place() -> None:
    head, first = lines_of(sound())
    assert head == HEAD
    found = re.fullmatch(
        r"  post-padding 0\.5\d\d, pre-padding 0\.8\d\d: (-0\.\d+) \[(-0\.\d+), (-0\.\d+)\]"
        r"  \((early|late); largest of 2 settings\)", first,
    )  # fmt: skip
    assert found, first
    effect, low, high = map(float, found.groups()[:3])
    assert low < effect < high and abs(effect + 0.3) < 0.01


def test_no_more_than_five_and_each_pair_of_levels_once() -> None:
    levels = [f"p{number}" for number in range(8)]
    runs = runs_of(*({"data": data, "mask": mask, "level": 0.9 - 0.05 * number}
                     for number, mask in enumerate(levels) for data in ("early", "late")))  # fmt: skip
    _, *lines = lines_of(runs)
    assert len(lines) == MOST
    assert [line.split()[0] for line in lines] == ["p7", "p6", "p5", "p4", "p3"]


def test_nothing_clear_is_said_to_be_so_and_without_a_contrast_nothing_is_said() -> None:
    same = runs_of(*({"data": "early", "mask": mask, "spread": 0.2} for mask in ("none", "masking")), replicates=3)
    assert lines_of(same)[0].startswith("no contrast in accuracy of 1 has an interval without zero")
    assert lines_of(runs_of({"data": "early"})) == ()

"""Claims on how often intervals and verdicts err, held to the simulation that docs/statistics.md is made from."""

import re
from pathlib import Path

import pytest

from mismatch.analysis.documents import Simulated, document, simulate
from mismatch.analysis.simulation import BAND, CONTRASTS, FAMILIES, MARGIN, SAMPLES, SHAPES
from tests.analysis.made import slack

pytestmark = pytest.mark.slow  # a quarter of a minute for all of it

DOCUMENT = Path(__file__).parents[2] / "docs" / "statistics.md"


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return simulate()


def test_intervals_cover_as_they_say_where_that_is_claimed(simulated: Simulated) -> None:
    claimed = [one for one in simulated.coverages if SHAPES[one.shape].claimed]
    assert {one.n for one in claimed} == {10, 20} and len(claimed) == 10
    for one in claimed:
        assert BAND[0] <= one.claimed <= BAND[1], one
        assert one.valid > 0.85, one  # the claim is not bought by making none


def test_where_runs_fail_the_bounds_that_count_unseen_failures_cover(simulated: Simulated) -> None:
    for one in simulated.coverages:
        if one.shape.endswith("fails"):
            assert not SHAPES[one.shape].claimed and one.covered < BAND[0], one
            assert one.failing >= 0.95, one


def test_differences_of_mean_zero_and_unequal_shapes_are_seldom_called_different(simulated: Simulated) -> None:
    for one in simulated.errors:
        if SHAPES[one.shape].claimed:
            assert one.given <= 0.05 + slack(0.05, FAMILIES * CONTRASTS), one
        if one.shape in ("normal", "lognormal, log sd .5", "exponential"):
            assert one.family <= 0.05 + slack(0.05, FAMILIES), one
    flips = {one.shape: one.flips for one in simulated.errors if one.n == 10}
    assert flips["exponential"] > 0.07  # why sign flips alone are not enough


def test_looks_that_add_replicates_do_not_raise_the_error(simulated: Simulated) -> None:
    assert {one.shape for one in simulated.looks} == {"normal", "exponential"} and len(simulated.looks) == 6
    for one in simulated.looks:
        assert one.given <= one.ever <= 0.05 + slack(0.05, SAMPLES), one
        assert one.covered >= 0.95 - slack(0.05, SAMPLES), one
        assert 10 <= one.n <= 80, one
    for less, more in zip(simulated.looks, simulated.looks[1:], strict=False):
        assert less.n > more.n or less.shape != more.shape  # a wider margin stops earlier


def test_arms_of_which_runs_fail_are_not_called_equivalent(simulated: Simulated) -> None:
    for one in simulated.equivalences:
        if abs(one.mean) > MARGIN:
            assert one.given <= 0.05 + slack(0.05, SAMPLES // 2), one
        if one.n < 96:
            assert one.given == 0 and one.plain > 0.1, one


def test_the_document_is_what_the_simulation_says(simulated: Simulated) -> None:
    written, made = DOCUMENT.read_text(encoding="utf-8"), document(simulated)
    number = r"(?<![\w.])-?\d*\.?\d+%?"
    assert re.sub(number, "#", written) == re.sub(number, "#", made), "python -m mismatch.analysis.documents"
    pairs = zip(re.findall(number, written), re.findall(number, made), strict=True)
    for old, new in pairs:
        # A few of thousands of samples may fall on the other side of a bound where another processor rounds.
        assert float(old.strip("%")) == pytest.approx(float(new.strip("%")), abs=0.003 * (100 if "%" in old else 1))

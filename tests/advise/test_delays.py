"""How soon a way has learnt what it can, against the advised one, in pairs."""

import math

import pytest

from mismatch.advise.delays import Delayed, delay


def runs(*updates: float, least: bool = False) -> dict[int, Delayed]:
    return {k: Delayed(value, least) for k, value in enumerate(updates)}


def test_the_delay_is_a_geometric_mean_and_its_ratio_is_taken_in_pairs() -> None:
    advised = runs(100, 200, 400)
    found = delay(runs(200, 400, 900), advised)
    assert found is not None and found.times is not None and found.times.valid
    assert found.updates == pytest.approx((200 * 400 * 900) ** (1 / 3)) and (found.runs, found.least) == (3, 0)
    assert found.times.estimate == pytest.approx((2 * 2 * 2.25) ** (1 / 3))
    assert 1.5 < found.times.low < found.times.estimate < found.times.high < 3
    unpaired = delay({5: Delayed(200)}, advised)
    assert unpaired is not None and unpaired.times is None


def test_what_never_got_there_counts_and_is_said_and_few_pairs_say_little() -> None:
    found = delay(runs(100, 100) | {7: Delayed(1200, least=True)}, runs(100, 50))
    assert found is not None and found.least == 1 and found.times is not None
    assert not found.times.valid and "fewer than 3 pairs" in found.times.note
    one = delay(runs(100), runs(50))
    assert one is not None and one.times is not None and one.times.estimate == pytest.approx(2)
    assert math.isnan(one.times.low)


def test_where_the_probe_cannot_tell_there_is_none() -> None:
    assert delay(runs(math.nan, math.nan)) is None and delay({}) is None
    known = delay(runs(math.nan, 50))
    assert known is not None and known.runs == 1 and known.times is None


def test_runs_that_both_ended_before_they_had_learnt_say_nothing_of_their_ratio() -> None:
    never = runs(200, 200, 200, 200, least=True)
    found = delay(never, never)
    assert found is not None and found.times is None
    one = delay(never, runs(100, 100, 100, 100))
    assert one is not None and one.times is not None and not one.times.valid and "a bound" in one.times.note

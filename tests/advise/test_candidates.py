"""What is raced: every way once, those first that matter most, and none that cannot be."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mismatch.advise import candidates, entering
from mismatch.advise.candidates import FACTORS, SHORT, WHOLE, Grid, Way
from mismatch.advise.entering import RATES
from tests.helpers import make_settings


@given(st.lists(st.integers(1, 400), min_size=1, max_size=200), st.integers(1, 500))
def test_the_lengths_tried_are_whole_apart_and_within_bounds(lengths, most):
    found = candidates.levels(np.array(lengths), most)
    assert found == sorted(found, reverse=True) and found
    bound = most if most < max(lengths) else max(lengths) + WHOLE - 1
    assert all(1 <= steps <= bound for steps in found)
    assert all(steps % WHOLE == 0 or steps < SHORT or steps == most for steps in found)
    assert all(longer - shorter > 0.1 * longer for longer, shorter in pairwise(found))
    if max(lengths) <= most:
        assert found[0] >= max(lengths), "the longest is tried whole"


def ways_of(data: str, **given):
    settings = make_settings(data)
    lengths = np.array([6, 9, 12, 16, 24])
    return settings, candidates.ways(settings.data, lengths, given.get("zeros", False), given.get("most", 24))


def test_no_way_is_tried_twice_and_the_first_four_are_the_sides_with_and_without_a_mask():
    _, found = ways_of("early")
    assert len(set(found)) == len(found) >= 20
    assert {(way.padding, way.mask) for way in found[:4]} == {
        (side, mask) for side in ("pre", "post") for mask in ("none", "masking")
    }
    assert len({way.steps for way in found[:4]}) == 1


def test_where_zeros_are_data_the_mask_comes_from_the_lengths():
    _, found = ways_of("early", zeros=True)
    assert {way.mask for way in found} == {"none", "explicit"}


def test_numbers_are_scaled_and_resampled_and_tokens_are_not():
    numbers, tokens = (ways_of(data)[1] for data in ("early", "snippets"))
    assert any(way.scale == "standard" for way in numbers) and any(way.truncating == "interpolate" for way in numbers)
    assert not any(way.scale == "standard" or way.truncating == "interpolate" for way in tokens)


@pytest.mark.parametrize("data", ["early", "sparse_features", "snippets"])
def test_every_entrant_is_another_arm_at_every_learning_rate(data):
    settings, found = ways_of(data)
    entrants = candidates.entrants(settings, found, (0.001, 0.01))
    ids = [arm.id for each in entrants for arm in each.arms]
    assert len(ids) == len(set(ids)) == 2 * len(entrants) > 10
    assert all(arm.train.learning_rate in (0.001, 0.01) for each in entrants for arm in each.arms)
    assert all(arm.reduction.mask in (None, "rebuilt") for each in entrants for arm in each.arms)


def test_ways_that_come_to_one_arm_are_one():
    settings = make_settings("early")
    longest = settings.data.longest
    same = [Way(longest), Way(longest, truncating="post")]  # nothing is cut
    assert len(candidates.entrants(settings, same, (0.005,))) == 1


def test_the_best_values_of_all_factors_are_combined_once():
    base = Way(24)
    best = {
        "length": [Way(16, truncating="post")],
        "padding and mask": [Way(24, padding="post", mask="masking")],
        "scale": [Way(24, scale="standard")],
        "reduction": [Way(24, reduction="pool", pool=2)],
    }
    (found,) = candidates.combined(best, [base])
    assert found == Way(16, "post", "post", "masking", "standard", "pool", 2)
    assert candidates.combined(best, [found]) == []
    assert set(candidates.differing(found, base)) == {name for names in FACTORS.values() for name in names}


def test_there_are_as_many_entrants_as_there_is_time_for_and_the_rest_is_told():
    settings = make_settings("early")
    settings.data = settings.data.__class__(train=512, probe=64, test=256)
    settings.data.seen = lambda: np.arange(6, 25)
    grid = Grid(settings, RATES)
    few, many = (entering.first(grid, [], runs(lambda arm: 1.0), capacity) for capacity in (60.0, 6000.0))
    assert few.rates == many.rates == RATES and not many.untried
    assert entering.LEAST_ENTRANTS <= len(few.entrants) < len(many.entrants)
    assert len(few.entrants) + len(few.untried) == len(many.entrants)
    assert [each.way for each in few.entrants] == [each.way for each in many.entrants[: len(few.entrants)]]


def test_where_little_fits_there_is_one_rate_and_at_least_two_ways():
    settings = make_settings("early")
    settings.data.seen = lambda: np.arange(6, 25)
    grid = Grid(settings, RATES)
    found = entering.first(grid, [], runs(lambda arm: 1.0), 20.0)
    assert found.rates == entering.MIDDLE and 2 <= len(found.entrants) <= 6
    assert all(len(each.arms) == 1 for each in found.entrants)
    none = entering.first(grid, [], runs(lambda arm: 1.0), 0.0)
    assert len(none.entrants) == 2 and len(none.untried) > 20


def test_the_first_runs_are_of_a_length_that_does_not_take_long():
    settings = make_settings("early")
    settings.data.seen = lambda: np.array([64] * 60 + [100] * 40)
    grid, known = Grid(settings, RATES), runs(lambda arm: arm.steps / 10)
    found = [entering.probe(grid, known, most_s).way.steps for most_s in (100.0, 6.4, 2.0, 0.1)]
    assert found == [64, 64, 16, 8]
    assert [arm.train.learning_rate for arm in entering.probe(grid, known, 1.0).arms] == [0.004, 0.001, 0.016]


def test_what_was_begun_under_a_smaller_length_races_on():
    settings = make_settings("early")
    settings.data.seen = lambda: np.array([8] * 60 + [100] * 40)
    grid, known = Grid(settings, RATES), runs(lambda arm: arm.steps / 100)
    small = entering.first(grid, [], known, 8.0)
    assert {each.way.steps for each in small.entrants} == {8}
    assert max(way.steps for way in small.untried) == 100, "what is longer is told as not tried"
    known.found = {arm.id: {0: None, 1: None, 2: None} for each in small.entrants for arm in each.arms}
    large = entering.first(grid, [], known, 600.0)
    ways = [each.way for each in large.entrants]
    assert ways[0].steps == 100 and {each.way for each in small.entrants} <= set(ways[: 4 + len(small.entrants)])
    assert entering.most(settings, settings.data.seen(), known, 8.0) == 8


def runs(seconds):
    """Runs of which a test says what they take."""
    found = SimpleNamespace(seconds=seconds, found={}, look=lambda wanted: None)

    def growing(parts):
        asked = [(arm, max(count - len(found.found.get(arm.id, {})), 0)) for part in parts for arm, count in part]
        sizes = np.cumsum([len(part) for part in parts])
        return np.cumsum([seconds(arm) * count for arm, count in asked])[sizes - 1]

    found.growing = growing
    return found


def test_a_length_of_which_too_few_runs_fit_is_no_candidate():
    settings = make_settings("early")
    lengths = np.array([8] * 60 + [100] * 40)
    known = runs(lambda arm: arm.steps / 100)
    assert entering.most(settings, lengths, known, capacity=60.0) == 100
    assert entering.most(settings, lengths, known, capacity=10.0) == 8
    assert entering.most(settings, lengths, known, capacity=0.1) == 8, "the shortest at least"
    longer = np.array([100] * 60)
    assert entering.most(settings, longer, known, capacity=13.0) == 100, "few runs of the shortest quantile will do"
    assert entering.most(settings, longer, known, capacity=5.0) == 24, "else half of it, and so on"


BASE, MASKED, POOLED = Way(24), Way(24, padding="post", mask="masking"), Way(24, reduction="pool", pool=2)


def joining(means: dict[Way, float]) -> list[Way]:
    """Who joins ways that came to this in the race, `BASE` being the one from which they differ."""
    settings = make_settings("early")
    known = candidates.entrants(settings, list(means), entering.RATES)
    return [each.way for each in entering.joining(settings, means, BASE, known)]


def test_who_joins_has_the_best_of_each_factor_and_was_not_there():
    tried = {BASE: 0.7, MASKED: 0.8, Way(16, truncating="post"): 0.75, POOLED: 0.6}
    joined = joining(tried)
    assert Way(16, "post", "post", "masking") in joined
    assert not set(joined) & set(tried) and len(joined) <= entering.MOST_COMBINED
    assert all(way.reduction == "none" for way in joined), "what does not pay alone is not combined"


def test_who_joins_does_not_hang_on_which_way_was_run_first():
    """The first runs of an advice are of a short way; what the factors are worth is seen on the longest T."""
    joined = joining({Way(8): 0.5, BASE: 0.7, MASKED: 0.8, Way(24, scale="standard"): 0.75, POOLED: 0.76})
    assert Way(24, padding="post", mask="masking", scale="standard", reduction="pool", pool=2) in joined


def test_a_halved_length_is_one_that_the_race_has():
    lengths = np.array([36] * 40)
    for steps in entering._levels(lengths)[1:]:
        assert steps in candidates.levels(lengths, steps)

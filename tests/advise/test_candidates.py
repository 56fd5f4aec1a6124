"""What is raced: every way once, those first that matter most, and none that cannot be."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mismatch.advise import candidates, entering
from mismatch.advise.candidates import FACTORS, SHORT, WHOLE, Way
from tests.helpers import make_settings


@given(st.lists(st.integers(1, 400), min_size=1, max_size=200), st.integers(1, 500))
def test_the_lengths_tried_are_whole_apart_and_within_bounds(lengths, most):
    found = candidates.levels(np.array(lengths), most)
    assert found == sorted(found, reverse=True) and found
    assert all(1 <= steps <= most for steps in found)
    assert all(steps % WHOLE == 0 or steps < SHORT or steps == most for steps in found)
    assert all(longer - shorter > 0.1 * longer for longer, shorter in pairwise(found))
    if max(lengths) <= most - WHOLE:
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
    few, untried = entering.first(settings, [], lambda arm: 1.0, capacity=60.0)
    many, rest = entering.first(settings, [], lambda arm: 1.0, capacity=6000.0)
    assert entering.LEAST_ENTRANTS <= len(few) < len(many) and not rest
    assert len(few) + len(untried) == len(many)
    assert [each.way for each in few] == [each.way for each in many[: len(few)]]


def test_a_program_is_compiled_once_and_counts_for_the_way_that_needs_it_first():
    settings = make_settings("early")
    settings.data = settings.data.__class__(train=512, probe=64, test=256)
    settings.data.seen = lambda: np.arange(6, 25)
    found, _ = entering.first(settings, [], lambda arm: 1.0, capacity=6000.0)
    costs, runs = entering._costs(found, lambda arm: 1.0), entering.LOOKS[0] * len(entering.RATES)
    assert costs[0] == runs + entering.COMPILE_S
    after = next(place for place, each in enumerate(found) if each.way == Way(found[0].way.steps, padding="post"))
    assert costs[after] == runs, "arrays are padded on the other side, the program is the same"


def test_a_length_of_which_too_few_runs_fit_is_no_candidate():
    settings = make_settings("early")
    lengths = np.array([8] * 60 + [100] * 40)
    seconds = lambda arm: arm.steps / 100  # noqa: E731
    assert entering.most(settings, lengths, seconds, capacity=60.0) == 100
    assert entering.most(settings, lengths, seconds, capacity=10.0) == 8
    assert entering.most(settings, lengths, seconds, capacity=0.1) == 8, "the shortest at least"


def test_who_joins_has_the_best_of_each_factor_and_was_not_there():
    settings = make_settings("early")
    base = Way(24)
    tried = [
        base,
        Way(24, padding="post", mask="masking"),
        Way(16, truncating="post"),
        Way(24, reduction="pool", pool=2),
    ]
    known = candidates.entrants(settings, tried, entering.RATES)
    means = dict(zip(tried, (0.7, 0.8, 0.75, 0.6), strict=True))
    joined = [each.way for each in entering.joining(settings, means, known)]
    assert Way(16, "post", "post", "masking") in joined
    assert not set(joined) & set(tried) and len(joined) <= entering.MOST_COMBINED
    assert all(way.reduction == "none" for way in joined), "what does not pay alone is not combined"

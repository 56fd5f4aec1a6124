"""Missing values: filled within their own sequence and counted, or refused with their place."""

import numpy as np
import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.sources.missing import fill, first, refuse_infinite

GAP = np.nan
VALUES = np.array([[GAP, 1.0], [2, GAP], [GAP, GAP], [4, 9], [GAP, 5], [7, GAP]])
LENGTHS = np.array([4, 2])
NAMES = (("line 1", "line 2"), ("x", "y"))


@pytest.mark.parametrize(
    ("policy", "x", "y", "notes"),
    [
        ("previous", [2, 2, 2, 4, 7, 7], [1, 1, 1, 9, 5, 5], 2),
        ("linear", [2, 2, 3, 4, 7, 7], [1, 11 / 3, 19 / 3, 9, 5, 5], 2),
        ("zero", [0, 2, 0, 4, 0, 7], [1, 0, 0, 9, 5, 0], 1),
    ],
)
def test_a_gap_is_filled_from_its_own_sequence_alone(policy, x, y, notes):
    filled, said = fill(VALUES, LENGTHS, policy, *NAMES)
    assert filled == pytest.approx(np.array([x, y], float).T)
    assert said[0].startswith("6 missing values (50.0%) in 2 sequences: filled") and len(said) == notes


def test_gaps_at_an_end_are_counted():
    assert fill(VALUES, LENGTHS, "previous", *NAMES)[1][1].startswith("2 of them stand at an end")
    assert fill(VALUES, LENGTHS, "linear", *NAMES)[1][1].startswith("3 of them stand at an end")


def test_the_values_given_are_left_as_they_are_and_complete_ones_are_given_back():
    before = VALUES.copy()
    fill(VALUES, LENGTHS, "linear", *NAMES)
    assert np.array_equal(VALUES, before, equal_nan=True)
    whole = np.ones((6, 2))
    assert fill(whole, LENGTHS, "refuse", *NAMES) == (whole, ())


def test_refused_values_are_counted_and_the_first_is_named():
    with pytest.raises(ConfigError, match=r"data.missing=refuse: 6 missing .* in line 1, step 1, x; previous, linear"):
        fill(VALUES, LENGTHS, "refuse", *NAMES)
    assert first(np.isnan(VALUES) & (np.arange(6) > 3)[:, None], LENGTHS, *NAMES) == "line 2, step 1, x"


@pytest.mark.parametrize("policy", ["previous", "linear"])
def test_a_feature_without_any_value_in_a_sequence_has_nothing_to_fill_from(policy):
    values = VALUES.copy()
    values[4:, 0] = GAP
    with pytest.raises(ConfigError, match=rf"data.missing={policy}: line 2 has no value of x: nothing to fill from"):
        fill(values, LENGTHS, policy, *NAMES)
    assert (fill(values, LENGTHS, "zero", *NAMES)[0][4:, 0] == 0).all()


@pytest.mark.parametrize(("value", "kind"), [(np.inf, "infinite"), (-np.inf, "infinite"), (1e39, "beyond 3.4e\\+38")])
def test_what_32_bits_cannot_hold_is_refused_and_never_filled(value, kind):
    values = VALUES.copy()
    values[5, 1] = value
    with pytest.raises(ConfigError, match=rf"data.path=f.ts: .* 1 are {kind}: the first in line 2, step 2, y"):
        refuse_infinite(values, LENGTHS, *NAMES, "data.path", "f.ts")
    refuse_infinite(VALUES, LENGTHS, *NAMES, "data.path", "f.ts")  # missing is not infinite

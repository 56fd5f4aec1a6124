"""Interpolation to T steps: against numpy.interp, against aeon's definition of resizing, and where it must be exact."""

import numpy as np
import pytest

from mismatch.adapt import adapt
from mismatch.adapt.length import between, place, steps_used
from mismatch.data import RaggedData
from mismatch.data.streams import Streams
from tests.adapt.test_adapt import ragged
from tests.helpers import make_arm

STREAMS = Streams(0, 0)
LENGTHS = [1, 2, 3, 7, 12, 13, 29]


def resampled(data, steps):
    return place(data, steps, "pre", "interpolate", 0.0)


def plain(data, steps):
    """What aeon 1.6 calls resizing, one feature of one sequence after another: (N, T, d) float64."""
    to = np.linspace(0, 1, steps)
    sequences = np.split(data.values, data.offsets[1:])
    return np.stack(
        [np.stack([np.interp(to, np.linspace(0, 1, len(rows)), column) for column in rows.T], 1) for rows in sequences]
    )


@pytest.mark.parametrize("steps", [1, 2, 3, 5, 12, 28, 29, 30, 100])
def test_interpolated_steps_are_those_of_numpy(steps):
    data = ragged(LENGTHS, features=3)
    placed = resampled(data, steps)
    assert placed.values.shape == (len(LENGTHS), steps, 3) and placed.values.dtype == np.float32
    # float32 holds 2^-24 of a value; numbers near 0 are made of larger ones, so the bound is that of the largest.
    assert np.abs(placed.values - plain(data, steps)).max() <= np.abs(data.values).max() * 2**-24
    assert placed.mask.all() and placed.mask.dtype == bool


@pytest.mark.parametrize("length", LENGTHS)
def test_where_the_length_is_right_nothing_changes_to_the_last_bit(length):
    data = ragged([length] * 3)
    assert (resampled(data, length).values.reshape(-1, 2).view(np.int32) == data.values.view(np.int32)).all()


def test_both_ends_are_kept_to_the_last_bit():
    data = ragged(LENGTHS)
    for steps in (2, 5, 12, 64):
        values = resampled(data, steps).values
        assert (values[:, 0] == data.values[data.offsets]).all()
        assert (values[:, -1] == data.values[data.offsets + data.lengths - 1]).all()


def test_one_step_is_the_first_and_one_raw_step_is_repeated():
    data = ragged([1, 6])
    assert (resampled(data, 1).values[:, 0] == data.values[[0, 1]]).all()
    assert (resampled(data, 9).values[0] == data.values[0]).all()


@pytest.mark.parametrize("value", [0.1, -1e30, 3.4028235e38, 1e-30])
def test_a_constant_sequence_stays_the_constant_to_the_last_bit(value):
    data = RaggedData(np.full((sum(LENGTHS), 1), value, np.float32), np.array(LENGTHS), np.zeros(len(LENGTHS), int))
    for steps in (1, 2, 11, 40):
        assert (resampled(data, steps).values == np.float32(value)).all()


def test_the_largest_numbers_do_not_overflow():
    most = np.finfo(np.float32).max
    data = RaggedData(np.array([[most], [-most]], np.float32), np.array([2]), np.zeros(1, np.int64))
    assert np.allclose(resampled(data, 5).values[0, :, 0] / most, [1, 0.5, 0, -0.5, -1])


def test_points_lie_on_steps_where_the_spacing_is_whole():
    """From 13 steps to 5 the spacing is 3: a plain stride, whose other steps nothing is made of."""
    before, share = between(np.array([13]), 5)
    assert before.tolist() == [[0, 3, 6, 9, 12]] and (share == 0).all()
    assert steps_used(np.array([13]), 5, "interpolate").tolist() == [5]


def test_raw_steps_that_act_are_those_whose_change_is_seen():
    for length in range(1, 20):
        for steps in (1, 2, 3, 4, 7, 10, 19, 25):
            units = RaggedData(np.eye(length, dtype=np.float32), np.array([length]), np.zeros(1, np.int64))
            seen = int(resampled(units, steps).values[0].any(0).sum())
            assert steps_used(np.array([length]), steps, "interpolate").tolist() == [seen]
            assert seen == length or steps <= (length + 1) / 2


def test_an_array_is_interpolated_after_its_features_are_made_and_scaled():
    arm = make_arm("early", length__truncating="interpolate", length__steps=7, features__scale="standard")
    splits = arm.data.draw(STREAMS)
    test = adapt(arm, splits, STREAMS)["test"]
    train = splits.train.values.astype(np.float64)
    scaled = (splits.test.values - train.mean(0)) / np.where(train.std(0) > 0, train.std(0), 1)
    expected = plain(RaggedData(scaled, splits.test.lengths, splits.test.labels), 7)
    assert np.allclose(test.inputs, expected, atol=1e-5) and test.mask.all()
    assert (test.lengths == splits.test.lengths).all()


def test_noise_features_are_drawn_for_raw_steps_and_interpolated_with_them():
    common = {"features__adapter": "noise", "features__width": 16, "length__truncating": "interpolate"}
    arm = make_arm("early", length__steps=24, **common)
    splits = arm.data.draw(STREAMS)
    inputs = adapt(arm, splits, STREAMS)["test"].inputs
    bends = np.abs(np.diff(inputs[:, :, 6:], n=2, axis=1)).max(2) > 1e-5  # straight between two raw steps
    assert (bends.sum(1) <= 2 * splits.test.lengths).all() and bends.any()

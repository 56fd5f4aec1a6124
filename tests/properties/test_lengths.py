"""What holds for every length policy: which steps are kept, in which order, and on which side the pads stand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mismatch.adapt.length import crop_starts, place
from mismatch.data import RaggedData

from .strategies import PADDINGS, SEEDS, TRUNCATINGS, numbered

STEPS, SIDES, POLICIES = st.integers(1, 18), st.sampled_from(PADDINGS), st.sampled_from(TRUNCATINGS)
FILLS = st.sampled_from(["constant", "last", "noise"])


def placed(data, steps, padding, truncating, fill="constant", pad_value=0.0, seed=0):
    rng = np.random.default_rng(seed)
    return place(data, steps, padding, truncating, pad_value, fill, crop_starts(rng, data.lengths, steps), rng)


def kept(result, number):
    """Positions in the raw sequence, from 1, of the real steps of one sequence."""
    return result.values[number, result.mask[number], 0].astype(int).tolist()


@given(numbered(), STEPS, SIDES, POLICIES, FILLS, SEEDS)
def test_kept_steps_are_as_many_as_fit_and_in_their_order(data, steps, padding, truncating, fill, seed):
    result = placed(data, steps, padding, truncating, fill, seed=seed)
    assert result.values.shape == (len(data), steps, 1) and result.mask.shape == (len(data), steps)
    for number, length in enumerate(data.lengths):
        positions = kept(result, number)
        assert len(positions) == min(length, steps)
        assert positions == sorted(set(positions)) and 1 <= positions[0] and positions[-1] <= length


@given(numbered(), STEPS, SIDES, SEEDS)
def test_each_truncation_keeps_the_steps_it_is_named_after(data, steps, padding, seed):
    results = {name: placed(data, steps, padding, name, seed=seed) for name in TRUNCATINGS}
    for number, length in enumerate(data.lengths):
        every = list(range(1, length + 1))
        count = min(length, steps)
        assert kept(results["pre"], number) == every[length - count :]
        assert kept(results["post"], number) == every[:count]
        tail = steps // 2 if length > steps else 0
        assert kept(results["head_tail"], number) == every[: count - tail] + every[length - tail :]
        crop = kept(results["crop"], number)
        assert crop == list(range(crop[0], crop[0] + count))
        gaps = np.diff([0, *kept(results["stride"], number), length + 1])
        assert gaps[1:-1].size == 0 or np.ptp(gaps[1:-1]) <= 1  # evenly spread


@given(numbered(), STEPS, POLICIES)
def test_pads_stand_on_the_side_they_are_named_after(data, steps, truncating):
    masks = {name: placed(data, steps, name, truncating).mask for name in PADDINGS}
    for number, length in enumerate(data.lengths):
        real = min(length, steps)
        pads, slots = steps - real, np.arange(steps)
        assert (masks["pre"][number] == (slots >= pads)).all()
        assert (masks["post"][number] == (slots < real)).all()
        half = (real + 1) // 2
        assert (masks["mid"][number] == ((slots < half) | (slots >= half + pads))).all()


@given(numbered(), STEPS, SIDES, POLICIES, st.sampled_from([0.0, -0.0, -10.0, 1.0]))
def test_a_constant_fill_changes_pads_alone(data, steps, padding, truncating, pad_value):
    result, other = (placed(data, steps, padding, truncating, pad_value=value) for value in (pad_value, 99.0))
    assert (result.mask == other.mask).all()
    assert (result.values[result.mask] == other.values[result.mask]).all()
    assert (result.values[~result.mask] == np.float32(pad_value)).all()


@given(numbered(), STEPS, st.sampled_from(["pre", "post", "mid"]), POLICIES)
def test_the_last_fill_repeats_the_nearest_real_step(data, steps, padding, truncating):
    result = placed(data, steps, padding, truncating, "last")
    for number, values in enumerate(result.values[:, :, 0]):
        positions, pads = kept(result, number), values[~result.mask[number]]
        nearest = {"pre": positions[0], "post": positions[-1], "mid": positions[(len(positions) - 1) // 2]}[padding]
        assert (pads == nearest).all()


@given(numbered(), STEPS, SIDES, POLICIES, SEEDS)
def test_a_sequence_is_placed_the_same_whatever_stands_beside_it(data, steps, padding, truncating, seed):
    starts = crop_starts(np.random.default_rng(seed), data.lengths, steps)
    together = place(data, steps, padding, truncating, 0.0, "constant", starts)
    for number, (start, length) in enumerate(zip(data.offsets, data.lengths, strict=True)):
        one = RaggedData(data.values[start : start + length], np.array([length]), data.labels[:1])
        alone = place(one, steps, padding, truncating, 0.0, "constant", starts[number : number + 1])
        assert (alone.values[0] == together.values[number]).all() and (alone.mask[0] == together.mask[number]).all()


@st.composite
def numbers(draw):
    """Sequences of one or two features, of any finite float32 that leaves room for a difference."""
    lengths = np.array(draw(st.lists(st.integers(1, 15), min_size=1, max_size=5)))
    features = draw(st.integers(1, 2))
    value = st.floats(-(2.0**100), 2.0**100, width=32, allow_subnormal=False)
    values = draw(st.lists(value, min_size=int(lengths.sum()) * features, max_size=int(lengths.sum()) * features))
    return RaggedData(np.array(values, np.float32).reshape(-1, features), lengths, np.zeros(len(lengths), np.int64))


def resampled(data, steps):
    result = place(data, steps, "pre", "interpolate", 0.0)
    assert result.mask.all() and result.values.dtype == np.float32
    return result.values


@given(numbers(), STEPS)
def test_interpolation_is_that_of_numpy_and_never_leaves_the_range_of_the_sequence(data, steps):
    values = resampled(data, steps)
    for number, rows in enumerate(np.split(data.values, data.offsets[1:])):
        to, of = np.linspace(0, 1, steps), np.linspace(0, 1, len(rows))
        expected = np.stack([np.interp(to, of, column) for column in rows.T.astype(np.float64)], axis=1)
        scale = np.abs(rows).max(0)
        assert (np.abs(values[number] - expected) <= scale * 2**-23).all()
        assert (values[number] >= rows.min(0)).all() and (values[number] <= rows.max(0)).all()


@given(numbered(), STEPS)
def test_a_rising_sequence_rises_evenly_from_its_first_step_to_its_last(data, steps):
    for values, length in zip(resampled(data, steps)[:, :, 0], data.lengths, strict=True):
        last = length if steps > 1 else 1
        assert np.allclose(values, np.linspace(1, last, steps), rtol=1e-6)


@given(numbers(), st.integers(2, 18))
def test_to_turn_a_sequence_round_and_to_interpolate_it_is_one_whichever_comes_first(data, steps):
    backwards = np.concatenate([rows[::-1] for rows in np.split(data.values, data.offsets[1:])])
    turned = resampled(RaggedData(backwards, data.lengths, data.labels), steps)
    scale = np.abs(data.values).max(initial=0)
    assert (np.abs(turned - resampled(data, steps)[:, ::-1].astype(np.float64)) <= scale * 2**-23).all()


@given(numbers(), st.integers(1, 6))
def test_to_interpolate_between_steps_and_back_changes_nothing(data, finer):
    """With `finer` - 1 points between any two steps, every `finer`-th is a step, to the last bit."""
    for number, length in enumerate(data.lengths):
        rows = data.values[data.offsets[number] :][:length]
        one = RaggedData(rows, np.array([length]), data.labels[:1])
        fine = resampled(one, (int(length) - 1) * finer + 1)[0]
        assert (fine[::finer] == rows).all()


@given(numbers(), STEPS)
def test_a_sequence_is_interpolated_the_same_whatever_stands_beside_it(data, steps):
    together = resampled(data, steps)
    for number, (start, length) in enumerate(zip(data.offsets, data.lengths, strict=True)):
        one = RaggedData(data.values[start : start + length], np.array([length]), data.labels[:1])
        assert (resampled(one, steps)[0] == together[number]).all()

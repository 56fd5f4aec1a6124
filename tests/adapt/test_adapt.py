"""Adapters and length policies, each against a plain loop or a property that must hold exactly."""

import numpy as np
import pytest

from mismatch.adapt import adapt
from mismatch.adapt.axes import arrange
from mismatch.adapt.length import crop_starts, place
from mismatch.adapt.scale import moments, standardise
from mismatch.data import RaggedData
from mismatch.data.streams import Streams
from tests.helpers import make_arm

STREAMS = Streams(0, 0)


def ragged(lengths: list[int], features: int = 2, seed: int = 0) -> RaggedData:
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((sum(lengths), features)).astype(np.float32)
    return RaggedData(values, np.array(lengths), np.zeros(len(lengths), np.int64))


def place_by_loop(data, steps, padding, truncating, pad_value, fill="constant", starts=None):
    """The length policy as one would say it, one sequence after another."""
    values, masks = [], []
    for number, (start, length) in enumerate(zip(data.offsets, data.lengths, strict=True)):
        rows = data.values[start : start + length]
        if length > steps:
            tail, first = steps // 2, 0 if starts is None else starts[number]
            rows = {
                "pre": lambda rows=rows: rows[-steps:],
                "post": lambda rows=rows: rows[:steps],
                "head_tail": lambda rows=rows, n=length, t=tail: np.concatenate([rows[: steps - t], rows[n - t :]]),
                "crop": lambda rows=rows, first=first: rows[first : first + steps],
                "stride": lambda rows=rows, n=length: rows[[int((i + 0.5) * n / steps) for i in range(steps)]],
            }[truncating]()
        before = {"pre": 0, "mid": -(-len(rows) // 2)}.get(padding, len(rows))
        nearest = rows[max(before - 1, 0)]
        pad = nearest if fill == "last" else np.full(rows.shape[1], pad_value)
        pads = np.broadcast_to(pad, (steps - len(rows), rows.shape[1]))
        values.append(np.concatenate([rows[:before], pads, rows[before:]]))
        real, empty = np.ones(len(rows), bool), np.zeros(len(pads), bool)
        masks.append(np.concatenate([real[:before], empty, real[before:]]))
    return np.stack(values).astype(data.values.dtype), np.stack(masks)


@pytest.mark.parametrize("fill", ["constant", "last"])
@pytest.mark.parametrize("truncating", ["pre", "post", "head_tail", "crop", "stride"])
@pytest.mark.parametrize("padding", ["pre", "post", "mid", "none"])
@pytest.mark.parametrize("steps", [1, 2, 5, 8, 20])
def test_place_equals_the_plain_loop(steps, padding, truncating, fill):
    data = ragged([1, 2, 5, 8, 13])
    starts = crop_starts(np.random.default_rng(1), data.lengths, steps)
    placed = place(data, steps, padding, truncating, -3.5, fill, starts)
    values, mask = place_by_loop(data, steps, padding, truncating, -3.5, fill, starts)
    assert (placed.values == values).all() and placed.values.dtype == np.float32
    assert (placed.mask == mask).all()


@pytest.mark.parametrize("padding", ["pre", "post", "mid"])
def test_noise_fills_the_pads_alone_and_is_standard_normal(padding):
    data = ragged([3] * 500)
    placed = place(data, 23, padding, "pre", 0.0, "noise", noise=np.random.default_rng(0))
    assert (placed.values[placed.mask] == data.values).all()
    noise = placed.values[~placed.mask]
    assert noise.mean() == pytest.approx(0, abs=4 / np.sqrt(noise.size))  # 4 standard errors
    assert noise.std() == pytest.approx(1, abs=4 / np.sqrt(2 * noise.size))


def test_a_crop_starts_anywhere_it_fits_and_nowhere_else():
    lengths = np.repeat([3, 8, 12], 20_000)
    starts = crop_starts(np.random.default_rng(0), lengths, 8)
    assert (starts[lengths <= 8] == 0).all()
    shares = np.bincount(starts[lengths == 12], minlength=5) / 20_000
    assert shares == pytest.approx(0.2, abs=4 * np.sqrt(0.2 * 0.8 / 20_000))  # 4 binomial standard errors


def test_a_stride_keeps_the_order_and_spreads_evenly():
    data = RaggedData(np.arange(100, dtype=np.float32)[:, None], np.array([100]), np.zeros(1, np.int64))
    for steps in (1, 3, 7, 99):
        kept = place(data, steps, "post", "stride", 0.0).values[0, :, 0]
        gaps = np.diff(kept)
        assert len(set(kept)) == steps and (gaps > 0).all()
        assert abs(kept[0] - (99 - kept[-1])) <= 1  # as far from one end as from the other
        assert steps == 1 or gaps.max() - gaps.min() <= 1


def test_the_mask_comes_from_lengths_even_where_data_look_like_padding():
    data = RaggedData(np.zeros((5, 1), np.float32), np.array([2, 3]), np.zeros(2, np.int64))
    assert place(data, 4, "post", "pre", 0.0).mask.sum(1).tolist() == [2, 3]


def test_token_ids_stay_integers_and_pad_with_zero():
    data = RaggedData(np.array([[5], [6], [7]], np.int32), np.array([1, 2]), np.zeros(2, np.int64))
    placed = place(data, 3, "pre", "pre", 0)
    assert placed.values[:, :, 0].tolist() == [[0, 0, 5], [0, 6, 7]] and placed.values.dtype == np.int32


def test_scaling_uses_real_training_steps_alone():
    train = np.array([[0.0, 5.0], [2.0, 5.0]], np.float32)
    scaled = standardise(np.array([[1.0, 5.0], [3.0, 6.0]], np.float32), *moments(train))
    assert scaled.tolist() == [[0.0, 0.0], [2.0, 1.0]]  # a constant feature is centred, not divided by zero


def test_scaling_happens_before_padding_so_pads_stay_at_the_pad_value():
    arm = make_arm("sparse_features", length__ratio=2.0, length__padding="post", features__scale="standard")
    parts = adapt(arm, arm.data.draw(STREAMS), STREAMS)
    train = parts["train"]
    assert (train.inputs[~train.mask] == 0).all()
    real = train.inputs[train.mask]
    assert np.allclose(real.mean(0), 0, atol=1e-4) and np.allclose(real.std(0), 1, atol=1e-4)


def test_adapted_data_have_the_arms_shape_and_all_arms_share_the_raw_data():
    arm = make_arm("sparse_features", features__adapter="tile", features__width=20, length__steps=13)
    parts = adapt(arm, arm.data.draw(STREAMS), STREAMS)
    assert parts["test"].inputs.shape == (256, 13, 20) and parts["test"].inputs.dtype == np.float32
    other = make_arm("sparse_features")
    assert arm.data.draw(STREAMS).hash() == other.data.draw(STREAMS).hash()


def test_a_layout_keeps_the_shape_and_moves_the_numbers_where_the_mistake_would():
    x = np.arange(6 * 3 * 3, dtype=np.float32).reshape(6, 3, 3)
    moved = {kind: arrange(x, kind) for kind in ("correct", "transpose", "scramble", "time_major")}
    assert all(layout.shape == x.shape for layout in moved.values())
    for n, t, j in np.ndindex(6, 3, 3):
        assert moved["correct"][n, t, j] == x[n, t, j]
        assert moved["transpose"][n, t, j] == moved["scramble"][n, t, j] == x[n, j, t]
        # A row of the wrong array is one timestep, each of its steps another sample of the chunk.
        assert moved["time_major"][n, t, j] == x[n // 3 * 3 + t, n % 3, j]


def test_a_scramble_reads_the_wrong_memory_order_when_the_sizes_differ():
    x = np.arange(2 * 2 * 3).reshape(2, 2, 3)
    assert arrange(x, "scramble")[0].tolist() == [[0, 3, 1], [4, 2, 5]]


def test_a_layout_at_test_time_leaves_the_training_data_alone():
    common = {"features__adapter": "zero", "features__width": 12, "layout": "transpose"}
    plain = make_arm("early", features__adapter="zero", features__width=12)
    correct = adapt(plain, plain.data.draw(STREAMS), STREAMS)
    for at, parts in (("both", {"train", "probe", "test"}), ("test", {"test"})):
        arm = make_arm("early", layout__at=at, **common)
        adapted = adapt(arm, arm.data.draw(STREAMS), STREAMS)
        assert {part for part in adapted if (adapted[part].inputs != correct[part].inputs).any()} == parts


def test_crops_and_fills_differ_by_part_and_repeat():
    arm = make_arm("uniform", length__steps=8, length__truncating="crop", length__fill="noise")
    splits = arm.data.draw(STREAMS)
    twice = [adapt(arm, splits, STREAMS)["test"].inputs for _ in range(2)]
    assert (twice[0] == twice[1]).all()
    long = splits.test.lengths > 8
    last = adapt(make_arm("uniform", length__steps=8), splits, STREAMS)["test"]
    assert (twice[0][long] != last.inputs[long]).any((1, 2)).mean() > 0.5
    swapped = type(splits)(train=splits.test, probe=splits.probe, test=splits.train)
    assert (adapt(arm, swapped, STREAMS)["train"].inputs != twice[0]).any()

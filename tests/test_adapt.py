"""Adapters and length policies, each against a plain loop or a property that must hold exactly."""

import numpy as np
import pytest

from mismatch.adapt import adapt, view
from mismatch.adapt.features import adapt_features, projection, standardise
from mismatch.adapt.length import place
from mismatch.data import RaggedData
from mismatch.streams import Streams

from .conftest import make_arm

STREAMS = Streams(0, 0)


def ragged(lengths: list[int], features: int = 2, seed: int = 0) -> RaggedData:
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((sum(lengths), features)).astype(np.float32)
    return RaggedData(values, np.array(lengths), np.zeros(len(lengths), np.int64))


def place_by_loop(data: RaggedData, steps: int, padding: str, truncating: str, pad_value: float):
    """The length policy as one would say it, one sequence after another."""
    values, masks = [], []
    for start, length in zip(data.offsets, data.lengths, strict=True):
        rows = data.values[start : start + length]
        if length > steps:
            if truncating == "head_tail":
                tail = steps // 2
                rows = np.concatenate([rows[: steps - tail], rows[length - tail :]])
            else:
                rows = rows[-steps:] if truncating == "pre" else rows[:steps]
        pads = np.full((steps - len(rows), rows.shape[1]), pad_value, rows.dtype)
        real, empty = np.ones(len(rows), bool), np.zeros(len(pads), bool)
        values.append(np.concatenate([pads, rows] if padding == "pre" else [rows, pads]))
        masks.append(np.concatenate([empty, real] if padding == "pre" else [real, empty]))
    return np.stack(values), np.stack(masks)


@pytest.mark.parametrize("truncating", ["pre", "post", "head_tail"])
@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("steps", [1, 2, 5, 8, 20])
def test_place_equals_the_plain_loop(steps, padding, truncating):
    data = ragged([1, 2, 5, 8, 13])
    placed = place(data, steps, padding, truncating, -3.5)
    values, mask = place_by_loop(data, steps, padding, truncating, -3.5)
    assert (placed.values == values).all() and placed.values.dtype == np.float32
    assert (placed.mask == mask).all()


def test_the_mask_comes_from_lengths_even_where_data_look_like_padding():
    data = RaggedData(np.zeros((5, 1), np.float32), np.array([2, 3]), np.zeros(2, np.int64))
    assert place(data, 4, "post", "pre", 0.0).mask.sum(1).tolist() == [2, 3]


def test_token_ids_stay_integers_and_pad_with_zero():
    data = RaggedData(np.array([[5], [6], [7]], np.int32), np.array([1, 2]), np.zeros(2, np.int64))
    placed = place(data, 3, "pre", "pre", 0)
    assert placed.values[:, :, 0].tolist() == [[0, 0, 5], [0, 6, 7]] and placed.values.dtype == np.int32


def test_zero_and_noise_and_tile_keep_the_features_first():
    values = ragged([6], 3).values
    for adapter in ("zero", "noise", "tile"):
        wide = adapt_features(values, adapter, 8, STREAMS, "train")
        assert wide.shape == (6, 8) and wide.dtype == np.float32
        assert (wide[:, :3] == values).all()
    assert (adapt_features(values, "zero", 8, STREAMS, "train")[:, 3:] == 0).all()
    assert (adapt_features(values, "tile", 8, STREAMS, "train")[:, 3:6] == values).all()


def test_noise_is_standard_normal_differs_by_part_and_repeats():
    values = np.zeros((20_000, 1), np.float32)
    noise = adapt_features(values, "noise", 3, STREAMS, "train")[:, 1:]
    assert noise.mean() == pytest.approx(0, abs=4 / np.sqrt(noise.size))  # 4 standard errors
    assert noise.std() == pytest.approx(1, abs=4 / np.sqrt(2 * noise.size))
    assert (adapt_features(values, "noise", 3, STREAMS, "train")[:, 1:] == noise).all()
    assert (adapt_features(values, "noise", 3, STREAMS, "test")[:, 1:] != noise).any()


def test_truncate_keeps_the_first_features_and_native_everything():
    values = ragged([4], 5).values
    assert (adapt_features(values, "truncate", 2, STREAMS, "train") == values[:, :2]).all()
    assert adapt_features(values, "native", 5, STREAMS, "train") is values


def test_a_narrow_projection_is_the_beginning_of_a_wide_one():
    assert (projection(STREAMS, 6, 9)[:, :4] == projection(STREAMS, 6, 4)).all()
    assert projection(STREAMS, 400, 300).var() == pytest.approx(1 / 400, rel=0.02)


def test_scaling_uses_real_training_steps_alone():
    train = np.array([[0.0, 5.0], [2.0, 5.0]], np.float32)
    scaled = standardise(np.array([[1.0, 5.0], [3.0, 6.0]], np.float32), train)
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


def test_view_says_what_is_left():
    wide = view(make_arm("sparse_features", features__adapter="noise", features__width=32), STREAMS)
    assert (wide.kept_features, wide.projection) == (8, None)
    narrow = view(make_arm("sparse_features", features__adapter="project", features__width=4), STREAMS)
    assert narrow.projection is not None and narrow.projection.shape == (8, 4)

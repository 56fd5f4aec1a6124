"""Features adapters, each against what it is said to do."""

import numpy as np
import pytest

from mismatch.config.registry import ADAPTERS
from mismatch.data.streams import Streams

STREAMS = Streams(0, 0)


def part(name: str):
    return ADAPTERS.get(name)()


def adapt_features(values, name, width, streams, split, reference=None):
    return part(name).array(values, width, streams, split, reference)


def drawn(rows: int, features: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((rows, features)).astype(np.float32)


def test_zero_and_noise_and_tile_keep_the_features_first():
    values = drawn(6, 3)
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
    values = drawn(4, 5)
    assert (adapt_features(values, "truncate", 2, STREAMS, "train") == values[:, :2]).all()
    assert adapt_features(values, "native", 5, STREAMS, "train") is values


def test_truncate_last_keeps_the_last_features():
    values = drawn(4, 5)
    assert (adapt_features(values, "truncate_last", 2, STREAMS, "train") == values[:, 3:]).all()


def test_dense_leaves_the_data_to_the_layer_that_learns_them():
    values = drawn(4, 5)
    assert adapt_features(values, "dense", 9, STREAMS, "train") is values


def test_scaled_tiles_add_up_to_the_feature():
    values = drawn(6, 3)
    wide = adapt_features(values, "tile_scaled", 8, STREAMS, "train")
    assert wide.shape == (6, 8) and wide.dtype == np.float32
    for feature in range(3):
        assert wide[:, feature::3].sum(1) == pytest.approx(values[:, feature], abs=1e-6)  # float32 rounding
        assert (wide[:, feature::3] == wide[:, [feature]]).all()


def test_resampled_columns_hold_the_values_of_a_training_feature_and_nothing_of_the_row():
    reference = np.random.default_rng(0).standard_normal((2000, 3)).astype(np.float32) + np.array([0, 10, 20], "f4")
    values = reference[:1500]
    wide = adapt_features(values, "resample", 9, STREAMS, "train", reference)
    assert wide.shape == (1500, 9) and (wide[:, :3] == values).all()
    for column in wide.T[3:]:
        source = round(float(column.mean()) / 10)
        assert np.isin(column, reference[:, source]).all()
        tolerance = 4 / np.sqrt(1500)  # 4 standard errors of a mean of unit variance, and of a correlation
        assert column.mean() == pytest.approx(reference[:, source].mean(), abs=tolerance)
        assert abs(np.corrcoef(column, values[:, source])[0, 1]) < tolerance


def test_resampled_columns_stand_for_the_same_features_in_all_parts_and_at_all_widths():
    reference = np.arange(12, dtype=np.float32).reshape(4, 3)
    train, test = (adapt_features(reference, "resample", 40, STREAMS, part, reference) for part in ("train", "test"))
    assert (train[:, 3:] % 3 == test[:, 3:] % 3).all() and (train[:, 3:] != test[:, 3:]).any()
    assert (adapt_features(reference, "resample", 9, STREAMS, "train", reference) == train[:, :9]).all()


@pytest.mark.parametrize("adapter", ["zero", "tile", "tile_scaled", "project"])
def test_the_linear_map_of_an_adapter_does_what_the_adapter_does(adapter):
    values = drawn(6, 3)
    wide = adapt_features(values, adapter, 8, STREAMS, "train")
    assert values @ part(adapter).matrix(3, 8, STREAMS) == pytest.approx(wide, abs=1e-6)  # float32 rounding
    for narrow in ("truncate", "truncate_last"):
        kept = adapt_features(values, narrow, 2, STREAMS, "train")
        assert (values @ part(narrow).matrix(3, 2, STREAMS) == kept).all()
    assert part("noise").matrix(3, 8, STREAMS) is None


def test_a_narrow_projection_is_the_beginning_of_a_wide_one():
    assert (part("project").matrix(6, 9, STREAMS)[:, :4] == part("project").matrix(6, 4, STREAMS)).all()
    assert part("project").matrix(400, 300, STREAMS).var() == pytest.approx(1 / 400, rel=0.02)

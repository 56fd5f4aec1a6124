"""What holds for every features adapter, on any values and any width it accepts; each found in the registry."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mismatch.adapt.adapted import adapt
from mismatch.config.fields import ConfigError
from mismatch.config.registry import ADAPTERS
from mismatch.data.streams import Streams
from tests.helpers import make_arm

from .strategies import PADDINGS, SEEDS

NAMES = pytest.mark.parametrize("name", ADAPTERS.names)
ROWS, RAW, WIDTH = st.integers(1, 12), st.integers(1, 6), st.integers(1, 9)
TOLERANCE = 1e-5  # float32 sums of a handful of terms


def drawn(name, rows, raw, width, seed):
    """The adapter, its streams and (M, d) values; leaves out the widths it refuses."""
    adapter, streams = ADAPTERS.get(name)(), Streams(seed, 0)
    try:
        kept, _ = adapter.check(None if name == "native" else width, raw, "values", tokens=False)
    except ConfigError:
        assume(False)
    assume(kept == name)
    values = np.random.default_rng(seed).standard_normal((rows, raw)).astype(np.float32)
    return adapter, streams, values, raw if name == "native" else width


@NAMES
@given(ROWS, RAW, WIDTH, SEEDS)
def test_an_adapter_gives_the_width_it_was_asked_for_and_leaves_its_input_alone(name, rows, raw, width, seed):
    adapter, streams, values, width = drawn(name, rows, raw, width, seed)
    before = values.copy()
    array = adapter.array(values, width, streams, "train", values)
    assert array.shape == (rows, raw if adapter.learned else width) and array.dtype == np.float32
    assert (values == before).all()
    assert (adapter.array(values, width, streams, "train", values) == array).all()


@NAMES
@given(ROWS, RAW, WIDTH, SEEDS)
def test_an_adapter_multiplies_by_its_matrix_or_keeps_every_feature(name, rows, raw, width, seed):
    adapter, streams, values, width = drawn(name, rows, raw, width, seed)
    array, matrix = adapter.array(values, width, streams, "test", values), adapter.matrix(raw, width, streams)
    if matrix is None:
        assert (array[:, :raw] == values).all()
    else:
        assert matrix.shape == (raw, width)
        assert array == pytest.approx(values @ matrix, abs=TOLERANCE)


@NAMES
@given(ROWS, RAW, WIDTH, SEEDS)
def test_what_an_adapter_makes_of_the_features_depends_on_no_other_step(name, rows, raw, width, seed):
    adapter, streams, values, width = drawn(name, rows, raw, width, seed)
    array = adapter.array(values, width, streams, "train", values)
    alone = adapter.array(values[:1], width, streams, "train", values)
    columns = array.shape[1] if adapter.extra == "none" else raw
    assert alone[0, :columns] == pytest.approx(array[0, :columns], abs=TOLERANCE)


@pytest.mark.parametrize("name", [name for name in ADAPTERS.names if ADAPTERS.get(name).extra == "resample"])
@given(ROWS, RAW, WIDTH, SEEDS)
def test_a_resampled_column_holds_values_of_one_feature_of_the_reference(name, rows, raw, width, seed):
    adapter, streams, values, width = drawn(name, rows, raw, width, seed)
    reference = np.random.default_rng(seed + 1).standard_normal((5, raw)).astype(np.float32)
    extra = adapter.array(values, width, streams, "train", reference)[:, raw:]
    assert all(any(set(column) <= set(source) for source in reference.T) for column in extra.T)


@NAMES
@pytest.mark.parametrize("padding", PADDINGS[:3])
def test_an_adapter_never_touches_a_pad(name, padding):
    """Pads are put in after the features are made, and hold their value whatever the adapter is."""
    raw, streams = make_arm().data.feature_count, Streams(3, 1)
    for width in (raw - 2, raw, raw + 3):
        chosen = {} if name == "native" else {"features__adapter": name, "features__width": width}
        try:
            arm = make_arm(length__ratio=1.5, length__padding=padding, length__pad_value=-7.0, **chosen)
        except ConfigError:
            continue
        test = adapt(arm, arm.data.draw(streams), streams)["test"]
        assert (test.inputs[~test.mask] == -7).all() and test.inputs.shape[1:] == (arm.steps, arm.input_width)

"""Every registered adapter, whoever wrote it: what it says of itself is what it does."""

import numpy as np
import pytest

from mismatch.adapt.features.base import IDENTITY, Adapter, Narrowing, Widening
from mismatch.config.fields import ConfigError
from mismatch.config.registry import ADAPTERS
from mismatch.data.streams import Streams

STREAMS = Streams(0, 0)
RAW = 4
NAMES = ADAPTERS.names


def possible(name: str) -> list[int]:
    """The D of 1, 4 and 9 that the adapter makes of d = 4."""
    found = []
    for width in (1, RAW, 9):
        try:
            ADAPTERS.get(name)().check(None if name == IDENTITY else width, RAW, "x", tokens=False)
        except ConfigError:
            continue
        found.append(RAW if name == IDENTITY else width)
    return found


CASES = [(name, width) for name in NAMES for width in dict.fromkeys(possible(name))]


def made(name: str, values: np.ndarray, width: int) -> np.ndarray:
    return ADAPTERS.get(name)().array(values, width, STREAMS, "train", values)


@pytest.mark.parametrize("name", NAMES)
def test_an_adapter_says_in_one_line_what_it_does(name):
    part = ADAPTERS.get(name)()
    assert part.name == name and part.meaning and "\n" not in part.meaning
    assert part.extra in ("none", "noise", "resample", "unknown") and possible(name)


@pytest.mark.parametrize(("name", "width"), CASES)
def test_the_matrix_of_an_adapter_is_its_array_of_the_identity(name, width):
    part, eye = ADAPTERS.get(name)(), np.eye(RAW, dtype=np.float32)
    matrix = part.matrix(RAW, width, STREAMS)
    if matrix is None:  # every feature is kept as it is
        assert part.extra == "unknown" or (made(name, eye, width)[:, :RAW] == eye).all()
    else:
        assert matrix.shape == (RAW, width) and matrix.dtype == np.float32
        assert matrix == pytest.approx(made(name, eye, width), abs=1e-7)


@pytest.mark.parametrize(("name", "width"), CASES)
def test_an_adapter_makes_the_width_it_promises(name, width):
    values = np.random.default_rng(0).standard_normal((7, RAW)).astype(np.float32)
    part, array = ADAPTERS.get(name)(), made(name, values, width)
    assert array.shape == (7, RAW if part.learned else width) and array.dtype == np.float32
    if part.matrix(RAW, width, STREAMS) is not None:
        assert array == pytest.approx(values @ part.matrix(RAW, width, STREAMS), abs=1e-6)  # float32 rounding
    canonical, _ = part.check(None if name == IDENTITY else width, RAW, "x", tokens=False)
    if canonical == IDENTITY:
        assert (array == values).all()


@pytest.mark.parametrize("name", NAMES)
def test_only_what_a_layer_learns_needs_one_and_it_makes_the_width(name):
    from mismatch.engine.backend import keras

    layer = ADAPTERS.get(name)().layer(keras.layers, 9)
    assert (layer is not None) == ADAPTERS.get(name)().learned
    if layer is not None:
        assert layer(keras.Input((5, RAW))).shape == (None, 5, 9) and layer.name == "adapter"


@pytest.mark.parametrize("left_out", sorted(Adapter.__abstractmethods__))
def test_an_adapter_that_leaves_something_out_cannot_be_used(left_out):
    members = {"name": "mine", "meaning": "mine", "extra": "none", "array": 1, "matrix": 1, "rule": 1}
    assert type("Mine", (Adapter,), dict(members))() is not None
    del members[left_out]
    with pytest.raises(TypeError, match=left_out):
        type("Mine", (Adapter,), members)()


@pytest.mark.parametrize("kind", [Widening, Narrowing])
def test_the_shared_rules_leave_the_arrays_to_be_said(kind):
    assert {"name", "meaning", "array", "matrix"} <= kind.__abstractmethods__


@pytest.mark.parametrize(
    ("name", "width", "tokens", "message"),
    [
        ("zero", None, False, r"features.adapter=zero: needs features.width, the number of features to make"),
        ("zero", 3, False, r"features.width=3: must be at least 4, the features of data=x, for zero"),
        ("truncate_last", 5, False, r"features.width=5: must be at most 4, the features of data=x, to truncate"),
        ("native", 5, False, r"features.width=5: needs an adapter: features.adapter=dense\|noise\|"),
        ("native", 5, True, r"features.width=5: must be left out for token ids: set data.dimension"),
        ("project", 5, True, r"features.adapter=project: must be native for token ids"),
    ],
)
def test_an_impossible_width_is_refused_with_what_would_be_accepted(name, width, tokens, message):
    with pytest.raises(ConfigError, match=message):
        ADAPTERS.get(name)().check(width, RAW, "x", tokens)

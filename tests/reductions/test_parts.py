"""Every registered reduction, whoever wrote it: what it says of itself is what the layers it builds do."""

import numpy as np
import pytest

from mismatch.adapt.length import place
from mismatch.ceilings import ceiling
from mismatch.config.groups import Reduction as Settings
from mismatch.config.registry import REDUCTIONS
from mismatch.data.streams import Streams
from mismatch.engine.backend import keras
from mismatch.reductions.base import SIZES, Reduction
from tests.helpers import make_arm

NAMES = REDUCTIONS.names
STEPS, WIDTH = 12, 3


def front(name: str, **sizes: int) -> Reduction:
    settings = Settings(name, **({"kernel": 3, "filters": 5, "pool": 2} | sizes))
    part = REDUCTIONS.get(name)
    return part(part(settings).resolve(STEPS, masked=True))


def built(part: Reduction, steps: int = STEPS, width: int = WIDTH, masked: bool = False) -> keras.Model:
    """Its layers as a model from inputs (and a mask) to outputs (and the mask behind them)."""
    x, mask = keras.Input((steps, width)), keras.Input((steps,), dtype="bool") if masked else None
    y, after = part.build(keras, x, mask, keras.layers.Conv1D)
    return keras.Model([x, mask], [y, after]) if masked else keras.Model(x, y)


@pytest.mark.parametrize("name", NAMES)
def test_a_reduction_says_in_one_line_what_it_does_and_which_sizes_act(name):
    part = front(name)
    assert part.name == name and part.meaning and "\n" not in part.meaning
    assert set(part.uses) <= set(SIZES)
    assert [key for key in SIZES if getattr(part.settings, key) is not None] == [k for k in SIZES if k in part.uses]


@pytest.mark.parametrize("sizes", [{}, {"kernel": 4, "pool": 3}, {"kernel": 1, "filters": 1, "pool": 12}], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_shape_and_work_of_a_reduction_are_those_of_its_layers(name, sizes):
    part = front(name, **sizes)
    model = built(part)
    assert model.output_shape == (None, part.steps(STEPS), part.width(WIDTH))
    kernels = [(layer.kernel.shape, layer.output.shape[1]) for layer in model.layers if hasattr(layer, "kernel")]
    assert part.flops(STEPS, WIDTH) == sum(2 * int(np.prod(shape)) * steps for shape, steps in kernels)


@pytest.mark.parametrize("sizes", [{}, {"kernel": 5, "pool": 4}], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_the_mask_behind_a_reduction_is_the_one_it_says_and_pads_change_nothing(name, sizes):
    part = front(name, **sizes)
    rng = np.random.default_rng(0)
    mask = np.arange(STEPS) < rng.integers(1, STEPS + 1, 30)[:, None]
    inputs = rng.standard_normal((30, STEPS, WIDTH)).astype(np.float32)
    model = built(part, masked=True)
    outputs, after = (np.asarray(value) for value in model([inputs, mask]))
    assert (after == part.mask_after(np, mask)).all() and after.shape == (30, part.steps(STEPS))
    other = np.where(mask[..., None], inputs, 7.0).astype(np.float32)
    moved = np.asarray(model([other, mask])[0])
    assert (moved[after] == outputs[after]).all()


@pytest.mark.parametrize("mask", ["none", "explicit"])
@pytest.mark.parametrize("sizes", [{}, {"kernel": 2, "pool": 3}, {"kernel": 1, "pool": 6}], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_the_ceiling_behind_a_reduction_is_what_its_own_arrays_leave(name, sizes, mask):
    """All sequences of a small task go through the layers with many random filters, and are counted one by one.

    Whole-number weights keep equal windows equal to the last bit.
    """
    sizes = {f"reduction__{key}": value for key, value in ({"kernel": 3, "filters": 400, "pool": 2} | sizes).items()}
    length = {"data__min_length": 2, "data__max_length": 6}
    rest = {"reduction": name, "mask": mask, "reduction__mask": "rebuilt"}
    arm = make_arm("order", data__coding="signs", **length, **sizes, **rest)
    if arm.front.windows() is None:
        assert np.isnan(ceiling(arm, Streams(0, 0)))
        return
    data, joint = arm.data.support()
    placed = place(data, 6, "pre", "pre", 0.0)
    model = built(arm.front, 6, arm.width, masked=True)
    rng = np.random.default_rng(0)
    model.set_weights([rng.integers(-9, 10, weight.shape).astype(np.float32) for weight in model.weights])
    real = placed.mask if mask == "explicit" else np.ones_like(placed.mask)
    outputs, after = (np.asarray(value) for value in model([placed.values, real]))
    mass: dict[bytes, np.ndarray] = {}
    for rows, kept, weights in zip(outputs, after, joint, strict=True):
        seen = rows[kept].tobytes()
        mass[seen] = mass.get(seen, 0) + weights
    assert ceiling(arm, Streams(0, 0)) == pytest.approx(sum(part.max() for part in mass.values()), abs=1e-12)


@pytest.mark.parametrize("left_out", sorted(Reduction.__abstractmethods__))
def test_a_reduction_that_leaves_something_out_cannot_be_used(left_out):
    members = dict.fromkeys(Reduction.__abstractmethods__, 1)
    assert type("Mine", (Reduction,), dict(members))(Settings()) is not None
    del members[left_out]
    with pytest.raises(TypeError, match=left_out):
        type("Mine", (Reduction,), members)(Settings())

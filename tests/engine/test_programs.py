"""Programs: arms share one exactly where one serves both. Every setting there is, is walked."""

import json
import re
from collections import defaultdict
from dataclasses import fields

import pytest

from mismatch.config import program
from mismatch.config.fields import ConfigError
from mismatch.config.groups import GROUPS
from mismatch.config.registry import ADAPTERS, DATASETS, REDUCTIONS
from mismatch.engine.model import build
from tests.helpers import make_arm

pytestmark = pytest.mark.slow

BASES = {
    "plain": {},
    "longer": {"length__ratio": 2.0, "length__padding": "post"},
    "features": {"data": "sparse_features"},
    "wider": {"data": "sparse_features", "features__adapter": "zero", "features__width": 16},
    "masked": {"mask": "masking", "length__ratio": 2.0},
    "reduced": {"mask": "explicit", "reduction": "conv_pool", "reduction__mask": "rebuilt"},
    "vectors": {"data": "snippets", "data__embedding": "vectors"},
    "tokens": {"data": "snippets", "mask": "masking"},
    "buckets": {"length__padding": "none"},
}
NUMBERS = {"length.steps": ("max", 8, 24), "reduction.kernel": (1, 3, 5), "reduction.pool": (2, 3, 4)}
NAMES = {"features.adapter": ADAPTERS, "reduction.kind": REDUCTIONS}


def values(group: str, item) -> tuple:
    """Several values of a setting: all choices, both truths, some numbers."""
    key = f"{group}.{item.name}"
    if key in NAMES:
        return NAMES[key].names
    if "choices" in item.metadata:
        return item.metadata["choices"]
    if "bool" in str(item.type):
        return (False, True)
    return NUMBERS.get(key, (1, 2, 20) if "int" in str(item.type) else (0.5, 1.0, 2.0))


def overrides():
    for group, node in GROUPS.items():
        for item in fields(node):
            for value in values(group, item):
                yield {f"{group}__{item.name}": value}
    for adapter in ADAPTERS.names:
        yield from ({"features__adapter": adapter, "features__width": width} for width in (4, 8, 16))
    yield from ({"data": name} for name in DATASETS.names)
    yield from ({"data__train": 256}, {"data__probe": 32}, {"data__classes": 3}, {"data__dimension": 8}, {"seed": 1})


def possible(settings: dict):
    try:
        return make_arm(**settings)
    except (ConfigError, AssertionError):  # not possible, or not a setting of this dataset
        return None


@pytest.fixture(scope="module")
def arms() -> list:
    made = [possible(base | change) for base in BASES.values() for change in overrides()]
    return list({arm.id: arm for arm in made if arm is not None}.values())


def model_of(arm) -> str:
    """All that is compiled: the model, its weights, and what the program is told beside it."""
    built = build(arm)
    layers = re.sub(r'("[a-z][a-z_0-9]*?)_\d+"', r'\1"', json.dumps(built.model.get_config(), default=str))
    told = (arm.train.batch, arm.train.block, arm.train.optimizer, arm.train.engine, arm.data.probe, arm.bucketed)
    return json.dumps([layers, [shape for _, shape in built.weights], built.mask_reached_gru, told, arm.steps])


def test_arms_with_equal_keys_build_equal_models(arms):
    served = defaultdict(list)
    for arm in arms:
        served[arm.program].append(arm)
    assert len(arms) > 300 and 60 < len(served) < len(arms) / 1.5  # shared where it can be
    for shared in served.values():
        # One arm of each dataset, adapter, layout and control stands for those that differ in less.
        kinds = {(a.data.name, a.features.adapter, a.length.padding, a.layout.kind, a.control.kind): a for a in shared}
        models = {model_of(arm) for arm in kinds.values()} if len(kinds) > 1 else set()
        assert len(models) <= 1, [arm.parameters() for arm in kinds.values()]


def test_a_padded_array_and_a_learned_layer_of_one_width_do_not_share():
    zero, dense = (
        make_arm("sparse_features", features__adapter=adapter, features__width=width)
        for adapter, width in (("zero", 8), ("dense", 8))
    )
    assert zero.program != dense.program and model_of(zero) != model_of(dense)


SHARED = [
    {"length__padding": "post"}, {"length__truncating": "post", "length__steps": 12}, {"length__fill": "noise"},
    {"length__truncating": "interpolate"},
    {"seed": 1}, {"train__learning_rate": 0.5}, {"train__updates": 60}, {"model__bias_init": "chrono"},
    {"control": "sham"}, {"control": "delayed"}, {"control": "slow"}, {"layout": "scramble"},
    {"features__scale": "standard"}, {"data": "late"},
]  # fmt: skip


@pytest.mark.parametrize("change", SHARED, ids=lambda change: " ".join(f"{k}={v}" for k, v in change.items()))
def test_what_changes_only_arrays_weights_or_calls_shares_the_program(change):
    assert make_arm(**change).program == make_arm().program


def test_every_parameter_named_as_outside_exists_and_has_a_reason():
    known = set(make_arm().parameters())
    for table in (program.OUTSIDE, program.BY_SHAPE):
        assert set(table) <= known and all(table.values())
    assert not program.OUTSIDE.keys() & program.BY_SHAPE.keys()

"""What names an arm: every setting that acts, and none that does not."""

from copy import deepcopy

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mismatch.config.fields import ConfigError
from mismatch.config.rules import resolve
from tests.helpers import make_arm, make_settings

VALUES = {
    "data": ["early", "sparse_features", "parity"],
    "features__adapter": ["native", "zero", "tile", "noise", "dense"],
    "features__width": [None, 8, 12],
    "features__scale": ["none", "standard"],
    "length__steps": ["max", 6, 12, 20],
    "length__padding": ["pre", "post", "mid"],
    "length__truncating": ["pre", "post", "crop", "interpolate"],
    "length__fill": ["constant", "last"],
    "length__pad_value": [0.0, -10.0],
    "mask": ["none", "masking", "explicit"],
    "mask__value": [0.0, -1.0],
    "reduction": ["none", "pool", "conv", "conv_pool", "strided"],
    "reduction__kernel": [2, 3],
    "reduction__filters": [4, 8],
    "reduction__pool": [2, 3],
    "reduction__mask": ["destroyed", "rebuilt"],
    "layout__at": ["both", "test"],
    "control": ["none", "noisy", "delayed"],
    "control__rate": [0.1, 0.2],
    "control__delay_ms": [1.0, 2.0],
    "model__units": [4, 8],
    "model__kernel_init": ["glorot", "matched"],
    "train__optimizer": ["adam", "sgd"],
    "seed": [0, 1],
}
OVERRIDES = st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in VALUES.items()})


def arm_or_none(overrides):
    try:
        return make_arm(**overrides)
    except ConfigError:
        return None


@given(OVERRIDES)
def test_equal_settings_give_equal_names_in_whatever_order_they_are_set(overrides):
    arm = arm_or_none(overrides)
    assume(arm is not None)
    backwards = make_arm(**dict(reversed(overrides.items())))
    assert arm.id == backwards.id and arm.run_id(3) == backwards.run_id(3)
    assert arm.run_id(3) != arm.run_id(4)


@settings(max_examples=150)
@given(OVERRIDES, OVERRIDES)
def test_arms_have_one_name_exactly_if_their_parameters_agree(one, other):
    arms = arm_or_none(one), arm_or_none(one | other)
    assume(None not in arms)
    assert (arms[0].id == arms[1].id) == (arms[0].parameters() == arms[1].parameters())


@settings(max_examples=100)
@given(OVERRIDES, st.sampled_from(sorted(VALUES)), st.data())
def test_a_setting_that_is_none_in_an_arm_does_not_act_and_does_not_name_it(overrides, key, data):
    """A parameter the arm holds as None can take any value that is possible; any other changes the name."""
    arm = arm_or_none(overrides)
    assume(arm is not None and key not in ("data", "length__steps", "features__width"))
    changed = arm_or_none(overrides | {key: data.draw(st.sampled_from(VALUES[key]))})
    assume(changed is not None)
    column = key.replace("__", ".")
    before, after = arm.parameters(), changed.parameters()
    if before[column] is None and after[column] is None:
        assert before == after and arm.id == changed.id
    elif before[column] != after[column]:
        assert arm.id != changed.id


@given(OVERRIDES)
def test_to_resolve_changes_no_setting(overrides):
    node = make_settings(**overrides)
    before = deepcopy(node)
    try:
        resolve(node)
    except ConfigError:
        pass
    assert node == before


INERT = [
    ({"mask": "none"}, {"mask__value": -1.0}),
    ({"reduction": "none"}, {"reduction__kernel": 5, "reduction__filters": 7, "reduction__pool": 5}),
    ({"reduction": "none", "mask": "masking"}, {"reduction__mask": "rebuilt"}),
    ({"reduction": "pool", "length__steps": 12}, {"reduction__kernel": 5, "reduction__filters": 7}),
    ({"reduction": "conv", "length__steps": 12}, {"reduction__pool": 5}),
    ({"control": "none"}, {"control__rate": 0.3, "control__delay_ms": 9.0}),
    ({"layout": "correct"}, {"layout__at": "test"}),
    ({"model__kernel_init": "glorot"}, {"model__kernel_init": "matched"}),
    ({"length__steps": 1}, {"length__padding": "post", "length__fill": "last", "length__pad_value": 5.0}),
    ({"length__ratio": 2.0}, {"length__truncating": "crop"}),
    ({"length__fill": "last"}, {"length__pad_value": 5.0}),
    ({"length__truncating": "interpolate"}, {"length__padding": "mid", "length__fill": "last"}),
    ({"data": "sparse_features"}, {"length__truncating": "interpolate"}),
]


@pytest.mark.parametrize(("base", "inert"), INERT, ids=[str(inert) for _, inert in INERT])
def test_settings_that_cannot_act_do_not_change_the_name(base, inert):
    assert make_arm(**base).id == make_arm(**base | inert).id


def test_the_length_in_steps_and_as_a_ratio_is_one_arm():
    longest = make_arm().data.longest
    assert make_arm(length__steps=2 * longest).id == make_arm(length__ratio=2).id == make_arm(length__ratio=2.0).id

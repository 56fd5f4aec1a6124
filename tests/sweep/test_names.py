"""Names given in bulk are those that an arm gives itself."""

from hypothesis import assume, given
from hypothesis import strategies as st

from mismatch.sweep.names import Names
from tests.helpers import make_arm
from tests.properties.test_identity import OVERRIDES, arm_or_none


@given(OVERRIDES, st.integers(0, 10**6))
def test_an_arm_and_its_runs_have_the_names_they_give_themselves(overrides: dict, replicate: int) -> None:
    arm = arm_or_none(overrides)
    assume(arm is not None)
    names = Names.of(arm)
    assert (names.arm, names.run(replicate)) == (arm.id, arm.run_id(replicate))


def test_settings_younger_than_kept_results_are_left_out_where_they_change_nothing() -> None:
    for arm in (make_arm(), make_arm(model__cell="lstm"), make_arm(train__keep="best")):
        assert Names.of(arm).arm == arm.id

"""Claims on how an arm is found in a table by a few of its parameters."""

from typing import Any

import pandas as pd
import pytest

from mismatch.analysis.select import arm_where, arms_where
from mismatch.config.fields import ConfigError
from tests.analysis.made import Runs


def arms(*described: dict[str, Any]) -> Runs:
    return pd.DataFrame([{"arm": f"arm{number}"} | parameters for number, parameters in enumerate(described)])


def test_a_blank_parameter_fits_any_value_and_an_exact_one_is_preferred() -> None:
    table = arms({"mask": "none", "mask.value": None}, {"mask": "masking", "mask.value": 0.0})
    assert arm_where(table, {"mask": "none", "mask.value": 0}) == "arm0"
    assert arm_where(table, {"mask.value": 0}) == "arm1"
    assert arm_where(table, {"mask": "explicit"}) is None


def test_an_ambiguous_description_is_refused_by_the_names_of_the_columns_that_differ() -> None:
    table = arms({"mask": "none", "model.units": 8}, {"mask": "none", "model.units": 16})
    with pytest.raises(ConfigError, match=r"mask=none: must name one arm, fits 2: they differ in model\.units"):
        arm_where(table, {"mask": "none"})
    with pytest.raises(ConfigError, match=r"length\.ratio=1: must be a column"):
        arm_where(table, {"length.ratio": 1})


def test_an_arm_is_no_control_and_has_its_axes_in_order_unless_a_description_says_so() -> None:
    plain = {"control": "none", "layout": "correct"}
    table = arms(plain, plain | {"control": "sham"}, plain | {"layout": "transpose"})
    found = [arm_where(table, words) for words in ({}, {"control": "sham"}, {"layout": "transpose"})]
    assert found == ["arm0", "arm1", "arm2"]


def test_numbers_switches_and_lists_of_levels_are_compared_as_such() -> None:
    table = arms({"mask": "none", "a.b": 1, "switch": True}, {"mask": "none", "a.b": 4.0, "switch": "False"})
    assert arm_where(table, {"a.b": 4}) == "arm1"
    assert arm_where(table, {"switch": False}) == "arm1"
    assert arms_where(table, {"a.b": [1, 4, 16]})["arm"].tolist() == ["arm0", "arm1"]

"""Claims on the words for a row of claims.csv."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mismatch.analysis import words
from mismatch.analysis.claims import COLUMNS, evaluate
from mismatch.config.fields import ConfigError
from tests.analysis.made import claim, contrast, registered, sound

pytestmark = pytest.mark.usefixtures("unwarned")


def row(**given: Any) -> pd.Series:
    return pd.Series(dict.fromkeys(COLUMNS, math.nan) | {"effect": -0.643, "low": -0.661, "high": -0.625} | given)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"test": "paired", "scale": "difference", "metric": "exact_accuracy", "predicts": "less"},
            ("-0.643 [-0.661, -0.625]", "accuracy", "less"),
        ),
        (
            {"test": "paired", "scale": "ratio", "metric": "step_ms", "predicts": "greater"}
            | {"effect": 1.42, "low": 1.2, "high": 1.69},
            ("x1.42 [1.2, 1.69]", "step time", "greater"),
        ),
        ({"test": "outcome", "effect": 13 / 14, "n": 14, "predicts": "raises"}, ("13 of 14", "cases", "all: raises")),
        (
            {"test": "portion", "effect": 15 / 17, "n": 17, "predicts": "at least 0.88"},
            ("15 of 17", "cases", "at least 0.88"),
        ),
        (
            {"test": "variance", "effect": 0.5, "low": 0.4, "high": 0.6, "metric": "accuracy"}
            | {"predicts": "at least 0.25"},
            ("0.500 [0.400, 0.600]", "variance", "at least 0.25"),
        ),
        (
            {"test": "share", "effect": 0.5, "n": 42, "metric": "accuracy", "predicts": "at least 0.9"},
            ("21 of 42", "arms", "at least 0.9"),
        ),
        ({"effect": math.nan}, ("-", "", "")),
    ],
    ids=["difference", "factor", "cases", "portion", "variance", "arms", "untested"],
)
def test_each_kind_has_its_words(given: dict[str, Any], said: tuple[str, str, str]) -> None:
    found = row(**given)
    assert (words.effect(found), words.measure(found), words.predicted(found)) == said


def test_nothing_is_said_of_a_number_that_is_not_there() -> None:
    blank = row(test="paired", effect=math.nan)
    assert (words.effect(blank), words.drawn(blank), words.margin(blank), words.details(blank)) == ("-", "", "", [])


def test_a_kind_that_is_not_installed_is_named() -> None:
    with pytest.raises(ConfigError, match="test=guess: must be one of best, outcome, paired"):
        words.effect(row(test="guess"))


@pytest.mark.parametrize(("predicts", "inside"), [("less", -0.3), ("greater", 0.3), ("equal", 0.01), ("different", 1)])
def test_a_supported_difference_lies_where_the_claim_says_it_does(predicts: str, inside: float) -> None:
    region = words.region(row(test="paired", predicts=predicts, margin=0.02))
    assert any(low <= inside <= high for low, high in region)
    outside = 0.01 if predicts != "equal" else 0.3
    assert not any(low <= outside <= high for low, high in region)


def test_p_values_and_power_are_said_of_differences(tmp_path: Path) -> None:
    found = evaluate(registered(tmp_path, claim(contrast(primary=True))), {"runs.csv": sound()}, []).iloc[0]
    first, second, third = words.details(found)
    assert "p = 0.002 (Holm, primary: 0.002)" in first and "higher in 0% of pairs" in second
    assert third.startswith("with the failures that 10 replicates cannot rule out: -0.")
    assert (words.rests_on(found), words.margin(found)) == ("pairs", "0.02")

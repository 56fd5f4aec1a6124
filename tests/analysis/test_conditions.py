"""Claims on the words for where a claim holds, and on the sentence of a claim whose sign changes."""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis.conditions import elsewhere, joined, sentence, spoken, summary, where
from mismatch.analysis.robustness import COLUMNS, SHARED, fulfilled, sign_of

RATES, BUDGETS = (0.001, 0.005, 0.02, 0.1), (100, 200, 400, 800, 1600)


def settings(data: tuple[str, ...] = ("early",), units: tuple[int, ...] = (16, 64), **given: Any) -> pd.DataFrame:
    """A row per dataset, size, rate and budget, and one at tuned rates, in which `less` is predicted and found."""
    start = {"claim": "C1", "contrast": "post", "predicts": "less", "margin": 0.02, "metric": "accuracy", "n": 5}
    start |= {"effect": -0.3, "low": -0.4, "high": -0.2, "sign": "less", "holds": True} | SHARED | given
    cells = [*product(data, units, RATES, BUDGETS), *product(data, units, [np.nan], [1600])]
    names = ("data", "units", "learning_rate", "budget")
    rows = pd.DataFrame([start | dict(zip(names, cell, strict=True)) for cell in cells])
    main = rows["learning_rate"].eq(0.005) & rows["units"].eq(16) & rows["budget"].eq(400)
    return rows.assign(primary=main)[list(COLUMNS)]


def failing(rows: pd.DataFrame, chosen: pd.Series, sign: str = "equal") -> pd.DataFrame:
    low, high = {"less": (-0.4, -0.2), "greater": (0.2, 0.4), "equal": (-0.01, 0.01), "unclear": (-0.1, 0.1)}[sign]
    bounds = {"low": rows["low"].mask(chosen, low), "high": rows["high"].mask(chosen, high)}
    return rows.assign(sign=rows["sign"].mask(chosen, sign), holds=rows["holds"] & ~chosen, **bounds)


def claims_of(statement: str = "Pads cost accuracy.") -> pd.DataFrame:
    return pd.DataFrame({"claim": ["C1", "C1", "C2"], "statement": [statement, statement, "Masks help."]})


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("learning_rate == 0.1", "at learning rate .1"),
        ("learning_rate >= 0.02", "at learning rates of .02 and more"),
        ("budget <= 200", "after up to 200 updates"),
        ("learning_rate == 0.1 or (budget <= 200 and learning_rate == 0.001)",
         "at learning rate .1; at learning rate .001 after up to 200 updates"),
        ("units == 64", "with 64 units"),
        ("learning_rate != learning_rate", "at tuned learning rates"),
        ("units == 64 and learning_rate == 0.1", "at learning rate .1 with 64 units"),
    ],
)  # fmt: skip
def test_failing_settings_are_named_by_what_they_share(condition: str, expected: str) -> None:
    rows = settings()
    found = where(rows, rows.eval(condition))
    # a pair of factors may be told in either order
    assert found.replace("with 64 units at learning rate .1", "at learning rate .1 with 64 units") == expected


def test_what_no_condition_covers_is_counted() -> None:
    rows = settings(units=(16,))
    one = rows.index == rows.index[rows.eval("learning_rate == 0.02 and budget == 800")][0]
    assert where(rows, pd.Series(one, rows.index)) in (
        "at learning rate .02 after 800 updates",
        "after 800 updates at learning rate .02",
    )
    assert where(rows, pd.Series(True, rows.index)) == "everywhere"
    scattered = pd.Series((rows.index * 7 % 3 == 0), rows.index)
    assert where(rows, scattered).endswith("settings") or where(rows, scattered).count(";") < 4


def test_conditions_never_name_a_setting_in_which_the_claim_holds() -> None:
    rows = settings(data=("early", "snippets"))
    found = where(rows, rows.eval("data == 'snippets' and learning_rate == 0.1"))
    assert "snippets" in found
    assert ".1" in found


def test_a_summary_counts_settings_and_where_the_sign_is_the_other() -> None:
    rows = failing(settings(), settings().eval("learning_rate == 0.1"), "greater")
    row = summary(rows).iloc[0]
    assert (row["settings"], row["holds"], row["turns"]) == (42, 32, True)
    assert row["fails_where"] == row["other_sign_where"] == "at learning rate .1"


def test_a_claim_whose_sign_changes_carries_the_condition_in_its_sentence() -> None:
    rows = failing(settings(), settings().eval("learning_rate == 0.1"), "greater")
    table = joined(claims_of(), rows)
    assert (
        table["statement"].tolist()[0]
        == table["statement"].tolist()[1]
        == (
            "Pads cost accuracy, at learning rate .005 and 400 updates; holds in 32 of 42 settings, the other sign "
            "at learning rate .1."
        )
    )
    assert table["statement"].tolist()[2] == "Masks help."


def test_a_claim_that_only_fades_keeps_its_sentence_and_says_where() -> None:
    rows = failing(settings(), settings().eval("learning_rate == 0.1"), "unclear")
    table = joined(claims_of(), rows)
    assert table["statement"].iloc[0] == "Pads cost accuracy."
    assert elsewhere(table.iloc[0]) == "holds in 32 of 42 settings; fails (unclear in 10) at learning rate .1"
    assert elsewhere(table.iloc[2]) == "not tried elsewhere"


def test_a_claim_that_holds_everywhere_says_only_that() -> None:
    table = joined(claims_of(), settings())
    assert elsewhere(table.iloc[0]) == "holds in 42 of 42 settings"
    assert table["holds"].tolist()[:2] == [42, 42]


def test_without_settings_nothing_is_claimed_of_them() -> None:
    table = joined(claims_of(), pd.DataFrame(columns=list(COLUMNS)))
    assert table["settings"].isna().all()
    assert {elsewhere(row) for _, row in table.iterrows()} == {"not tried elsewhere"}
    assert joined(pd.DataFrame(), settings()).empty


def test_an_equal_claim_turns_only_where_both_signs_are_found() -> None:
    rows = settings(predicts="equal", sign="equal", low=-0.01, high=0.01)
    lower = failing(rows, rows.eval("learning_rate == 0.1"), "less")
    both = failing(lower, rows.eval("learning_rate == 0.001"), "greater")
    assert not summary(lower).iloc[0]["turns"]
    assert summary(both).iloc[0]["turns"]
    assert sentence("A.", summary(both).iloc[0]).startswith("A, at learning rate .005 and 400 updates; holds in 22 of")


@pytest.mark.parametrize(
    ("low", "high", "margin", "expected"),
    [
        (-0.4, -0.2, 0.02, "less"),
        (0.2, 0.4, 0.02, "greater"),
        (-0.01, 0.01, 0.02, "equal"),
        (0.005, 0.01, 0.02, "equal"),
        (0.005, 0.01, 0.0, "greater"),
        (-0.1, 0.1, 0.02, "unclear"),
        (np.nan, np.nan, 0.02, "unclear"),
    ],
)
def test_a_setting_is_judged_by_its_interval_and_equal_goes_first(
    low: float, high: float, margin: float, expected: str
) -> None:
    assert sign_of(low, high, margin) == expected


def test_what_is_predicted_decides_what_holds() -> None:
    assert [fulfilled("different", sign) for sign in ("less", "greater", "equal", "unclear")] == [
        True,
        True,
        False,
        False,
    ]
    assert fulfilled("equal", "equal")
    assert not fulfilled("less", "greater")


def test_levels_in_words() -> None:
    rows = settings()
    assert spoken("learning_rate", [0.001, 0.1], rows) == "at learning rates of .001 and .1"
    assert (
        spoken("learning_rate", [0.02, 0.1, np.nan], rows)
        == "at learning rates of .02 and more and at tuned learning rates"
    )
    assert spoken("cell", ["lstm"], rows) == "with LSTM cells"
    assert spoken("optimizer", ["sgd", "rmsprop"], rows) == "under RMSprop and SGD"
    assert spoken("units", [16, 64], rows) == "with 16 and 64 units"


def test_another_sign_within_the_margin_of_error_turns_no_claim() -> None:
    rows = failing(settings(), settings().eval("learning_rate == 0.1"), "greater")
    slight = rows["sign"].eq("greater")
    row = summary(rows.assign(low=rows["low"].mask(slight, 0.005))).iloc[0]
    assert not row["turns"]
    assert row["holds"] == 32

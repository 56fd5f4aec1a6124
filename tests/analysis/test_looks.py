"""Claims on looks: what they spend, and that a verdict on a table made by looks is held to the level of its look."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis.claims import evaluate
from mismatch.analysis.intervals import mean_interval
from mismatch.analysis.judging import judge as judge_all
from mismatch.analysis.looks import level, levels, place, said
from mismatch.analysis.statistics import difference_p
from mismatch.analysis.verdict import judge, verdicts
from mismatch.config.groups import LOOKS
from tests.analysis.made import CONTROLLED, FULL, WHERE, claim, contrast, grid, registered, runs_of

POST = CONTROLLED | {"length.padding": "post", "level": 0.58}


def test_levels_spend_all_of_the_five_percent_and_no_more() -> None:
    shares = levels(LOOKS)
    assert sum(shares) == pytest.approx(0.05, rel=1e-12) and min(shares) > 0.008  # a sum of four float64
    # By hand: .05 ln(1 + (e - 1) / 8), and for half of the replicates .05 ln((e + 1) / 2).
    assert shares[0] == pytest.approx(0.05 * np.log1p((np.e - 1) / 8)) == pytest.approx(0.00973, abs=5e-6)
    assert sum(shares[:3]) == pytest.approx(0.05 * np.log((np.e + 1) / 2))
    assert levels((7,)) == (0.05,)


def test_a_number_of_replicates_stands_at_the_first_look_with_as_many() -> None:
    assert [place(n, LOOKS) for n in (2, 10, 11, 20, 40, 41, 80, 96)] == [1, 1, 2, 2, 3, 4, 4, 4]
    assert level(20, LOOKS) == levels(LOOKS)[1] and level(20, ()) == 0.05
    assert (said(20, LOOKS), said(20, ())) == ("2 of 4", "")


def test_a_look_widens_the_interval_and_raises_the_p_values() -> None:
    values = np.random.default_rng(0).normal(0.7, 1, 12)
    share = level(12, LOOKS)
    plain, looked = (judge(values, "greater", 5.0, level=each) for each in (0.05, share))
    assert looked.p == pytest.approx(difference_p(values) * 0.05 / share) and looked.p > plain.p
    assert (looked.low, looked.high) == (mean_interval(values, 1 - share).low, mean_interval(values, 1 - share).high)
    assert looked.low < plain.low < plain.high < looked.high
    assert looked.p_inside == pytest.approx(plain.p_inside * 0.05 / share)
    assert judge(values - values.mean(), "equal", 0.1, level=share).p == 1.0


def test_what_is_found_at_all_of_the_level_may_not_be_at_the_share_of_a_look() -> None:
    values = np.array([0.2, 0.9, 1.4, -0.3, 0.8, 1.1, 0.1, 0.6, -0.2, 1.3]) + 0.3
    words = [verdicts([judge(values, "greater", 0.0, level=each)])[0].verdict for each in (0.05, level(10, LOOKS))]
    assert words == ["SUPPORTED", "INCONCLUSIVE"]


def test_claims_say_which_look_they_stand_at_and_other_tests_see_the_first_alone(tmp_path: Path) -> None:
    runs = runs_of(CONTROLLED, POST, POST | {"data": "late"}, CONTROLLED | {"data": "late"}, replicates=20)
    runs = runs[runs["data"].eq("early") | runs["replicate"].lt(10)]
    best = contrast("best", test="best", among={"length.padding": ["post"]}, factors=["length.padding"])
    best |= {"arm": {}, "predicts": "less"}
    given = registered(tmp_path, claim(contrast("early", primary=True), contrast("late", where={"data": "late"}), best))
    planned = {str(arm): len(rows) for arm, rows in runs.groupby("arm")}
    found = evaluate(given, {"runs.csv": runs}, [], planned, looks=LOOKS).set_index("contrast")
    assert found.loc[["early", "late", "best"], "n"].tolist() == [20, 10, 10]
    assert found.loc[["early", "late", "best"], "look"].tolist() == ["2 of 4", "1 of 4", ""]
    assert found["verdict"].tolist()[:2] == ["SUPPORTED", "SUPPORTED"]
    fixed = evaluate(given, {"runs.csv": runs}, [], planned).set_index("contrast")
    assert set(fixed["look"]) == {""} and fixed.loc["early", "p"] < found.loc["early", "p"]


def test_a_grid_is_taken_from_the_replicates_of_the_first_look_that_all_cells_have(tmp_path: Path) -> None:
    runs = grid(FULL)
    more = runs[runs["arm"].eq("arm00")].assign(replicate=lambda table: table["replicate"] + 10)
    found = registered(
        tmp_path,
        claim(contrast(where={"mask": "none"})),
        factorials=[{"name": "sides", "where": WHERE, "metric": "exact_accuracy"}],
    )
    plain = judge_all({"runs.csv": runs}, found).factorial
    longer = pd.concat([runs, more], ignore_index=True)
    looked = judge_all({"runs.csv": longer}, found, looks=LOOKS).factorial
    assert plain is not None and len(plain) > 0 and looked is not None
    pd.testing.assert_frame_equal(plain, looked)

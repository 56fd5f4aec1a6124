"""Claims on the kinds of claim test: when each supports, refutes or withholds."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis import controls, words
from mismatch.analysis.claims import evaluate
from mismatch.config.fields import ConfigError
from tests.analysis.made import (
    CASES,
    CHANCE,
    CONTROLLED,
    FULL,
    WHERE,
    cases_of,
    claim,
    contrast,
    grid,
    judged,
    plan_of,
    registered,
    rows,
    runs_of,
    sound,
    two,
)

pytestmark = pytest.mark.usefixtures("unwarned")


def verdict_on(folder: Path, *differences: float, **given: Any) -> str:
    """The verdict on one primary contrast whose paired differences are these."""
    n = len(differences)
    runs = two(n)
    base = runs.loc[runs["arm"] == "arm00", "exact_accuracy"].to_numpy()
    runs.loc[runs["arm"] == "arm01", "exact_accuracy"] = base + differences
    return str(judged(folder, runs, contrast(primary=True, **given))["verdict"].iloc[0])


LOSS = (-0.31, -0.29, -0.30, -0.33, -0.28, -0.30, -0.32, -0.27, -0.31, -0.29)

NOTHING = (0.001, -0.002, 0.003, -0.001, 0.002, -0.003, 0.001, -0.001, 0.002, -0.002)

UNCLEAR = (0.10, -0.08, 0.06, -0.12, 0.03, -0.04, 0.09, -0.07, 0.05, -0.01)


@pytest.mark.parametrize(
    ("differences", "predicts", "expected"),
    [
        (LOSS, "less", "SUPPORTED"),
        (LOSS, "greater", "REFUTED"),
        (LOSS, "different", "SUPPORTED"),
        (LOSS, "equal", "REFUTED"),
        (NOTHING, "less", "INCONCLUSIVE"),
        (NOTHING, "equal", "INCONCLUSIVE"),
        (UNCLEAR, "less", "INCONCLUSIVE"),
        (UNCLEAR, "equal", "INCONCLUSIVE"),
    ],
)
def test_a_planted_effect_gets_its_verdict(tmp_path: Path, differences: Any, predicts: str, expected: str) -> None:
    assert verdict_on(tmp_path, *differences, predicts=predicts) == expected


@pytest.mark.parametrize(("predicts", "expected"), [("less", "EQUIVALENT"), ("equal", "SUPPORTED")])
def test_nothing_is_equivalent_where_a_failing_run_costs_little_by_declaration(
    tmp_path: Path, predicts: str, expected: str
) -> None:
    # Ten replicates leave a failure rate of .26: at .03 each that is .008, well inside the margin of .02.
    assert verdict_on(tmp_path, *NOTHING, predicts=predicts, drop=0.03) == expected


def test_identical_runs_are_told_by_their_losses_not_by_equal_accuracies(tmp_path: Path) -> None:
    still = CONTROLLED | {"spread": 0.0}
    runs = runs_of(still, still | {"length.padding": "post"}).assign(log_loss=lambda runs: 1 - runs["exact_accuracy"])
    same = judged(tmp_path, runs, contrast(predicts="equal")).iloc[0]
    assert (same["verdict"], same["effect"], same["size"]) == ("IDENTICAL", 0.0, "")
    assert "identical in every number measured" in same["why"] and "rounding" not in same["why"]
    runs.loc[runs.index[-1], "log_loss"] *= 1 + 1e-5  # sums taken in another order; see `circumstances.ROUNDING`
    rounded = judged(tmp_path, runs, contrast(predicts="equal")).iloc[0]
    assert rounded["verdict"] == "IDENTICAL" and "but for rounding" in rounded["why"]
    runs.loc[runs.index[-1], "log_loss"] *= 1 + 1e-3  # as training enlarges it now and then
    enlarged = judged(tmp_path, runs, contrast(predicts="equal")).iloc[0]
    assert (
        enlarged["verdict"] == "IDENTICAL" and "but for rounding, which training enlarged in 1 of 10" in enlarged["why"]
    )
    far = runs.assign(log_loss=runs["log_loss"].mask(runs.index == runs.index[-1], 2 * runs["log_loss"]))
    assert judged(tmp_path, far, contrast(predicts="equal")).iloc[0]["verdict"] == "INCONCLUSIVE"
    few = runs[runs["replicate"].ge(7)]
    assert judged(tmp_path, few, contrast(predicts="equal")).iloc[0]["verdict"] == "INCONCLUSIVE", "one run in three"
    one = runs.assign(
        run=runs["run"].mask(runs["run"].eq("arm01-3"), "arm00-3")
    )  # as where the best is often the default
    assert judged(tmp_path, one, contrast(predicts="equal")).iloc[0]["verdict"] == "INCONCLUSIVE"
    runs.loc[runs.index[-3:-1], "log_loss"] *= 1 + 1e-3  # other training runs
    other = judged(tmp_path, runs, contrast(predicts="equal")).iloc[0]
    assert other["verdict"] == "INCONCLUSIVE" and "all 10 differences are equal" in other["why"]
    blind = judged(tmp_path, runs.drop(columns="log_loss"), contrast(predicts="equal")).iloc[0]
    assert blind["verdict"] == "INCONCLUSIVE"


def test_runs_that_did_not_learn_and_runs_that_never_got_there_are_counted(tmp_path: Path) -> None:
    runs = two(replicates=10, level=0.7)
    dead = runs["run"].isin(["arm01-2", "arm01-5"])
    runs["delay"] = 100.0 + 300.0 * dead + runs.index
    runs["delay_censored"] = dead
    runs.loc[dead, ["skill", "exact_accuracy"]] = [0.0, CHANCE]
    found = judged(tmp_path, runs, contrast(), contrast("delay", metric="delay", scale="ratio", predicts="greater"))
    assert found.loc["delay", "censored"] == "arm 2, against 0"
    assert words.effect(found.loc["delay"].rename(None)).startswith("at least x")
    assert "2 of 10 runs of the arm did not learn" in found["why"].iloc[0]


def test_pairs_whose_sides_ran_on_different_processors_are_counted_and_unknown_ones_are_not(tmp_path: Path) -> None:
    runs = two(replicates=10).assign(cpu="AMD EPYC", cpu_family="25", cpu_model="1", cpu_extensions="avx avx2")
    assert "processor" not in judged(tmp_path, runs, contrast())["why"].iloc[0]
    runs.loc[runs["run"].isin(["arm01-2", "arm01-5", "arm00-5"]), "cpu_model"] = "17"  # both sides of pair 5
    runs.loc[runs["run"] == "arm00-7", "cpu_extensions"] = "avx avx2 avx512f"
    runs.loc[runs["run"] == "arm01-8", "cpu_family"] = None
    found = judged(tmp_path, runs, contrast())["why"].iloc[0]
    assert "2 of 10 pairs ran on two processor models" in found


def test_a_drop_that_is_no_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="drop=-1"):
        judged(tmp_path, two(), contrast(drop=-1.0))


def test_five_pairs_can_show_no_difference_and_six_can(tmp_path: Path) -> None:
    # The least two-sided sign-flip p is 2/2^5 = .0625, and 2/2^6 = .031.
    assert verdict_on(tmp_path, *LOSS[:5]) == "INCONCLUSIVE"
    assert verdict_on(tmp_path, *LOSS[:6]) == "SUPPORTED"


def on_cases(folder: Path, cases: pd.DataFrame, *contrasts: dict[str, Any]) -> pd.DataFrame:
    tables = {"mismatches.csv": cases, "runs.csv": sound()}
    found = registered(folder, claim(contrast(), *contrasts))
    return evaluate(found, tables, controls.check_all(tables, found.controls)).set_index("contrast")


def test_a_claim_about_all_cases_holds_only_if_every_case_shows_it(tmp_path: Path) -> None:
    found = on_cases(
        tmp_path,
        cases_of(**CASES),
        rows("features", "features-*"),
        rows("every", "*"),
        rows("in time", "features-*", unchanged=True),
        rows("absent", "rank-*"),
        rows("named", "legal-one", expect=["works"]),
    )
    assert found["verdict"].tolist()[1:] == ["SUPPORTED", "REFUTED", "REFUTED", "WITHHELD", "SUPPORTED"]
    assert found.loc["every", ["n", "effect", "runs"]].tolist() == [3, 2 / 3, "features-a features-b time-a"]
    assert found.loc["every", "why"] == "time-a: silent"
    assert found.loc["in time", "why"].startswith("features-b: raises after")
    assert found.loc["absent", "why"] == "no row rank-* in mismatches.csv"


def test_a_legal_case_that_does_not_work_withholds_the_verdicts_on_cases_and_no_other(tmp_path: Path) -> None:
    found = on_cases(tmp_path, cases_of(**CASES | {"legal_one": "raises"}), rows("features", "features-*"))
    assert found["verdict"].tolist() == ["SUPPORTED", "WITHHELD"]
    assert "legal cases that do not work: legal-one" in found["why"].iloc[1]


def test_a_claim_about_most_cases_asks_for_its_share_of_them(tmp_path: Path) -> None:
    parts = [rows(f"{share:g}", "*", at_least=share) for share in (0.5, 0.7)]
    found = on_cases(tmp_path, cases_of(**CASES), *parts)
    assert found["verdict"].tolist()[1:] == ["SUPPORTED", "REFUTED"]
    assert found.loc["0.5", ["predicts", "effect"]].tolist() == ["at least 0.5: raises", 2 / 3]
    row = found.reset_index().iloc[1]
    assert (words.predicted(row), words.predicted_short(row)) == ("at least 0.5: raises", "at least 0.5")
    assert words.region(row) == [(0.5, 1.0)] and words.region(found.reset_index().iloc[0])[0][1] < 0


def portion(name: str, column: str, at_least: float, **where: Any) -> dict[str, Any]:
    words = {"name": name, "test": "portion", "table": "mismatches.csv", "column": column, "where": where}
    return words | {"at_least": at_least}


def test_a_portion_of_cases_is_supported_from_the_share_claimed_on_and_names_the_others(tmp_path: Path) -> None:
    found = on_cases(
        tmp_path,
        cases_of(**CASES),
        portion("third", "weights_changed", 0.33, legal=False),
        portion("half", "weights_changed", 0.5, legal=False),
        portion("raised", "weights_changed", 1.0, outcome="raises", row="features-b"),
        portion("absent", "weights_changed", 0.5, outcome="explodes"),
        portion("no such column", "beauty", 0.5),
    )
    assert found["verdict"].tolist()[1:] == ["SUPPORTED", "REFUTED", "SUPPORTED", "WITHHELD", "WITHHELD"]
    assert found.loc["third", ["n", "effect", "runs"]].tolist() == [3, 1 / 3, "features-a features-b time-a"]
    assert found.loc["half", "why"] == "not features-a, time-a"
    assert found.loc["absent", "why"] == "no row with outcome=explodes"
    assert "beauty" in found.loc["no such column", "why"]


def share_of_variance(at_least: float) -> dict[str, Any]:
    factors = ["mask", "length.padding"]
    return {"name": "v", "test": "variance", "where": WHERE, "factors": factors, "at_least": at_least}


def share_of_arms(at_least: float) -> dict[str, Any]:
    against = {"mask": "masking", "length.padding": "pre"}
    return {"name": "s", "test": "share", "where": WHERE, "against": against, "margin": 0.02, "at_least": at_least}


def test_a_share_of_variance_is_supported_refuted_or_neither(tmp_path: Path) -> None:
    clear, none = grid(FULL), grid(dict.fromkeys(FULL, 0.88), spread=0.05)
    found = judged(tmp_path, clear, share_of_variance(0.9)).iloc[0]
    assert (found["verdict"], found["n"], len(found["runs"].split())) == ("SUPPORTED", 10, 40)
    assert found["low"] <= found["effect"] <= found["high"]
    assert judged(tmp_path, none, share_of_variance(0.9))["verdict"].iloc[0] == "REFUTED"
    assert judged(tmp_path, none, share_of_variance(0.1))["verdict"].iloc[0] == "INCONCLUSIVE"


def test_a_share_of_arms_is_supported_refuted_or_neither_and_rests_on_the_reference_too(tmp_path: Path) -> None:
    bad = {cell: 0.88 if cell == ("masking", "pre") else 0.58 for cell in FULL}
    found = judged(tmp_path, grid(bad), share_of_arms(0.9)).iloc[0]
    assert (found["verdict"], found["n"], found["effect"]) == ("SUPPORTED", 3, 1.0)
    assert pd.isna(found["low"]) and found["why"] == "3 of 3 distinct arms" and len(found["runs"].split()) == 40
    assert judged(tmp_path, grid(dict.fromkeys(FULL, 0.88)), share_of_arms(0.01))["verdict"].iloc[0] == "REFUTED"
    assert judged(tmp_path, grid(FULL), share_of_arms(0.5))["verdict"].iloc[0] == "REFUTED"  # 1 of 3, all sure
    runs = grid(FULL)
    vague = runs["arm"].eq("arm03")
    runs.loc[vague, "exact_accuracy"] += np.random.default_rng(1).normal(0, 0.2, vague.sum())
    found = judged(tmp_path, runs, share_of_arms(0.5)).iloc[0]
    assert (found["verdict"], found["why"]) == ("INCONCLUSIVE", "1 to 2 of 3 distinct arms")


def test_arms_with_the_same_outcomes_count_once_in_a_share_unless_they_are_at_their_ceiling(tmp_path: Path) -> None:
    runs = grid({cell: 0.88 if cell == ("masking", "pre") else 0.58 for cell in FULL})
    same = runs["arm"].eq("arm00")
    runs.loc[runs["arm"].eq("arm01"), "exact_accuracy"] = runs.loc[same, "exact_accuracy"].to_numpy()
    found = judged(tmp_path, runs, share_of_arms(0.9)).iloc[0]
    assert (found["n"], found["why"]) == (2, "2 of 2 distinct arms; 1 more are their twins")
    runs.loc[runs["arm"].isin(["arm00", "arm01"]), "exact_accuracy"] = 0.9
    assert judged(tmp_path, runs, share_of_arms(0.9))["n"].iloc[0] == 3


def test_an_arm_measured_badly_does_not_speak_against_a_loss(tmp_path: Path) -> None:
    vague = judged(tmp_path, grid(dict.fromkeys(FULL, 0.88), spread=0.2), share_of_arms(0.75)).iloc[0]
    assert (vague["verdict"], vague["effect"]) == ("INCONCLUSIVE", 0.0)


@pytest.mark.parametrize("entry", [share_of_variance(0.5), share_of_arms(0.5)], ids=["variance", "share"])
def test_shares_are_withheld_while_planned_arms_or_runs_are_missing(tmp_path: Path, entry: dict[str, Any]) -> None:
    runs, found = grid(FULL), registered(tmp_path, claim(entry))
    for cut in (runs[runs["arm"] != "arm01"], runs[runs["run"] != "arm01-9"]):
        row = evaluate(found, {"runs.csv": cut}, [], plan_of(runs)).iloc[0]
        assert row["verdict"] == "WITHHELD" and "1 planned arms lack runs (arm01 has" in row["why"]


def test_a_grid_with_a_hole_has_no_shares_of_variance(tmp_path: Path) -> None:
    runs = grid(FULL)
    hole = judged(tmp_path, runs[runs["arm"] != "arm01"], share_of_variance(0.5)).iloc[0]
    flat = judged(tmp_path, runs[runs["mask"] == "none"], share_of_variance(0.5)).iloc[0]
    assert hole["verdict"] == flat["verdict"] == "WITHHELD"
    assert "mask=none, length.padding=post" in hole["why"] and flat["why"] == "mask does not vary"


@pytest.mark.parametrize("entry", [share_of_variance(0.5), share_of_arms(0.5)], ids=["variance", "share"])
def test_a_factor_that_the_table_does_not_have_withholds_the_verdict(tmp_path: Path, entry: dict[str, Any]) -> None:
    row = judged(tmp_path, grid(FULL), entry | {"factors": ["mask", "colour"]}).iloc[0]
    assert (row["verdict"], row["why"]) == ("WITHHELD", "factors=colour: must be a column of the table")


def test_an_alarm_on_the_arm_that_others_are_measured_by_withholds_their_share(tmp_path: Path) -> None:
    inside = share_of_arms(0.29) | {"where": {"mask": "none", "length.padding": ["pre", "post"]}}
    runs = grid(FULL)
    check = controls.Check("ceiling", False, "arm arm02 is above its ceiling", "accuracy", arms=("arm02",))
    found = evaluate(registered(tmp_path, claim(inside)), {"runs.csv": runs}, [check]).iloc[0]
    assert (found["verdict"], found["n"]) == ("WITHHELD", 2)


def test_a_claim_may_be_in_log_loss_of_which_a_rise_is_the_loss(tmp_path: Path) -> None:
    runs = two(replicates=10, level=0.58).assign(log_loss=lambda runs: 1 - runs["exact_accuracy"])
    entries = [contrast(word, metric="log_loss", predicts=word) for word in ("greater", "less")]
    assert judged(tmp_path, runs, *entries)["verdict"].to_dict() == {"greater": "SUPPORTED", "less": "REFUTED"}
    bad = {cell: 0.88 if cell == ("masking", "pre") else 0.58 for cell in FULL}
    grown = grid(bad).assign(log_loss=lambda runs: 1 - runs["exact_accuracy"])
    for metric in ("exact_accuracy", "log_loss"):
        assert judged(tmp_path, grown, share_of_arms(0.29) | {"metric": metric})["verdict"].iloc[0] == "SUPPORTED"
    fallen = grown.assign(log_loss=-grown["log_loss"])
    assert judged(tmp_path, fallen, share_of_arms(0.75) | {"metric": "log_loss"})["effect"].iloc[0] == 0

"""Claims on the learning rate tuned per arm: what is chosen, on what, and what a comparison at it says."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis.tuned import chosen, shown, table_of, tuned
from mismatch.analysis.words import measure
from mismatch.config.fields import ConfigError
from tests.analysis.made import CONTROLLED, claim, contrast, judged, plan_of, registered, runs_of

pytestmark = pytest.mark.usefixtures("unwarned")

RATES = (0.001, 0.005, 0.02)
PRE, POST = CONTROLLED, CONTROLLED | {"length.padding": "post"}
BEST = {"pre": 0.005, "post": 0.02}


def swept(replicates: int = 10, rates: tuple[float, ...] = RATES, gap: float = 0.0) -> pd.DataFrame:
    """Two arms at several rates. At its best rate `post` falls short of `pre` by `gap`, at any other both score .3."""
    arms = [
        side
        | {"train.learning_rate": rate}
        | {"level": 0.3 if rate != BEST[side["length.padding"]] else 0.88 - gap * (side is POST)}
        for side in (PRE, POST)
        for rate in rates
    ]
    runs = runs_of(*arms, replicates=replicates)
    return runs.assign(probe_accuracy_400=runs["accuracy"] - 0.01, loss_final=1 - runs["accuracy"])


def test_each_arm_gets_the_rate_with_the_highest_probe_accuracy_in_every_replicate() -> None:
    found = tuned(swept())
    assert len(found) == 20
    assert found.groupby("length.padding")["chosen_rate"].unique().map(list).to_dict() == {
        "pre": [0.005],
        "post": [0.02],
    }
    assert set(found["rates"]) == {RATES}
    assert found["train.learning_rate"].isna().all()


def test_test_accuracy_has_no_say_in_the_choice() -> None:
    runs = swept()
    turned = runs.assign(accuracy=1 - runs["accuracy"], exact_accuracy=1 - runs["exact_accuracy"])
    assert tuned(turned)["chosen_rate"].tolist() == tuned(runs)["chosen_rate"].tolist()


def test_the_choice_is_made_inside_each_replicate() -> None:
    runs = swept()
    first = runs["replicate"].eq(0) & runs["length.padding"].eq("pre")
    runs.loc[first & runs["train.learning_rate"].eq(0.02), "probe_accuracy_400"] = 0.99
    found = tuned(runs)
    rates = found[found["length.padding"].eq("pre")].set_index("replicate")["chosen_rate"]
    assert rates[0] == 0.02
    assert set(rates.drop(0)) == {0.005}


@pytest.mark.parametrize(
    ("losses", "expected"), [((0.5, 0.4, 0.4), 0.005), ((0.4, 0.4, 0.4), 0.001), ((0.5, 0.4, 0.3), 0.02)]
)
def test_ties_go_to_the_lower_probe_loss_then_the_lower_rate(losses: tuple[float, ...], expected: float) -> None:
    runs = swept().assign(probe_accuracy_400=0.9)
    runs["loss_final"] = runs["train.learning_rate"].map(dict(zip(RATES, losses, strict=True)))
    assert set(tuned(runs)["chosen_rate"]) == {expected}


def test_without_a_probe_accuracy_the_probe_loss_decides() -> None:
    runs = swept()
    assert tuned(runs.drop(columns="probe_accuracy_400"))["chosen_rate"].tolist() == tuned(runs)["chosen_rate"].tolist()


def test_a_rate_at_which_training_failed_is_chosen_only_where_all_failed() -> None:
    runs = swept(replicates=2)
    best = runs["length.padding"].eq("pre") & runs["train.learning_rate"].eq(0.005)
    every = runs["length.padding"].eq("post") & runs["replicate"].eq(1)
    runs.loc[best | every, "status"] = "diverged"
    found = tuned(runs).set_index(["length.padding", "replicate"])
    assert 0.005 not in set(found.loc["pre", "chosen_rate"])
    assert found.loc[("post", 0), "status"] == "ok"
    assert found.loc[("post", 1), "status"] == "diverged"


def test_the_table_says_what_was_chosen_from_what_and_whether_at_an_end() -> None:
    table = table_of(swept(replicates=3))
    assert list(table) == [
        *("arm", "length.padding", "replicate", "learning_rate", "rates", "edge", "probe_accuracy", "probe_loss"),
        *("accuracy", "exact_accuracy", "run", "status"),
    ]
    assert len(table) == 6
    assert set(table["rates"]) == {"0.001 0.005 0.02"}
    assert table.groupby("length.padding")["edge"].all().to_dict() == {"pre": False, "post": True}
    assert table["arm"].nunique() == 2


def test_runs_at_one_rate_make_no_table() -> None:
    assert table_of(swept(rates=(0.005,))).empty
    assert table_of(runs_of(PRE, POST)).empty


def test_a_failed_run_counts_as_chance_in_the_table() -> None:
    runs = swept(replicates=2)
    lost = runs["length.padding"].eq("post") & runs["replicate"].eq(0)
    runs.loc[lost, ["status", "accuracy", "exact_accuracy"]] = ["failed", np.nan, np.nan]
    table = table_of(runs).set_index(["length.padding", "replicate"])
    assert table.loc[("post", 0), "accuracy"] == 0.25


def on(folder: Path, runs: pd.DataFrame, **given: Any) -> pd.Series:
    return judged(folder, runs, contrast(test="tuned", primary=True, **given)).iloc[0]


def test_arms_that_only_need_another_rate_are_equivalent_when_tuned(tmp_path: Path) -> None:
    runs = swept()
    shared = {"where": {"train.learning_rate": 0.005}}
    assert judged(tmp_path, runs, contrast(primary=True, **shared)).iloc[0]["effect"] < -0.5
    assert abs(on(tmp_path, runs)["effect"]) < 0.005


def test_a_loss_that_tuning_does_not_mend_is_found(tmp_path: Path) -> None:
    row = on(tmp_path, swept(gap=0.2))
    assert row["verdict"] == "SUPPORTED"
    assert row["effect"] == pytest.approx(-0.2, abs=0.01)  # replicates' own noise, sd .002 a side
    assert row["n"] == 10
    assert "learning rates chosen: .02 (10) against .005 (10)" in row["why"]
    assert measure(row) == "accuracy, tuned rate"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda runs: runs[runs["train.learning_rate"].eq(0.005)], "one learning rate only: nothing to tune"),
        (
            lambda runs: runs[~(runs["length.padding"].eq("post") & runs["train.learning_rate"].eq(0.001))],
            "learning rates differ between the arms or their replicates",
        ),
        (lambda runs: runs.drop(index=0), "learning rates differ between the arms or their replicates"),
        (lambda runs: runs[runs["length.padding"].eq("pre")], "no arm data=early, length.padding=post"),
        (lambda runs: runs.drop(columns="train.learning_rate"), "the table has no train.learning_rate"),
    ],
)
def test_arms_that_were_not_tuned_alike_get_no_verdict(tmp_path: Path, change: Any, why: str) -> None:
    row = on(tmp_path, change(swept()))
    assert row["verdict"] == "WITHHELD"
    assert row["why"] == why


def test_rates_that_are_registered_must_be_there(tmp_path: Path) -> None:
    assert on(tmp_path, swept(), rates=[0.02, 0.005, 0.001])["verdict"] != "WITHHELD"
    row = on(tmp_path, swept(), rates=[0.001, 0.005, 0.02, 0.1])
    assert row["why"] == "learning rates must be 0.001 0.005 0.02 0.1 in every replicate of both arms"


def test_a_replicate_that_was_planned_and_is_missing_withholds_the_verdict(tmp_path: Path) -> None:
    from mismatch.analysis.claims import evaluate

    runs = swept()
    found = registered(tmp_path, claim(contrast(test="tuned", primary=True)))
    whole = evaluate(found, {"runs.csv": runs}, [], plan_of(runs))
    short = evaluate(found, {"runs.csv": runs[runs["replicate"].ne(9)]}, [], plan_of(runs))
    assert whole["verdict"].iloc[0] != "WITHHELD"
    assert "1 planned pairs missing" in short["why"].iloc[0]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rates": [0.1]}, "must be two or more different rates above 0"),
        ({"rates": [0.1, 0.1]}, "must be two or more different rates above 0"),
        ({"rates": [0.1, 0.0]}, "must be two or more different rates above 0"),
        ({"where": {"train.learning_rate": 0.1}}, "must leave train.learning_rate to be tuned"),
        ({"predicts": "more"}, "must be one of less"),
    ],
)
def test_a_contrast_that_cannot_be_tuned_is_refused(tmp_path: Path, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        registered(tmp_path, claim(contrast(test="tuned", **given)))


def test_choices_are_counted_in_words() -> None:
    assert chosen([0.02, 0.005, 0.02]) == ".005 (1), .02 (2)"
    assert shown(0.1) == ".1"
    assert shown(1.0) == "1"

"""Claims on robustness.csv: which settings are compared, in what, and when a prediction holds there."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis.robustness import BY_BUDGET, COLUMNS, SHARED, table_of
from tests.analysis.made import CONTROLLED, claim, contrast, registered, runs_of

pytestmark = pytest.mark.usefixtures("unwarned")

RATES, BUDGETS = (0.005, 0.1), (400, 1600)
CELL = {"model.units": 16, "model.cell": "gru", "train.optimizer": "adam", "model.dropout": 0.0, "train.updates": 1600}


def swept(replicates: int = 4, **more: Any) -> pd.DataFrame:
    """Post-padding costs .3 after 400 updates at .005, nothing after 1600, and gains .1 at rate .1."""
    levels = {("pre", 0.005): (0.88, 0.88), ("post", 0.005): (0.58, 0.88), ("pre", 0.1): (0.7, 0.7)}
    levels[("post", 0.1)] = (0.8, 0.8)
    parts = []
    for (side, rate), by_budget in levels.items():
        arm = CONTROLLED | CELL | {"length.padding": side, "train.learning_rate": rate} | more
        runs = runs_of(arm | {"level": by_budget[1]}, replicates=replicates, seed=len(parts))
        early = {
            f"probe_accuracy_{k}": runs["accuracy"] + level - by_budget[1]
            for k, level in zip(BUDGETS, by_budget, strict=True)
        }
        names = {"arm": f"{side}{rate}{'-'.join(map(str, more.values()))}", "loss_final": 1 - runs["accuracy"]}
        runs = runs.assign(**early, **names)
        parts.append(runs.assign(run=runs["arm"] + runs["replicate"].astype(str)))
    return pd.concat(parts, ignore_index=True)


def settings_of(folder: Path, runs: pd.DataFrame, **given: Any) -> pd.DataFrame:
    found = registered(folder, claim(contrast(test="tuned", predicts="less", **given)), base={"data": "early"} | CELL)
    return table_of(found, runs)


def test_every_rate_and_budget_is_a_setting_and_so_are_tuned_rates(tmp_path: Path) -> None:
    table = settings_of(tmp_path, swept())
    assert list(table) == list(COLUMNS)
    assert table[["learning_rate", "budget", "metric", "sign", "holds"]].astype(object).fillna(
        "tuned"
    ).to_numpy().tolist() == [
        [0.005, 400, "probe_accuracy_400", "less", True],
        [0.005, 1600, "probe_accuracy_1600", "equal", False],
        [0.1, 400, "probe_accuracy_400", "greater", False],
        [0.1, 1600, "probe_accuracy_1600", "greater", False],
        ["tuned", 1600, "exact_accuracy", "equal", False],
    ]
    # sd .002 a side and 4 pairs: a standard error of .0014, and the interval reaches 3.2 of them
    assert table["effect"].tolist() == pytest.approx([-0.3, 0.0, 0.1, 0.1, 0.0], abs=0.005)
    assert table["n"].tolist() == [4] * 5
    assert table["primary"].tolist() == [True, False, False, False, False]


def test_another_size_has_rates_and_budgets_and_another_cell_is_looked_at_tuned(tmp_path: Path) -> None:
    runs = pd.concat(
        [swept(), swept(replicates=3, **{"model.units": 64}), swept(replicates=2, **{"model.cell": "lstm"})]
    )
    table = settings_of(tmp_path, runs)
    assert table.groupby(["units", "cell"])["n"].agg(list).to_dict() == {
        (16, "gru"): [4] * 5,
        (64, "gru"): [3] * 5,
        (16, "lstm"): [2],
    }
    assert table.loc[table["cell"].eq("lstm"), "learning_rate"].isna().all()


def test_a_metric_that_the_probe_does_not_follow_is_compared_at_the_end(tmp_path: Path) -> None:
    runs = swept().assign(generalisation_gap=lambda table: 1 - table["accuracy"])
    table = settings_of(tmp_path, runs, metric="generalisation_gap")
    assert "generalisation_gap" not in BY_BUDGET
    assert set(table["metric"]) == {"generalisation_gap"}
    assert set(table["budget"]) == {1600}


def test_runs_without_the_probe_s_accuracies_are_compared_at_the_end(tmp_path: Path) -> None:
    runs = swept().drop(columns=[f"probe_accuracy_{k}" for k in BUDGETS])
    table = settings_of(tmp_path, runs)
    assert table["metric"].unique().tolist() == ["exact_accuracy"]
    assert table["budget"].unique().tolist() == [1600]


def test_a_run_that_failed_scores_chance_on_the_way_too(tmp_path: Path) -> None:
    runs = swept()
    lost = runs["length.padding"].eq("post") & runs["train.learning_rate"].eq(0.1)
    numbers = ["accuracy", "exact_accuracy", "chance", "loss_final", *(f"probe_accuracy_{k}" for k in BUDGETS)]
    runs.loc[lost, ["status", *numbers]] = ["diverged", *[np.nan] * len(numbers)]
    table = settings_of(tmp_path, runs).set_index(["learning_rate", "budget"])
    assert table.loc[(0.1, 400), "effect"] == pytest.approx(0.25 - 0.7, abs=0.02)  # replicates differ by sd .01
    assert table.loc[(0.1, 400), "n"] == 4


def test_a_rate_that_one_side_lacks_is_no_setting(tmp_path: Path) -> None:
    runs = swept()
    runs = runs[~(runs["length.padding"].eq("post") & runs["train.learning_rate"].eq(0.1))]
    table = settings_of(tmp_path, runs)
    assert table["learning_rate"].unique().tolist() == [0.005]


def test_contrasts_of_other_kinds_and_arms_that_did_not_run_make_no_rows(tmp_path: Path) -> None:
    assert table_of(registered(tmp_path, claim(contrast())), swept()).empty
    assert settings_of(tmp_path, swept(), where={"data": "late"}).empty
    assert settings_of(tmp_path, swept(), where={"mask": "none"}).empty
    assert settings_of(tmp_path, pd.DataFrame()).empty


def test_a_description_that_fits_several_arms_makes_no_rows(tmp_path: Path) -> None:
    runs = pd.concat([swept().assign(mask="none"), swept(mask="masking")])
    assert settings_of(tmp_path, runs).empty
    assert len(settings_of(tmp_path, runs, where={"mask": "masking"})) == 5


def test_the_shared_setting_is_that_of_the_defaults() -> None:
    from mismatch.config.groups import Model, Train

    model, train = Model(), Train()
    assert SHARED["learning_rate"] == train.learning_rate
    assert SHARED["budget"] == train.updates
    assert SHARED["optimizer"] == train.optimizer
    assert SHARED["units"] == model.units
    assert SHARED["cell"] == getattr(model, "cell", "gru")

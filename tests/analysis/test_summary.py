"""Claims on the summary: what a mean over replicates says, and of which columns there is one."""

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis.summary import averaged, learned, summarise
from mismatch.sweep.store import write_csv
from tests.analysis.tables import grid, table


def test_the_interval_is_students_t_over_replicates() -> None:
    runs = table([{"mask": "none"}], replicates=3)
    runs["accuracy"] = [0.7, 0.8, 0.9]
    row = summarise(runs).iloc[0]
    # sd = 0.1, t(0.975, 2) = 4.302653, half = 4.302653 * 0.1 / sqrt(3) = 0.248414
    assert row["accuracy"] == pytest.approx(0.8)
    assert row["accuracy_low"] == pytest.approx(0.8 - 0.248414, abs=1e-6)
    assert row["accuracy_high"] == pytest.approx(0.8 + 0.248414, abs=1e-6)


def test_one_replicate_has_no_interval_and_equal_replicates_have_an_empty_one() -> None:
    one, three = (summarise(table([{"mask": "none"}], replicates=n)).iloc[0] for n in (1, 3))
    assert np.isnan([one["accuracy_low"], one["accuracy_high"]]).all()
    assert three["accuracy_low"] == three["accuracy_high"] == pytest.approx(0.8)


def test_the_interval_covers_the_mean_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    runs = table(grid(seed=list(range(2000))), replicates=5)
    runs["accuracy"] = rng.normal(0.8, 0.05, len(runs))
    summary = summarise(runs)
    covered = summary["accuracy_low"].le(0.8) & summary["accuracy_high"].ge(0.8)
    assert covered.mean() == pytest.approx(0.95, abs=0.015)


def test_failures_are_counted_and_never_averaged() -> None:
    runs = table(grid(mask=["none", "masking"]), replicates=4)
    runs.loc[0, ["status", "accuracy"]] = ["diverged", 0.0]
    runs.loc[4:, "status"] = "timeout"
    runs.loc[4:, "accuracy"] = np.nan
    summary = summarise(runs)
    assert summary[["mask", "n", "failures"]].to_numpy().tolist() == [["none", 3, 1], ["masking", 0, 4]]
    assert summary["accuracy"].iloc[0] == pytest.approx(0.8)
    assert np.isnan(summary["accuracy"].iloc[1])


def test_arms_that_did_not_learn_are_known_by_skill_or_else_by_their_margin() -> None:
    skill, accuracy = [0.9, 0.4, np.nan, np.nan, np.nan], [0.5, 0.9, 0.52, 0.6, np.nan]
    rows = pd.DataFrame({"skill": skill, "accuracy": accuracy, "chance": 0.5})
    assert learned(rows).tolist() == [True, False, False, True, True]
    runs = table([{"mask": "none"}], replicates=5).assign(**{name: rows[name] for name in rows})
    assert summarise(runs)["not_learned"].tolist() == [2]


def test_arms_are_sorted_by_the_levels_of_their_axes() -> None:
    arms = grid(length__padding=["post", "pre"], length__ratio=[2.0, 1.0])
    rows = summarise(table(arms))[["length.ratio", "length.padding"]].to_numpy().tolist()
    assert rows == [[1.0, "pre"], [1.0, "post"], [2.0, "pre"], [2.0, "post"]]


def test_the_summary_survives_its_file(tmp_path) -> None:
    summary = summarise(table(grid(mask=["none", "masking"]), mask_reached_gru=True))
    path = tmp_path / "summary.csv"
    write_csv(path, summary, float_format="%.6g")
    back = pd.read_csv(path, dtype={"arm": str})
    assert back["arm"].tolist() == summary["arm"].tolist()
    assert back["mask_reached_gru"].tolist() == [1.0, 1.0]


def test_a_metric_no_part_declares_has_a_mean_if_it_is_a_number() -> None:
    runs = table([{"mask": "none", "seed": 0}], replicates=2, made_up=1.0, words="a", data_hash=7, run_s=1.0)
    assert averaged(runs) == ["accuracy", "chance", "made_up"]
    assert summarise(runs)[["made_up", "made_up_low"]].to_numpy().tolist() == [[1.0, 1.0]]

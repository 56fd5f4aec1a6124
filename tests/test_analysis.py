"""Claims on the analysis: which axes vary, and what a mean over replicates says."""

import itertools

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis.axes import arrange, parameter_columns, varied
from mismatch.analysis.summary import METRICS, learned, summarise, write_summary


def table(arms: list[dict], replicates: int = 2, **metrics: float) -> pd.DataFrame:
    """One row per arm and replicate; an arm is named by its place in the list."""
    rows = []
    for (number, arm), replicate in itertools.product(enumerate(arms), range(replicates)):
        start = {"experiment": "x", "arm": f"{number:012x}", "replicate": replicate, "status": "ok", "error": None}
        rows.append({**start, **arm, "accuracy": 0.8, "chance": 0.5, **metrics})
    return pd.DataFrame(rows)


def grid(**axes: list) -> list[dict]:
    """Every combination of `axes`; two underscores stand for a dot."""
    names = [name.replace("__", ".") for name in axes]
    return [dict(zip(names, levels, strict=True)) for levels in itertools.product(*axes.values())]


def names(runs: pd.DataFrame) -> list[str]:
    """Names of the axes found."""
    return [axis.name for axis in varied(runs)]


def test_parameters_are_told_from_metrics_and_labels() -> None:
    runs = table([{"data": "early", "data.noise": 0.1, "length.steps": 4, "seed": 0}], data_hash=1, parameters=9)
    assert parameter_columns(runs) == ["data", "data.noise", "length.steps", "seed"]


def test_the_ratio_is_kept_where_it_determines_the_steps_within_each_dataset() -> None:
    arms = grid(data=["early", "late"], length__ratio=[1.0, 2.0])
    for arm in arms:
        arm["length.steps"] = int(arm["length.ratio"] * {"early": 24, "late": 30}[arm["data"]])
        arm["data.noise"] = {"early": 0.1, "late": 0.3}[arm["data"]]
    axes = varied(table(arms))
    assert [axis.name for axis in axes] == ["data", "length.ratio"]
    assert axes[0].aliases == ("data.noise",)
    assert axes[1].aliases == ("length.steps",)


def test_steps_are_kept_where_the_ratio_does_not_determine_them() -> None:
    arms = [{"length.ratio": 1.0, "length.steps": 12}, {"length.ratio": 1.0, "length.steps": 24}]
    assert names(table([*arms, {"length.ratio": 2.0, "length.steps": 24}])) == ["length.ratio", "length.steps"]


def test_a_ratio_that_differs_between_replicates_is_no_axis() -> None:
    runs = table(grid(length__steps=[12, 24]))
    runs["length.ratio"] = [1.0, 1.1, 2.0, 2.1]
    assert names(runs) == ["length.steps"]


def test_constants_and_blanks_are_not_levels() -> None:
    runs = table([{"mask": "none", "mask.value": np.nan, "seed": 0}, {"mask": "masking", "mask.value": 0.0, "seed": 0}])
    (axis,) = varied(runs)
    assert (axis.name, axis.levels, axis.numeric) == ("mask", ("none", "masking"), False)


def test_inert_cells_do_not_become_a_level() -> None:
    arms = grid(length__ratio=[0.5, 1.0], length__truncating=["post", "pre"])
    for arm in arms:
        if arm["length.ratio"] >= 1:
            arm["length.truncating"] = np.nan
    axes = {axis.name: axis.levels for axis in varied(table(arms))}
    assert axes == {"length.ratio": (0.5, 1.0), "length.truncating": ("pre", "post")}


def test_levels_come_in_the_order_a_reader_expects() -> None:
    runs = table(grid(length__truncating=["head_tail", "post", "pre"], train__optimizer=["run10", "run9"]))
    assert [axis.levels for axis in varied(runs)] == [("pre", "post", "head_tail"), ("run9", "run10")]


def test_switches_are_not_numbers() -> None:
    (axis,) = varied(table(grid(model__bidirectional=[True, False])))
    assert not axis.numeric
    assert axis.levels == (False, True)


def test_x_is_the_longest_numeric_axis_and_datasets_are_panels() -> None:
    axes = varied(table(grid(data=["a", "b", "c"], mask=["none", "masking"], model__units=[8, 16], seed=[0, 1, 2])))
    layout = arrange(axes)
    assert layout.x is not None
    assert layout.panels is not None
    assert (layout.x.name, layout.panels.name) == ("seed", "data")
    assert [axis.name for axis in layout.series] == ["mask", "model.units"]


def test_a_single_arm_has_no_axes_and_datasets_alone_are_x() -> None:
    assert arrange(varied(table([{"data": "early"}]))).axes == ()
    layout = arrange(varied(table(grid(data=["a", "b"]))))
    assert layout.x is not None
    assert (layout.x.name, layout.panels, layout.series) == ("data", None, ())


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
    path = write_summary(summary, tmp_path)
    back = pd.read_csv(path, dtype={"arm": str})
    assert path.name == "summary.csv"
    assert back["arm"].tolist() == summary["arm"].tolist()
    assert back["mask_reached_gru"].tolist() == [1.0, 1.0]


def test_metrics_are_listed_once() -> None:
    assert len(set(METRICS)) == len(METRICS)

"""Claims on axes: which parameters vary in a table, and how their levels are ordered."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis.axes import arrange, parameter_columns, varied
from tests.analysis.tables import grid, table


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


def test_steps_are_kept_where_they_were_asked_for_on_datasets_of_different_length() -> None:
    arms = grid(data=["early", "speakers"], length__steps=[12, 24])
    for arm in arms:
        arm["length.ratio"] = arm["length.steps"] / {"early": 12, "speakers": 29}[arm["data"]]
    assert [(axis.name, axis.aliases) for axis in varied(table(arms))] == [
        ("data", ()), ("length.steps", ("length.ratio",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "longest", "kept"), [((12, 24), 12, "length.ratio"), ((24, 48), 337, "length.steps")]
)
def test_a_ratio_that_nobody_types_gives_way_to_steps(steps: tuple[int, int], longest: int, kept: str) -> None:
    runs = table([{"length.ratio": each / longest, "length.steps": each} for each in steps])
    assert names(runs) == [kept]


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


def test_words_come_untouched_first_then_as_their_setting_lists_them_then_by_name() -> None:
    paddings = table(grid(length__padding=["none", "mid", "post", "pre"]))
    reductions = table(grid(reduction=["attention", "strided", "pool", "none"]))
    assert [axis.levels for axis in varied(paddings)] == [("none", "pre", "post", "mid")]
    assert [axis.levels for axis in varied(reductions)] == [("none", "pool", "strided", "attention")]


def test_a_metric_is_no_axis_whatever_its_name() -> None:
    runs = table(grid(mask=["none", "masking"]), made_up=1.0).assign(made_up=[0.0, 1.0, 2.0, 3.0])
    assert names(runs) == ["mask"]


def test_reading_axes_starts_no_tensorflow() -> None:
    heavy = "{'tensorflow', 'keras', 'scipy.stats', 'matplotlib'}"
    code = f"import sys, mismatch.analysis.axes, mismatch.analysis.summary; print({heavy} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"

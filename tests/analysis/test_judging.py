"""Claims on what an experiment's claims file makes of its tables."""

from pathlib import Path

import pandas as pd
import pytest

from mismatch.analysis.judging import factorials, judge, valid
from mismatch.analysis.registry import Factorial, Registry
from tests.analysis.made import CONTROLLED, claim, contrast, plan_of, registered, rounds_of, sound

pytestmark = pytest.mark.usefixtures("unwarned")


def test_controls_and_claims_are_judged_on_the_same_tables(tmp_path: Path) -> None:
    runs = sound()
    judged = judge({"runs.csv": runs}, registered(tmp_path, claim(contrast())), plan_of(runs))
    assert judged.claims["verdict"].tolist() == ["SUPPORTED"]
    assert judged.controls["name"].tolist()[:4] == ["sham", "noisy", "shuffled", "delayed"]
    assert judged.controls["passed"].all() and judged.factorial is None and judged.shown is None
    broken = runs.assign(accuracy=runs["accuracy"] + 0.1 * runs["control"].eq("sham"))
    judged = judge({"runs.csv": broken}, registered(tmp_path, claim(contrast())), plan_of(runs))
    assert judged.claims["verdict"].tolist() == ["WITHHELD"]


def test_only_the_levels_to_show_are_drawn(tmp_path: Path) -> None:
    found = registered(tmp_path, claim(contrast()), show={"length.padding": ["post"]})
    shown = judge({"runs.csv": sound()}, found).shown
    assert shown is not None and shown["arm"].unique().tolist() == ["arm01"]


def test_an_experiment_without_training_runs_is_judged_on_its_own_tables_alone(tmp_path: Path) -> None:
    found = registered(tmp_path, claim(contrast()), show=CONTROLLED)
    judged = judge({"runs.csv": pd.DataFrame(), "steps.csv": rounds_of()}, found)
    assert judged.claims["why"].tolist() == ["runs.csv is missing"]
    assert judged.controls["name"].tolist() == ["sham (graph)", "delayed (graph)"] and judged.shown is None


def test_rounds_on_a_busy_core_are_left_out_of_step_times_and_runs_are_left_alone() -> None:
    steps = rounds_of(2).assign(timing_valid=["True", "False"] * 4, reference_before_ms=1.0)
    assert len(valid(steps)) == 4
    assert len(valid(steps.drop(columns="reference_before_ms"))) == 8


def test_a_cut_of_a_factorial_gives_the_effects_it_can_and_no_more() -> None:
    cells = [(side, mask, k) for side in ("pre", "post") for mask in ("none", "masking") for k in range(3)]
    runs = pd.DataFrame(cells, columns=["length.padding", "mask", "replicate"])
    runs = runs.assign(arm=runs["length.padding"] + runs["mask"], data="snippets", status="ok", chance=0.5)
    runs["accuracy"] = 0.6 + 0.1 * (runs["length.padding"] == "post") + 0.01 * runs["replicate"]
    grids = tuple(Factorial(name, {"data": name}, "accuracy") for name in ("snippets", "reviews"))
    shown = {"length.padding": ["pre", "post"], "mask": ["none", "masking"]}
    found = factorials(Registry("text", show=shown, factorials=grids), runs)
    assert found["effect"].tolist() == ["length.padding", "mask", "length.padding:mask"]
    assert set(found["grid"]) == {"snippets"} and found["estimate"].iloc[0] == pytest.approx(0.1)
    holed = runs[runs["arm"] != "premasking"]
    assert factorials(Registry("text", show=shown, factorials=grids), holed).empty

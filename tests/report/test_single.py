"""The ten lines on a single arm: what was scored, what could be, what reached the GRU, where the rest is."""

from pathlib import Path

import numpy as np
import pandas as pd

from mismatch.report.single import said
from tests.report.cases import arms_of, fail, runs_of

SHOWN = {"padded_fraction": 0.66, "truncated_fraction": 0.0, "masked_fraction": 0.0, "mask_reached_gru": False}


def told(folder: Path, runs: pd.DataFrame) -> dict[str, str]:
    return {line[:11].strip(): line[12:] for line in said(runs.assign(**{"train.updates": 400, **SHOWN}), folder)}


def dead(replicates: int = 3) -> pd.DataFrame:
    return runs_of(arms_of(length__padding=["post"], length__ratio=[8.0]), replicates)


def test_an_arm_that_does_not_learn_is_said_to_be_such(tmp_path: Path) -> None:
    lines = told(tmp_path, dead())
    assert len(lines) == 10
    assert lines["delay"] == "did not learn in 400 updates"
    assert lines["accuracy"].endswith("] over 3 replicates") and lines["ceiling"] == "0.900"
    assert lines["chance"] == "0.250" and lines["failures"] == "none of 3 runs"
    assert lines["input"] == "T = 192 timesteps, 66% of them pads; 0% of the raw steps cut off"
    assert lines["mask"] == "none: the GRU works on every step"
    assert lines["step time"].endswith("(beside other work: no claim)")
    assert lines["page"] == "none (figures=false)"


def test_a_mask_that_is_lost_on_its_way_is_told_from_one_that_arrives(tmp_path: Path) -> None:
    runs = dead().assign(mask="masking")
    assert told(tmp_path, runs)["mask"] == "masking, but none reaches the GRU, which works on every step"
    reached = said(runs.assign(**{"train.updates": 400, "mask_reached_gru": True, "masked_fraction": 0.66}), tmp_path)
    assert "masking, reaches the GRU, which skips 66% of its steps" in reached[5]


def test_some_late_replicates_make_the_delay_a_lower_bound(tmp_path: Path) -> None:
    runs = runs_of(arms_of(length__padding=["pre"]), 4)
    runs["delay_censored"] = [True, False, False, False]
    (tmp_path / "report.html").touch()
    lines = told(tmp_path, runs)
    assert lines["delay"].endswith("updates; at least, as 1 of 4 replicates did not learn in 400 updates")
    assert lines["page"].endswith("report.html")


def test_what_is_lost_before_the_gru_is_said_and_what_is_unknown_too(tmp_path: Path) -> None:
    runs = dead()
    assert told(tmp_path, runs.assign(ceiling=0.7))["ceiling"] == "0.700 (0.200 less than with the raw sequences)"
    lines = told(tmp_path, runs.assign(ceiling=np.nan, ceiling_full=np.nan, delay=np.nan))
    assert lines["ceiling"].startswith("unknown") and lines["delay"].startswith("unknown")


def test_runs_that_failed_leave_lines_and_not_holes(tmp_path: Path) -> None:
    lines = told(tmp_path, fail(dead(2), slice(0, 2)))
    assert lines["accuracy"] == lines["delay"] == lines["step time"] == "-"
    assert lines["failures"] == "2 of 2 runs, such as diverged: loss <nan> at update 7"

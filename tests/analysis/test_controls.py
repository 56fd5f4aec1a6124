"""Claims on controls: a broken one withholds the verdicts it guards, and no other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis import controls
from mismatch.analysis.claims import evaluate
from tests.analysis.made import CEILING, CONTROLLED, Runs, claim, failed, plan_of, registered, rounds_of, sound, three

pytestmark = [pytest.mark.usefixtures("unwarned"), pytest.mark.slow]


def verdicts_of(folder: Path, runs: Runs, planned: dict[str, int] | None = None) -> pd.DataFrame:
    found = registered(folder, *three())
    checks = controls.check_all({"runs.csv": runs}, found.controls, planned)
    return evaluate(found, {"runs.csv": runs}, checks, planned).set_index("contrast")


def test_where_all_controls_pass_the_planted_contrasts_are_supported(tmp_path: Path) -> None:
    found = verdicts_of(tmp_path, sound(), plan_of(sound()))
    assert found["verdict"].tolist() == ["SUPPORTED"] * 3
    assert found["controls"].tolist() == ["passed (4)", "passed (2)", "passed (4)"]  # a Bayes check per dataset


def shift(column: str, control: str, by: float) -> Callable[[Runs], Runs]:
    return lambda runs: runs.assign(**{column: runs[column] + by * runs["control"].eq(control)})


def without(control: str, replicate: int | None = None) -> Callable[[Runs], Runs]:
    return lambda runs: runs[runs["control"].ne(control) | (runs["replicate"].ne(replicate) & (replicate is not None))]


def above_its_ceiling(runs: Runs) -> Runs:
    """Pre-padding on `late` score .02 too much; the mean of 10 has standard error .0016."""
    high = runs["data"].eq("late") & runs["length.padding"].eq("pre")
    return runs.assign(exact_accuracy=runs["exact_accuracy"].mask(high, CEILING + 0.02))


def rule_off(runs: Runs) -> Runs:
    """Off by .01 on 10 test sets of 4096: 6.8 standard errors of .0015."""
    return runs.assign(bayes_accuracy=runs["bayes_accuracy"] - 0.01 * runs["data"].eq("early"))


def shuffled_runs_fail(runs: Runs) -> Runs:
    return failed(runs, *runs.loc[runs["control"] == "shuffled", "run"])


def two_shams(runs: Runs) -> Runs:
    more = runs[runs["control"] == "sham"].assign(arm="arm99").assign(**{"data.test": 9999})
    return pd.concat([runs, more], ignore_index=True)


ACCURACY, ALL, TIME = {"accuracy", "other"}, {"accuracy", "other", "time"}, {"time"}

BROKEN: dict[str, tuple[Callable[[Runs], Runs], str, set[str]]] = {
    "the sham differs": (shift("accuracy", "sham", 0.1), "sham: 0.1", ALL),
    "wrong labels cost nothing": (shift("accuracy", "noisy", 0.1), "noisy: 0.0", ACCURACY),
    "wrong labels cost too much": (shift("accuracy", "noisy", -0.1), "noisy: -0.19", ACCURACY),
    "shuffled labels are learned": (shift("accuracy", "shuffled", 0.05), "shuffled: 0.3", ACCURACY),
    "the delay is not seen": (shift("step_ms", "delayed", -2.0), "delayed: -0.01", TIME),
    "the delay is seen twice": (shift("step_ms", "delayed", 2.0), "delayed: 3.9", TIME),
    "the Bayes rule is off": (rule_off, "bayes early: Bayes rule 0.8900 on 10 test sets, ceiling 0.9000", {"accuracy"}),
    "an arm is above its ceiling": (above_its_ceiling, "ceiling: arm arm02 is 0.0200 above", {"other"}),
    "no sham": (without("sham"), "sham: its arm is not in the table", ALL),
    "no noisy labels": (without("noisy"), "noisy: its arm is not in the table", ACCURACY),
    "no shuffled labels": (without("shuffled"), "shuffled: its arm is not in the table", ACCURACY),
    "no delay": (without("delayed"), "delayed: its arm is not in the table", TIME),
    "a sham too few": (without("sham", 3), "sham: 1 pairs missing (replicate 3: not run)", ALL),
    "a shuffled too few": (without("shuffled", 0), "shuffled: 1 pairs missing (replicate 0: not run)", ACCURACY),
    "failures pass for chance": (shuffled_runs_fail, "shuffled: 10 of its runs failed", ACCURACY),
    "two arms may be the sham": (two_shams, "must name one arm, fits 2: they differ in data.test", ALL),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_control_withholds_the_verdicts_it_guards_and_no_other(tmp_path: Path, broken: str) -> None:
    breaks, why, names = BROKEN[broken]
    found = verdicts_of(tmp_path, breaks(sound()), plan_of(sound()))
    withheld = found[found["verdict"] == "WITHHELD"]
    assert set(withheld.index) == names
    assert withheld["why"].str.startswith("control failed: ").all()
    assert withheld["why"].str.contains(why, regex=False).all()
    assert (found.drop(withheld.index)["verdict"] == "SUPPORTED").all()


@pytest.mark.parametrize(("by", "passed"), [(-0.05, True), (0.05, False)])
def test_shuffled_labels_of_classes_in_natural_shares_may_score_less_than_the_best_guess(
    by: float, passed: bool
) -> None:
    runs = shift("accuracy", "shuffled", by)(sound()).assign(**{"data.balance": "natural"})
    checks = {check.name: check.passed for check in controls.check_runs(runs, CONTROLLED)}
    assert checks["shuffled"] is passed


def test_without_the_arm_they_copy_no_control_passes(tmp_path: Path) -> None:
    runs = sound()
    checks = controls.check_runs(runs[runs["arm"] != "arm00"], CONTROLLED)
    assert [check.text for check in checks if not check.passed] == ["the arm it copies is not in the table"] * 4


def test_sound_controls_fail_about_as_seldom_as_they_say() -> None:
    rng = np.random.default_rng(3)
    samples = 3000
    failures = sum(not controls._holds(values, 0.0)[0] for values in rng.normal(0, 1, (samples, 10)))
    # Level .1%: 3 expected of 3000, a Poisson count; 10 or more have probability .001.
    assert failures < 10


def test_times_of_runs_side_by_side_decide_nothing(tmp_path: Path) -> None:
    found = verdicts_of(tmp_path, sound().assign(timing_valid=False))
    assert found["verdict"].to_dict() == {"accuracy": "SUPPORTED", "time": "WITHHELD", "other": "SUPPORTED"}
    assert "side by side" in found.loc["time", "why"]


STEPS = {"table": "steps.csv", "metric": "step_ms", "scale": "ratio", "predicts": "greater", "shares": []}

LONGER = {"name": "256 against 64", "arm": {"length.steps": 256}, "against": {"length.steps": 64}} | STEPS


def on_steps(folder: Path, steps: Runs) -> pd.Series:
    tables = {"steps.csv": steps}
    found = registered(folder, claim(LONGER | {"margin": 0.05}), base={"engine": "graph"}, controls={})
    return evaluate(found, tables, controls.check_all(tables, {}, None)).iloc[0]


def test_step_times_are_compared_as_factors_and_guarded_by_their_own_sham_and_delay(tmp_path: Path) -> None:
    found = on_steps(tmp_path, rounds_of())
    assert (found["verdict"], found["controls"], found["n"]) == ("SUPPORTED", "passed (2)", 20)
    # Noise of 1% in 20 rounds: standard error of the mean log ratio .01 * sqrt(2/20) = .003; 4 of these.
    assert found["effect"] == pytest.approx(4, rel=0.013)


@pytest.mark.parametrize(
    ("breaks", "why"),
    [
        (shift("step_ms", "sham", 1.0), "sham (graph): 1.0"),
        (shift("step_ms", "delayed", -2.0), "delayed (graph): 0.0"),
        (without("sham"), "sham (graph): its arm is not in the table"),
        (without("delayed"), "delayed (graph): its arm is not in the table"),
        (lambda steps: steps[steps["arm"] != "a"], "no arm"),
    ],
    ids=["sham differs", "delay not seen", "no sham", "no delay", "no original"],
)
def test_a_broken_clock_withholds_the_verdicts_on_step_times(tmp_path: Path, breaks: Any, why: str) -> None:
    found = on_steps(tmp_path, breaks(rounds_of()))
    assert found["verdict"] == "WITHHELD"
    assert why in found["why"] or why in found["why"].replace("-0.0", "0.0")


def test_an_engine_without_controls_leaves_the_verdicts_on_another_alone(tmp_path: Path) -> None:
    plain = rounds_of()[lambda steps: steps["control"] == "none"]
    both = pd.concat([rounds_of(), plain.assign(engine="xla", arm=plain["arm"] + "-xla")], ignore_index=True)
    assert on_steps(tmp_path, both)["verdict"] == "SUPPORTED"
    assert sum(not check.passed for check in controls.check_times(both)) == 2


def test_the_copied_arm_is_told_by_every_parameter_in_the_table(tmp_path: Path) -> None:
    """A parameter of an adapter or a front that nobody knew of when the check was written counts as well."""
    steps = rounds_of().assign(**{"reduction.stride": 1})
    decoy = steps[steps["arm"] == "a"].assign(arm="a0", step_ms=99.0, **{"reduction.stride": 2})
    assert all(check.passed for check in controls.check_times(pd.concat([decoy, steps], ignore_index=True)))

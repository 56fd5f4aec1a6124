"""Step time: rounds are complete and shuffled, a planted delay is found, ratios and lines are what they are called."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mismatch.config.arm import Arm
from mismatch.config.fields import ConfigError
from mismatch.config.groups import Control, Features, Length, Mask, Model, Reduction, Settings, Train
from mismatch.config.rules import resolve
from mismatch.data.even import Even
from mismatch.sweep import measurement
from mismatch.timing.measurement import Timing
from mismatch.timing.protocol import SMOKE, quiet
from mismatch.timing.setting import Setting, Work, batch_lengths, settings, work
from mismatch.timing.tables import control_arm, fit_lines, ratio_table

LENGTHS = (16, 64, 256)
DELAY_MS = 2.0


def of_the_tables(test: Any) -> Any:
    """The arms are timed once, for all tests that look at the tables."""
    return pytest.mark.slow(pytest.mark.xdist_group("timing")(test))


def make_arm(
    steps: int = 64, width: int = 8, padded: float = 0.0, engine: str = "fit", mask: str = "none", **groups: Any
) -> Arm:
    """An arm of the timing experiment; its defaults are the control arm in graph mode."""
    return resolve(
        Settings(
            data=Even(train=32, probe=32, test=32, steps=steps, padded=padded),
            length=Length(padding="post"),
            features=Features(width=width, adapter="zero"),
            mask=Mask(kind=mask),
            model=groups.pop("model", Model(units=32)),
            train=Train(batch=32, learning_rate=1e-6, engine=engine),
            **groups,
        )
    )


def few_arms() -> list[Arm]:
    """Both engines, a mask, a front, and what checks the clock."""
    pooled = Reduction(kind="conv_pool")
    controls = (Control(kind="sham"), Control(kind="delayed", delay_ms=DELAY_MS))
    arms = [make_arm(), make_arm(steps=16), make_arm(engine="xla"), make_arm(mask="masking", padded=0.75)]
    return [*arms, make_arm(width=64, reduction=pooled), *(make_arm(control=control) for control in controls)]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return measurement.make("timing", few_arms(), smoke=True)


@pytest.fixture(scope="module")
def steps(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return tables["steps.csv"]


@of_the_tables
def test_tables_have_the_documented_columns(tables: dict[str, pd.DataFrame]) -> None:
    assert {name for table in tables.values() for name in table} == set(Timing.columns)


@of_the_tables
def test_steps_are_filled(steps: pd.DataFrame) -> None:
    assert set(steps["experiment"]) == {"timing"} and set(steps["status"]) == {"ok"}
    filled = steps.drop(columns=["reduction.pool", "reduction.kernel", "control.delay_ms"])
    assert filled.notna().all().all()
    assert (steps[["step_ms", "ratio", "reference_before_ms", "first_call_s"]] > 0).all().all()


@of_the_tables
def test_every_round_holds_every_arm_once_in_another_order(steps: pd.DataFrame) -> None:
    names = [setting.name for setting in settings(few_arms())]
    rounds = [tuple(group["arm"]) for _, group in steps.sort_values("started_s").groupby("replicate")]
    assert len(rounds) >= SMOKE.fewest
    assert all(sorted(order) == sorted(names) for order in rounds)
    assert len(set(rounds)) == len(rounds)


@of_the_tables
def test_ratio_is_to_the_control_arm_of_the_same_round_and_engine(steps: pd.DataFrame) -> None:
    for engine, group in steps.groupby("engine"):
        wide = group.pivot(index="replicate", columns="arm", values=["step_ms", "ratio"])
        control = wide["step_ms"][f"{engine}-T64-D8"]
        np.testing.assert_allclose(wide["step_ms"].div(control, axis=0), wide["ratio"], rtol=1e-5)


@of_the_tables
def test_planted_delay_is_recovered_and_the_sham_is_near_one(tables: dict[str, pd.DataFrame]) -> None:
    """The interval of the median over rounds must meet 0.5 to 2 times the truth: a busy machine widens it, too."""
    rows = tables["ratios.csv"].query("factor == 'control'").set_index("control")
    for name, metric, truth in (("delayed", "difference_ms", DELAY_MS), ("sham", "ratio", 1.0)):
        low, middle, high = rows.loc[name, [f"{metric}_low", metric, f"{metric}_high"]].astype(float)
        assert low <= middle <= high
        assert low < 2 * truth and high > 0.5 * truth


def test_arms_are_told_apart_by_name() -> None:
    arms = few_arms()
    assert len({setting.name for setting in settings(arms)}) == len(arms)
    wider = [*arms, *(make_arm(model=Model(units=units)) for units in (16, 64))]
    names = [setting.name for setting in settings(wider)]
    assert len(set(names)) == len(wider) and "graph-T64-D8-model.units=16" in names


def test_arms_that_cannot_be_timed_are_refused() -> None:
    two = make_arm()
    two = replace(two, data=replace(two.data, classes=2))
    for arms, message in (
        ([make_arm(), two], "^measure=timing: takes graph-T64-D8 for two arms"),
        ([make_arm(engine="compiled")], "^train.engine=compiled: must be fit or xla"),
        ([], "^measure=timing: needs arms"),
    ):
        with pytest.raises(ConfigError, match=message):
            Timing().check(arms)


CONTROL = settings([make_arm()])[0]


def line_of(mask: str) -> list[Setting]:
    return [replace(CONTROL, steps=steps, mask=mask) for steps in LENGTHS]


def worked(arms: Sequence[Setting]) -> dict[Setting, Work]:
    return {arm: Work(100.0 * arm.steps, 50.0 * arm.steps) for arm in arms}


def made_up(ms: dict[str, tuple[float, float]], noise: float = 0.0, rounds: int = 12) -> pd.DataFrame:
    """Rows of steps.csv with step_ms = a + b T for each mask in `ms`, after `noise` of a normal sd in ms."""
    rng = np.random.default_rng(1)
    arms = [(arm, *line) for mask, line in ms.items() for arm in line_of(mask)]
    rows = [
        {"arm": arm.name, "replicate": number, "step_ms": a + b * arm.steps + noise * rng.normal()}
        | {"timing_valid": True, **arm.columns()}
        for number in range(rounds)
        for arm, a, b in arms
    ]
    return pd.DataFrame(rows)


def test_fit_recovers_known_lines_exactly() -> None:
    fits = fit_lines(made_up({"none": (1.5, 0.11), "masking": (2.0, 0.15)})).set_index("mask")
    for mask, line in {"none": (1.5, 0.11), "masking": (2.0, 0.15)}.items():
        row = fits.loc[mask]
        np.testing.assert_allclose(row[["a_ms", "a_ms_low", "a_ms_high"]].astype(float), line[0], rtol=1e-9)
        np.testing.assert_allclose(row[["b_ms", "b_ms_low", "b_ms_high"]].astype(float), line[1], rtol=1e-9)
        assert row["r2"] == pytest.approx(1) and row["n"] == 36 and row["lengths"] == 3


def test_fit_is_least_squares_over_all_rounds() -> None:
    table = made_up({"none": (1.5, 0.11)}, noise=0.5)
    row = fit_lines(table).iloc[0]
    b, a = np.polyfit(table["length.steps"], table["step_ms"], 1)
    assert (row["a_ms"], row["b_ms"]) == (pytest.approx(a), pytest.approx(b))
    assert row["b_ms_low"] < b < row["b_ms_high"]


def test_ratios_pair_rounds_and_set_work_beside_time() -> None:
    arms = [replace(CONTROL, mask=mask) for mask in ("none", "masking")]
    table = made_up({"none": (0.0, 0.1), "masking": (0.0, 0.125)})
    table["step_ms"] *= 1 + table["replicate"]
    (row,) = ratio_table(worked(arms), table).to_dict("records")
    assert (row["factor"], row["control_arm"]) == ("mask", arms[0].name)
    assert [row["ratio"], row["ratio_low"], row["ratio_high"]] == pytest.approx([1.25] * 3)
    assert row["flops_ratio"] == 1


def test_void_blocks_enter_only_where_too_few_are_left() -> None:
    arms = [replace(CONTROL, mask=mask) for mask in ("none", "masking")]
    table = made_up({"none": (0.0, 0.1), "masking": (0.0, 0.125)})
    odd = table["replicate"] % 2 == 1
    table.loc[odd & (table["mask"] == "masking"), ["step_ms", "timing_valid"]] = (1e6, False)
    (row,) = ratio_table(worked(arms), table).to_dict("records")
    assert (row["ratio_high"], row["rounds"], row["valid_rounds"]) == (pytest.approx(1.25), 6, 6)
    fit = fit_lines(table).set_index("mask").loc["masking"]
    assert (fit["b_ms"], fit["rounds"]) == (pytest.approx(0.125), 6)
    few = table[table["replicate"] < 8]
    (row,) = ratio_table(worked(arms), few).to_dict("records")
    assert (row["rounds"], row["valid_rounds"]) == (8, 4)


@pytest.mark.parametrize("padded", [0.0, 0.5, 0.75])
def test_useful_fraction_is_the_share_of_real_steps_and_features(padded: float) -> None:
    arm = make_arm(width=64, padded=padded)
    assert batch_lengths(arm).mean() / 64 == 1 - padded
    assert settings([arm])[0].padded == padded
    assert work(arm).flops == 6 * 32 * 64 * (64 + 32)
    assert work(arm).useful_fraction == pytest.approx((1 - padded) * (8 + 32) / (64 + 32))


def test_the_timed_batch_is_zero_past_each_length_and_each_real_feature() -> None:
    from mismatch.timing.programs import batch

    arm = make_arm(width=64, padded=0.75)
    inputs = batch(arm)[0].numpy()
    assert inputs.shape == (32, 64, 64) and not inputs[..., 8:].any()
    assert (inputs.any(-1).sum(1) == batch_lengths(arm)).all()


def test_pooling_divides_the_work_of_the_gru_and_convolution_adds_its_own() -> None:
    arm = make_arm(width=64, reduction=Reduction(kind="conv_pool", pool=4))
    assert work(arm).flops == 2 * 3 * 64 * 16 * 64 + 6 * 32 * 16 * (16 + 32)


def test_every_engine_has_a_control_arm_without_pads_mask_or_front() -> None:
    arms = settings([make_arm(engine="xla", mask="masking", padded=0.5, steps=16), make_arm(engine="xla")])
    assert control_arm(arms[0]) == arms[1] == control_arm(arms[1])


def test_blocks_without_a_core_or_beside_drift_are_void() -> None:
    still = {"busy_fraction": 0.99, "reference_before_ms": 1.0, "reference_after_ms": 1.02}
    cases = [still, still, still, still | {"reference_after_ms": 1.3}]
    cases += [still | {"reference_before_ms": 1.5, "reference_after_ms": 1.5}, still | {"busy_fraction": 0.6}]
    assert quiet(pd.DataFrame(cases)).tolist() == [True] * 3 + [False] * 3


def test_the_measurement_is_known_without_tensorflow() -> None:
    code = "import sys; from mismatch.config.registry import MEASUREMENTS; MEASUREMENTS.get('timing')()"
    subprocess.run([sys.executable, "-c", code + "; assert 'tensorflow' not in sys.modules"], check=True)

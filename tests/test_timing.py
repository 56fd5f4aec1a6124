"""Claims on the timing experiment: rounds are complete and shuffled, a planted delay is found, figures draw."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mismatch.sweep import own

FOLDER = Path(__file__).parents[1] / "experiments" / "timing"
COLUMNS = {
    *("experiment", "arm", "replicate", "status", "engine", "length.steps", "features.width", "mask"),
    *("padded_fraction", "reduction", "reduction.pool", "reduction.kernel", "control", "control.delay_ms"),
    *("step_ms", "ratio", "reference_before_ms", "reference_after_ms", "first_call_s", "flops_per_sample"),
    *(
        "useful_fraction",
        "timing_valid",
        "loadavg",
        "threads",
        "cpu",
        "started_s",
        "block_steps",
        "step_cpu_ms",
        "busy_fraction",
    ),
}
DRAW = """
import importlib.util, pathlib, sys
spec = importlib.util.spec_from_file_location("timing_figure", sys.argv[1])
module = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = module
spec.loader.exec_module(module)
for name, figure in module.figures(pathlib.Path(sys.argv[2])).items():
    figure.savefig(pathlib.Path(sys.argv[2]) / f"{name}.png")
print([name for name in ("tensorflow", "keras", "matplotlib.pyplot") if name in sys.modules])
"""


timing = own.module("timing", "measure")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("timing")
    timing.measure(out, smoke=True)
    return out


@pytest.fixture(scope="module")
def steps(tables: Path) -> pd.DataFrame:
    return pd.read_csv(tables / "steps.csv")


def test_measure_writes_every_table_it_names(tables: Path) -> None:
    assert {path.name for path in tables.glob("*.csv")} == set(timing.TABLES)


def test_steps_have_the_documented_columns(steps: pd.DataFrame) -> None:
    assert set(steps.columns) == COLUMNS
    assert set(steps["experiment"]) == {"timing"} and set(steps["status"]) == {"ok"}
    filled = steps.drop(columns=["reduction.pool", "reduction.kernel", "control.delay_ms"])
    assert filled.notna().all().all()
    assert (steps[["step_ms", "ratio", "reference_before_ms", "first_call_s"]] > 0).all().all()


def test_every_round_holds_every_arm_once_in_another_order(steps: pd.DataFrame) -> None:
    names = [arm.name for arm in timing.settings(smoke=True)]
    rounds = [tuple(group["arm"]) for _, group in steps.sort_values("started_s").groupby("replicate")]
    assert len(rounds) >= timing.SMOKE.fewest
    assert all(sorted(order) == sorted(names) for order in rounds)
    assert len(set(rounds)) == len(rounds)


def test_ratio_is_to_the_control_arm_of_the_same_round_and_engine(steps: pd.DataFrame) -> None:
    for engine, group in steps.groupby("engine"):
        wide = group.pivot(index="replicate", columns="arm", values=["step_ms", "ratio"])
        control = wide["step_ms"][timing.Setting(engine).name]
        np.testing.assert_allclose(wide["step_ms"].div(control, axis=0), wide["ratio"], rtol=1e-5)


def test_planted_delay_is_recovered_and_the_sham_is_near_one(tables: Path) -> None:
    """The interval of the median over rounds must meet 0.5 to 2 times the truth: a busy machine widens it, too."""
    rows = pd.read_csv(tables / "ratios.csv").query("factor == 'control'").set_index("control")
    for name, metric, truth in (("delayed", "difference_ms", timing.DELAY_MS), ("sham", "ratio", 1.0)):
        low, middle, high = rows.loc[name, [f"{metric}_low", metric, f"{metric}_high"]].astype(float)
        assert low <= middle <= high
        assert low < 2 * truth and high > 0.5 * truth


@pytest.mark.parametrize("smoke", [False, True])
def test_arms_have_unique_names_and_every_engine_its_control(smoke: bool) -> None:
    arms = timing.settings(smoke)
    assert len({arm.name for arm in arms}) == len(set(arms)) == len(arms)
    assert all(timing.Setting(arm.engine) in arms for arm in arms)
    assert {arm.control for arm in arms} == {"none", "sham", "delayed"}


def made_up(ms: dict[str, tuple[float, float]], noise: float = 0.0, rounds: int = 12) -> pd.DataFrame:
    """Rows of steps.csv with step_ms = a + b T for each mask in `ms`, after `noise` of a normal sd in ms."""
    rng = np.random.default_rng(1)
    arms = [(timing.Setting(steps=steps, mask=mask), *line) for mask, line in ms.items() for steps in timing.LENGTHS]
    rows = [
        {"arm": arm.name, "replicate": number, "step_ms": a + b * arm.steps + noise * rng.normal()}
        | {"timing_valid": True, **arm.columns()}
        for number in range(rounds)
        for arm, a, b in arms
    ]
    return pd.DataFrame(rows)


def test_fit_recovers_known_lines_exactly() -> None:
    fits = timing.fit_lines(made_up({"none": (1.5, 0.11), "masking": (2.0, 0.15)})).set_index("mask")
    for mask, line in {"none": (1.5, 0.11), "masking": (2.0, 0.15)}.items():
        row = fits.loc[mask]
        np.testing.assert_allclose(row[["a_ms", "a_ms_low", "a_ms_high"]].astype(float), line[0], rtol=1e-9)
        np.testing.assert_allclose(row[["b_ms", "b_ms_low", "b_ms_high"]].astype(float), line[1], rtol=1e-9)
        assert row["r2"] == pytest.approx(1) and row["n"] == 36 and row["lengths"] == 3


def test_fit_is_least_squares_over_all_rounds() -> None:
    table = made_up({"none": (1.5, 0.11)}, noise=0.5)
    row = timing.fit_lines(table).iloc[0]
    b, a = np.polyfit(table["length.steps"], table["step_ms"], 1)
    assert (row["a_ms"], row["b_ms"]) == (pytest.approx(a), pytest.approx(b))
    assert row["b_ms_low"] < b < row["b_ms_high"]


def test_ratios_pair_rounds_and_set_work_beside_time() -> None:
    arms = [timing.Setting(mask=mask) for mask in ("none", "masking")]
    table = made_up({"none": (0.0, 0.1), "masking": (0.0, 0.125)})
    table["step_ms"] *= 1 + table["replicate"]
    (row,) = timing.ratio_table(arms, table).to_dict("records")
    assert (row["factor"], row["control_arm"]) == ("mask", arms[0].name)
    assert [row["ratio"], row["ratio_low"], row["ratio_high"]] == pytest.approx([1.25] * 3)
    assert row["flops_ratio"] == 1


def test_void_blocks_enter_only_where_too_few_are_left() -> None:
    arms = [timing.Setting(mask=mask) for mask in ("none", "masking")]
    table = made_up({"none": (0.0, 0.1), "masking": (0.0, 0.125)})
    odd = table["replicate"] % 2 == 1
    table.loc[odd & (table["mask"] == "masking"), ["step_ms", "timing_valid"]] = (1e6, False)
    (row,) = timing.ratio_table(arms, table).to_dict("records")
    assert (row["ratio_high"], row["rounds"], row["valid_rounds"]) == (pytest.approx(1.25), 6, 6)
    fit = timing.fit_lines(table).set_index("mask").loc["masking"]
    assert (fit["b_ms"], fit["rounds"]) == (pytest.approx(0.125), 6)
    few = table[table["replicate"] < 8]
    (row,) = timing.ratio_table(arms, few).to_dict("records")
    assert (row["rounds"], row["valid_rounds"]) == (8, 4)


@pytest.mark.parametrize("padded", [0.0, 0.5, 0.75])
def test_useful_fraction_is_the_share_of_real_steps_and_features(padded: float) -> None:
    arm = timing.Setting(width=64, padded=padded)
    real = timing._batch(arm)[0].any(-1).mean()
    assert real == 1 - padded == 1 - arm.columns()["padded_fraction"]
    assert arm.flops() == 6 * 32 * 64 * (64 + 32)
    assert arm.flops(real=True) / arm.flops() == pytest.approx(real * (8 + 32) / (64 + 32))


def test_pooling_divides_the_work_of_the_gru_and_convolution_adds_its_own() -> None:
    arm = timing.Setting(width=64, reduction="conv_pool", pool=4)
    assert arm.flops() == 2 * 3 * 64 * 16 * 64 + 6 * 32 * 16 * (16 + 32)


def test_blocks_without_a_core_or_beside_drift_are_void() -> None:
    still = {"busy_fraction": 0.99, "reference_before_ms": 1.0, "reference_after_ms": 1.02}
    cases = [still, still, still, still | {"reference_after_ms": 1.3}]
    cases += [still | {"reference_before_ms": 1.5, "reference_after_ms": 1.5}, still | {"busy_fraction": 0.6}]
    assert timing.quiet(pd.DataFrame(cases)).tolist() == [True] * 3 + [False] * 3


def test_figures_draw_from_the_tables_without_tensorflow(tables: Path) -> None:
    words = [sys.executable, "-W", "error", "-c", DRAW, str(FOLDER / "figure.py"), str(tables)]
    shown = subprocess.run(words, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.strip() == "[]"
    assert {path.stem for path in tables.glob("*.png")} == {"step_by_length", "overheads", "drift"}

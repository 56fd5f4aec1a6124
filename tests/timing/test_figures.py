"""The figures of timing say what the shipped tables say, and need no TensorFlow."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from mismatch.report import experiment
from mismatch.sweep import store

REFERENCE = Path(__file__).parents[2] / "results" / "reference" / "timing"


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    return {path.name: store.read_csv(path) for path in REFERENCE.glob("*.csv")}


def titles(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    drawn = experiment.figures("timing", tables)
    return {name: " ".join(figure.get_suptitle().split()) for name, figure in drawn.items()}


def test_titles_follow_the_tables(tables: dict[str, pd.DataFrame]) -> None:
    mask = tables["ratios.csv"].query("factor == 'mask' and engine == 'graph' and padded_fraction == 0.75").iloc[0]
    said = titles(tables)
    assert set(said) == {"step_by_length", "overheads", "drift"}
    assert f"x{mask['ratio']:.2f} the unmasked time at 75% padding" in said["overheads"]
    tables["ratios.csv"].loc[mask.name, ["ratio", "ratio_low", "ratio_high"]] = 0.5, 0.4, 0.6
    assert titles(tables)["overheads"].startswith("Masking saves time: x0.50 the unmasked time")


def test_a_contrast_has_one_number_wherever_it_is_told(tables: dict[str, pd.DataFrame]) -> None:
    claim = tables["claims.csv"].query("claim == 'T1' and primary").iloc[0]
    mask = tables["ratios.csv"].query("factor == 'mask' and engine == 'graph' and padded_fraction == 0.75").iloc[0]
    told = mask[["ratio", "ratio_low", "ratio_high"]].tolist()
    assert told == pytest.approx(claim[["effect", "low", "high"]].tolist(), rel=1e-5)


def test_a_loose_line_is_called_loose(tables: dict[str, pd.DataFrame]) -> None:
    assert titles(tables)["step_by_length"].startswith("A training step's time is a line in T")
    tables["fits.csv"]["r2"] = 0.5
    assert titles(tables)["step_by_length"].startswith("A line in T fits step time loosely (R² ≥ 0.50)")


def test_void_blocks_are_counted(tables: dict[str, pd.DataFrame]) -> None:
    steps = tables["steps.csv"]
    steps["timing_valid"] = [False] * 3 + [True] * (len(steps) - 3)
    assert f"3 of {len(steps)} blocks saw other load or drift" in titles(tables)["drift"]


def test_figures_need_no_tensorflow() -> None:
    code = (
        "import pathlib, sys; from mismatch.report import experiment; from mismatch.sweep import store\n"
        f"tables = {{p.name: store.read_csv(p) for p in pathlib.Path({str(REFERENCE)!r}).glob('*.csv')}}\n"
        "assert experiment.figures('timing', tables)\n"
        "assert not {'tensorflow', 'keras', 'matplotlib.pyplot'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)

"""The verdicts that are shipped are what this code says of the tables that are shipped with them."""

from pathlib import Path

import pandas as pd
import pytest

from mismatch.analysis import registry
from mismatch.analysis.claims import COLUMNS
from mismatch.analysis.judging import judge
from mismatch.config.paths import EXPERIMENTS
from mismatch.report.experiment import measured, stamped
from mismatch.sweep.csvtext import tidy
from mismatch.sweep.store import read_runs

REFERENCE = EXPERIMENTS.parent / "results" / "reference"
FOLDERS = sorted(path.parent for path in REFERENCE.glob("*/claims.csv"))


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, na_values=[""], low_memory=False)


def again(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """`table` as it comes back from a file."""
    path = folder / "table.csv"
    table.to_csv(path, index=False)
    return read(path)


def test_there_is_a_reference() -> None:
    assert len(FOLDERS) >= 8


@pytest.mark.slow  # seconds each, but for eight folders
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_shipped_verdicts_follow_from_the_shipped_tables(folder: Path, tmp_path: Path) -> None:
    there = set(read(folder / "claims.csv"))
    assert {"registration"} <= there <= set(COLUMNS), "of another rule of the verdicts: make reference"
    registered = registry.load(EXPERIMENTS / folder.name / "claims.yaml")
    tables = {name: read(path) for name, path in measured(folder).items() if name.endswith(".csv")}
    runs = read_runs(folder)
    judged = judge(tables | ({} if runs is None else {"runs.csv": runs}), registered, stamped=stamped(folder))
    shipped = {"claims.csv": judged.claims, "controls.csv": judged.controls}
    if judged.factorial is not None:
        shipped["factorial.csv"] = judged.factorial
    for name, table in shipped.items():
        # 1e-9: what another processor rounds differently in sums of float64, and no more.
        known = read(folder / name).dropna(axis="columns", how="all")  # of an earlier version; now they are left out
        pd.testing.assert_frame_equal(again(tidy(table), tmp_path), known, check_dtype=False, rtol=1e-9, atol=1e-12)

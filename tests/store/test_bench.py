"""`make bench-store` in small: every step runs, is measured, and grows with what it should."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

BENCHES = Path(__file__).parents[2] / "experiments" / "throughput"

pytestmark = pytest.mark.slow


def bench(script: str, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(BENCHES / script), *words], cwd=cwd, capture_output=True, text=True)


def test_every_step_is_measured_and_the_exponents_are_fitted(tmp_path: Path) -> None:
    done = bench("store.py", "--sizes", "20", "200", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = pd.read_csv(tmp_path / "results" / "throughput" / "store.csv")
    assert found["runs"].tolist() == [20, 200] and found.notna().all(axis=None) and (found > 0).all(axis=None)
    steps = ("part", "plan", "resume", "tables")
    assert {f"{step}_{unit}" for step in steps for unit in ("s", "mib")} <= set(found)
    exponents = done.stdout.splitlines()[-1].split()
    assert exponents[0] == "exponent" and 0.8 < float(exponents[1 + list(found).index("file_mib") - 1]) < 1.2
    assert [path.name for path in (tmp_path / "results" / "throughput").iterdir()] == ["store.csv"]


def test_numbers_of_runs_that_make_no_whole_arms_are_refused(tmp_path: Path) -> None:
    done = bench("store.py", "--sizes", "25", cwd=tmp_path)
    assert done.returncode == 2 and "--sizes must be multiples of 10" in done.stderr


def test_parquet_and_sqlite_are_set_side_by_side(tmp_path: Path) -> None:
    done = bench("parquet.py", "--runs", "1000", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[2:]] == ["parts", "parts", "SQLite"]
    assert not list(tmp_path.iterdir())

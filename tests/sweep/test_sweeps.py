"""Sweeps through the real command line: what is made once, resumed, rebuilt, and the same however it was made."""

import os
import shutil
import signal
import time
from pathlib import Path

import pandas as pd
import pytest

from mismatch.sweep import store
from tests.helpers import INLINE, TIMES, here, mismatch
from tests.sweep.commands import AXES, PLAIN, SMALL, children, records, start, wait_for_records

pytestmark = pytest.mark.slow


def table(folder: Path) -> pd.DataFrame:
    runs = pd.read_csv(folder / "results" / "small" / "runs.csv")
    return runs.drop(columns=[*TIMES]).sort_values("run").reset_index(drop=True)


@pytest.fixture
def mine(undisturbed, tmp_path) -> Path:
    """A copy of the undisturbed sweep that a test may change."""
    return Path(shutil.copytree(undisturbed, tmp_path / "mine"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    done = mismatch(*AXES, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "small: 4 arms, 8 runs, 0 done already, 8 to train" in done.stderr
    return folder


def test_a_sweep_leaves_its_table_summary_and_figures(undisturbed):
    out = undisturbed / "results" / "small"
    runs = table(undisturbed)
    assert len(runs) == 8 and (runs["status"] == "ok").all() and "error" not in runs
    assert len(pd.read_csv(out / "summary.csv")) == 4
    drawn = {path.stem for path in (out / "figures").glob("*.png")}
    alone = pd.read_csv(out / "runs.csv")["timing_valid"].all()  # whether every run had a processor to itself
    assert {"accuracy", "stability"} <= drawn and ("step_time" in drawn) == alone
    assert (out / "report.html").stat().st_size > 1000


def test_the_same_command_again_trains_nothing_and_more_replicates_only_the_new(mine):
    again = here(*AXES, *PLAIN, cwd=mine)
    assert again.returncode == 0 and "8 done already, 0 to train" in again.stderr
    more = here(*AXES, "replicates=3", *PLAIN, INLINE, cwd=mine)
    assert more.returncode == 0 and "12 runs, 8 done already, 4 to train" in more.stderr
    assert sorted(table(mine)["replicate"]) == [0] * 4 + [1] * 4 + [2] * 4


OTHERS = {
    "joblib": ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"],
    "submitit": ["hydra/launcher=submitit_local", "hydra.launcher.cpus_per_task=1", "hydra.sweep.dir=jobs"],
}
"""Launchers from the extras of their names; each job is a process that imports TensorFlow, so that two are enough."""


def test_another_launcher_gives_the_same_table_through_the_same_path(undisturbed, tmp_path):
    done = here(*AXES, "hydra/launcher=basic", *PLAIN, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    pd.testing.assert_frame_equal(table(tmp_path), table(undisturbed))


@pytest.mark.parametrize("name", OTHERS)
def test_a_launcher_with_processes_of_its_own_gives_the_same_rows(name, undisturbed, tmp_path):
    pytest.importorskip(f"hydra_plugins.hydra_{name}_launcher")
    done = mismatch(*AXES, "mask=none", *OTHERS[name], *PLAIN, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    whole = table(undisturbed)
    plain = whole[whole["mask"] == "none"].reset_index(drop=True).dropna(axis="columns", how="all")
    pd.testing.assert_frame_equal(table(tmp_path), plain, check_dtype=False)  # half of the rows may all be whole


def test_a_killed_worker_and_a_killed_parent_cost_only_the_runs_in_flight(undisturbed, tmp_path):
    sweep = start(*AXES, cwd=tmp_path)
    wait_for_records(tmp_path, 1)
    workers = children(sweep.pid)
    assert workers
    os.kill(workers[0], signal.SIGKILL)
    wait_for_records(tmp_path, 3)
    workers = children(sweep.pid)
    os.kill(sweep.pid, signal.SIGKILL)
    sweep.communicate()
    kept = len(records(tmp_path))
    assert kept >= 3
    end = time.time() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and Path("/proc").exists():
        assert time.time() < end, "a worker outlived its parent"
        time.sleep(0.2)
    done = here(*AXES, *PLAIN, INLINE, cwd=tmp_path)
    assert done.returncode == 0 and len(records(tmp_path)) == 8
    pd.testing.assert_frame_equal(table(tmp_path), table(undisturbed))


def test_a_damaged_record_is_named_and_its_run_trained_again(mine):
    path = mine / "results" / "small" / store.FILE
    begun = [run.provenance["started"] for run in store.load(path.parent).records]
    started = min(begun, key=lambda each: (begun.count(each), each))  # two workers may begin in the same instant
    hit = begun.count(started)
    path.write_bytes(path.read_bytes().replace(started.encode(), started.encode()[:-1] + b"?"))
    done = here(*AXES, *PLAIN, INLINE, cwd=mine)
    assert done.returncode == 0, done.stderr
    assert f"{path}: damaged ({hit} rows do not match their checksums): {8 - hit} of 8 runs saved" in done.stderr
    assert f"{hit} to train" in done.stderr and len(records(mine)) == 8


def test_the_report_is_rebuilt_from_the_records_alone(undisturbed, tmp_path):
    out = undisturbed / "results" / "small"
    (tmp_path / "copy").mkdir()
    shutil.copyfile(out / store.FILE, tmp_path / "copy" / store.FILE)
    report = here("report", "copy", cwd=tmp_path)
    assert report.returncode == 0, report.stderr
    assert (tmp_path / "copy" / "runs.csv").read_text() == (out / "runs.csv").read_text()
    assert (tmp_path / "copy" / "summary.csv").read_text() == (out / "summary.csv").read_text()
    wrong = here("report", "nothing", cwd=tmp_path)
    assert wrong.returncode == 2 and wrong.stderr.startswith("mismatch: error: results=nothing: must be a folder")


def test_tables_show_the_arms_last_asked_for(mine):
    done = here("-m", "length.padding=pre", "mask=none,masking", *SMALL, *PLAIN, cwd=mine)
    assert done.returncode == 0 and "0 to train" in done.stderr
    runs = table(mine)
    assert set(runs["length.padding"]) == {"pre"} and runs["arm"].nunique() == 2
    assert here(*AXES, *PLAIN, cwd=mine).returncode == 0
    assert table(mine)["arm"].nunique() == 4

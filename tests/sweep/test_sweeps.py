"""Sweeps through the real command line: plan, resume, death of workers and parents, failures, exit codes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.helpers import COMMAND, TIMES, mismatch

SMALL = ["data.train=512", "data.test=256", "train.updates=40", "replicates=2", "name=small"]
AXES = ["-m", "length.padding=pre,post", "mask=none,masking", *SMALL]


def table(folder: Path) -> pd.DataFrame:
    runs = pd.read_csv(folder / "results" / "small" / "runs.csv")
    return runs.drop(columns=[*TIMES]).sort_values("run").reset_index(drop=True)


# A process started in the background inherits that Ctrl-C is ignored; a person's is not started there.
IN_FRONT = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from mismatch.cli import main
main()
"""


def start(*words: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", IN_FRONT, *words],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def records(folder: Path) -> list[Path]:
    """The finished files below `folder`/results; a draft, whose name begins with a dot, is none."""
    return [path for path in folder.glob("results/*/records/*.json") if not path.name.startswith(".")]


def wait_for_records(folder: Path, count: int, timeout: float = 120) -> None:
    end = time.time() + timeout
    while len(records(folder)) < count:
        assert time.time() < end, "no records appeared"
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    """Workers (not multiprocessing's resource tracker) of the process `pid`."""
    found = subprocess.run(["pgrep", "-P", str(pid), "-f", "spawn_main"], capture_output=True, text=True).stdout
    return [int(word) for word in found.split()]


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
    assert len(runs) == 8 and (runs["status"] == "ok").all() and runs["error"].isna().all()
    assert len(pd.read_csv(out / "summary.csv")) == 4
    assert {"accuracy", "stability", "step_time"} <= {path.stem for path in (out / "figures").glob("*.png")}
    assert (out / "report.html").stat().st_size > 1000


def test_the_same_command_again_trains_nothing_and_more_replicates_only_the_new(mine):
    again = mismatch(*AXES, cwd=mine)
    assert again.returncode == 0 and "8 done already, 0 to train" in again.stderr
    more = mismatch(*AXES, "replicates=3", cwd=mine)
    assert more.returncode == 0 and "12 runs, 8 done already, 4 to train" in more.stderr
    assert sorted(table(mine)["replicate"]) == [0] * 4 + [1] * 4 + [2] * 4


def test_another_launcher_and_a_single_process_give_the_same_table(undisturbed, tmp_path):
    done = mismatch(*AXES, "hydra/launcher=basic", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    pd.testing.assert_frame_equal(table(tmp_path), table(undisturbed))


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
    done = mismatch(*AXES, cwd=tmp_path)
    assert done.returncode == 0 and len(records(tmp_path)) == 8
    pd.testing.assert_frame_equal(table(tmp_path), table(undisturbed))


@pytest.mark.parametrize(
    ("send", "sign", "code", "word"),
    [(os.killpg, signal.SIGINT, 130, "interrupted"), (os.kill, signal.SIGTERM, 143, "terminated")],
    ids=["ctrl_c", "sigterm"],  # Ctrl-C in a terminal reaches the workers as well
)
def test_an_interrupt_ends_within_seconds_and_says_how_to_go_on(send, sign, code, word, tmp_path):
    sweep = start(*AXES, "replicates=40", cwd=tmp_path)
    wait_for_records(tmp_path, 2)
    send(sweep.pid, sign)
    _, text = sweep.communicate(timeout=30)  # the sweep itself would take minutes
    assert sweep.returncode == code and "Traceback" not in text
    kept = len(records(tmp_path))
    assert kept >= 2 and f"{word}: finished runs are kept; run the same command to go on" in text
    assert not list(tmp_path.glob("results/small/records/.*"))  # no draft is left


def test_failures_are_rows_the_rest_goes_on_and_the_exit_code_says_so(tmp_path):
    words = ["-m", "train.optimizer=sgd", "train.learning_rate=0.1,1e38", *SMALL]
    done = mismatch(*words, cwd=tmp_path)
    assert done.returncode == 3 and "2 of 4 runs did not end ok" in done.stderr
    runs = pd.read_csv(tmp_path / "results" / "small" / "runs.csv")
    assert runs.groupby("train.learning_rate")["status"].agg(set).tolist() == [{"ok"}, {"diverged"}]
    assert runs.loc[runs["status"] == "diverged", "error"].str.contains("loss became").all()
    assert pd.read_csv(tmp_path / "results" / "small" / "summary.csv")["failures"].tolist() == [0, 2]
    again = mismatch(*words, cwd=tmp_path)
    assert again.returncode == 3 and "4 done already, 0 to train" in again.stderr


def test_a_damaged_record_is_named_and_its_run_trained_again(mine):
    path = sorted((mine / "results" / "small" / "records").glob("*.json"))[0]
    before = path.read_text()
    path.write_text(before[:100])
    done = mismatch(*AXES, cwd=mine)
    assert done.returncode == 0 and f"{path.name}: damaged record left out" in done.stderr
    assert "1 to train" in done.stderr and len(path.read_text()) > 1000


def test_the_report_is_rebuilt_from_the_records_alone(undisturbed, tmp_path):
    out = undisturbed / "results" / "small"
    shutil.copytree(out / "records", tmp_path / "copy" / "records")
    report = _report("copy", cwd=tmp_path)
    assert report.returncode == 0, report.stderr
    assert (tmp_path / "copy" / "runs.csv").read_text() == (out / "runs.csv").read_text()
    assert (tmp_path / "copy" / "summary.csv").read_text() == (out / "summary.csv").read_text()
    wrong = _report("nothing", cwd=tmp_path)
    assert wrong.returncode == 2 and wrong.stderr.startswith("mismatch: error: results=nothing: must be a folder")


def test_one_arm_prints_its_rows(tmp_path):
    done = mismatch("length.steps=8", *SMALL, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "replicate 1: accuracy 0." in done.stderr
    assert "accuracy" in done.stdout and "length.steps" in done.stdout


def test_ctrl_c_while_workers_start_leaves_no_traceback(tmp_path):
    sweep = start(*AXES, cwd=tmp_path)
    end = time.time() + 60
    while not children(sweep.pid):
        assert time.time() < end
        time.sleep(0.02)
    os.killpg(sweep.pid, signal.SIGINT)
    _, text = sweep.communicate(timeout=30)
    assert sweep.returncode == 130 and "Traceback" not in text, text


def test_another_launcher_also_leaves_out_impossible_cells_and_refuses_bad_ones_first(tmp_path):
    cells = ["-m", "features.adapter=zero", "features.width=2,8", "hydra/launcher=basic", *SMALL]
    refused = mismatch(*cells, "replicates=1", cwd=tmp_path)
    assert refused.returncode == 2 and "features.width=2" in refused.stderr
    assert not list(tmp_path.glob("results/small/records/*"))
    skipped = mismatch(*cells, "replicates=1", "impossible=skip", cwd=tmp_path)
    assert skipped.returncode == 0 and "1 impossible of 2 cells left out, such as features.width=2" in skipped.stderr
    assert len(pd.read_csv(tmp_path / "results" / "small" / "runs.csv")) == 1


def test_all_experiments_are_checked_before_the_first_one_trains(tmp_path):
    done = mismatch("-m", "+experiment=features/smoke,padding/smoke", "features.width=16", cwd=tmp_path)
    assert done.returncode == 2 and "features.width=16: needs an adapter" in done.stderr
    assert not list(tmp_path.glob("results/**/records/*"))


def test_tables_show_the_arms_last_asked_for(mine):
    done = mismatch("-m", "length.padding=pre", "mask=none,masking", *SMALL, cwd=mine)
    assert done.returncode == 0 and "0 to train" in done.stderr
    runs = table(mine)
    assert set(runs["length.padding"]) == {"pre"} and runs["arm"].nunique() == 2
    assert mismatch(*AXES, cwd=mine).returncode == 0
    assert table(mine)["arm"].nunique() == 4


def _report(folder, cwd):
    command = [*COMMAND, "report", folder]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)

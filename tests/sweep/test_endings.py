"""How a command ends: interrupted, with failures, refused; exit codes and what is left behind."""

import os
import signal
import time

import pandas as pd
import pytest

from tests.helpers import INLINE, here
from tests.sweep.commands import AXES, ONE, PLAIN, SMALL, children, records, start, wait_for_records

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("send", "sign", "code", "word"),
    [(os.killpg, signal.SIGINT, 130, "interrupted"), (os.kill, signal.SIGTERM, 143, "terminated")],
    ids=["ctrl_c", "sigterm"],  # Ctrl-C in a terminal reaches the workers as well
)
def test_an_interrupt_ends_within_seconds_and_says_how_to_go_on(send, sign, code, word, tmp_path):
    sweep = start(*AXES, "replicates=40", *ONE, cwd=tmp_path)
    wait_for_records(tmp_path, 2)
    send(sweep.pid, sign)
    _, text = sweep.communicate(timeout=30)  # the sweep itself would take minutes
    assert sweep.returncode == code and "Traceback" not in text
    kept = len(records(tmp_path))
    assert kept >= 2 and f"{word}: finished runs are kept; run the same command to go on" in text
    assert not list(tmp_path.glob("results/small/*-journal"))  # nothing half done is left


def test_failures_are_rows_the_rest_goes_on_and_the_exit_code_says_so(tmp_path):
    words = ["-m", "train.optimizer=sgd", "train.learning_rate=0.1,1e38", *SMALL, *PLAIN, INLINE]
    done = here(*words, cwd=tmp_path)
    assert done.returncode == 3 and "2 of 4 runs did not end ok" in done.stderr
    runs = pd.read_csv(tmp_path / "results" / "small" / "runs.csv")
    assert runs.groupby("train.learning_rate")["status"].agg(set).tolist() == [{"ok"}, {"diverged"}]
    assert runs.loc[runs["status"] == "diverged", "error"].str.contains("loss became").all()
    assert pd.read_csv(tmp_path / "results" / "small" / "summary.csv")["failures"].tolist() == [0, 2]
    again = here(*words, cwd=tmp_path)
    assert again.returncode == 3 and "4 done already, 0 to train" in again.stderr


LINES = [
    *("accuracy", "ceiling", "chance", "delay", "input", "mask"),
    *("step time", "failures", "the rest", "page"),
]


def test_one_arm_prints_the_ten_lines_that_matter_and_with_all_every_column(tmp_path):
    done = here("length.steps=8", *SMALL, *PLAIN, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "replicate 1: accuracy 0." in done.stderr
    lines = done.stdout.splitlines()
    assert [line[:11].strip() for line in lines] == LINES and max(map(len, lines)) <= 80
    assert "summary.csv" in lines[-2] and "T = 8 timesteps" in done.stdout
    whole = here("length.steps=8", "--all", *SMALL, *PLAIN, cwd=tmp_path)
    assert whole.returncode == 0 and "2 done already, 0 to train" in whole.stderr
    columns = [line.split()[0] for line in whole.stdout.splitlines()]
    assert columns == list(pd.read_parquet(tmp_path / "results" / "small" / "runs.parquet"))


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
    cells = ["-m", "features.adapter=zero", "features.width=2,8", "hydra/launcher=basic", *SMALL, *PLAIN]
    refused = here(*cells, "replicates=1", cwd=tmp_path)
    assert refused.returncode == 2 and "features.width=2" in refused.stderr
    assert not list(tmp_path.glob("results/*/*"))
    skipped = here(*cells, "replicates=1", "impossible=skip", cwd=tmp_path)
    assert skipped.returncode == 0 and "1 impossible of 2 cells left out, such as features.width=2" in skipped.stderr
    assert len(pd.read_csv(tmp_path / "results" / "small" / "runs.csv")) == 1


def test_all_experiments_are_checked_before_the_first_one_trains(tmp_path):
    done = here("-m", "+experiment=features/smoke,padding/smoke", "features.width=16", INLINE, cwd=tmp_path)
    assert done.returncode == 2 and "features.width=16: needs an adapter" in done.stderr
    assert not list(tmp_path.glob("results/*/*"))

"""Two sweeps in one folder: one at a time, and a dead one holds nothing."""

import signal
import subprocess
import sys
import time

import pytest

from mismatch.config.fields import ConfigError
from mismatch.sweep import lock

HOLDER = """
import sys, time; from pathlib import Path; from mismatch.sweep import lock
with lock.hold(Path(sys.argv[1])):
    print("held", flush=True); time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / "out")], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_sweep_is_told_who_holds_the_folder_and_since_when(holder, tmp_path):
    with pytest.raises(ConfigError) as error, lock.hold(tmp_path / "out"):
        pass
    assert f"another sweep writes there (process {holder.pid} on " in str(error.value)
    assert f"since {time.strftime('%Y-')}" in str(error.value) and "\n" not in str(error.value)


def test_the_lock_of_a_killed_process_is_free(holder, tmp_path):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / "out" / lock.FILE).is_file()
    with lock.hold(tmp_path / "out"):
        pass


def test_a_folder_in_which_nothing_was_written_is_gone_again(tmp_path):
    with lock.hold(tmp_path / "results" / "mine"):
        assert (tmp_path / "results" / "mine").is_dir()
    assert not list(tmp_path.iterdir())
    with lock.hold(tmp_path / "results" / "mine"):
        (tmp_path / "results" / "mine" / "runs.csv").write_text("")
    assert [path.name for path in tmp_path.glob("results/mine/*")] == ["runs.csv"]


def test_a_place_that_cannot_be_a_folder_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"out=.*/file/mine: cannot be written to: Not a directory"):
        with lock.hold(tmp_path / "file" / "mine"):
            pass

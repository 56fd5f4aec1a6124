"""Measurements beside the training: begun at once, asked for later, waited for where a quiet machine is needed."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mismatch.config.registry import MEASUREMENTS
from mismatch.sweep import child, measured
from mismatch.sweep.background import Background

ONE, TWO = Path("one"), Path("two")


@pytest.fixture
def background():
    made = Background()
    yield made
    made.stop()


def test_they_are_made_one_after_another_and_asked_for_in_any_order(background):
    told: list[str] = []
    go = threading.Event()
    background.begin(ONE, lambda: (go.wait(30), told.append("one"))[-1])
    background.begin(TWO, lambda: told.append("two"))
    assert told == []
    go.set()
    assert background.end(TWO) and told == ["one", "two"]
    assert background.end(ONE) and not background.end(ONE) and not background.end(Path("three"))


def test_what_went_wrong_is_told_to_the_one_who_asks_and_to_nobody_else(background):
    def broken() -> None:
        raise RuntimeError("the measurement broke")

    background.begin(ONE, broken)
    background.begin(TWO, lambda: None)
    background.quiet()
    assert background.end(TWO)
    with pytest.raises(RuntimeError, match="the measurement broke"):
        background.end(ONE)


def test_giving_up_kills_the_process_that_measures():
    background, started = Background(), threading.Event()
    processes: list[subprocess.Popen[str]] = []

    def measuring() -> None:
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], text=True)
        processes.append(process)
        child._RUNNING.add(process)
        started.set()
        process.wait()
        child._RUNNING.discard(process)

    background.begin(ONE, measuring)
    background.begin(TWO, lambda: processes.clear())
    assert started.wait(30)
    background.stop()
    assert processes[0].wait(30) != 0 and len(processes) == 1  # and what had not begun is not begun


def test_only_step_times_need_a_quiet_machine():
    assert [name for name in MEASUREMENTS.names if measured.alone(name)] == ["timing"]

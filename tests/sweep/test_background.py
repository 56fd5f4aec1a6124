"""Measurements beside the training: begun at once, asked for later, waited for where a quiet machine is needed."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mismatch.config.registry import MEASUREMENTS
from mismatch.report import Rebuilt
from mismatch.sweep import child, measured
from mismatch.sweep.background import Background
from mismatch.sweep.session import EXIT_FAILED_RUNS, Session
from tests.helpers import make_settings

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


class Reports:
    """Notes what is asked of it, by which thread; the first report waits until the second sweep trains."""

    def __init__(self, trains: threading.Event, wrong: Exception | None = None) -> None:
        self.told: list[tuple[str, bool]] = []
        self.trains, self.wrong = trains, wrong

    def prepare(self, figures, several):
        """Nothing to import."""

    def stop(self):
        """Nothing to give up."""

    def refresh(self, folder, figures, vector):
        assert folder.name != "one" or self.trains.wait(30)
        self.told.append((folder.name, threading.current_thread() is threading.main_thread()))
        if self.wrong and folder.name == "one":
            raise self.wrong
        return Rebuilt(2, int(folder.name == "one"), ())

    def arm(self, folder, whole):
        """Nothing to print of a single arm."""
        return []

    def publish(self, folder):
        self.told.append(("verdicts", threading.current_thread() is threading.main_thread()))


@pytest.fixture
def swept(tmp_path, monkeypatch):
    """A session with two sweeps that are not trained, and the event of the second one's training."""
    trains = threading.Event()

    def drive_all(parts, executor, say):
        for part in parts:
            if part.plan.name == "two":
                trains.set()
            part.end()

    given = iter([make_settings(out=str(tmp_path / name), name=name, replicates=1) for name in ("one", "two")])
    monkeypatch.setattr("mismatch.sweep.session.drive_all", drive_all)
    monkeypatch.setattr("mismatch.sweep.session.settings", lambda config: next(given))
    monkeypatch.setattr("mismatch.sweep.session.store.there", lambda folder: True)

    def session(reports):
        made = Session(reports)
        for name in ("one", "two"):
            made.add([{"name": name, "out": str(tmp_path / name)}], ["out=x"])
        return made

    return session, trains


def test_a_report_is_made_while_the_next_sweep_trains_and_verdicts_come_last(swept):
    session, trains = swept
    reports = Reports(trains)
    assert session(reports).run() == EXIT_FAILED_RUNS  # of the first report, whose rows had one
    assert sorted(reports.told[:2]) == [("one", False), ("two", False)]
    assert reports.told[2:] == [("verdicts", True)]


def test_a_broken_report_is_a_line_and_an_exit_code_and_the_others_are_made(swept, capsys):
    session, trains = swept
    reports = Reports(trains, ValueError("no figure"))
    assert session(reports).run() == 1
    assert "but not the report: ValueError('no figure')" in capsys.readouterr().err
    assert {name for name, _ in reports.told[:2]} == {"one", "two"} and reports.told[2:] == [("verdicts", True)]

"""A measurement of another package is made in a fresh process; its failure is one line and a log."""

import os
import sys
from pathlib import Path

import pytest

from mismatch.config.fields import ConfigError
from mismatch.config.groups import Settings
from mismatch.config.registry import MEASUREMENTS
from mismatch.config.rules import resolve
from mismatch.data.early import Early
from mismatch.sweep import measured, measurement, store

TOY = """
import os
import pandas as pd
from mismatch.sweep.measurement import Measurement

class Toy(Measurement):
    name = "toy"
    tables = {"toy.csv": "arms and the process that saw them"}
    columns = {"arm": ("", "arm"), "process": ("", "process id"), "smoke": ("", "whether cut short")}

    def seconds(self, arms, smoke):
        return 1.0

    def measure(self, arms, smoke):
        if not arms:
            raise ValueError("no arms to measure")
        row = {"process": os.getpid(), "smoke": smoke}
        name = "other.csv" if smoke else "toy.csv"
        return {name: pd.DataFrame([{"arm": arm.id} | row for arm in arms])}
"""


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package with the measurement `toy`, here and in processes started from here."""
    (tmp_path / "toys.py").write_text(TOY)
    info = tmp_path / "toys-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toys\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[mismatch.measurements]\ntoy = toys\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    monkeypatch.delitem(sys.modules, "toys", raising=False)
    measurement.code.cache_clear()
    monkeypatch.setitem(MEASUREMENTS.__dict__, "foreign", dict(type(MEASUREMENTS).foreign.func(MEASUREMENTS)))  # type: ignore[attr-defined]


def arms() -> list:
    return [resolve(Settings(data=Early(), seed=seed)) for seed in (0, 1)]


def test_tables_of_all_arms_come_from_another_process() -> None:
    table = measurement.make("toy", arms(), smoke=False)["toy.csv"]
    assert table["arm"].tolist() == [arm.id for arm in arms()]
    assert os.getpid() not in set(table["process"]) and not table["smoke"].any()


def test_a_failure_is_its_last_line_and_a_log(tmp_path: Path) -> None:
    log = tmp_path / "out" / "measure.log"
    with pytest.raises(RuntimeError, match=r"measurement toy failed: ValueError: no arms to measure .*measure\.log"):
        measurement.make("toy", [], smoke=False, log=log)
    assert "Traceback" in log.read_text()


def test_a_table_that_is_not_made_is_a_failure() -> None:
    with pytest.raises(RuntimeError, match=r"it made no toy\.csv"):
        measurement.make("toy", arms(), smoke=True)


def test_an_unknown_measurement_is_one_line() -> None:
    with pytest.raises(ConfigError, match=r"^measure=clock: must be one of timing, trials, linter, gradient, toy$"):
        measurement.make("clock", arms(), smoke=True)


def test_the_stamp_moves_with_the_arms_the_size_and_the_code(tmp_path: Path) -> None:
    stamp = measurement.stamp("toy", arms(), smoke=False)
    assert stamp == measurement.stamp("toy", arms()[::-1], smoke=False)
    assert stamp["arms"] != measurement.stamp("toy", arms()[:1], smoke=False)["arms"]
    assert stamp["size"] != measurement.stamp("toy", arms(), smoke=True)["size"]
    (tmp_path / "toys.py").write_text(TOY + "\n")
    assert stamp["code"] == measurement.stamp("toy", arms(), smoke=False)["code"]  # as this process has read it
    measurement.code.cache_clear()
    assert stamp["code"] != measurement.stamp("toy", arms(), smoke=False)["code"]


def test_tables_that_were_made_are_not_due_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert measured.due("toy", arms(), False, out) == 1.0
    measured.make("toy", arms(), False, out)
    assert store.read_csv(out / "toy.csv")["arm"].tolist() == [arm.id for arm in arms()]
    assert measured.due("toy", arms(), False, out) == 0.0
    assert measured.due("toy", arms()[:1], False, out) == 1.0


def test_tables_that_were_made_for_other_claims_are_due_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    measured.make("toy", arms(), False, out, claims="these")
    assert measured.stamp(out)["claims"] == "these"
    assert measured.due("toy", arms(), False, out, claims="these") == 0.0
    assert measured.due("toy", arms(), False, out, claims="those") == 1.0

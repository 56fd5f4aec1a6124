"""Runs are exported from the records: what other tools read is what was recorded, once."""

import importlib.util
import sqlite3
from pathlib import Path

import pytest

from mismatch import cli
from mismatch.config.fields import ConfigError
from mismatch.report.export import TARGETS, export, of_folder
from mismatch.sweep import store
from tests.report.test_build import sweep_of

INSTALLED = {name: all(importlib.util.find_spec(part) for part in parts) for name, parts in TARGETS.items()}


def needs(tool: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not INSTALLED[tool], reason=f"needs the extra export, for {tool}")


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sweep_of(tmp_path_factory.mktemp("swept") / "own")


def test_the_command_knows_every_tool() -> None:
    assert cli.TARGETS == tuple(TARGETS)


def test_runs_come_with_names_parameters_metrics_and_curves(swept: Path) -> None:
    runs, table = of_folder(swept), store.newest(swept).table.set_index("run")
    assert len(runs) == 4 and {run.label for run in runs} == {"pre-padding", "post-padding"}
    for run in runs:
        assert run.metrics["accuracy"] == table.loc[run.run, "accuracy"]
        assert run.parameters["length.padding"] == table.loc[run.run, "length.padding"]
        assert "mask.value" not in run.parameters  # which could not act
        assert run.series == {"probe_loss": [(0, 1.0), (0, 0.5), (0, 0.2)]}  # these records name no updates
        assert run.ok and run.started > 1.7e9 and run.tags["data_hash"] == "ab"


@pytest.mark.parametrize("tool", TARGETS)
def test_a_tool_that_is_not_installed_is_one_line(tool: str, swept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        ConfigError, match=rf"--to={tool}: needs .*, of the extra export: pip install 'mismatch\[export"
    ):
        list(export([swept], tool))
    assert not (swept / tool).exists()


def test_a_folder_without_records_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(ConfigError, match=r"^results=.*: must be a folder with records"):
            list(export([folder], "mlflow"))


@needs("tensorboard")
def test_tensorboard_reads_curves_metrics_and_parameters(swept: Path, tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    (line,) = export([swept], "tensorboard", tmp_path)
    assert "4 of 4 runs" in line
    table = store.newest(swept).table.set_index("run")
    for path in tmp_path.glob("*/*/events*"):
        events = list(EventFileLoader(str(path)).Load())
        values = [value for event in events for value in event.summary.value]
        found = {value.tag: value.tensor.float_val[0] for value in values if value.tensor.float_val}
        run = path.parent.name.partition("-")[2]
        assert found["final/accuracy"] == pytest.approx(table.loc[run, "accuracy"])
        assert found["probe_loss"] == pytest.approx(0.2) and any(value.tag.startswith("_hparams") for value in values)
    assert "0 of 4 runs" in next(export([swept], "tensorboard", tmp_path))


@needs("mlflow")
def test_mlflow_keeps_every_run_once_in_a_file(swept: Path, tmp_path: Path) -> None:
    (line,) = export([swept], "mlflow", tmp_path)
    assert "4 of 4 runs" in line
    assert "0 of 4 runs" in next(export([swept], "mlflow", tmp_path))
    table = store.newest(swept).table.set_index("run")
    with sqlite3.connect(tmp_path / "mlflow.db") as file:
        names = dict(file.execute("SELECT value, run_uuid FROM tags WHERE key = 'mismatch.run'").fetchall())
        assert set(names) == set(table.index)
        for run, uuid in names.items():
            asked = "SELECT value FROM {} WHERE key = ? AND run_uuid = ?"
            ((accuracy,),) = file.execute(asked.format("metrics"), ("accuracy", uuid)).fetchall()
            assert accuracy == table.loc[run, "accuracy"]
            ((padding,),) = file.execute(asked.format("params"), ("length.padding", uuid)).fetchall()
            assert padding == table.loc[run, "length.padding"]
            assert len(file.execute(asked.format("metrics"), ("probe_loss", uuid)).fetchall()) == 3
        assert file.execute("SELECT DISTINCT status FROM runs").fetchall() == [("FINISHED",)]

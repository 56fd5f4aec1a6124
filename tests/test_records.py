"""Records are written whole, checked when read, and are all a table needs."""

import json

import numpy as np
import pandas as pd
import pytest

from mismatch.run.columns import COLUMNS
from mismatch.run.pipeline import identity
from mismatch.sweep import records
from tests.helpers import make_arm


def payload(replicate: int = 0, started: str = "2026-01-01", **overrides: object) -> dict:
    row = identity(make_arm(), replicate, "test") | {"started": started, "accuracy": 0.1 + 0.2, "skill": float("nan")}
    return {"row": row | overrides, "config": {}, "trace": {"probe_loss": np.float32([1.5, np.inf])}, "versions": {}}


def test_a_record_comes_back_as_it_was_with_infinities_as_null(tmp_path):
    path = records.write(tmp_path, payload())
    loaded = records.load(tmp_path)
    assert loaded.damaged == []
    assert loaded.payloads[0]["row"]["accuracy"] == 0.1 + 0.2
    assert loaded.payloads[0]["trace"]["probe_loss"] == [1.5, None]
    json.loads(path.read_text(), parse_constant=pytest.fail)  # strict JSON
    assert [p.name for p in path.parent.iterdir()] == [path.name]  # no draft left behind


DAMAGE = {
    "cut short": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "a flipped digit": lambda text: text.replace("0.30000000000000004", "0.40000000000000004"),
    "another run's": lambda text: text.replace('"run":"', '"run":"f'),
    "not an object": lambda text: "[1, 2]",
    "not text": lambda text: None,
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_record_is_named_and_trained_again_and_never_crashes(kind, tmp_path):
    sound, broken = records.write(tmp_path, payload(0)), records.write(tmp_path, payload(1))
    text = DAMAGE[kind](broken.read_text())
    broken.write_bytes(b"\xff\x00\xfe" if text is None else text.encode())
    loaded = records.load(tmp_path)
    assert [p["row"]["replicate"] for p in loaded.payloads] == [0]
    assert len(loaded.damaged) == 1 and str(broken) in loaded.damaged[0]
    assert records.finished(loaded.payloads) == {sound.stem}


def test_drafts_of_dead_writers_are_removed_and_other_files_left_alone(tmp_path):
    folder = records.write(tmp_path, payload()).parent
    (folder / "abc.4194999.tmp").write_text("half")  # beyond the largest process id of Linux
    (folder / "notes.tmp").write_text("mine")
    assert len(records.load(tmp_path).payloads) == 1
    assert [path.name for path in folder.glob("*.tmp")] == ["notes.tmp"]


def test_only_outcomes_that_would_repeat_count_as_finished():
    rows = [payload(i, status=status) for i, status in enumerate(("ok", "diverged", "failed", "killed", "timeout"))]
    assert len(records.finished(rows)) == 2


def test_the_table_holds_one_row_per_arm_and_replicate_the_newest(tmp_path):
    old, new = payload(0, started="2026-01-01", run="a" * 16), payload(0, started="2026-02-01", run="b" * 16)
    table = records.table(records.newest([new, old, payload(1)]))
    assert table["replicate"].tolist() == [0, 1]
    assert table["run"].iloc[0] == "b" * 16


def test_table_files_agree_and_every_column_is_explained(tmp_path):
    runs = records.table([payload(0), payload(1, status="failed", error="ValueError: no")])
    records.write_tables(tmp_path, runs)
    csv, parquet = pd.read_csv(tmp_path / "runs.csv"), pd.read_parquet(tmp_path / "runs.parquet")
    assert list(csv) == list(parquet) == list(runs)
    assert set(COLUMNS) <= set(csv)
    assert csv["accuracy"].tolist() == parquet["accuracy"].tolist() == [0.1 + 0.2] * 2
    dictionary = pd.read_csv(tmp_path / "columns.csv").set_index("column")
    assert list(dictionary.index) == list(csv) and dictionary["meaning"].notna().all()
    assert dictionary.loc["step_ms", "unit"] == "ms"

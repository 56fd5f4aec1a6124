"""Records are written whole, checked when read, and are all a table needs."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mismatch.run.pipeline import begin
from mismatch.run.record import Record
from mismatch.run.sections import IDENTITY, is_parameter, ordered
from mismatch.sweep import store
from tests.helpers import make_arm

FIRST_SCHEMA = Path(__file__).parent / "schema-1.json"


def record(replicate: int = 0, started: str = "2026-01-01", status: str = "ok", **identity: Any) -> Record:
    begun = begin(make_arm(), replicate, "test")
    metrics, trace = {"accuracy": 0.1 + 0.2, "skill": float("nan")}, {"probe_loss": np.float32([1.5, np.inf])}
    done = begun.ended(status, None, metrics, {"started": started}, trace)
    done.identity.update(identity)  # type: ignore[attr-defined]
    return done


def test_a_record_comes_back_as_it_was_with_infinities_as_null(tmp_path):
    written = record()
    path = store.write(tmp_path, written)
    loaded = store.load(tmp_path)
    assert loaded.damaged == []
    (back,) = loaded.records
    assert (back.identity, back.parameters, back.versions) == (written.identity, written.parameters, written.versions)
    assert back.metrics == {"accuracy": 0.1 + 0.2, "skill": None}
    assert back.trace == {"probe_loss": [1.5, None]}
    json.loads(path.read_text(), parse_constant=pytest.fail)  # strict JSON
    assert [p.name for p in path.parent.iterdir()] == [path.name]  # no draft left behind


DAMAGE = {
    "cut short": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "a flipped digit": lambda text: text.replace("0.30000000000000004", "0.40000000000000004"),
    "another run's": lambda text: text.replace('"run":"', '"run":"f'),
    "of a later version": lambda text: text.replace('"schema":2', '"schema":3'),
    "not an object": lambda text: "[1, 2]",
    "not text": lambda text: None,
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_record_is_named_and_trained_again_and_never_crashes(kind, tmp_path):
    sound, broken = store.write(tmp_path, record(0)), store.write(tmp_path, record(1))
    text = DAMAGE[kind](broken.read_text())
    broken.write_bytes(b"\xff\x00\xfe" if text is None else text.encode())
    loaded = store.load(tmp_path)
    assert [r.replicate for r in loaded.records] == [0]
    assert len(loaded.damaged) == 1 and str(broken) in loaded.damaged[0]
    assert store.finished(loaded.records) == {sound.stem}


def test_drafts_of_dead_writers_are_removed_and_other_files_left_alone(tmp_path):
    folder = store.write(tmp_path, record()).parent
    (folder / ".abc.4194999.json").write_text("half")  # beyond the largest process id of Linux
    (folder / f".abc.{os.getpid()}.json").write_text("at work")
    (folder / "notes.txt").write_text("mine")
    assert len(store.load(tmp_path).records) == 1 and not store.load(tmp_path).damaged
    left = {path.name for path in folder.iterdir()} - {f"{record().run}.json"}
    assert left == {f".abc.{os.getpid()}.json", "notes.txt"}


def test_a_full_disk_leaves_every_table_as_it_was(tmp_path, monkeypatch):
    store.write_tables(tmp_path, store.table([record(0)]))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    with pytest.raises(OSError):
        store.write_tables(tmp_path, store.table([record(0), record(1)]))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_one_key_may_hold_a_number_here_and_a_word_there(tmp_path):
    """As two datasets of different packages may have it."""
    number, word = Record({"arm": "a"}, {"data.size": 3}, {}, {}), Record({"arm": "b"}, {"data.size": "large"}, {}, {})
    store.write_tables(tmp_path, store.table([word, number]))
    assert pd.read_parquet(tmp_path / "runs.parquet")["data.size"].tolist() == ["3", "large"]
    assert store.read_csv(tmp_path / "runs.csv")["arm"].tolist() == ["a", "b"]


def test_a_word_none_is_a_word_and_a_blank_is_missing(tmp_path):
    store.write_csv(tmp_path / "t.csv", pd.DataFrame({"mask": ["none", None, "NA"], "n": [0.1 + 0.2, None, 1]}))
    back = store.read_csv(tmp_path / "t.csv")
    assert back["mask"].tolist()[::2] == ["none", "NA"] and back.isna().sum().tolist() == [1, 1]
    assert back["n"].iloc[0] == 0.1 + 0.2


def test_only_outcomes_that_would_repeat_count_as_finished():
    outcomes = ("ok", "diverged", "failed", "killed", "timeout")
    assert len(store.finished(record(i, status=status) for i, status in enumerate(outcomes))) == 2


def test_the_table_holds_one_row_per_arm_and_replicate_the_newest():
    old, new = record(0, started="2026-01-01", run="a" * 16), record(0, started="2026-02-01", run="b" * 16)
    table = store.table(store.newest([new, old, record(1)]))
    assert table["replicate"].tolist() == [0, 1]
    assert table["run"].iloc[0] == "b" * 16


def test_going_back_to_earlier_code_shows_its_runs_not_the_later_ones():
    old, new = record(0, started="2026-01-01", run="a" * 16), record(0, started="2026-02-01", run="b" * 16)
    for asked, shown in ((old, old), (new, new)):
        assert store.newest([old, new], [old.arm], [asked.run]) == [shown]
    assert store.newest([old, new], None, ["c" * 16]) == [new]


def test_the_newest_may_be_cut_to_the_arms_asked_for():
    here = record()
    assert store.newest([here], [here.arm]) == [here]
    assert store.newest([here], ["another"]) == []


def test_table_files_agree(tmp_path):
    runs = store.table([record(0), record(1, status="failed", error="ValueError: no")])
    store.write_tables(tmp_path, runs)
    csv, parquet = pd.read_csv(tmp_path / "runs.csv"), pd.read_parquet(tmp_path / "runs.parquet")
    assert list(csv) == list(parquet) == list(runs)
    assert csv["accuracy"].tolist() == parquet["accuracy"].tolist() == [0.1 + 0.2] * 2


KEYS = st.sampled_from(("data", "data.noise", "length.padding", "mask", "mask.value", "train.batch", "seed"))
PARAMETERS = st.dictionaries(KEYS, st.sampled_from(("a", 2, 0.5, True, None)))


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    """Runs of a few arms whose parameters differ in which they have, each with a metric of nobody's."""
    found = []
    for arm, parameters in enumerate(draw(st.lists(PARAMETERS, min_size=1, max_size=4, unique_by=repr))):
        for replicate in range(draw(st.integers(1, 3))):
            identity = {"experiment": "x", "arm": str(arm), "replicate": replicate, "run": f"{arm}-{replicate}"}
            metrics = {"made_up": draw(st.floats(allow_nan=False, allow_infinity=False))}
            provenance = {"started": draw(st.sampled_from("123"))}
            found.append(Record(identity | {"status": "ok", "error": None}, parameters, metrics, provenance))
    return found


@given(records(), st.randoms())
def test_neither_rows_nor_columns_depend_on_the_order_of_the_runs(runs, random):
    shuffled = sorted(runs, key=lambda _: random.random())
    one, other = store.table(store.newest(runs)), store.table(store.newest(shuffled))
    assert list(one) == list(other)
    key = ["run", "made_up"]
    assert one[key].sort_values("run").to_numpy().tolist() == other[key].sort_values("run").to_numpy().tolist()
    parameters = [name for name in one if is_parameter(name)]
    assert list(one)[6 : 6 + len(parameters)] == parameters == ordered(parameters)


@given(records())
def test_every_record_written_is_read_back_and_no_other(runs):
    with tempfile.TemporaryDirectory() as folder:
        for run in runs:
            store.write(Path(folder), run)
        loaded = store.load(Path(folder))
    assert loaded.damaged == [] and sorted(loaded.records, key=lambda r: r.run) == sorted(runs, key=lambda r: r.run)


def test_a_record_of_the_first_schema_is_read_into_its_sections(tmp_path):
    content = json.loads(FIRST_SCHEMA.read_text())
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / f"{content['payload']['row']['run']}.json").write_text(FIRST_SCHEMA.read_text())
    loaded = store.load(tmp_path)
    assert loaded.damaged == []
    (old,) = loaded.records
    assert list(old.identity) == list(IDENTITY)
    assert old.parameters == content["payload"]["config"]
    assert {"accuracy", "run_s", "parameters"} <= set(old.metrics) and "threads" in old.provenance
    assert store.table([old]).notna().sum().sum() == sum(v is not None for v in content["payload"]["row"].values())


def test_the_plan_comes_back_and_a_damaged_one_is_none(tmp_path):
    store.write_plan(tmp_path, "small", {"a": 3})
    assert store.read_plan(tmp_path) == store.Asked("small", {"a": 3})
    store.write_plan(tmp_path, "timing", {}, "timing", ["b", "a"])
    assert store.read_plan(tmp_path) == store.Asked("timing", {}, "timing", frozenset({"a", "b"}))
    store.write_plan(tmp_path, "looked", {"a": 20}, looks=(10, 20))
    assert store.read_plan(tmp_path) == store.Asked("looked", {"a": 20}, looks=(10, 20))
    (tmp_path / "plan.json").write_text('{"name": "old", "arms": {"a": 1}}')  # before a plan could name a measurement
    assert store.read_plan(tmp_path) == store.Asked("old", {"a": 1})
    (tmp_path / "plan.json").write_text("{")
    assert store.read_plan(tmp_path) is None

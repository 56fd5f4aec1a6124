"""Records are kept whole, checked when read, and are all a table needs."""

import sqlite3
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mismatch.run.record import FINISHED, Record
from mismatch.run.sections import is_parameter, ordered
from mismatch.sweep import store
from mismatch.sweep.records.database import Database
from tests.store.runs import many, record


def keep(out: Path, *records: Record) -> Path:
    with store.Writer(out) as writer:
        for each in records:
            writer.keep(each)
    return out


def runs_of(chosen: store.Chosen) -> set[str]:
    return {brief.run for brief in chosen.briefs}


def test_a_record_comes_back_as_it_was_with_infinities_as_null(tmp_path):
    written = record()
    store.write(tmp_path, written)
    loaded = store.load(tmp_path)
    assert loaded.damaged == []
    (back,) = loaded.records
    assert (back.identity, back.parameters, back.versions) == (written.identity, written.parameters, written.versions)
    assert back.metrics == {"accuracy": 0.1 + 0.2, "skill": None}
    assert back.trace == {"probe_loss": [1.5, None]}
    assert [path.name for path in tmp_path.iterdir()] == [store.FILE]  # no draft, no journal left behind


def test_which_test_sequences_are_right_costs_a_third_of_a_byte_each(tmp_path):
    """Three times what is in them: where three quarters are right, each says .81 bits."""
    right = (np.random.default_rng(0).random(4000) < 0.75).astype(np.uint8)
    written = record()
    written.trace.update(test_correct=right)  # type: ignore[attr-defined]
    store.write(tmp_path, written)
    assert store.load(tmp_path).records[0].trace["test_correct"] == right.tolist()
    with sqlite3.connect(tmp_path / store.FILE) as connection:
        (size,) = connection.execute("SELECT length(trace) FROM traces").fetchone()
    assert size < 4000 / 3


def test_a_run_that_is_trained_again_replaces_its_record(tmp_path):
    keep(tmp_path, record(0, status="failed"), record(1), record(0, started="2026-02-01"))
    assert [r.provenance["started"] for r in store.load(tmp_path).records if r.replicate == 0] == ["2026-02-01"]
    assert len(store.newest(tmp_path).table) == 2


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


def test_only_outcomes_that_would_repeat_count_as_finished(tmp_path):
    outcomes = ("ok", "diverged", "failed", "killed", "timeout")
    records = [record(i, status=status) for i, status in enumerate(outcomes)]
    keep(tmp_path, *records)
    found = store.survey(tmp_path, {each.run for each in records})
    assert found.finished == {each.run for each in records if each.status in FINISHED} and len(found.finished) == 2
    assert store.survey(tmp_path, {records[1].run}).finished == {records[1].run}


def test_a_survey_counts_the_claims_that_the_finished_runs_asked_for_were_trained_for(tmp_path):
    records = [record(k).noting(claims_hash=claims) for k, claims in enumerate(("a", "a", None, "b"))]
    keep(tmp_path, *records, record(4, status="failed").noting(claims_hash="c"))
    assert store.survey(tmp_path, {r.run for r in records[:3]}).claims == {"a": 2, None: 1}


def test_the_table_holds_one_row_per_arm_and_replicate_the_newest(tmp_path):
    old, new = record(0, started="2026-01-01", run="a" * 16), record(0, started="2026-02-01", run="b" * 16)
    table = store.newest(keep(tmp_path, new, old, record(1))).table
    assert table["replicate"].tolist() == [0, 1]
    assert table["run"].iloc[0] == "b" * 16


def test_going_back_to_earlier_code_shows_its_runs_not_the_later_ones(tmp_path):
    old, new = record(0, started="2026-01-01", run="a" * 16), record(0, started="2026-02-01", run="b" * 16)
    keep(tmp_path, old, new)
    for asked, shown in ((old, old), (new, new)):
        assert runs_of(store.newest(tmp_path, [old.arm], [asked.run])) == {shown.run}
    assert runs_of(store.newest(tmp_path, None, ["c" * 16])) == {new.run}


def test_the_newest_may_be_cut_to_the_arms_asked_for(tmp_path):
    here = record()
    keep(tmp_path, here)
    assert runs_of(store.newest(tmp_path, [here.arm])) == {here.run}
    assert store.newest(tmp_path, ["another"]).table.empty


def test_what_is_chosen_knows_versions_and_traces_without_reading_traces_for_the_table(tmp_path, monkeypatch):
    keep(tmp_path, *many(3))
    monkeypatch.setattr("mismatch.sweep.records.rows.zlib.decompress", pytest.fail)
    chosen = store.newest(tmp_path)
    assert store.versions(tmp_path, runs_of(chosen)) == {run: {"python": "3.11"} for run in runs_of(chosen)}
    monkeypatch.undo()
    traces = store.Traces(tmp_path, sorted(runs_of(chosen)))
    assert traces[many(3)[2].run] == {"probe_loss": [1.0, 0.5, 2 / 7]} and len(traces) == 3
    assert traces.get("nobody") is None


def test_table_files_agree(tmp_path):
    runs = store.table([record(0), record(1, status="failed", error="ValueError: no")])
    store.write_tables(tmp_path, runs)
    csv, parquet = pd.read_csv(tmp_path / "runs.csv"), pd.read_parquet(tmp_path / "runs.parquet")
    assert list(parquet) == list(runs)
    assert list(csv) == [name for name in runs if runs[name].notna().any()]  # no column is empty throughout
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
    one, other = table_of(runs), table_of(shuffled)
    assert list(one) == list(other)
    key = ["run", "made_up"]
    assert one[key].sort_values("run").to_numpy().tolist() == other[key].sort_values("run").to_numpy().tolist()
    parameters = [name for name in one if is_parameter(name)]
    assert list(one)[6 : 6 + len(parameters)] == parameters == ordered(parameters)


def table_of(runs: list[Record]) -> pd.DataFrame:
    with tempfile.TemporaryDirectory() as folder:
        with Database.open(Path(folder) / store.FILE) as database:
            database.append(runs)
        return store.newest(Path(folder)).table


@given(records())
def test_the_table_from_columns_is_that_of_the_records(runs):
    """Values and types, blanks apart: a key that a run has not is as blank as one without a value."""
    made, right = table_of(runs), store.table(runs)
    by = ["arm", "replicate"]
    made, right = (frame.sort_values(by).reset_index(drop=True) for frame in (made, right))
    assert list(made) == list(right)
    known = [name for name in right if right[name].notna().any()]  # all others are blank here and there
    pd.testing.assert_frame_equal(made[known].replace({None: np.nan}), right[known].replace({None: np.nan}))
    assert made[known].dtypes.astype(str).to_dict() == right[known].dtypes.astype(str).to_dict()
    assert not made.drop(columns=known).notna().any(axis=None)


def test_the_table_of_whole_records_is_the_same_from_columns_to_the_last_byte(tmp_path):
    runs = [record(k, status="ok" if k else "failed") for k in range(3)] + many(3, **{"data.size": 4})
    for folder, made in {"columns": store.newest(keep(tmp_path, *runs)).table, "records": store.table(runs)}.items():
        store.write_tables(tmp_path / folder, made)
    assert (tmp_path / "columns" / "runs.csv").read_bytes() == (tmp_path / "records" / "runs.csv").read_bytes()


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


def test_a_full_disk_comes_out_as_such_and_loses_no_record_before(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    def also_full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    store.write(tmp_path, record(0))
    monkeypatch.setattr(Database, "append", full)
    store.write(tmp_path, record(1))  # there is room for a file of its own
    monkeypatch.setattr("mismatch.config.files.write", also_full)
    with pytest.raises(OSError, match="No space left"):
        store.write(tmp_path, record(2))
    monkeypatch.undo()
    assert {r.replicate for r in store.load(tmp_path).records} == {0, 1}

"""Whatever a record holds, it comes back from the file as it comes back from JSON."""

import json
import sqlite3
from contextlib import closing

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from mismatch.run.record import Record
from mismatch.sweep import store
from mismatch.sweep.records.database import Database
from tests.store.runs import RECORDS, many


def as_json(record: Record) -> str:
    return json.dumps(record.to_json(), sort_keys=True)


@settings(max_examples=200)
@given(st.lists(RECORDS, max_size=5, unique_by=lambda record: record.run))
def test_any_record_comes_back_as_it_was_types_and_blanks_included(records: list[Record]) -> None:
    with Database.temporary() as database:
        for record in records:
            database.append([record])
        rows = list(database.rows())
        traces = dict(database.traces([raw.id for raw in rows]))
        assert all(raw.sound for raw in rows) and all(trace.sound for trace in traces.values())
        back = [database.record(raw.row, traces[raw.id]) for raw in rows]
    assert [as_json(record) for record in back] == [as_json(record) for record in records]


def test_a_blank_and_a_key_that_is_missing_are_told_apart() -> None:
    full, bare = Record({"run": "a"}, {}, {"skill": 1.0, "auc": None}, {}), Record({"run": "b"}, {}, {}, {})
    with Database.temporary() as database:
        database.append([full, bare])
        assert [database.record(raw.row, None).metrics for raw in database.rows()] == [{"skill": 1.0, "auc": None}, {}]


def test_columns_that_come_later_leave_earlier_rows_sound() -> None:
    with Database.temporary() as database:
        database.append(many(2))
        database.append([Record({"run": "new"}, {}, {"auc": 0.5, "skill": 0.25}, {})])
        assert [raw.sound for raw in database.rows()] == [True] * 3


def test_the_file_is_read_by_pandas_alone_with_the_names_of_runs_csv(tmp_path) -> None:
    for record in many(3):
        store.write(tmp_path, record)
    with closing(sqlite3.connect(tmp_path / store.FILE)) as connection:
        runs = pd.read_sql("SELECT * FROM runs", connection)
        kinds = {row[1]: row[2] for row in connection.execute("PRAGMA table_info(runs)")}
        versions = pd.read_sql("SELECT versions FROM traces JOIN runs USING (id) WHERE replicate = 2", connection)
    assert runs["accuracy"].tolist() == [0.5, 0.501, 0.502] and runs["length.steps"].tolist() == [24] * 3
    assert {name: kinds[name] for name in ("run", "replicate", "accuracy", "length.steps", "delay_censored")} == {
        "run": "TEXT", "replicate": "INTEGER", "accuracy": "REAL", "length.steps": "INTEGER",
        "delay_censored": "BOOLEAN",
    }  # fmt: skip
    assert json.loads(versions["versions"][0]) == {"python": "3.11"}


def test_a_key_whose_values_change_their_type_keeps_each_value(tmp_path) -> None:
    for number, value in enumerate((3, 2.5, 4.0, True, "large", "7", None, [1], 2**70)):
        store.write(tmp_path, Record({"run": str(number), "arm": str(number)}, {"data.size": value}, {}, {}))
    back = [record.parameters["data.size"] for record in store.load(tmp_path).records]
    assert back == [3, 2.5, 4.0, True, "large", "7", None, [1], 2**70]
    assert [type(value) for value in back[:4]] == [int, float, float, bool]

"""Records that jobs dropped, or an earlier version left, are taken in; whoever dies in between loses nothing."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mismatch.config.fields import ConfigError
from mismatch.run.record import Record
from mismatch.run.sections import IDENTITY
from mismatch.sweep import store
from mismatch.sweep.records import dropped, folder
from mismatch.sweep.records.database import Database
from tests.store.runs import many, record

FIRST_SCHEMA = Path(__file__).parent / "schema-1.json"


def contents(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def as_json(records: list[Record]) -> list[dict]:
    return [each.to_json() for each in records]


def test_dropped_records_are_taken_in_and_their_files_removed(tmp_path: Path) -> None:
    for each in many(3):
        store.drop(tmp_path, each)
    assert store.take_in(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == [store.FILE]
    assert as_json(store.load(tmp_path).records) == as_json(many(3))


def test_a_folder_of_the_first_schema_is_taken_in_with_its_sections(tmp_path: Path) -> None:
    content = json.loads(FIRST_SCHEMA.read_text())
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / f"{content['payload']['row']['run']}.json").write_text(FIRST_SCHEMA.read_text())
    before = contents(tmp_path)
    (read,) = store.load(tmp_path).records
    assert contents(tmp_path) == before  # a reader leaves it alone
    assert store.take_in(tmp_path) == []
    (old,) = store.load(tmp_path).records
    assert old == read and list(contents(tmp_path)) == [store.FILE]
    assert set(old.identity) == set(IDENTITY) and old.parameters == content["payload"]["config"]
    assert {"accuracy", "run_s", "parameters"} <= set(old.metrics) and "threads" in old.provenance
    known = sum(value is not None for value in content["payload"]["row"].values())
    assert store.newest(tmp_path).table.notna().sum().sum() == known


def test_a_folder_of_the_second_schema_is_taken_in_record_by_record(tmp_path: Path) -> None:
    written = [record(k) for k in range(4)]
    for each in written:
        assert json.loads(store.drop(tmp_path, each).read_text())["payload"]["schema"] == 2
    before = store.newest(tmp_path).table
    assert store.take_in(tmp_path) == []
    assert {each.run for each in store.load(tmp_path).records} == {each.run for each in written}
    assert store.newest(tmp_path).table.equals(before)


DAMAGE = {
    "cut short": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "a flipped digit": lambda text: text.replace("0.30000000000000004", "0.40000000000000004"),
    "another run's": lambda text: text.replace('"run":"', '"run":"f'),
    "not an object": lambda text: "[1, 2]",
    "not text": lambda text: None,
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_dropped_record_is_named_kept_aside_and_trained_again(kind: str, tmp_path: Path) -> None:
    sound, broken = store.drop(tmp_path, record(0)), store.drop(tmp_path, record(1))
    text = DAMAGE[kind](broken.read_text())
    broken.write_bytes(b"\xff\x00\xfe" if text is None else text.encode())
    content = broken.read_bytes()
    loaded = store.load(tmp_path)
    assert len(loaded.damaged) == 1 and str(broken) in loaded.damaged[0] and broken.read_bytes() == content
    (line,) = store.take_in(tmp_path)
    assert line.startswith(f"{broken}: damaged record left out; its run counts as not trained (")
    (aside,) = (tmp_path / "damaged").iterdir()
    assert aside.read_bytes() == content and str(aside) in line and "\n" not in line
    assert store.survey(tmp_path, {sound.stem, broken.stem}).finished == {sound.stem}
    assert store.take_in(tmp_path) == []


def test_a_dropped_record_of_a_later_version_is_named_and_left_where_it_is(tmp_path: Path) -> None:
    later = Record(**{**vars(record()), "schema": 3})
    path = store.drop(tmp_path, later)
    (line,) = store.take_in(tmp_path)
    assert f"{path}: record left out" in line and "schema 3 is of a later version; this one reads up to 2" in line
    assert path.is_file() and not (tmp_path / "damaged").exists()


def test_drafts_of_dead_writers_are_removed_and_other_files_left_alone(tmp_path: Path) -> None:
    inside = store.drop(tmp_path, record()).parent
    (inside / ".abc.4194999.json").write_text("half")  # beyond the largest process id of Linux
    (inside / f".abc.{os.getpid()}.json").write_text("at work")
    (inside / "notes.txt").write_text("mine")
    (tmp_path / ".records.4194999.sqlite").write_text("half")
    assert store.take_in(tmp_path) == [] and len(store.load(tmp_path).records) == 1
    assert {path.name for path in inside.iterdir()} == {f".abc.{os.getpid()}.json", "notes.txt"}
    assert not list(tmp_path.glob(".records*"))


@pytest.mark.parametrize("place", ["append", "unlink"])
def test_who_is_stopped_while_taking_in_loses_nothing(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a batch is committed, or after it, with its files still there."""
    for each in many(5):
        store.drop(tmp_path, each)
    monkeypatch.setattr(folder, "BATCH", 2)
    owner, calls = (Database if place == "append" else Path), []
    real = getattr(owner, place)

    def stopped(*given: object, **more: object) -> object:
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*given, **more)

    monkeypatch.setattr(owner, place, stopped)
    with pytest.raises(KeyboardInterrupt):
        store.take_in(tmp_path)
    monkeypatch.undo()
    assert as_json(store.load(tmp_path).records) == as_json(many(5))
    assert store.take_in(tmp_path) == [] and as_json(store.load(tmp_path).records) == as_json(many(5))
    assert not (tmp_path / "records").exists()


def test_a_dropped_record_stands_before_the_one_it_replaces(tmp_path: Path) -> None:
    store.write(tmp_path, record(0, status="failed"))
    store.drop(tmp_path, record(0))
    assert store.newest(tmp_path).table["status"].tolist() == ["ok"]
    assert store.survey(tmp_path, {record(0).run}).finished == {record(0).run}


WRITE = """
import sys
import time
from pathlib import Path
from mismatch.sweep import store
from tests.store.runs import many
writer = store.Writer(Path(sys.argv[1]), print)
for record in many(int(sys.argv[3]))[int(sys.argv[2]) :]:
    writer.keep(record)
    print(record.run, flush=True)
    time.sleep(float(sys.argv[4]))
"""


def writer(out: Path, start: int, stop: int, pause: float = 0.0) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", WRITE, *map(str, (out, start, stop, pause))]
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": path})


def test_a_killed_writer_loses_nothing_it_has_said_to_be_kept(tmp_path: Path) -> None:
    for number in range(4):
        process = writer(tmp_path, 100 * number, 5000)
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(20 + 7 * number)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read().split()
        process.wait()
        process.stdout.close()
        assert store.take_in(tmp_path) == []
        loaded = store.load(tmp_path)
        assert set(said) <= {each.run for each in loaded.records} and loaded.damaged == []


def test_several_writers_at_once_keep_all_their_records(tmp_path: Path) -> None:
    processes = [writer(tmp_path, 20 * k, 20 * k + 20) for k in range(3)]
    said = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [len(lines) for lines in said] == [20] * 3 and store.take_in(tmp_path) == []
    assert as_json(store.load(tmp_path).records) == as_json(many(60)) and not (tmp_path / "records").exists()


def test_a_writer_reads_columns_that_another_has_added_since(tmp_path: Path) -> None:
    with store.Writer(tmp_path) as one, store.Writer(tmp_path) as other:
        one.keep(Record({"run": "a", "arm": "a"}, {}, {"x": None}, {}))
        other.keep(Record({"run": "b", "arm": "b"}, {}, {"y": 1.0, "z": None}, {}))
        one.keep(Record({"run": "c", "arm": "c"}, {}, {"x": 2.0, "z": 3}, {}))
        other.keep(Record({"run": "d", "arm": "d"}, {}, {"z": 4, "new": "w"}, {}))
    found = {each.run: dict(each.metrics) for each in store.load(tmp_path).records}
    assert found == {"a": {"x": None}, "b": {"y": 1.0, "z": None}, "c": {"x": 2.0, "z": 3}, "d": {"z": 4, "new": "w"}}


def test_reports_are_read_while_a_sweep_writes(tmp_path: Path) -> None:
    process, seen, end = writer(tmp_path, 0, 3500, 0.02), [0], time.time() + 60
    try:  # as many lines as the pipe has room for
        while len(set(seen)) < 4:
            chosen = store.newest(tmp_path)
            assert chosen.damaged == [] and len(chosen.table) >= seen[-1] and time.time() < end
            seen.append(len(chosen.table))
    finally:
        process.kill()
        process.communicate()


def test_a_file_in_use_is_waited_for_and_then_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mismatch.sweep.records.database.WAIT_S", 0.05)
    store.write(tmp_path, record())
    other = sqlite3.connect(tmp_path / store.FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ConfigError, match=r"records.sqlite: is in use by another process"):
        store.newest(tmp_path)
    said: list[str] = []
    with store.Writer(tmp_path, said.append) as blocked:
        blocked.keep(record(1))
        blocked.keep(record(2))
    other.close()
    assert len(said) == 1 and "database is locked; records go to records/ until the next sweep" in said[0]
    assert store.take_in(tmp_path) == [] and len(store.load(tmp_path).records) == 3


def test_a_folder_that_cannot_be_written_is_read_also_after_a_writer_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A journal that a killed writer left is played back in a copy."""
    for each in many(3):
        store.write(tmp_path, each)
    path, draft = tmp_path / store.FILE, tmp_path / "copy"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("PRAGMA cache_spill = 1")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE runs SET accuracy = 9.0")
    connection.execute("CREATE TABLE filler AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 99)"
                       " SELECT i, zeroblob(9000) AS content FROM n")  # fmt: skip
    draft.mkdir()
    for file in (path, Path(f"{path}-journal")):
        (draft / file.name).write_bytes(file.read_bytes())  # as they are when the writer dies now
    connection.close()
    with sqlite3.connect(f"file:{draft / store.FILE}?mode=ro&immutable=1", uri=True) as torn:
        assert torn.execute("SELECT accuracy FROM runs").fetchall() == [(9.0,)] * 3
    torn.close()
    monkeypatch.setattr(folder.os, "access", lambda *_: False)
    before = contents(draft)
    assert store.newest(draft).table["accuracy"].tolist() == [0.5, 0.501, 0.502]
    assert contents(draft) == before
    monkeypatch.undo()
    assert store.take_in(draft) == [] and list(contents(draft)) == [store.FILE]


def test_the_fingerprint_changes_with_every_write_and_with_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [store.fingerprint(tmp_path)]
    for step in (
        lambda: store.write(tmp_path, record(0)),
        lambda: store.write(tmp_path, record(1)),
        lambda: store.write(tmp_path, record(1)),
        lambda: store.drop(tmp_path, record(2)),
        lambda: store.take_in(tmp_path),
    ):
        step()
        found.append(store.fingerprint(tmp_path))
    assert len(set(found)) == len(found)
    monkeypatch.setattr(Database, "rows", pytest.fail)
    monkeypatch.setattr(Database, "briefs", pytest.fail)
    assert store.fingerprint(tmp_path) == found[-1]  # nor are the records read for it
    monkeypatch.undo()
    store.newest(tmp_path)
    store.take_in(tmp_path)
    assert store.fingerprint(tmp_path) == found[-1]
    (tmp_path / store.FILE).unlink()
    store.write(tmp_path, record(0))
    assert store.fingerprint(tmp_path) not in found  # another file with as many writes


def test_a_dropped_record_that_is_gone_when_it_is_read_was_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.drop(tmp_path, record())
    monkeypatch.setattr(dropped, "paths", lambda out: [out / "records" / "gone.json"])
    assert store.load(tmp_path) == store.Loaded([], [])


def test_a_run_that_is_replaced_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(tmp_path, record(0, status="failed"))
    store.write(tmp_path, record(1))
    real, calls = Database.rows, []

    def late(self: Database, ids: list[int]) -> object:
        if not calls:
            store.write(tmp_path, record(0))
        calls.append(ids)
        return real(self, ids)

    monkeypatch.setattr(Database, "rows", late)
    assert store.newest(tmp_path).table["status"].tolist() == ["ok", "ok"] and len(calls) == 2

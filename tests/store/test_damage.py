"""Damage is named in one line, costs no more than it must, and what was damaged stays as it was found."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mismatch.config.fields import ConfigError
from mismatch.run.record import Record
from mismatch.sweep import store
from mismatch.sweep.records.schema import PAGE
from tests.store.runs import many

RUNS = 60
WIDE = {f"data.setting_{place}": "as long as real ones are, together" for place in range(30)}
"""Settings that make a row as long as real ones: two or three on a page."""


def runs(count: int = RUNS) -> list[Record]:
    return many(count, **WIDE)


def kept(out: Path, records: list[Record] | None = None) -> Path:
    """A folder with `RUNS` records, written in the way of a sweep."""
    with store.Writer(out) as writer:
        for record in runs() if records is None else records:
            writer.keep(record)
    return out / store.FILE


def flip(path: Path, what: bytes) -> None:
    """Change a byte in the middle of `what`, which occurs in the file."""
    content = path.read_bytes()
    place = content.index(what) + len(what) // 2
    path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])


def page_of(path: Path, what: bytes) -> int:
    return path.read_bytes().index(what) // PAGE


def overwrite(path: Path, start: int, stop: int) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:start] + b"\x5a" * (stop - start) + content[stop:])


def test_a_flipped_bit_in_a_row_costs_that_run_alone(tmp_path: Path) -> None:
    path = kept(tmp_path)
    flip(path, b"2026-01-01T000017")
    before = path.read_bytes()
    (line,) = store.take_in(tmp_path)
    assert line.startswith(f"{path}: damaged (1 rows do not match their checksums): {RUNS - 1} of {RUNS} runs saved")
    assert "the others count as not trained; the damaged file is kept as " in line
    (aside,) = (tmp_path / "damaged").iterdir()
    assert str(aside) in line and aside.read_bytes() == before
    assert {r.replicate for r in store.load(tmp_path).records} == set(range(RUNS)) - {17}
    assert store.load(tmp_path).records[3].trace == runs(4)[3].trace
    assert store.survey(tmp_path, {r.run for r in runs()}).finished == {r.run for r in runs()} - {runs(18)[17].run}
    assert store.take_in(tmp_path) == []  # named once


def test_who_only_reads_names_damage_and_changes_nothing(tmp_path: Path) -> None:
    path = kept(tmp_path)
    flip(path, b"2026-01-01T000017")
    before = path.read_bytes()
    chosen = store.newest(tmp_path)
    assert len(chosen.table) == RUNS - 1 and "1 damaged rows left out" in chosen.damaged[0]
    assert [*tmp_path.iterdir()] == [path] and path.read_bytes() == before


def test_a_damaged_row_gives_way_to_the_sound_one_of_other_code(tmp_path: Path) -> None:
    old, new = (
        Record({**runs(1)[0].identity, "run": run}, {}, {}, {"started": started, "data_hash": "h" * 40})
        for run, started in (("a" * 16, "2026-01"), ("b" * 16, "2026-02-unlike"))
    )
    flip(kept(tmp_path, [old, new]), b"2026-02-unlike")
    assert store.newest(tmp_path).table["run"].tolist() == [old.run]


@pytest.mark.parametrize("share", [0.9, 0.6])
def test_a_file_without_its_end_keeps_the_runs_before_it(share: float, tmp_path: Path) -> None:
    path = kept(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    (line,) = store.take_in(tmp_path)
    assert f"{path}: damaged (" in line and "runs saved" in line and "\n" not in line
    saved = {r.run for r in store.load(tmp_path).records}
    assert share * RUNS * 0.6 < len(saved) < RUNS
    assert (next((tmp_path / "damaged").iterdir())).stat().st_size == int(len(content) * share)


@pytest.mark.parametrize("stop", [16, 100, PAGE], ids=["magic", "header", "first_page"])
def test_a_file_without_its_beginning_keeps_all_runs(stop: int, tmp_path: Path) -> None:
    path = kept(tmp_path)
    overwrite(path, 0, stop)
    (line,) = store.take_in(tmp_path)
    assert f"damaged (file is not a database): {RUNS} of {RUNS} runs saved; the damaged file is kept as" in line
    assert [r.to_json() for r in store.load(tmp_path).records] == [r.to_json() for r in runs()]


def test_a_damaged_page_costs_the_runs_on_it(tmp_path: Path) -> None:
    path = kept(tmp_path)
    page = page_of(path, b"2026-01-01T000031")
    overwrite(path, page * PAGE, (page + 1) * PAGE)
    (line,) = store.take_in(tmp_path)
    saved = {r.replicate for r in store.load(tmp_path).records}
    assert 31 not in saved and RUNS - 4 <= len(saved) < RUNS and f"{len(saved)} of {RUNS} runs saved" in line


@pytest.mark.parametrize("table", ["columns", "meta"])
def test_what_describes_the_rows_may_be_lost_and_the_runs_are_not(table: str, tmp_path: Path) -> None:
    path = kept(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    overwrite(path, (root - 1) * PAGE, root * PAGE)
    (line,) = store.take_in(tmp_path)
    assert f"{RUNS} runs saved" in line or f"{RUNS} of {RUNS} runs saved" in line
    back = store.load(tmp_path).records
    assert [r.metrics["accuracy"] for r in back] == [r.metrics["accuracy"] for r in runs()]
    assert {type(r.metrics["delay_censored"]) for r in back} == {bool}


@pytest.mark.parametrize("table", ["run_of", "traces"])
def test_damage_beside_the_runs_costs_none_and_the_next_records_are_kept(table: str, tmp_path: Path) -> None:
    """It may be found only when something is written; what is written then goes to files until it is mended."""
    path = kept(tmp_path, runs()[:-1])
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    overwrite(path, (root - 1) * PAGE, root * PAGE)
    store.write(tmp_path, runs()[-1])
    assert (tmp_path / "records").is_dir()
    (line,) = store.take_in(tmp_path)
    assert f"{path}: damaged (database disk image is malformed): {RUNS - 1} of {RUNS - 1} runs saved" in line
    assert ("of them without their traces" in line) == (table == "traces")
    assert {r.run for r in store.load(tmp_path).records} == {r.run for r in runs()} and store.take_in(tmp_path) == []


def test_a_damaged_trace_costs_the_trace_and_no_run(tmp_path: Path) -> None:
    path = kept(tmp_path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE traces SET trace = x'00' WHERE id = 5")
    assert store.take_in(tmp_path) == []
    assert len(store.newest(tmp_path).table) == RUNS
    back = store.load(tmp_path).records
    assert [r.trace for r in back[3:6]] == [runs(4)[3].trace, {}, runs(6)[5].trace]


def test_an_empty_file_is_no_records(tmp_path: Path) -> None:
    (tmp_path / store.FILE).touch()
    assert not store.there(tmp_path) and store.take_in(tmp_path) == [] and store.newest(tmp_path).table.empty
    kept(tmp_path)
    assert len(store.load(tmp_path).records) == RUNS


def test_a_file_that_is_something_else_is_kept_aside(tmp_path: Path) -> None:
    (tmp_path / store.FILE).write_text("a letter\n" * 2000)
    (line,) = store.take_in(tmp_path)
    assert "damaged (file is not a database): 0 runs saved" in line
    assert next((tmp_path / "damaged").iterdir()).read_text().startswith("a letter")
    kept(tmp_path)
    assert len(store.load(tmp_path).records) == RUNS


@pytest.mark.parametrize("use", [store.take_in, store.load, store.newest, store.fingerprint])
def test_records_of_a_later_version_are_refused_in_one_line_and_left_alone(use: Callable, tmp_path: Path) -> None:
    path = kept(tmp_path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = 2 WHERE key = 'schema'")
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=r"records of a later version \(schema 2\); this one reads up to schema 1"):
        use(tmp_path)
    assert path.read_bytes() == before and [*tmp_path.iterdir()] == [path]

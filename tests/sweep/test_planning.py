"""A plan looks at ids and outcomes alone, and makes no record and reads no trace for it."""

from pathlib import Path
from typing import Any

import pytest

from mismatch.config.arm import Arm
from mismatch.run.record import Record
from mismatch.sweep import plan, store
from mismatch.sweep.errand import Errand
from mismatch.sweep.schedule import Schedule
from mismatch.sweep.session import Session
from tests.helpers import make_settings


def jobs(out: Path, arms: int = 3, **more: Any) -> list[Any]:
    made = [make_settings(length__steps=6 + arm, name="small", out=str(out), **more) for arm in range(arms)]
    for each in made:
        each.replicates = 2
    return made


def finish(out: Path, status: str = "ok", drop: bool = False) -> list[str]:
    """Records of the first replicate of every arm."""
    made = []
    for wanted in plan.request(jobs(out)).wanted:
        identity = {"experiment": "small", "arm": wanted.names.arm, "replicate": 0, "run": wanted.names.run(0)}
        record = Record(identity | {"status": status, "error": None}, wanted.arm.parameters(), {}, {"started": "1"})
        (store.drop if drop else store.write)(out, record)
        made.append(record.run)
    return made


def test_what_is_finished_is_not_planned_and_what_failed_is(tmp_path: Path) -> None:
    done = finish(tmp_path)
    made = plan.make(jobs(tmp_path))
    assert made.done == 3 and [run.replicate for run in made.runs] == [1, 1, 1]
    assert {run.id for run in made.runs} == made.ids - set(done)
    assert all(run.id == run.arm.run_id(run.replicate) for run in made.runs)
    finish(tmp_path, status="failed")
    assert plan.make(jobs(tmp_path)).done == 0


def test_a_plan_of_records_not_yet_taken_in_counts_them(tmp_path: Path) -> None:
    finish(tmp_path, drop=True)
    assert plan.make(jobs(tmp_path)).done == 3


def test_no_record_is_made_and_no_trace_read_to_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(tmp_path)
    for name in ("record", "rows", "traces"):
        monkeypatch.setattr(f"mismatch.sweep.records.database.Database.{name}", pytest.fail)
    assert plan.make(jobs(tmp_path)).done == 3


def test_an_arm_names_its_program_once_however_many_runs_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    real = Arm.program.fget
    monkeypatch.setattr(Arm, "program", property(lambda arm: asked.append(arm) or real(arm)))
    made = plan.make(jobs(tmp_path))
    assert made.minutes(2) > 0 and made.text(2) and len(Schedule.of(made.runs).groups) == 3
    assert len(made.runs) == 6 and len(asked) == 3


def test_a_session_takes_in_what_was_dropped_before_it_plans(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.cli.composing import compose_configs

    broken, *sound = finish(tmp_path, drop=True)
    (tmp_path / "records" / f"{broken}.json").write_text("{")
    session = Session()
    session.add(compose_configs(f"out={tmp_path}", "name=small", "replicates=1"), ["out=x"])
    monkeypatch.setattr(session, "_finish", lambda chain, last: None)
    session.run()
    assert f"{broken}.json: damaged record left out" in capsys.readouterr().err
    assert sorted(record.run for record in store.load(tmp_path).records) == sorted(sound)
    assert [path.stem.partition("-")[0] for path in (tmp_path / "damaged").iterdir()] == [broken]
    assert not (tmp_path / "records").exists()


def test_a_job_elsewhere_drops_its_records_and_opens_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = jobs(tmp_path)[0]
    arm = plan.request([settings]).arms[0]
    trained = Record({"run": "a" * 16, "arm": arm.id, "replicate": 1, "status": "failed", "error": "no"}, {}, {}, {})
    monkeypatch.setattr("mismatch.run.pipeline.run", lambda *_: trained)
    Errand("small", tmp_path, 60.0, {arm.id: (1,)}, "c1").carry_out(settings)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [f"{trained.run}.json"]
    assert store.take_in(tmp_path) == []
    assert store.load(tmp_path).records == [trained.noting(claims_hash="c1")]

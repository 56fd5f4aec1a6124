"""A report is made again when what it is made from has changed, or one of its files, and else left as it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mismatch.report import build, fresh, refresh
from mismatch.sweep import store
from tests.report.cases import results_of
from tests.report.test_build import sweep_of


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A results folder with its tables."""
    out = sweep_of(tmp_path / "own")
    assert refresh(out, figures=False).again
    return out


def test_nothing_is_made_again_where_nothing_changed(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = (made / fresh.REPORT).read_bytes()
    monkeypatch.setattr(build, "gather", None)  # whoever reads the folder fails
    found = refresh(made, figures=False)
    assert (found.again, found.runs, found.failed, found.notes) == (False, 4, 0, ())
    assert (made / fresh.REPORT).read_bytes() == first


def more_runs(out: Path) -> None:
    sweep_of(out, replicates=3)


def another_plan(out: Path) -> None:
    planned = store.read_plan(out)
    assert planned is not None
    store.write_plan(out, planned.name, dict.fromkeys(planned.arms, 1))


def settings_beside(out: Path) -> None:
    (out.parent / "other").mkdir()
    (out.parent / "other" / "robustness.csv").write_text("claim\n")


def an_edit(out: Path) -> None:
    (out / "summary.csv").write_text("mine\n")


def a_loss(out: Path) -> None:
    (out / "runs.parquet").unlink()


def another_code(out: Path) -> None:
    fresh.code.cache_clear()


def a_broken_stamp(out: Path) -> None:
    (out / fresh.REPORT).write_text('{"from": 3, "made": ["x"]}')


@pytest.mark.parametrize(
    "change", [more_runs, another_plan, settings_beside, an_edit, a_loss, another_code, a_broken_stamp]
)
def test_what_has_changed_is_made_again(
    made: Path, change: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    change(made)
    if change is another_code:
        monkeypatch.setattr(fresh, "PACKAGES", (*fresh.PACKAGES, "pytest"))
    assert refresh(made, figures=False).again
    fresh.code.cache_clear()
    assert (made / "runs.parquet").is_file() and (made / "summary.csv").read_text() != "mine\n"


def test_tables_alone_are_no_report_with_figures(made: Path) -> None:
    assert fresh.kept(made, fresh.REPORT, fresh.of_report(made, figures=False, vector=True)) is not None
    assert fresh.kept(made, fresh.REPORT, fresh.of_report(made, figures=True, vector=True)) is None


def test_verdicts_are_written_again_when_a_claim_changes_or_a_file_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results_of(tmp_path)
    text = fresh.published(tmp_path)
    assert text is not None
    (tmp_path / "verdicts.md").unlink()
    assert fresh.published(tmp_path) == text and (tmp_path / "verdicts.md").is_file()
    from mismatch.report import verdicts

    monkeypatch.setattr(verdicts, "publish", None)
    assert fresh.published(tmp_path) == text
    for path in tmp_path.glob("*/claims.csv"):
        path.write_text(path.read_text() + "\n")
    with pytest.raises(TypeError):
        fresh.published(tmp_path)


def test_without_claims_there_are_no_verdicts_and_no_stamp(tmp_path: Path) -> None:
    assert fresh.published(tmp_path) is None
    assert list(tmp_path.iterdir()) == []

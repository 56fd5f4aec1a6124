"""A report is made from records, written whole or not at all, and never over the shipped results."""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from mismatch.config import paths
from mismatch.config.fields import ConfigError
from mismatch.report import pages, rebuild, verbs
from mismatch.report.dictionary import SETTINGS
from mismatch.report.material import gather
from mismatch.run.columns import is_parameter
from mismatch.run.record import Record
from mismatch.sweep import store
from tests.report.cases import CLAIMS, arms_of, results_of, runs_of

pytestmark = pytest.mark.slow

REFERENCE = Path(__file__).parents[2] / "results" / "reference"


def sweep_of(folder: Path, replicates: int = 2, traced: bool = True) -> Path:
    """A results folder with records and a plan, as a sweep leaves it, under the name of no experiment."""
    runs = runs_of(arms_of(length__padding=["pre", "post"]), replicates)
    identity = ("experiment", "arm", "replicate", "status", "error")
    parameters = [name for name in runs if is_parameter(name)]
    provenance = ("data_hash", "timing_valid")
    for number, row in enumerate(runs.to_dict("records")):
        known = {name: row.pop(name) for name in identity} | {"run": f"r{number}"}
        chosen = {name: row.pop(name) for name in parameters}
        trace = {"probe_loss": [1.0, 0.5, 0.2]}
        seen = {name: row.pop(name) for name in provenance} | {"started": f"2026-01-01T00:00:0{number}"}
        store.write(folder, Record(known, chosen, row, seen, trace if traced else {}))
    store.write_plan(folder, folder.name, dict.fromkeys(runs["arm"].unique(), replicates))
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`, drafts included."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep with its report, figures and all, made once: the tests below take copies."""
    folder = sweep_of(tmp_path_factory.mktemp("reported") / "own")
    made = rebuild(folder)
    assert made.runs == 4 and made.notes == ()
    return folder


def copy(reported: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(reported, tmp_path / "own"))


def test_a_report_holds_tables_figures_and_page(reported: Path) -> None:
    names = set(contents(reported))
    assert {"runs.csv", "runs.parquet", "columns.csv", "summary.csv", "arms.csv", "effects.csv", "report.html"} <= names
    assert {"figures/accuracy.png", "figures/accuracy.svg", "figures/curves.png"} <= names
    told = store.read_csv(reported / "columns.csv").groupby("table")["column"].agg(list).to_dict()
    assert {"data", "length.padding", "replicates", "time_limit"} <= set(told.pop(SETTINGS))
    tables = {path.name: store.read_csv(path) for path in reported.glob("*.csv") if path.name != "columns.csv"}
    assert told == {name: list(table) for name, table in tables.items()} and len(tables) == 4


def test_no_written_column_is_empty_and_whole_numbers_are_whole(reported: Path) -> None:
    for file in ("runs.csv", "summary.csv", "arms.csv", "effects.csv"):
        table = pd.read_csv(reported / file, dtype=str, keep_default_na=False)
        assert not table.eq("").all().any(), file
    assert set(pd.read_csv(reported / "arms.csv", dtype=str)["features.width"]) == {"8"}
    runs = pd.read_csv(reported / "runs.csv", dtype=str, keep_default_na=False)
    assert set(runs["length.ratio"]) == {"1"} and "error" not in runs
    assert pd.read_parquet(reported / "runs.parquet")["error"].isna().all()


def test_the_summary_is_short_and_says_each_arm_in_words(reported: Path) -> None:
    summary, arms = (store.read_csv(reported / file) for file in ("summary.csv", "arms.csv"))
    assert summary["label"].tolist() == ["pre-padding", "post-padding"]
    assert summary["arm"].tolist() == arms["arm"].tolist()
    assert list(summary)[:7] == ["label", "arm", "n", "failures", "accuracy", "accuracy_low", "accuracy_high"]
    assert len(summary.columns) < 35 < len(arms.columns)


def test_a_report_without_figures_is_tables_alone(tmp_path: Path) -> None:
    rebuild(sweep_of(tmp_path / "own"), figures=False)
    assert not (tmp_path / "own" / "report.html").exists()
    assert (tmp_path / "own" / "summary.csv").exists()


def test_a_report_made_again_is_the_same(reported: Path, tmp_path: Path) -> None:
    copy(reported, tmp_path)
    before = contents(tmp_path / "own")
    rebuild(tmp_path / "own")
    assert contents(tmp_path / "own") == before


def test_a_report_that_goes_elsewhere_leaves_its_folder_alone(tmp_path: Path) -> None:
    before = contents(sweep_of(tmp_path / "own"))
    rebuild(tmp_path / "own", to=tmp_path / "public" / "own")
    assert contents(tmp_path / "own") == before
    names = set(contents(tmp_path / "public" / "own"))
    assert {"runs.csv", "runs.parquet", "report.html", "figures/accuracy.png"} <= names
    assert not any(name.endswith((".svg", ".sqlite")) or "records" in name for name in names)


def test_a_figure_of_an_earlier_sweep_does_not_survive(reported: Path, tmp_path: Path) -> None:
    out = copy(reported, tmp_path)
    (out / "figures" / "mine.png").write_bytes(b"mine")
    shutil.copyfile(sweep_of(tmp_path / "other", 1, traced=False) / store.FILE, out / store.FILE)
    rebuild(out)
    assert not (out / "figures" / "curves.png").exists()
    assert (out / "figures" / "mine.png").exists()


@pytest.mark.parametrize("name", ["padding", "layout"])
def test_shipped_results_are_never_written(name: str, tmp_path: Path) -> None:
    before = contents(REFERENCE)
    with pytest.raises(ConfigError, match="is the committed reference"):
        list(verbs.report([REFERENCE / name]))
    with pytest.raises(ConfigError, match="is the committed reference"):
        rebuild(REFERENCE / name)
    assert contents(REFERENCE) == before


@pytest.mark.parametrize("kind", ["missing", "empty", "tables", "damaged"])
def test_a_folder_without_records_is_refused_and_left_alone(kind: str, tmp_path: Path) -> None:
    out = tmp_path / "padding"
    if kind != "missing":
        out.mkdir()
    if kind == "tables":
        (out / "runs.csv").write_text("run\nr1\n")
        (out / "gradient.csv").write_text("pads\n1\n")
    if kind == "damaged":
        (out / "records").mkdir()
        (out / "records" / "r1.json").write_text("{")
    before = contents(tmp_path)
    with pytest.raises(ConfigError, match=r"^results=.*: must be a folder with records"):
        list(verbs.report([out]))
    assert contents(tmp_path) == before
    assert out.exists() == (kind != "missing")


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("no figure")


def test_a_figure_that_fails_leaves_the_old_report_whole(
    reported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy(reported, tmp_path)
    sweep_of(tmp_path / "own", 3)
    before = contents(tmp_path / "own")
    monkeypatch.setattr(pages, "draw_figures", broken)
    with pytest.raises(RuntimeError, match="no figure"):
        rebuild(tmp_path / "own")
    assert contents(tmp_path / "own") == before
    assert rebuild(tmp_path / "own", figures=False).runs == 6


def test_a_full_disk_leaves_the_old_report_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rebuild(sweep_of(tmp_path / "own"), figures=False)
    before = contents(tmp_path / "own")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write_tables", full)
    with pytest.raises(ConfigError, match=r"cannot be written \(No space left on device\), it is as it was"):
        list(verbs.report([tmp_path / "own"]))
    assert contents(tmp_path / "own") == before


def test_a_place_that_is_a_file_is_refused_in_one_line(tmp_path: Path) -> None:
    sweep_of(tmp_path / "own")
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="cannot be written"):
        list(verbs.report([tmp_path / "own"], tmp_path / "file"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "own"]


def test_drafts_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    (sweep_of(tmp_path / "own") / ".draft-99999999-x").mkdir()
    rebuild(tmp_path / "own", figures=False)
    assert not list((tmp_path / "own").glob(".draft-*"))


def test_a_damaged_record_is_named_and_left_out(tmp_path: Path) -> None:
    path = sweep_of(tmp_path / "own") / store.FILE
    path.write_bytes(path.read_bytes().replace(b"2026-01-01T00:00:02", b"2026-01-01T00:00:12"))
    (path.parent / "records").mkdir()
    (path.parent / "records" / "r9.json").write_text("{}")
    made = rebuild(tmp_path / "own", figures=False)
    assert made.runs == 3
    assert "r9.json: damaged record" in made.notes[0] and "1 damaged rows left out" in made.notes[1]


def test_reports_go_into_folders_of_their_names_with_the_verdicts_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "EXPERIMENTS", tmp_path)
    folders = [sweep_of(tmp_path / "results" / name) for name in ("one", "two")]
    public = tmp_path / "results" / "reference"
    (public / "three").mkdir(parents=True)
    CLAIMS.to_csv(public / "three" / "claims.csv", index=False)
    lines = list(verbs.report(folders, public))
    assert [line.partition(":")[0] for line in lines] == [str(public / "one"), str(public / "two")]
    assert (public / "two" / "figures" / "accuracy.png").is_file()
    assert not (tmp_path / "results" / "one" / "runs.csv").exists()


def test_explain_reads_the_shipped_results_where_there_are_none_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = verbs.explain("c18")
    assert said.startswith("C18: ")
    assert f"read from: {REFERENCE}" in said


def test_explain_prefers_ones_own_results_and_falls_back_claim_by_claim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results_of(tmp_path / "results")
    monkeypatch.chdir(tmp_path)
    assert "read from: results\n" in verbs.explain("c1")
    assert f"read from: {REFERENCE}" in verbs.explain("C18")
    with pytest.raises(ConfigError, match=r"explain=C99: must be one of C1, .* those of results"):
        verbs.explain("C99")
    with pytest.raises(ConfigError, match=r"explain=C1: .*nowhere has no results of it yet"):
        verbs.explain("C1", tmp_path / "nowhere")


def test_no_claims_no_verdicts(tmp_path: Path) -> None:
    from mismatch.report import verdicts

    assert verdicts.publish(tmp_path) is None
    assert not list(tmp_path.iterdir())
    pd.DataFrame(columns=CLAIMS.columns).to_csv(tmp_path / "claims.csv")
    results_of(tmp_path / "results")
    said = verdicts.publish(tmp_path / "results", vector=False)
    assert said is not None and "6 claims" in said.text()
    assert sorted(path.name for path in (tmp_path / "results").iterdir() if path.is_file()) == [
        "verdicts.csv", "verdicts.md", "verdicts.png",
    ]  # fmt: skip


def test_runs_of_other_code_are_counted_and_give_way_to_those_asked_for(tmp_path):
    folder = sweep_of(tmp_path / "sweep")
    runs = store.load(folder).records
    counts = {run.arm: 2 for run in runs}
    store.write_plan(folder, "sweep", counts, None, [run.run for run in runs])
    later = replace(runs[0], identity={**runs[0].identity, "run": "later"}, provenance={"started": "2027"})
    store.write(folder, later)
    found = gather(folder)
    assert found.notes == () and set(found.runs["run"]) == {run.run for run in runs}
    store.write_plan(folder, "sweep", counts, None, ["later"])
    found = gather(folder)
    assert "later" in set(found.runs["run"]) and found.notes[0].startswith("3 of 4 runs come from other code")

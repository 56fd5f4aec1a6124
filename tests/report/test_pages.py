"""The page of every shape of table, and what stands on it."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis.controls import Check
from mismatch.analysis.judging import Judged
from mismatch.config import paths
from mismatch.report.material import Material
from mismatch.report.pages import page, split, write_report
from tests.report.cases import CLAIMS, FIGURES, PADDING, RATIO, SHAPES, arms_of, claims_of, fail, measured, runs_of

pytestmark = pytest.mark.slow

HOSTILE = '<script>alert("x")</script>'


def write(folder: Path, runs: pd.DataFrame, judged: Judged | None = None, published: bool = False, **more: Any) -> str:
    """The page of `runs`, written into `folder`."""
    write_report(folder, Material(**{"name": "a sweep", "runs": runs} | more), judged, published)
    return (folder / "report.html").read_text()


@pytest.mark.parametrize("shape", ["single_arm", "one_axis", "four_axes", "categorical", "inert_x"])
def test_every_figure_is_written_for_every_shape_of_table(shape: str, tmp_path: Path) -> None:
    page = write(tmp_path, fail(runs_of(SHAPES[shape], 2), slice(1, 2)))
    files = {path.name for path in (tmp_path / "figures").iterdir() if path.stat().st_size > 500}
    assert files == {f"{name}{end}" for name in FIGURES for end in (".png", ".svg")}
    assert page.count("<img") == page.count("data:image/png;base64,") == len(FIGURES)
    assert "loss &lt;nan&gt; at update 7" in page


def test_a_published_page_has_its_figures_beside_it_and_no_vector_twins(tmp_path: Path) -> None:
    page = write(tmp_path, runs_of(SHAPES["one_axis"], 2), published=True)
    assert "base64" not in page
    assert 'src="figures/accuracy.png"' in page
    assert {path.suffix for path in (tmp_path / "figures").iterdir()} == {".png"}


def test_unknown_ceilings_leave_out_the_split_and_curves_come_with_traces(tmp_path: Path) -> None:
    runs = runs_of(arms_of(data=["reviews"], length__padding=["pre", "post"]), 2)
    traces = {f"{arm}-{replicate}": np.linspace(1, 0.2, 30) for arm in runs["arm"].unique() for replicate in (0, 1)}
    drawn = write_report(tmp_path, Material("x", runs, traces={**traces, "unknown": np.ones(3)}))
    assert [drawing.name for drawing in drawn] == ["accuracy", "delay", "stability", "curves"]


def test_a_table_in_which_all_runs_failed_gives_a_page_without_figures(tmp_path: Path) -> None:
    runs = fail(runs_of(SHAPES["four_axes"], 2), slice(None), "killed")
    page = write(tmp_path, runs, traces={f"{runs['arm'][0]}-0": np.ones(5)})
    assert "<img" not in page
    assert "No run finished" in page
    assert "64 x killed" in page


def test_a_dataset_without_an_ok_run_keeps_its_panel(tmp_path: Path) -> None:
    runs = fail(runs_of(SHAPES["datasets_only"][:2] + arms_of(data=["snippets"], mask=["masking"]), 2), slice(0, 2))
    write(tmp_path, runs)
    assert (tmp_path / "figures" / "accuracy.png").exists()


def test_an_empty_table_gives_a_page(tmp_path: Path) -> None:
    assert "<h1>timing</h1>" in write(tmp_path, pd.DataFrame(), name="timing")


def test_a_table_read_back_from_csv_gives_the_same_page(tmp_path: Path) -> None:
    arms = arms_of(length__ratio=[0.5, 2.0], length__truncating=["pre", "post"], mask=["none", "masking"])
    runs = fail(runs_of(arms, 2), slice(1, 2))
    assert runs[["length.truncating", "mask.value"]].isna().any().all()  # blanks, where they do not act
    runs.to_csv(tmp_path / "runs.csv", index=False)
    back = pd.read_csv(tmp_path / "runs.csv", dtype={"arm": str})
    assert write(tmp_path / "first", runs) == write(tmp_path / "again", back)


def test_more_lines_than_can_be_told_apart_are_not_drawn(tmp_path: Path) -> None:
    runs = runs_of(arms_of(**RATIO, **PADDING, model__units=[8, 16, 32], reduction=["none", "pool", "conv"]), 1)
    assert [drawing.name for drawing in write_report(tmp_path, Material("x", runs))] == ["loss_split"]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an experiment `ours`, with a README and a figure that draws its table of cases."""
    folder = tmp_path / "experiments" / "ours"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text(f"# ours\n\n**Question.** Does the *side* matter? {HOSTILE}\n\nWe `pad`.\n")
    code = (
        "from matplotlib.figure import Figure\n\nGENERIC = ('accuracy',)\n\n\n"
        "def figures(tables):\n    figure = Figure()\n"
        "    figure.suptitle(f\"{len(tables['cases.csv'])} <cases>\")\n    return {'own': figure}\n"
    )
    (folder / "figure.py").write_text(code)
    (folder / "sweep.yaml").touch()
    monkeypatch.setattr(paths, "EXPERIMENTS", folder.parent)
    return tmp_path / "out"


def test_the_page_shows_question_verdicts_own_figures_controls_and_tables_in_this_order(own: Path) -> None:
    checks = (Check("sham", True, "no difference"), Check("noisy", False, "not seen"))
    tables = {
        "cases.csv": pd.DataFrame({"row": ["a", "b"], "same": [1, 1]}),
        "long.csv": pd.DataFrame({"x": range(1000)}),
        "told.csv": pd.DataFrame({"x": [1]}),
    }
    texts = {"told.md": "# Told\n\n| what | n |\n| --- | --- |\n| a \\| b<c | 1 |\n"}
    judged = Judged(CLAIMS, checks, None, None)
    page = write(own, runs_of(SHAPES["one_axis"], 2), judged, name="ours", tables=tables, texts=texts)
    order = ["<h1>ours", "Does the <em>side</em> matter?", "Verdicts on the", 'alt="2 &lt;cases&gt;"',
             'alt="No way costs', "<h2>Controls", "cases.csv", "told.md", "<h2>Arms"]  # fmt: skip
    places = [page.index(part) for part in order]
    assert places == sorted(places)
    assert "We <code>pad</code>." in page
    assert "dilutes &lt;what&gt; a sequence says." in page
    assert '<strong class="SUPPORTED">● SUPPORTED' in page
    assert "<strong>FAILED</strong>: noisy" in page
    assert "<td>a | b&lt;c</td>" in page
    assert ">same<" not in page
    assert "long.csv" not in page


def test_no_text_of_a_user_becomes_markup(own: Path) -> None:
    runs = runs_of(SHAPES["categorical"], 2).assign(**{"data.label": HOSTILE})
    runs.loc[0, "data.label"] = "other"
    runs.loc[1, ["status", "error"]] = ["failed", HOSTILE]
    claims = claims_of({"claim": HOSTILE, **measured(0.1, "SUPPORTED"), "statement": HOSTILE, "contrast": HOSTILE,
                        "why": HOSTILE, "predicts": HOSTILE})  # fmt: skip
    judged = Judged(claims, (Check(HOSTILE, False, HOSTILE),), None, None)
    tables = {"cases.csv": pd.DataFrame({HOSTILE: [HOSTILE, "x"]}), f"{HOSTILE}.csv": pd.DataFrame({"x": [1, 2]})}
    texts = {"cases.md": f"# {HOSTILE}\n\n[click](javascript:alert)\n\n| {HOSTILE} |\n|---|\n| {HOSTILE} |\n"}
    page = write(own, runs, judged, name="ours", tables=tables, texts=texts)
    page += write(own, runs, judged, name=HOSTILE, tables=tables)
    assert "<script" not in page.lower()
    assert "<a href" not in page
    assert page.count("&lt;script&gt;") > 10


def test_the_question_of_a_readme_is_its_first_paragraph_that_asks() -> None:
    assert split("# Padding\n\nSome background.\n\nDoes the *side* of\npadding matter?\n\nYes.\n") == (
        "Does the *side* of\npadding matter?",
        "Yes.",
    )
    assert split("# Title\n\n**Question.** Why?\n") == ("Why?", "")
    assert split("") == ("", "")


def test_the_report_imports_no_tensorflow_and_no_figure_library_up_front() -> None:
    import subprocess
    import sys

    heavy = ("tensorflow", "keras", "matplotlib", "jinja2", "scipy.stats")
    code = f"import sys, mismatch.report.pages, mismatch.report.verdicts, mismatch.report.explain; \
sys.exit(','.join(m for m in {heavy} if m in sys.modules) or None)"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("data", ["reviews", "early"])
def test_what_stands_beside_accuracy_is_open_where_no_ceiling_is_known(data: str, tmp_path: Path) -> None:
    runs = runs_of(arms_of(data=[data], length__padding=["pre", "post"]), 2)
    assert "Beside accuracy" not in page(Material("x", runs), None, [], {})
    known = runs.assign(macro_f1=0.625, log_loss=0.4375, auc=np.nan)
    told = page(Material("x", known), None, [], {}).partition("<h2>Beside accuracy</h2>")[2]
    assert ("<details open>" in told) == (data == "reviews")
    assert told.count("0.625") == told.count("0.438") == 2 and "; lower is better" in told and "auc" not in told

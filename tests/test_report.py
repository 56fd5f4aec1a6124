"""Claims on the report: every shape of table gives its figures and its page, and says what failed."""

import hashlib
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis.axes import arrange, varied
from mismatch.analysis.summary import summarise
from mismatch.report import canvas, words
from mismatch.report.build import question, render, write_report
from mismatch.report.canvas import COLOURS, INERT_COLOUR, REFERENCE_COLOUR
from mismatch.report.curves import by_arm, updates_of
from mismatch.report.marks import reference_curves

MAXIMUM_LENGTH = {"early": 24, "snippets": 30, "late": 24, "reviews": 64}
CEILING = {"early": 0.9, "snippets": 0.78, "late": 0.9, "reviews": np.nan}
CHANCE = {"early": 0.25, "snippets": 0.5, "late": 0.25, "reviews": 0.5}
DEFAULTS = {
    "data": "early",
    "data.noise": 0.1,
    "features.width": 8,
    "length.steps": 24,
    "length.ratio": 1.0,
    "length.padding": "pre",
    "length.truncating": np.nan,
    "mask": "none",
    "mask.value": np.nan,
    "reduction": "none",
    "reduction.kernel": np.nan,
    "reduction.mask": np.nan,
    "model.units": 16,
    "seed": 0,
}
FIGURES = ["accuracy", "stability", "step_time", "loss_split"]


def arms_of(**axes: list) -> list[dict]:
    """Parameters of every combination of `axes` (dots written as __), with blanks where inert."""
    result = []
    for levels in itertools.product(*axes.values()):
        arm = {**DEFAULTS, **{name.replace("__", "."): level for name, level in zip(axes, levels, strict=True)}}
        arm["length.steps"] = round(arm["length.ratio"] * MAXIMUM_LENGTH[arm["data"]])
        if arm["length.ratio"] >= 1:
            arm["length.truncating"] = np.nan
        if arm["mask"] == "masking":
            arm["mask.value"] = 0.0
        if arm["reduction"] == "none":
            arm["reduction.kernel"] = np.nan
        if arm["reduction"] == "none" or arm["mask"] == "none":
            arm["reduction.mask"] = np.nan
        result.append(arm)
    return [arm for i, arm in enumerate(result) if repr(arm) not in map(repr, result[:i])]


def runs_of(arms: list[dict], replicates: int = 3) -> pd.DataFrame:
    """A table of runs with plausible numbers: post-padding without a mask dies with length."""
    rng = np.random.default_rng(0)
    return pd.DataFrame([_run(arm, replicate, rng) for arm in arms for replicate in range(replicates)])


def _run(arm: dict, replicate: int, rng: np.random.Generator) -> dict:
    """One row; the ceiling falls where the end of a sequence is cut off."""
    full, chance, ratio = CEILING[arm["data"]], CHANCE[arm["data"]], arm["length.ratio"]
    ceiling = full - (0.4 * (1 - ratio) if arm["length.truncating"] == "post" else 0)
    skill = rng.normal(0.96, 0.01)
    if arm["length.padding"] == "post" and arm["mask"] == "none":
        skill = max(0.02, 0.95 - 0.3 * np.log2(max(1, ratio))) + rng.normal(0, 0.05)
    accuracy = chance + skill * ((0.85 if np.isnan(full) else ceiling) - chance)
    step = (0.3 + 0.1 * ratio) * (1.6 if arm["mask"] == "masking" else 1.0) * rng.normal(1, 0.02)
    name = hashlib.sha256(repr(sorted(arm.items())).encode()).hexdigest()[:12]
    return {
        "experiment": "padding",
        "arm": name,
        "replicate": replicate,
        "status": "ok",
        "error": None,
        **arm,
        "accuracy": accuracy,
        "chance": chance,
        "ceiling": ceiling,
        "ceiling_full": full,
        "skill": np.nan if np.isnan(full) else skill,
        "information_loss": full - ceiling,
        "learnability_loss": ceiling - accuracy,
        "loss_first": 1.4,
        "loss_final": 1.4 - skill,
        "roughness": (0.002 if skill > 0.5 else 0.0004) * np.exp(rng.normal(0, 0.15)),
        "step_ms": 2 * step,
        "step_cpu_ms": step,
        "timing_valid": False,
        "data_hash": "ab",
    }


def fail(runs: pd.DataFrame, rows: slice, status: str = "diverged") -> pd.DataFrame:
    """`runs` with some rows failed: an error instead of metrics."""
    runs = runs.copy()
    runs["error"] = runs["error"].astype(object)
    index = runs.index[rows]
    runs.loc[index, ["status", "error"]] = [status, "loss <nan> at update 7"]
    runs.loc[index, list(runs.columns[runs.columns.get_loc("accuracy") : -2])] = np.nan
    return runs


RATIO = {"length__ratio": [1.0, 2.0, 4.0, 8.0]}
PADDING = {"length__padding": ["pre", "post"], "mask": ["none", "masking"]}
TRUNCATION = {"length__ratio": [0.25, 0.5, 1.0, 2.0], "length__truncating": ["pre", "post", "head_tail"]}
REDUCTION = {"reduction": ["none", "pool", "conv"], "reduction__mask": ["destroyed", "rebuilt"], **RATIO}
SHAPES = {
    "single_arm": arms_of(),
    "one_axis": arms_of(**RATIO),
    "four_axes": arms_of(data=["early", "snippets"], **RATIO, **PADDING),
    "categorical": arms_of(**PADDING),
    "datasets_only": arms_of(data=["early", "snippets", "late"]),
    "inert": arms_of(**TRUNCATION, mask=["none", "masking"]),
    "reduction": arms_of(mask=["none", "masking"], **REDUCTION),
    "inert_x": arms_of(reduction=["none", "conv"], reduction__kernel=[1, 3, 5]),
    "five_axes": arms_of(data=["early", "snippets"], **RATIO, **PADDING, model__units=[8, 16]),
}


def panels_of(runs: pd.DataFrame) -> list[canvas.Panel]:
    """The panels of a figure on `runs`."""
    return canvas.panels(summarise(runs), runs, arrange(varied(runs)))


@pytest.mark.parametrize("shape", ["single_arm", "one_axis", "four_axes", "categorical", "inert_x"])
def test_every_figure_is_written_for_every_shape_of_table(shape: str, tmp_path: Path) -> None:
    runs = fail(runs_of(SHAPES[shape], 2), slice(1, 2))
    written = write_report(tmp_path, runs)
    figures = [tmp_path / "figures" / f"{name}{end}" for name in FIGURES for end in (".png", ".svg")]
    assert written == [tmp_path / "summary.csv", *figures, tmp_path / "report.html"]
    assert all(path.stat().st_size > 500 for path in written)
    page = written[-1].read_text()
    assert page.count("<img") == len(FIGURES)
    assert "loss &lt;nan&gt; at update 7" in page


def test_unknown_ceilings_leave_out_the_split_and_curves_come_with_traces(tmp_path: Path) -> None:
    runs = runs_of(arms_of(data=["reviews"], length__padding=["pre", "post"]), 2)
    traces = {f"{arm}-{replicate}": np.linspace(1, 0.2, 30) for arm in runs["arm"].unique() for replicate in (0, 1)}
    names = {path.stem for path in write_report(tmp_path, runs, {**traces, "unknown": np.ones(3)})}
    assert names == {"summary", "accuracy", "stability", "step_time", "curves", "report"}


def test_a_table_in_which_all_runs_failed_gives_a_page_without_figures(tmp_path: Path) -> None:
    runs = fail(runs_of(SHAPES["four_axes"], 2), slice(None), "killed")
    written = write_report(tmp_path, runs, {f"{runs['arm'][0]}-0": np.ones(5)})
    assert [path.name for path in written] == ["summary.csv", "report.html"]
    page = written[-1].read_text()
    assert "No run finished" in page
    assert "64 x killed" in page


def test_a_dataset_without_an_ok_run_keeps_its_panel(tmp_path: Path) -> None:
    runs = fail(runs_of(SHAPES["datasets_only"][:2] + arms_of(data=["snippets"], mask=["masking"]), 2), slice(0, 2))
    write_report(tmp_path, runs)
    assert (tmp_path / "figures" / "accuracy.png").exists()


def test_an_empty_table_gives_a_page(tmp_path: Path) -> None:
    assert "0 runs" in write_report(tmp_path, runs_of(SHAPES["single_arm"]).iloc[:0])[-1].read_text()


def test_a_table_read_back_from_csv_gives_the_same_page(tmp_path: Path) -> None:
    runs = fail(runs_of(SHAPES["inert"]), slice(1, 2))
    runs.to_csv(tmp_path / "runs.csv", index=False)
    back = pd.read_csv(tmp_path / "runs.csv", dtype={"arm": str})
    pages = [render(table, summarise(table), [], None, "x") for table in (runs, back)]
    assert pages[0] == pages[1]


def test_the_page_opens_with_the_question_of_the_readme() -> None:
    readme = "# Padding\n\nSome background.\n\nDoes the *side* of\npadding matter?\n"
    assert question(readme) == "Does the side of padding matter?"
    runs = runs_of(SHAPES["single_arm"])
    assert "<strong>Does the side of padding matter?</strong>" in render(runs, summarise(runs), [], readme, "x")


def test_inert_cells_are_a_grey_series_of_their_own() -> None:
    (panel,) = panels_of(runs_of(SHAPES["inert"]))
    grey = {style.label for style in panel.styles if style.colour == INERT_COLOUR}
    assert grey == {"no truncation (T ≥ Lmax), no mask", "no truncation (T ≥ Lmax), masking"}
    for style, arms in panel.groups():
        assert (arms["length.ratio"] >= 1).all() == (style.colour == INERT_COLOUR)


def test_blanks_that_a_choice_implies_are_not_called_inert() -> None:
    (panel,) = panels_of(runs_of(SHAPES["reduction"]))
    labels = [style.label for style in panel.styles]
    assert "no reduction, masking" in labels
    assert "conv, no mask" in labels
    assert INERT_COLOUR not in [style.colour for style in panel.styles]


def test_arms_in_which_x_cannot_act_stand_apart_in_grey() -> None:
    (panel,) = panels_of(runs_of(SHAPES["inert_x"]))
    assert list(panel.ticks.values()) == ["n/a", "1", "3", "5"]
    assert [style.colour for style in panel.styles if style.label == "no reduction"] == [INERT_COLOUR]


def test_colour_and_marker_tell_series_apart() -> None:
    for shape in ("four_axes", "reduction", "five_axes"):
        styles = panels_of(runs_of(SHAPES[shape], 1))[0].styles
        assert len({(style.colour, style.marker, style.line) for style in styles}) == len(styles), shape
        assert len({style.label for style in styles}) == len(styles), shape


def test_series_keep_their_style_in_every_panel() -> None:
    first, second = panels_of(runs_of(SHAPES["four_axes"], 1))
    assert first.styles == second.styles
    assert [first.title, second.title] == ["early", "snippets"]


def test_arms_at_the_same_place_are_drawn_apart() -> None:
    for panel in panels_of(runs_of(SHAPES["five_axes"], 1)):
        assert not panel.arms["_at"].round(9).duplicated().any()
        assert (panel.arms["_at"] - panel.arms["_x"]).abs().max() < 0.5 * panel.gap


def test_a_ratio_is_drawn_in_doublings_and_labelled_with_its_values() -> None:
    (panel,) = panels_of(runs_of(SHAPES["one_axis"]))
    assert panel.ticks == {0.0: "1", 1.0: "2", 2.0: "4", 3.0: "8"}


def test_a_shared_ceiling_is_one_black_line_and_each_dataset_has_its_own() -> None:
    for panel, ceiling in zip(panels_of(runs_of(SHAPES["four_axes"])), (0.9, 0.78), strict=True):
        ((colour, points),) = reference_curves(panel, "ceiling")
        assert colour == REFERENCE_COLOUR
        assert np.allclose(points, ceiling)


def test_a_ceiling_that_depends_on_the_series_is_drawn_in_its_colour() -> None:
    (panel,) = panels_of(runs_of(SHAPES["inert"]))
    curves = dict(reference_curves(panel, "ceiling"))
    assert set(curves) == {REFERENCE_COLOUR, COLOURS[1]}
    assert np.allclose(curves[COLOURS[1]], [0.6, 0.7])


def test_nudged_labels_never_overlap_and_stay_in_order() -> None:
    rng = np.random.default_rng(1)
    for wanted in (rng.random(9), np.full(5, 1.0), np.zeros(4), np.array([0.3])):
        placed = canvas.nudge(wanted, 0.05)
        assert (np.diff(np.sort(placed)) > 0.05 - 1e-9).all()
        assert (placed[np.argsort(wanted, kind="stable")] == np.sort(placed)).all()
        assert placed.min() >= -1e-9
        assert placed.max() <= 1 + 1e-9
    assert np.allclose(canvas.nudge(np.array([0.9, 0.1]), 0.05), [0.9, 0.1])


def test_titles_state_the_number_that_is_in_the_table() -> None:
    runs = runs_of(SHAPES["four_axes"], 5)
    summary, layout = summarise(runs), arrange(varied(runs))
    title = words.accuracy_title(summary, layout)
    worst = summary.loc[summary["accuracy"].idxmin()]
    assert title.startswith("Largest gap in accuracy 0.6")
    assert f"post-padding, no mask {worst['accuracy']:.2f} at length.ratio = 8 on early" in title
    assert "(ceiling 0.90, chance 0.25)" in title
    assert "4 of 32 arms did not learn" in words.stability_title(summary, layout)


def test_the_title_says_when_the_intervals_of_the_largest_gap_overlap() -> None:
    runs = runs_of(arms_of(length__padding=["pre", "post"]), 5)
    assert "intervals overlap" in words.accuracy_title(summarise(runs), arrange(varied(runs)))


def test_dead_arms_never_set_the_number_for_stability() -> None:
    runs = runs_of(arms_of(length__ratio=[8.0], length__padding=["post"]), 3)
    title = words.stability_title(summarise(runs), arrange(varied(runs)))
    assert title == "None of 1 arms learned: their smooth losses say nothing about stability"


def test_traces_of_ok_replicates_are_stacked_by_arm_and_cut_to_the_shortest() -> None:
    runs = pd.DataFrame({"run": ["r0", "r1", "r2", "r3"], "arm": ["a", "a", "a", "b"], "replicate": [0, 1, 2, 0]})
    runs["status"] = ["ok", "ok", "diverged", "ok"]
    traces = {"r0": np.ones(5), "a-1": {"probe_loss": [0.0] * 4}, "r2": np.ones(2), "elsewhere": np.ones(5)}
    stacks = by_arm(traces, runs)
    assert {arm: losses.shape for arm, losses in stacks.items()} == {"a": (2, 4)}


def test_probes_stand_at_the_update_they_were_taken_after() -> None:
    arm = pd.Series({"train.block": 20, "train.updates": 60})
    assert updates_of(arm, 4).tolist() == [0, 20, 40, 60]
    assert updates_of(arm, 60).tolist() == list(range(1, 61))


def test_the_report_imports_no_tensorflow_and_no_figure_library_up_front() -> None:
    import subprocess
    import sys

    code = "import sys, mismatch.report.build; sys.exit(any(m in sys.modules for m in ('tensorflow', 'matplotlib')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

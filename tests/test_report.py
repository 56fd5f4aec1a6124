"""Claims on the report: every shape of table gives its figures and its page, and says what failed."""

import hashlib
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from mismatch.analysis.axes import arrange, varied
from mismatch.analysis.claims import COLUMNS
from mismatch.analysis.controls import Check
from mismatch.analysis.factorial import effects
from mismatch.analysis.summary import summarise
from mismatch.config.fields import ConfigError
from mismatch.report import canvas, forest, verdicts, words
from mismatch.report.build import question, render, write_report
from mismatch.report.canvas import COLOURS, INERT_COLOUR, REFERENCE_COLOUR
from mismatch.report.curves import by_arm, updates_of
from mismatch.report.explain import explain
from mismatch.report.marks import reference_curves
from mismatch.sweep import own

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
    (page,) = write_report(tmp_path / "timing", runs_of(SHAPES["single_arm"]).iloc[:0])
    assert "<h1>timing</h1>" in page.read_text()


def test_a_table_read_back_from_csv_gives_the_same_page(tmp_path: Path) -> None:
    runs = fail(runs_of(SHAPES["inert"]), slice(1, 2))
    runs.to_csv(tmp_path / "runs.csv", index=False)
    back = pd.read_csv(tmp_path / "runs.csv", dtype={"arm": str})
    pages = [write_report(tmp_path / name, table)[-1] for name, table in (("first", runs), ("again", back))]
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_the_page_opens_with_the_question_of_the_readme() -> None:
    readme = "# Padding\n\nSome background.\n\nDoes the *side* of\npadding matter?\n"
    assert question(readme) == "Does the side of padding matter?"
    page = render("x", [], readme, None, [], dict.fromkeys(("counts", "failures", "arms", "tables"), ""))
    assert "<strong>Does the side of padding matter?</strong>" in page


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


def claims_of(*rows: dict) -> pd.DataFrame:
    """A table of claims: paired accuracies unless a row says otherwise."""
    usual = {
        "experiment": "padding",
        "statement": "Padding with zeros dilutes <what> a sequence says.",
        "contrast": "post against pre",
        "primary": True,
        "test": "paired",
        "metric": "exact_accuracy",
        "scale": "difference",
        "predicts": "less",
        "n": 10,
        "margin": 0.02,
        "failures": 0,
        "controls": "passed (5)",
        "family": "primary",
        "source": "example 1",
        "claims_hash": "abc",
        **dict.fromkeys(("p", "p_holm", "p_equivalence", "p_equivalence_holm", "superiority"), 0.01),
        "minimum_detectable_effect": 0.01,
    }
    return pd.DataFrame([usual | row for row in rows], columns=list(COLUMNS))


def measured(effect: float, verdict: str, **more: object) -> dict:
    """Effect, interval and verdict of a row."""
    return {"effect": effect, "low": effect - 0.01, "high": effect + 0.01, "verdict": verdict, **more}


CLAIMS = claims_of(
    {"claim": "C1", **measured(-0.5, "SUPPORTED")},
    {"claim": "C1", **measured(-0.001, "EQUIVALENT", primary=False, contrast="the same, pads before the data")},
    {"claim": "C2", **measured(0.7, "REFUTED", scale="ratio", metric="step_ms", contrast="and so on " * 30)},
    {"claim": "C3", **measured(0.4, "INCONCLUSIVE", test="share", scale=None, predicts="at least 0.25", margin=0.02)},
    {"claim": "C4", "test": "outcome", "effect": 0.75, "n": 8, "verdict": "REFUTED", "predicts": "raises",
     "why": "time-call: silent", "experiment": "layout", "runs": "time-call time-fit", "margin": 0.0},
    {"claim": "C5", "verdict": "WITHHELD", "why": "steps.csv is missing"},
    {"claim": "C10", "verdict": "UNTESTED", "why": "needs PyTorch", "contrast": np.nan, "test": np.nan, "n": np.nan},
)  # fmt: skip


def test_effects_read_as_differences_factors_shares_and_cases() -> None:
    said = [verdicts.effect(row) for _, row in CLAIMS.iterrows()]
    assert said[:3] == ["-0.500 [-0.510, -0.490]", "-0.001 [-0.011, +0.009]", "x2.01 [1.99, 2.03]"]
    assert said[3:] == ["0.400 [0.390, 0.410]", "6 of 8", "-", "-"]


def test_text_of_verdicts_is_aligned_and_at_most_150_columns_wide() -> None:
    lines = verdicts.text(CLAIMS).splitlines()
    assert max(map(len, lines)) <= 150
    (head,) = [line for line in lines if line.startswith("claim ")]
    rows = [line for line in lines if line.startswith("C")]
    assert len(rows) == 6
    assert {row[head.index("verdict") - 1] for row in rows} == {" "}
    assert "exact_accuracy" not in "".join(lines)
    assert lines[-1] == "6 claims: 1 SUPPORTED, 2 REFUTED, 1 INCONCLUSIVE, 1 WITHHELD, 1 UNTESTED"


def test_markdown_of_verdicts_counts_claims_by_number_and_says_why() -> None:
    page = verdicts.markdown(CLAIMS)
    assert page.index("**C5.**") < page.index("**C10.**")
    assert "padding: post against pre (steps.csv is missing)" in page
    assert "* UNTESTED: needs PyTorch" in page
    table = [line for line in page.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1


def test_the_verdict_figure_has_a_section_per_measure_and_every_primary_contrast() -> None:
    figure = verdicts.figure(CLAIMS)
    assert figure.get_suptitle().startswith("6 claims: 1 SUPPORTED, 2 REFUTED")
    assert len(figure.axes) == 4
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert [claim for claim in texts if claim in set(CLAIMS["claim"])] == ["C1", "C2", "C3", "C4"]
    assert "pads before" not in " ".join(texts)
    (caption,) = [text.get_text() for text in figure.texts if "Without a number" in text.get_text()]
    assert "C5 WITHHELD (steps.csv is missing)" in caption.replace("\n", " ")


def test_verdicts_are_told_apart_without_colour() -> None:
    assert len({marker for _, marker in forest.MARKS.values()}) == len(forest.MARKS) == len(verdicts.WORDS)


def test_the_same_verdicts_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        verdicts.write(CLAIMS, tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["verdicts.csv", "verdicts.md", "verdicts.png", "verdicts.svg"]
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def results_of(folder: Path) -> Path:
    """Results of two experiments with claims, runs and figures."""
    runs = runs_of(arms_of(length__padding=["pre", "post"]), 2)
    runs["run"] = [f"r{i}" for i in range(len(runs))]
    (folder / "padding" / "figures").mkdir(parents=True)
    (folder / "layout" / "figures").mkdir(parents=True)
    runs.to_csv(folder / "padding" / "runs.csv", index=False)
    claims = CLAIMS.assign(metric=CLAIMS["metric"].replace("exact_accuracy", "accuracy"))
    claims.loc[0, "runs"] = "r2 r0 r3 r1"
    for name, part in claims.groupby("experiment"):
        part.to_csv(folder / str(name) / "claims.csv", index=False)
    pd.DataFrame([Check("sham", True, "no difference")]).to_csv(folder / "padding" / "controls.csv", index=False)
    for name in ("padding/figures/accuracy", "padding/figures/gradient", "layout/figures/outcomes"):
        (folder / f"{name}.png").touch()
    return folder


def test_explain_names_arms_pairs_controls_and_the_generic_figure(tmp_path: Path) -> None:
    said = explain(results_of(tmp_path), "C1")
    assert "length.padding=post" in said
    assert said.count("r2 r0") == said.count("r3 r1") == 1
    assert said.count("sham: no difference") == 1
    assert "figures/accuracy.png" in said
    assert "gradient.png" not in said
    assert max(len(line) for line in said.splitlines() if "figure" not in line) <= 150


def test_explain_points_to_the_own_figure_where_the_table_is_not_of_runs(tmp_path: Path) -> None:
    said = explain(results_of(tmp_path), "C4")
    assert "figures/outcomes.png" in said
    assert "rests on   time-call time-fit" in said


def test_explain_names_the_claims_it_knows(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="C1, C2, C3, C4, C5, C10"):
        explain(results_of(tmp_path), "C99")


def test_the_page_shows_verdicts_own_figures_controls_and_tables_in_this_order(tmp_path: Path) -> None:
    own_figure = Figure()
    own_figure.suptitle("ours")
    checks = [Check("sham", True, "no difference"), Check("noisy", False, "not seen")]
    pd.DataFrame({"row": ["a", "b"], "same": [1, 1]}).to_csv(tmp_path / "cases.csv", index=False)
    pd.DataFrame({"x": range(1000)}).to_csv(tmp_path / "long.csv", index=False)
    (tmp_path / "told.csv").touch()
    (tmp_path / "told.md").write_text("# Told\n\n| what | n |\n| --- | --- |\n| a \\| b<c | 1 |\n")
    runs = runs_of(SHAPES["one_axis"], 2)
    page = write_report(tmp_path, runs, figures={"ours": own_figure}, claims=CLAIMS, checks=checks)[-1].read_text()
    order = [
        "<h1>padding",
        "Verdicts on the",
        'alt="ours"',
        'alt="Largest gap',
        "<h2>Controls",
        "cases.csv",
        "<h2>Arms",
    ]
    places = [page.index(part) for part in order]
    assert places == sorted(places)
    assert "dilutes &lt;what&gt; a sequence says." in page
    assert '<strong class="SUPPORTED">● SUPPORTED' in page
    assert "<strong>FAILED</strong>: noisy" in page
    assert '<td class="text">a | b&lt;c</td>' in page
    assert ">same<" not in page
    assert "long.csv" not in page


def test_more_lines_than_can_be_told_apart_are_not_drawn(tmp_path: Path) -> None:
    runs = runs_of(arms_of(**RATIO, **PADDING, model__units=[8, 16], reduction=["none", "pool"]), 1)
    assert [path.name for path in write_report(tmp_path, runs)][1::2] == ["loss_split.png", "report.html"]


def test_one_ceiling_label_stands_for_all_ceilings_of_its_colour() -> None:
    from mismatch.report.marks import draw_references

    arms = arms_of(length__ratio=[0.25, 0.5], length__truncating=["pre", "post"], mask=["none", "masking"])
    runs = runs_of(arms)
    runs.loc[runs["mask"].eq("none"), "ceiling"] -= 0.1
    (panel,) = panels_of(runs)
    labels = [(label.text, label.colour) for label in draw_references(Figure().subplots(), panel)]
    assert len(labels) == len(set(labels))


def title_of(figure: Figure) -> str:
    """The title of a figure on one line."""
    return " ".join(figure.get_suptitle().split())


def test_text_figures_state_the_largest_effect_and_what_it_depends_on(tmp_path: Path) -> None:
    levels = {
        "length.steps": [16, 32],
        "length.padding": ["pre", "post"],
        "length.truncating": ["pre", "post"],
        "mask": ["none", "masking"],
        "reduction": ["none", "conv_pool"],
    }
    cells = pd.DataFrame(itertools.product(*levels.values()), columns=list(levels)).assign(arm=range(32))
    whole = pd.DataFrame({"length.steps": [64], "length.padding": "pre", "mask": "masking", "arm": 32})
    arms = pd.concat([cells, whole], ignore_index=True)
    runs = arms.merge(pd.DataFrame({"replicate": range(10)}), how="cross")
    lost = 0.2 * (runs["length.padding"].eq("post") & runs["mask"].eq("none"))
    runs["accuracy"] = 0.7 - lost + np.random.default_rng(0).normal(0, 0.003, len(runs))
    runs = runs.assign(data="snippets", status="ok", control="none")
    runs.to_csv(tmp_path / "runs.csv", index=False)
    found = effects(runs[runs["arm"].lt(32)], list(levels), "accuracy", levels=levels)
    found.assign(grid="snippets").to_csv(tmp_path / "factorial.csv", index=False)
    drawn = own.figures("text", tmp_path)
    assert "padding pre to post -0.10" in title_of(drawn["effects"])
    assert "depending on mask (by 0.20)" in title_of(drawn["effects"])
    assert title_of(drawn["losses"]).startswith("8 of 32 arms lose more than 0.02")


def test_layout_figures_count_silent_mismatches_and_state_the_worst(tmp_path: Path) -> None:
    outcomes = ["raises", "silent", "silent and learns wrong", "works"]
    cases = pd.DataFrame({"kind": ["time", "time", "layout", "time"], "outcome": outcomes})
    cases.assign(legal=cases["outcome"].eq("works")).to_csv(tmp_path / "mismatches.csv", index=False)
    arms = [("correct", np.nan, 0.9), ("transpose", "both", 0.88), ("transpose", "test", 0.2)]
    runs = pd.DataFrame(
        [(layout, at, accuracy + k / 1000) for layout, at, accuracy in arms for k in range(3)],
        columns=["layout", "layout.at", "accuracy"],
    )
    same = {"data": "digits", "data.steps": 8, "chance": 0.1, "status": "ok", "control": "none"}
    runs.assign(**same).to_csv(tmp_path / "runs.csv", index=False)
    drawn = {name: title_of(figure) for name, figure in own.figures("layout", tmp_path).items()}
    assert drawn["outcomes"].startswith("2 of 3 mismatches pass in silence; 1 of them")
    assert "transpose in test alone scores 0.20 at T = 8, the correct layout 0.90" in drawn["silent_layouts"]


def test_reduction_figures_state_where_order_is_lost_and_what_a_lost_mask_costs(tmp_path: Path) -> None:
    same = {"data.gap": 1, "reduction.kernel": 1, "mask": "none", "ceiling": 1.0, "chance": 0.5, "status": "ok"}
    arms = [
        {"data": "pool_order", "reduction": "conv_pool", "reduction.pool": 2, "accuracy": 1.0},
        {"data": "pool_order", "reduction": "conv_pool", "reduction.pool": 4, "accuracy": 0.6, "ceiling": 0.61},
        {"data": "early", "reduction": "pool", "mask": "masking", "reduction.mask": "destroyed", "accuracy": 0.5},
        {"data": "early", "reduction": "pool", "mask": "masking", "reduction.mask": "rebuilt", "accuracy": 0.7},
    ]
    pd.DataFrame([same | arm for arm in arms for _ in range(2)]).assign(control="none").to_csv(
        tmp_path / "runs.csv", index=False
    )
    drawn = own.figures("reduction", tmp_path)
    assert "accuracy 0.60 (ceiling 0.61) with kernel 1 and pools of 4" in title_of(drawn["order"])
    assert "costs up to 0.20: pool on early, 0.50 against 0.70 rebuilt" in title_of(drawn["masks"])


def test_the_features_figure_states_what_noise_leaves_at_the_fewest_sequences(tmp_path: Path) -> None:
    arms = [("native", 8, 0.9), ("noise", 64, 0.7), ("zero", 64, 0.9)]
    runs = pd.DataFrame(
        [(size, *arm) for size in (200, 1000) for arm in arms for _ in range(2)],
        columns=["data.train", "features.adapter", "features.width", "exact_accuracy"],
    )
    same = {"data": "sparse_features", "status": "ok", "control": "none", "model.kernel_init": "glorot"}
    runs.assign(**same, ceiling=0.94, chance=0.5, **{"train.updates": 400}).to_csv(tmp_path / "runs.csv", index=False)
    title = title_of(own.figures("features", tmp_path)["sample_size"])
    assert title.startswith("With 200 sequences, noise features up to D = 64 leave accuracy 0.70 of 0.90")


@pytest.mark.parametrize("experiment", ["features", "layout", "padding", "reduction", "text"])
def test_an_experiment_without_its_tables_has_no_own_figures(experiment: str, tmp_path: Path) -> None:
    assert own.figures(experiment, tmp_path) == {}

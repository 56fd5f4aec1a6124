"""Where arms stand in a panel, and how their series are told apart."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from mismatch.analysis.axes import FEW
from mismatch.analysis.meaning import MEANING
from mismatch.report import canvas
from mismatch.report.marks import reference_curves
from tests.report.cases import SHAPES, arms_of, panels_of, runs_of

UNTOUCHED = MEANING["untouched"]


def test_inert_cells_are_a_series_of_their_own_in_the_colour_of_the_untouched() -> None:
    (panel,) = panels_of(runs_of(SHAPES["inert"]))
    plain = {style.label for style in panel.styles if style.colour == UNTOUCHED}
    assert plain == {"no truncation (T ≥ Lmax), no mask", "no truncation (T ≥ Lmax), masking"}
    for style, arms in panel.groups():
        assert (arms["length.ratio"] >= 1).all() == (style.colour == UNTOUCHED)


def test_blanks_that_a_choice_implies_are_not_called_inert() -> None:
    panels = panels_of(runs_of(SHAPES["reduction"]))
    labels = [style.label for style in panels[0].styles]
    assert "masking" in " ".join(labels) and "not applicable" not in " ".join(labels)


def test_arms_in_which_x_cannot_act_stand_apart_as_untouched() -> None:
    (panel,) = panels_of(runs_of(SHAPES["inert_x"]))
    assert list(panel.ticks.values()) == ["n/a", "1", "3", "5"]
    assert [style.colour for style in panel.styles if style.label == "no reduction"] == [UNTOUCHED]


def test_a_masked_series_has_one_colour_whatever_the_side_of_its_pads() -> None:
    styles = {style.label: style for style in panels_of(runs_of(SHAPES["four_axes"], 1))[0].styles}
    masked = {styles[f"{side}-padding, masking"].colour for side in ("pre", "post")}
    assert masked == {MEANING["masked"]}
    assert [styles[f"{side}-padding, no mask"].colour for side in ("pre", "post")] == [
        MEANING["before"],
        MEANING["after"],
    ]


def test_more_lines_than_one_panel_holds_are_split_and_the_untouched_stand_in_all() -> None:
    kernels = arms_of(reduction=["conv"], reduction__kernel=[1, 3, 5], length__padding=["pre", "mid", "post"])
    plain = arms_of(length__padding=["pre", "mid", "post"])
    runs = runs_of([*kernels, *plain], 1).assign(**{"reduction.pool": np.nan})
    found = panels_of(pd.concat([runs, runs_of(arms_of(length__ratio=[2.0]), 1)]))
    assert all(len(panel.arms["_series"].unique()) <= FEW for panel in found)
    assert len(found) > 1 and len({panel.title for panel in found}) == len(found)


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


def test_a_shared_ceiling_is_one_line_without_a_colour_of_its_own_and_each_dataset_has_its_own() -> None:
    for panel, ceiling in zip(panels_of(runs_of(SHAPES["four_axes"])), (0.9, 0.78), strict=True):
        ((colour, points),) = reference_curves(panel, "ceiling")
        assert colour == ""
        assert np.allclose(points, ceiling)


def test_a_ceiling_that_depends_on_the_series_is_a_line_of_its_own() -> None:
    (panel,) = panels_of(runs_of(SHAPES["inert"]))
    curves = reference_curves(panel, "ceiling")
    assert [0.6, 0.7] in [points.round(9).tolist() for _, points in curves]


def test_one_ceiling_label_stands_for_all_ceilings_of_its_colour() -> None:
    from mismatch.report.marks import draw_references

    arms = arms_of(length__ratio=[0.25, 0.5], length__truncating=["pre", "post"], mask=["none", "masking"])
    runs = runs_of(arms)
    runs.loc[runs["mask"].eq("none"), "ceiling"] -= 0.1
    (panel,) = panels_of(runs)
    labels = [(label.text, label.colour) for label in draw_references(Figure().subplots(), panel)]
    assert len(labels) == len(set(labels))


def test_nudged_labels_never_overlap_and_stay_in_order() -> None:
    rng = np.random.default_rng(1)
    for wanted in (rng.random(9), np.full(5, 1.0), np.zeros(4), np.array([0.3])):
        placed = canvas.nudge(wanted, 0.05)
        assert (np.diff(np.sort(placed)) > 0.05 - 1e-9).all()
        assert (placed[np.argsort(wanted, kind="stable")] == np.sort(placed)).all()
        assert placed.min() >= -1e-9
        assert placed.max() <= 1 + 1e-9
    assert np.allclose(canvas.nudge(np.array([0.9, 0.1]), 0.05), [0.9, 0.1])

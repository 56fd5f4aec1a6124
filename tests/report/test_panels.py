"""Where arms stand in a panel, and how their series are told apart."""

import numpy as np
from matplotlib.figure import Figure

from mismatch.report import canvas
from mismatch.report.canvas import COLOURS, INERT_COLOUR, REFERENCE_COLOUR
from mismatch.report.marks import reference_curves
from tests.report.cases import SHAPES, arms_of, panels_of, runs_of


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

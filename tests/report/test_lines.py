"""Means, rows and runs that the experiments' own figures are made of."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from mismatch.report import words
from mismatch.report.lines import Line, Look, in_doublings, mean_line, means, reference_lines
from mismatch.report.rows import draw_pair, draw_row
from mismatch.report.save import STYLE
from mismatch.report.trained import against, trained

RUNS = pd.DataFrame(
    [
        {"status": "ok", "data": "early", "arm": f"{mask}{steps}", "mask": mask, "length.steps": steps, "replicate": k,
         "accuracy": base + k / 100, "ceiling": 0.9, "chance": np.nan}
        for mask, base in (("none", 0.4), ("masking", 0.8))
        for steps in (12, 48)
        for k in (0, 1, 2)
    ]
)  # fmt: skip
UNMASKED = Line("no mask {:.2f}", Look("#0072B2"), {"mask": "none"})


def test_a_line_ends_at_the_mean_of_its_own_rows() -> None:
    axes = Figure().subplots()
    (end,) = mean_line(axes, UNMASKED, RUNS, "length.steps", "accuracy")
    assert (end.x, end.y, end.text) == (48.0, pytest.approx(0.41), "no mask 0.41")


def test_a_line_without_rows_is_left_out() -> None:
    axes = Figure().subplots()
    assert mean_line(axes, Line("", Look("k"), {"mask": ("explicit",)}), RUNS, "length.steps", "accuracy") == []
    assert not axes.lines


def test_geometric_means_are_those_of_logarithms() -> None:
    table = pd.DataFrame({"mask": "none", "pads": 1, "share": [1e-2, 1e-4, 0.0]})
    (end,) = mean_line(Figure().subplots(), UNMASKED, table, "pads", "share", least=1e-6)
    assert end.y == pytest.approx(1e-4)


def test_intervals_are_those_of_students_t() -> None:
    found = means(UNMASKED.of(RUNS), "length.steps", "accuracy")
    assert found.half == pytest.approx([4.302653 * 0.01 / 3**0.5] * 2, rel=1e-6)


def test_an_unknown_reference_is_not_drawn() -> None:
    assert [end.text for end in reference_lines(Figure().subplots(), RUNS, "length.steps")] == ["ceiling"]


def test_doublings_are_written_as_plain_numbers() -> None:
    axes = Figure().subplots()
    in_doublings(axes, [48, 12])
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["12", "48"]


def test_a_row_shows_its_mean_on_the_side_with_room() -> None:
    axes = Figure().subplots()
    axes.set_xlim(0, 1)
    draw_row(axes, 0, np.array([0.9, 0.9]), "k")
    draw_row(axes, 1, np.array([0.1, 0.1]), "k")
    assert [(text.get_text(), text.get_ha()) for text in axes.texts] == [("0.90", "right"), ("0.10", "left")]


def test_a_pair_leaves_out_a_level_without_runs() -> None:
    axes = Figure().subplots()
    draw_pair(axes, 0, RUNS, "mask", {"none": ("#000000", "o"), "explicit": ("#b84a00", "s")})
    assert [text.get_text() for text in axes.texts] == ["0.41"]


def test_runs_that_failed_or_were_copied_for_a_control_are_not_drawn() -> None:
    runs = RUNS.assign(control="none", **{"data.noise": np.nan})
    runs.loc[0, "status"] = "failed"
    runs.loc[1, "control"] = "shuffled"
    assert len(trained({"runs.csv": runs}, ("mask",), mask="none", **{"data.noise": 0.1, "absent": 1})) == 4
    assert trained({"runs.csv": runs}, ("mask", "absent")).empty
    assert trained({}, ("mask",)).empty


def test_differences_are_paired_by_replicate() -> None:
    masked = RUNS["mask"].eq("masking") & RUNS["length.steps"].eq(48)
    found = against(RUNS[~masked], RUNS[masked], "length.steps", "early")
    assert found["estimate"].tolist() == pytest.approx([0.0, -0.4, -0.4])
    assert (found["high"] - found["low"]).max() < 1e-9


def test_a_level_nobody_here_knows_is_said_by_its_name() -> None:
    assert words.level_name("reduction", "mean") == "mean"
    assert words.level_name("features.adapter", "hashing") == "hashing features"
    assert words.level_name("reduction.stride", 3) == "stride 3"
    assert words.inert_name("reduction.stride") == "stride not applicable"


def test_the_style_sheet_has_the_colours_of_the_canvas() -> None:
    import matplotlib

    from mismatch.analysis.meaning import COLOURS

    cycle = matplotlib.rc_params_from_file(STYLE, use_default_template=False)["axes.prop_cycle"]
    assert tuple(cycle.by_key()["color"]) == COLOURS

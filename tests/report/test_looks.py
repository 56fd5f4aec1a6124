"""What holds for every figure: colours that can be read, one per meaning; limits that hold whiskers; labels apart."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from mismatch.analysis import meaning
from mismatch.analysis.axes import arrange, varied
from mismatch.analysis.summary import summarise
from mismatch.report import curves, figures
from mismatch.report.save import style
from tests.report.cases import SHAPES, runs_of

ROOT = Path(__file__).parents[2]
DRAWN = ("accuracy", "delay", "stability", "loss_split")
MODULES = [
    *sorted((ROOT / "src" / "mismatch" / "report").glob("*.py")),
    *sorted((ROOT / "experiments").glob("*/figure.py")),
    ROOT / "src" / "mismatch" / "regret" / "figure.py",
]


@pytest.fixture(scope="module", params=["four_axes", "inert", "reduction"])
def drawn(request: pytest.FixtureRequest) -> dict[str, Figure]:
    """Every generic figure of a table, laid out."""
    runs = runs_of(SHAPES[request.param], 4)
    summary, layout = summarise(runs), arrange(varied(runs))
    found: dict[str, Figure] = {}
    with style():
        for name in DRAWN:
            figure = figures.GENERIC[name][1](summary, runs, layout)
            assert figure is not None
            FigureCanvasAgg(figure)
            figure.draw_without_rendering()
            found[name] = figure
    return found


def test_every_colour_can_be_read_as_words_on_white() -> None:
    for name, colour in {**meaning.MEANING, **dict(enumerate(meaning.COLOURS)), "pale": meaning.PALE}.items():
        assert meaning.contrast(colour, "#ffffff") >= 4.5, name
        assert meaning.contrast(meaning.ink_on(colour), colour) >= 4.5, name
    assert meaning.contrast("#000000", "#ffffff") == pytest.approx(21)


def test_no_figure_has_a_colour_that_is_not_one_of_a_meaning() -> None:
    own = {path.name: re.findall(r'"#[0-9a-fA-F]{3,6}"', path.read_text()) for path in MODULES}
    assert len(own) > 20 and not any(own.values()), own


def test_levels_of_one_setting_have_colours_of_their_own_and_none_that_of_a_mask() -> None:
    found = meaning.colours("length.truncating", ("pre", "post", "head_tail", "interpolate"))
    assert len(set(found.values())) == 4 and meaning.MEANING["masked"] not in found.values()
    assert (found["pre"], found["post"]) == (meaning.MEANING["before"], meaning.MEANING["after"])


def whiskers(axes: Axes) -> Iterator[np.ndarray]:
    """Ends of the error bars in data units, (2, 2) each."""
    for part in axes.collections:
        if isinstance(part, LineCollection) and part.get_transform() == axes.transData:
            yield from (np.asarray(segment) for segment in part.get_segments() if len(segment) == 2)


@pytest.mark.parametrize("name", DRAWN)
def test_limits_hold_every_whisker(name: str, drawn: dict[str, Figure]) -> None:
    seen = 0
    for axes in drawn[name].axes:
        (left, right), (low, high) = sorted(axes.get_xlim()), sorted(axes.get_ylim())
        for ends in whiskers(axes):
            seen += 1
            assert left <= ends[:, 0].min() and ends[:, 0].max() <= right
            assert low <= ends[:, 1].min() and ends[:, 1].max() <= high
    assert seen


@pytest.mark.parametrize("name", DRAWN[:3])
def test_labels_stand_apart_within_the_figure_and_without_leaders(name: str, drawn: dict[str, Figure]) -> None:
    for axes in drawn[name].axes:
        labels = [text for text in axes.texts if text.get_text()]
        assert all(getattr(text, "arrow_patch", None) is None for text in labels)
        boxes = [text.get_window_extent().padded(-1) for text in labels]
        assert not any(one.overlaps(two) for place, one in enumerate(boxes) for two in boxes[place + 1 :])
        assert all(box.x1 <= drawn[name].bbox.x1 for box in boxes)


def test_losses_never_fall_below_zero_and_faults_of_the_test_alone_are_left_out() -> None:
    runs = runs_of(SHAPES["categorical"], 3)
    runs["run"] = [f"r{place}" for place in range(len(runs))]
    runs["layout"], runs["layout.at"] = "correct", "both"
    odd = runs["length.padding"].eq("pre") & runs["mask"].eq("none")
    runs.loc[odd, ["layout", "layout.at"]] = ["transpose", "test"]
    traces = {run: np.exp(-np.arange(6.0) * place) for place, run in enumerate(runs["run"])}
    figure = curves.curves(summarise(runs), runs, arrange(varied(runs)), traces)
    assert figure is not None
    lows = [line.get_ydata().min() for axes in figure.axes for line in axes.lines]  # type: ignore[union-attr]
    assert lows and min(lows) >= 0 and not any(axes.collections for axes in figure.axes)
    assert "Left out: 1 arm with" in str(figure._supxlabel.get_text()).replace("\n", " ")  # type: ignore[attr-defined]


def test_accuracy_is_exact_where_it_is_known() -> None:
    runs = runs_of(SHAPES["one_axis"], 4).assign(exact_accuracy=0.75)
    figure = figures.accuracy(summarise(runs), runs, arrange(varied(runs)))
    heights = {float(y) for part in figure.axes[0].collections for _, y in np.asarray(part.get_offsets()) if y > 0.1}
    assert heights == {0.75}
    runs.loc[runs["length.ratio"].eq(8), "exact_accuracy"] = np.nan
    assert pd.notna(figures._exact(summarise(runs), runs)[0]["accuracy"]).all()


def test_times_are_drawn_where_runs_had_a_core_each_and_not_where_they_stood_side_by_side() -> None:
    runs = runs_of(SHAPES["one_axis"], 3)
    layout = arrange(varied(runs))
    assert figures.step_time(summarise(runs), runs, layout) is None
    quiet = runs.assign(timing_valid=True)
    assert figures.step_time(summarise(quiet), quiet, layout) is not None

"""Claims on the figure of delays: which arms count as late, how they are marked, and what the words say of them."""

from mismatch.analysis.axes import arrange, varied
from mismatch.analysis.summary import summarise
from mismatch.report import figures
from tests.report.cases import PADDING, RATIO, arms_of, fail, runs_of


def drawn(runs):
    return figures.delay(summarise(runs), runs, arrange(varied(runs)))


def arrows(axes):
    return [text for text in axes.texts if getattr(text, "arrow_patch", None) and not text.get_text()]


def test_arms_with_censored_runs_are_marked_as_lower_bounds_on_a_log_axis():
    runs = runs_of(arms_of(**PADDING, **RATIO))
    late = runs["delay_censored"].groupby(runs["arm"]).any().sum()
    figure = drawn(runs)
    (axes,) = figure.axes
    assert axes.get_yscale() == "log" and late == len(arrows(axes)) == 2
    said = " ".join(text.get_text() for text in figure.findobj() if hasattr(text, "get_text")).replace("\n", " ")
    assert "2 of 16 arms have runs that never got there (lower bounds)" in said
    assert "lower bound; 6 of 48 runs ended before" in said


def test_without_censored_runs_nothing_is_said_of_bounds_and_failed_runs_are_no_bounds():
    runs = fail(runs_of(arms_of(length__padding=["pre"], mask=["none", "masking"], **RATIO)), slice(0, 2))
    figure = drawn(runs)
    assert not arrows(figure.axes[0])
    said = " ".join(text.get_text() for text in figure.findobj() if hasattr(text, "get_text")).replace("\n", " ")
    assert "lower bound" not in said and "2 of 24 runs failed" in said


def test_tables_that_do_not_say_which_delays_are_bounds_are_drawn_too():
    runs = runs_of(arms_of(**PADDING, **RATIO)).drop(columns="delay_censored")
    assert not arrows(drawn(runs).axes[0])

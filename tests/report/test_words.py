"""Titles say the number that is in the table."""

from mismatch.analysis.axes import arrange, varied
from mismatch.analysis.summary import summarise
from mismatch.report import words
from tests.report.cases import SHAPES, arms_of, runs_of


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


def test_numbers_of_a_title_have_three_digits_and_large_ones_are_whole() -> None:
    assert [words.significant(value) for value in (0.4, 12.34, 99.96, 373.4, 1600.0)] == [
        "0.400",
        "12.3",
        "100",
        "373",
        "1,600",
    ]

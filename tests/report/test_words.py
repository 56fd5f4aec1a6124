"""Titles say the number that is in the table."""

from mismatch.analysis.axes import arrange, varied
from mismatch.analysis.summary import summarise
from mismatch.report import titles, words
from tests.report.cases import SHAPES, arms_of, runs_of


def test_titles_state_which_ways_cost_something_and_where() -> None:
    runs = runs_of(SHAPES["four_axes"], 5)
    summary, layout = summarise(runs), arrange(varied(runs))
    means = summary[summary["data"].eq("early") & summary["length.ratio"].eq(8)]["accuracy"]
    gap = f"{means.max() - means.min():.2f}"
    said = titles.accuracy_title(summary, layout)
    assert said == f"Accuracy is up to {gap} lower with post-padding, no mask on early and snippets"
    assert titles.stability_title(summary, layout).startswith("4 of 32 arms did not learn")


def test_a_title_says_so_where_no_way_is_worse_beyond_its_interval() -> None:
    runs = runs_of(arms_of(length__padding=["pre", "post"]), 5)
    assert titles.accuracy_title(summarise(runs), arrange(varied(runs))) == titles.ACCURACY.none


def test_a_title_of_one_arm_gives_its_accuracy_between_ceiling_and_chance() -> None:
    runs = runs_of(arms_of(), 5)
    said = titles.accuracy_title(summarise(runs), arrange(varied(runs)))
    assert said.endswith("(ceiling 0.90, chance 0.25) for the only arm")


def test_dead_arms_never_set_the_number_for_stability() -> None:
    runs = runs_of(arms_of(length__ratio=[8.0], length__padding=["post"]), 3)
    title = titles.stability_title(summarise(runs), arrange(varied(runs)))
    assert title == "The only arm has not learned: smooth losses say nothing about stability here"


def test_numbers_of_a_title_have_three_digits_and_large_ones_are_whole() -> None:
    assert [words.significant(value) for value in (0.4, 12.34, 99.96, 373.4, 1600.0)] == [
        "0.400",
        "12.3",
        "100",
        "373",
        "1,600",
    ]

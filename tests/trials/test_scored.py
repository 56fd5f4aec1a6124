"""The tables of what a check found: what counts as found, by whom, and which cases were kept for the test."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mismatch.analysis.registry import load
from mismatch.trials.inspected import Inspected, Look
from mismatch.trials.runner import Line
from mismatch.trials.scored import SHAPES, UNSEEN, part, scored, summary, table

LINE = Line("time-fit", "12", "time", "fit", "A case.", False, "silent", "", "", "", True, float("nan"), float("nan"))
FOUND = Look("fit", False, (("M201", "9 steps for 6"), ("M202", "more")))
ALARM = Look("fit", True, (("M201", "9 steps for 6"),))
EXPERIMENTS = Path(__file__).parents[2] / "experiments"


def case(*looks: Look, **changed: Any) -> Inspected:
    return Inspected(replace(LINE, **changed), looks)


def test_a_find_is_told_with_its_codes_where_and_what() -> None:
    row = scored(case(FOUND, Look("call", False, (("M203", "later"),))))
    assert (row.codes, row.found_at, row.finding) == ("M201 M202 M203", "fit", "M201 9 steps for 6")
    assert row.found and row.looks == 2 and row.unseen == ""


@pytest.mark.parametrize(
    ("outcome", "changed", "looks", "found_by"),
    [
        ("raises", False, (), "Keras"),
        ("raises", False, (FOUND,), "both"),
        ("raises", True, (), "neither"),
        ("silent", True, (FOUND,), "check"),
        ("silent and learns wrong", True, (), "neither"),
    ],
)
def test_keras_has_found_what_it_raised_at_before_a_weight_moved(
    outcome: str, changed: bool, looks: tuple[Look, ...], found_by: str
) -> None:
    row = scored(case(*looks, outcome=outcome, weights_changed=changed))
    assert row.found_by == found_by


def test_a_finding_in_a_correct_setup_is_an_alarm_and_no_find() -> None:
    row = scored(case(ALARM, row="time-free", legal=True, outcome="works"))
    assert (row.found, row.quiet, row.alarms, row.found_by) == (False, False, "M201", "")


def test_a_case_with_nothing_to_look_at_says_why() -> None:
    assert scored(case(row="reshape-is-no-op")).unseen == UNSEEN["*-no-op"]
    assert scored(case(row="unheard-of")).unseen == "?"


def test_the_shape_mismatches_are_those_of_claim_c5() -> None:
    claims = {claim.id: claim for claim in load(EXPERIMENTS / "layout" / "claims.yaml").claims}
    assert list(SHAPES) in [list(getattr(contrast, "rows", ())) for contrast in claims["C5"].contrasts]


def test_a_correct_setup_is_no_shape_mismatch_whatever_its_name() -> None:
    assert scored(case()).shape and not scored(case(legal=True)).shape


def test_the_part_of_a_case_follows_from_its_name_alone() -> None:
    assert [part(row) for row in ("time-fit-shorter", "time-call-shorter")] == ["development", "kept"]


def test_the_summary_counts_by_group_and_part() -> None:
    cases = table(
        [
            case(FOUND, row="time-fit-shorter"),
            case(row="time-call-shorter"),
            case(row="features-x", outcome="raises", weights_changed=False),
            case(ALARM, row="mask-kept", legal=True, outcome="works"),
            case(row="unseen", legal=True, outcome="works"),
            case(FOUND, row="close-is-no-different", legal=True, outcome="works"),
        ]
    )
    rows = summary(cases).set_index(["group", "part"])
    silent = rows.loc[("shape mismatches that Keras lets pass", "all")]
    assert (silent["cases"], silent["found"], silent["recall"], silent["neither"]) == (2, 1, 0.5, 1)
    assert (silent["correct"], silent["false_alarms"], silent["precision"]) == (1, 1, 0.5)
    assert rows.loc[("shape mismatches", "all"), "raised"] == 1
    assert rows.loc[("shape mismatches that Keras lets pass", "kept"), "found"] == 0
    assert rows.iloc[-1]["recall"] == 0.705

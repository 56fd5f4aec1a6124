"""The paragraph of an advice: what it says, on what numbers, and what it admits."""

import json
import math
import re
from dataclasses import replace
from typing import Any

import pytest

from mismatch.advise import naming
from mismatch.advise.answer import Advice
from mismatch.advise.candidates import Way
from mismatch.advise.evidence import Sensitivity
from mismatch.advise.sections import dose, effects, equivalents, left, lengths, sections, untried
from mismatch.advise.words import paragraph, rounded, three
from mismatch.analysis.intervals import Interval
from tests.advise.told import BEST, ENTERED, FINALISTS, UNTESTED, advice, entered, finalist, hostile


def test_the_paragraph_says_what_to_do_how_good_that_is_and_what_others_cost() -> None:
    assert paragraph(advice()) == (
        "Use T = 96 (keep the end), pad before, no mask, no pooling or convolution: accuracy 0.842 [0.835, 0.849] on "
        "300 texts set aside, on which no choice was made. It was the cheapest of those shown to be within 0.01 of the "
        "most accurate of 8 ways in the race: 3.1 ms per update. Taking up to 200 steps and padding after would cost "
        "0.310 [0.290, 0.330]. Cutting at 64 would save 32% of the time and cost 0.006 [0.001, 0.011]. For want of "
        "time 1 way was not raced to the end."
    )


def numbers(told: Advice) -> set[str]:
    """Every number of the JSON, in the forms that words have for it."""
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)
        elif isinstance(value, (int, float)) and math.isfinite(value):
            sized = {f"{value:,.0f}", rounded(int(value))} if value >= 1 else set()
            found.update({three(value), three(-value), f"{value:g}", f"{value:.1f}", *sized})
        elif isinstance(value, str) and value != said["paragraph"]:
            found.update(re.findall(r"\d[\d,.]*\d|\d", value))

    said = json.loads(told.to_json())
    walk(said)
    return found


TOO_FEW = Sensitivity(False, "25% wrong training labels cost 0.010 [-0.020, 0.040]", 3187)
WIDE = finalist(Way(96, padding="post"), "asked", (0.01, -0.03, 0.05), 3.0, enough=3187)
CASES = {
    "as it is": advice(),
    "too few": advice(finalists=(FINALISTS[0], WIDE), sensitivity=TOO_FEW),
    "interrupted": advice(interrupted=True, whole=False, untried=(Way(12),)),
    "hostile": hostile(),
}


@pytest.mark.parametrize("name", CASES)
def test_every_number_of_the_paragraph_stands_in_the_advice(name: str) -> None:
    told = CASES[name]
    known = numbers(told) | {f"{len(told.entered)}", f"{len(told.untried)}", f"{len(told.stopped)}"}
    known |= {f"{1 - (one.step_ms or 0) / 3.1:.0%}".removesuffix("%") for one in told.finalists}
    half = {three((one.below.high - one.below.low) / 2) for one in told.finalists}
    found = set(re.findall(r"\d[\d,.]*\d|\d", paragraph(told)))
    assert found <= known | half, found - known - half


def test_data_that_are_too_few_are_said_to_be_with_what_would_be_enough() -> None:
    said = paragraph(CASES["too few"])
    assert "Differences below about 0.040 cannot be told here; about 3,200 texts set aside would be enough" in said
    assert "These data are too few to tell: a deficit planted on purpose was not seen (25% wrong training" in said
    assert said.count("3,200") == 1
    sized = advice(finalists=(FINALISTS[0], replace(WIDE, enough=2112)), sensitivity=TOO_FEW)
    assert "about 2,100 texts set aside would be enough for 0.01" in paragraph(sized)


def test_a_way_whose_trainings_vary_is_told_apart_from_what_the_data_can_tell() -> None:
    wild = finalist(Way(200, padding="post"), "padding after, no mask", (0.058, -0.037, 0.153), 3.0)
    sharp = [
        finalist(Way(200, padding="post", mask="masking"), "padding after, masked", (0.003, -0.005, 0.01), 4.0),
        finalist(Way(120), "longer", (0.001, -0.004, 0.005), 3.5),
    ]
    said = paragraph(advice(finalists=(FINALISTS[0], wild, *sharp)))
    assert "Differences below" not in said
    assert "padding after would cost 0.058 [-0.037, 0.153], which is not told from nothing: for 0.01 it takes" in said


def test_runs_that_are_too_few_are_not_taken_for_too_few_data() -> None:
    unsure = replace(TOO_FEW, enough=None)
    said = paragraph(advice(finalists=FINALISTS[:1], sensitivity=unsure))
    assert "These runs are too few to tell: a deficit planted on purpose was not seen (25% wrong training" in said
    assert "; for 0.01 it takes more runs, and so more minutes." in said and "texts set aside would" not in said
    several = (FINALISTS[0], WIDE, replace(WIDE, way=Way(64), enough=None))
    said = paragraph(advice(finalists=several, sensitivity=unsure))
    assert said.count("it takes more runs") == 1 and "would be enough" not in said
    found = equivalents(advice(finalists=several))
    assert found is not None
    assert found.lines[1].startswith("Not told apart, which takes about 3,200 texts set aside: padding after, cost")
    assert found.lines[2].startswith("Not told apart, which takes more runs: cutting at 64, cost")


def test_one_way_whose_training_varies_is_not_what_the_data_can_tell() -> None:
    wild = finalist(Way(64), "shorter", (0.1, -0.2, 0.4), 2.0)
    close = finalist(Way(96, mask="masking"), "asked", (0.0, -0.03, 0.03), 3.0)
    assert "Differences below about 0.040" in paragraph(advice(finalists=(FINALISTS[0], WIDE, wild, close)))


def test_a_deficit_that_was_not_planted_is_no_sign_of_too_few_data() -> None:
    said = paragraph(advice(sensitivity=Sensitivity(False, "there was no time to plant a deficit", planted=False)))
    assert "Whether these data can tell is not known: there was no time to plant a deficit." in said
    assert "too few" not in said
    said = paragraph(advice(sensitivity=replace(TOO_FEW, enough=200)))
    assert "too few" not in said and "though there are texts enough" in said


def test_no_difference_is_called_what_it_is() -> None:
    default = finalist(Way(200, padding="post"), "what Keras does unless told", (0.004, -0.01, 0.02), 6.0)
    said = paragraph(advice(finalists=(FINALISTS[0], default)))
    assert "What Keras does unless told (taking up to 200 steps and padding after) would cost 0.004" in said
    assert "which is not told from nothing" in said
    gaining = replace(default, below=Interval(-0.004, -0.02, 0.01))
    assert "would gain 0.004 [-0.010, 0.020], which is not told" in paragraph(advice(finalists=(FINALISTS[0], gaining)))
    same = replace(default, equivalent=True)
    assert "which is equivalent" in paragraph(advice(finalists=(FINALISTS[0], same)))


def test_what_did_better_in_the_end_is_not_kept_quiet() -> None:
    better = finalist(Way(96, padding="post"), "asked", (-0.02, -0.03, -0.01), 3.0)
    said = paragraph(advice(finalists=(FINALISTS[0], better)))
    assert "Padding after did better here by 0.020 [0.010, 0.030], which was seen after the choice was made." in said


def test_what_turns_out_to_be_cheaper_is_said() -> None:
    quick = finalist(Way(96, reduction="pool", pool=2), "asked", (0.001, -0.004, 0.006), 1.6)
    said = paragraph(advice(finalists=(FINALISTS[0], quick)))
    assert "Timed apart, max pooling by 2 is equivalent and cheaper: 1.6 ms per update." in said


def test_an_advice_that_was_not_tested_says_so() -> None:
    best = replace(FINALISTS[0], accuracy=UNTESTED, below=UNTESTED, step_ms=None)
    said = paragraph(advice(finalists=(best,), interrupted=True, whole=False))
    assert "It was not tested on the 300 texts set aside." in said and "nan" not in said
    assert "In the race it scored 0.850, on texts that it was chosen on." in said
    assert "It was interrupted, and this is the best answer so far. 1 way was not raced to the end." in said


def test_trainings_that_failed_are_said_to_have() -> None:
    advised, second, *rest = FINALISTS
    told = advice(finalists=(replace(advised, trainings=40, failed=10), replace(second, trainings=15, failed=2), *rest))
    assert "10 of 40 trainings of it failed: train it more than once" in paragraph(told)
    (line,) = [line for line in sections(told)[0].lines if "failed" in line]
    assert "T = 96" in line and "10 of 40; " in line and "2 of 15. The intervals" in line
    assert "failed" not in paragraph(advice())


def test_guessing_and_invalid_intervals_are_admitted() -> None:
    poor = replace(
        FINALISTS[0], accuracy=Interval(0.52, 0.48, 0.56, valid=False, note="interval not valid: 12 are few")
    )
    said = paragraph(advice(finalists=(poor,)))
    assert "That is not told from guessing, 0.500." in said and "Do not rely on the intervals: 12 are few." in said


def test_step_times_that_were_not_measured_are_not_made_up() -> None:
    untimed = tuple(replace(one, step_ms=None) for one in FINALISTS)
    said = paragraph(advice(finalists=untimed))
    assert "ms per update" not in said and "% of the time" not in said
    assert "Step times were not measured apart" in said


def test_the_most_accurate_way_is_not_called_the_cheapest() -> None:
    ranked = (entered(BEST, 0.9), *ENTERED[1:])
    led = advice(entered=ranked, finalists=(FINALISTS[0], *FINALISTS[2:]))
    assert "It was the most accurate of 8 ways in the race: 3.1 ms per update." in paragraph(led)
    assert "It was the cheapest of those shown to be within 0.01" in paragraph(replace(led, finalists=FINALISTS))
    assert "No other way was raced." in paragraph(advice(entered=ENTERED[:1], finalists=FINALISTS[:1]))


def test_what_was_not_done_is_listed() -> None:
    told = advice(untried=(Way(12), Way(8)), whole=False)
    assert "For want of time 1 way was not raced to the end and 2 ways were not tried." in paragraph(told)
    assert left(told).lines[0] in paragraph(told) and "16 units" in left(told).lines[-1]
    found = untried(told)
    assert found is not None and found.title == "Not tried: 2 ways" and len(found.rows) == 2 and found.folded
    assert untried(advice()) is None


def test_a_race_that_was_too_short_is_no_race() -> None:
    short = tuple(replace(one, replicates=1 + n % 2, out=0) for n, one in enumerate(ENTERED))
    assert "The race was short, 1 to 2 runs of each way: another of them may be better." in paragraph(
        advice(entered=short)
    )
    assert "The race was short" not in paragraph(advice())


def test_equivalents_and_what_nobody_can_tell_are_two_lists() -> None:
    found = equivalents(advice())
    assert found is not None
    alike, unknown = found.lines
    assert "taking up to 200 steps" in alike and "padding after" not in alike
    assert "masking the pads" in unknown


def test_effects_are_of_finalists_that_differ_in_one_factor() -> None:
    found = effects(advice())
    assert found is not None
    assert [row[:2] for row in found.rows] == [
        ("length", "taking up to 200 steps"),
        ("length", "cutting at 64"),
        ("padding and mask", "masking the pads"),
    ]
    assert found.lines[-1] == "Not tested alone in the final: reduction."


def test_the_dose_of_length_is_of_ways_that_are_else_as_advised() -> None:
    assert [one.way.steps for one in dose(advice())] == [32, 64, 64, 96, 200]
    found = lengths(advice())
    assert found is not None and "of the race" in found.lines[0]
    assert lengths(advice(entered=ENTERED[:1])) is None


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (Way(96), "the same"),
        (Way(64, truncating="post"), "cutting at 64 and keeping the beginning"),
        (Way(96, truncating="head_tail"), "keeping both ends of what is longer"),
        (Way(96, truncating="interpolate"), "resampling every sequence to 96 steps"),
        (Way(96, padding="post", mask="explicit"), "padding after with a mask as an input of its own"),
        (Way(64, mask="masking", reduction="pool", pool=2), "cutting at 64, masking the pads and max pooling by 2"),
        (Way(96, scale="standard"), "standardising the features"),
        (Way(96, reduction="strided", pool=4), "a convolution that moves by 4"),
        (Way(96, reduction="folded", pool=4), "folded by 4"),
    ],
)
def test_another_way_is_named_by_what_one_does(way: Way, words: str) -> None:
    assert naming.instead(way, BEST) == words


def test_a_way_is_named_by_what_can_act() -> None:
    assert naming.whole(Way(200), longest=200).startswith("T = 200, pad before")
    assert "pad" not in naming.whole(Way(50, truncating="interpolate"))
    assert naming.apart(Way(64, scale="standard"), BEST) == "T = 64 (keep the end), features standardised"
    assert naming.apart(BEST, Way(96, scale="standard")) == "features as they are"
    assert naming.apart(BEST, BEST) == naming.instead(BEST, BEST) == "the same"
    assert naming.factor(Way(64, truncating="post"), BEST) == "length"
    assert naming.factor(Way(64, mask="masking"), BEST) is None


def test_sections_without_anything_to_say_are_left_out() -> None:
    alone = advice(entered=ENTERED[:1], finalists=FINALISTS[:1])
    assert [one.title for one in sections(alone)] == [
        "The final",
        "What the check found",
        "What was not tried",
        "In the race: 1 way",
    ]

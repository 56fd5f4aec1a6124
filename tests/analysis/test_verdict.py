"""Claims on the rule of the verdict, and on how often it errs. Tolerances are three Monte Carlo standard errors."""

from typing import Any

import numpy as np
import pytest

from mismatch.analysis.failures import Drop
from mismatch.analysis.intervals import UnreliableInterval
from mismatch.analysis.statistics import minimum_detectable_effect
from mismatch.analysis.verdict import DIRECTIONS, Decision, Judgement, judge, verdicts
from tests.analysis.made import slack


@pytest.mark.usefixtures("unwarned")
def test_a_family_without_effects_is_rarely_given_any() -> None:
    families, contrasts, n, alpha = 250, 20, 10, 0.05
    rng = np.random.default_rng(7)
    wrong = 0
    for _ in range(families):
        judgements = [judge(sample, "less", 0.0) for sample in rng.normal(size=(contrasts, n))]
        wrong += any(found.verdict in ("SUPPORTED", "REFUTED") for found in verdicts(judgements, alpha))
    assert wrong / families <= alpha + slack(alpha, families)


@pytest.mark.usefixtures("unwarned")
def test_the_detectable_effect_is_found_as_often_as_it_says() -> None:
    samples, n, power = 1_000, 10, 0.8
    effect = minimum_detectable_effect(1.0, n)
    rng = np.random.default_rng(8)
    judgements = [judge(sample, "greater", 0.0) for sample in rng.normal(effect, 1.0, (samples, n))]
    found = np.mean([verdicts([judgement])[0].verdict == "SUPPORTED" for judgement in judgements])
    # Sign flips and the interval, which must agree, are less strict than the critical t it is computed from, but for
    # skewed samples; these cost up to .05.
    assert power - 0.05 - slack(power, samples) <= found <= power + slack(power, samples)


def judged(
    effect: float, p: float, p_equivalence: float, direction: str, low: float | None = None, **given: Any
) -> Decision:
    """The verdict on a family of one, with an interval of +-.01 about the effect unless `low` is given."""
    bounds = (effect - 0.01 if low is None else low, effect + 0.01)
    judgement = Judgement(10, effect, *bounds, p, p_equivalence, 0.5, 0.1, "", direction, 0.05, **given)
    return verdicts([judgement])[0]


@pytest.mark.parametrize(
    ("effect", "p", "p_equivalence", "direction", "verdict"),
    [
        (-0.3, 0.01, 0.9, "less", "SUPPORTED"),
        (+0.3, 0.01, 0.9, "less", "REFUTED"),
        (+0.3, 0.01, 0.9, "greater", "SUPPORTED"),
        (-0.3, 0.01, 0.9, "greater", "REFUTED"),
        (-0.3, 0.01, 0.9, "different", "SUPPORTED"),
        (-0.02, 0.01, 0.01, "less", "EQUIVALENT"),
        (+0.02, 0.01, 0.01, "less", "EQUIVALENT"),
        (+0.02, 0.01, 0.01, "different", "EQUIVALENT"),
        (-0.3, 0.06, 0.9, "less", "INCONCLUSIVE"),
        (-0.3, 0.01, np.nan, "less", "SUPPORTED"),
        (+0.02, 0.01, 0.01, "equal", "SUPPORTED"),
        (+0.3, 0.01, 0.9, "equal", "REFUTED"),
        (+0.3, 0.06, 0.9, "equal", "INCONCLUSIVE"),
        (+0.3, np.nan, np.nan, "equal", "INCONCLUSIVE"),
    ],
)
def test_the_rule(effect: float, p: float, p_equivalence: float, direction: str, verdict: str) -> None:
    assert judged(effect, p, p_equivalence, direction).verdict == verdict


def test_an_interval_over_zero_is_inconclusive_whatever_the_p() -> None:
    assert judged(0.3, 0.001, 0.9, "greater", low=-0.1).verdict == "INCONCLUSIVE"


def test_tests_of_difference_and_of_equivalence_are_adjusted_apart() -> None:
    one = Judgement(10, 0.3, 0.2, 0.4, 0.02, 0.9, 1.0, 0.1, "", "greater", 0.05)
    two = Judgement(10, 0.0, -0.01, 0.01, 0.9, 0.03, 0.5, 0.1, "", "equal", 0.05)
    three = Judgement(10, 0.3, 0.2, 0.4, 0.03, np.nan, 1.0, 0.1, "", "greater", 0.0)
    found = verdicts([one, two, three])
    assert [one.p_holm for one in found] == pytest.approx([0.06, 0.9, 0.06])  # .02*3, .9*1, .03*2 by hand
    assert [one.p_equivalence_holm for one in found] == pytest.approx(
        [0.9, 0.06, np.nan], nan_ok=True
    )  # of two tests only
    assert {one.verdict for one in found} == {"INCONCLUSIVE"}


def test_a_judgement_keeps_the_note_and_is_still_judged() -> None:
    with pytest.warns(UnreliableInterval):
        judgement = judge([0.31, 0.30, 0.29, 0.33, 0.30, 0.32], "greater", 0.1)
    assert "too few" in judgement.note
    assert judgement.p == pytest.approx(2 / 64)
    assert verdicts([judgement])[0].verdict == "SUPPORTED"


def test_a_difference_says_whether_the_whole_interval_is_beyond_the_margin() -> None:
    assert judged(-0.3, 0.01, 0.9, "less").size == "matters"
    assert judged(-0.055, 0.01, 0.9, "less").size == "there, may be too small to matter"
    assert judged(+0.3, 0.01, 0.9, "less").size == "matters"  # a claim refuted by a difference has a size too
    assert judged(0.0, 0.9, 0.9, "less").size == judged(0.02, 0.01, 0.01, "equal").size == ""


def test_a_difference_inside_the_margin_supports_and_refutes_nothing_even_where_failures_forbid_equivalence() -> None:
    for direction in DIRECTIONS:
        found = judged(0.02, 0.001, 0.9, direction, p_inside=0.01, near="up to 26% of runs may fail")
        assert (found.verdict, found.why) == ("INCONCLUSIVE", "up to 26% of runs may fail")


@pytest.mark.usefixtures("unwarned")
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_identical_runs_have_their_own_word_whatever_was_predicted(direction: str) -> None:
    for margin in (0.0, 0.01):
        found = verdicts([judge(np.zeros(10), direction, margin, identical="they are one")])[0]
        assert (found.verdict, found.why) == ("IDENTICAL", "they are one")


@pytest.mark.usefixtures("unwarned")
def test_equal_scores_are_equivalent_only_with_a_margin_and_with_failures_ruled_out() -> None:
    assert verdicts([judge(np.zeros(10), "less", 0.01)])[0].verdict == "EQUIVALENT"  # of what cannot fail
    assert verdicts([judge(np.zeros(10), "less", 0.0)])[0].verdict == "INCONCLUSIVE"
    found = verdicts([judge(np.zeros(10), "equal", 0.02, Drop(-0.65, 0.65))])[0]
    assert found.verdict == "INCONCLUSIVE"
    assert found.why.startswith(
        "inside the margin, but up to 26% of runs may fail unseen, each for 0.65; 96 replicates"
    )
    assert verdicts([judge(np.zeros(96), "equal", 0.02, Drop(-0.65, 0.65))])[0].verdict == "SUPPORTED"
    unknown = verdicts([judge(np.zeros(10), "equal", 0.02, None)])[0]
    assert unknown.verdict == "INCONCLUSIVE" and "declares no drop" in unknown.why


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(ValueError, match="direction is 'lower'"):
        judge([0.1, 0.2], "lower", 0.0)
    with pytest.raises(ValueError, match="margin is -1"):
        judge([0.1, 0.2], "less", -1)

"""Claims on the rule of the verdict, and on how often it errs. Tolerances are three Monte Carlo standard errors."""

import numpy as np
import pytest

from mismatch.analysis.intervals import UnreliableInterval
from mismatch.analysis.verdict import Judgement, judge, verdicts
from tests.analysis.made import slack


@pytest.mark.usefixtures("frozen", "unwarned")
def test_a_family_without_effects_is_rarely_given_any() -> None:
    families, contrasts, n, alpha = 250, 20, 10, 0.05
    rng = np.random.default_rng(7)
    wrong = 0
    for _ in range(families):
        judgements = [judge(sample, "less", 0.0) for sample in rng.normal(size=(contrasts, n))]
        wrong += any(verdict in ("SUPPORTED", "REFUTED") for verdict, _, _ in verdicts(judgements, alpha))
    assert wrong / families <= alpha + slack(alpha, families)


@pytest.mark.usefixtures("frozen", "unwarned")
def test_an_effect_is_found_as_often_as_the_t_test_says() -> None:
    from statsmodels.stats.power import TTestPower

    samples, n = 1_000, 10
    rng = np.random.default_rng(8)
    judgements = [judge(sample, "greater", 0.0) for sample in rng.normal(1.0, 1.0, (samples, n))]
    flips = np.mean([judgement.p <= 0.05 for judgement in judgements])
    found = np.mean([verdicts([judgement])[0][0] == "SUPPORTED" for judgement in judgements])
    expected = TTestPower().power(1.0, n, 0.05)
    # Flips keep the power of the t test but for their steps of 2/2^n; asking for the interval as well costs up to .1.
    assert flips == pytest.approx(expected, abs=slack(expected, samples))
    assert expected - 0.1 - slack(expected, samples) <= found <= flips


def judged(
    effect: float, p: float, p_equivalence: float, direction: str, low: float | None = None
) -> tuple[str, float, float]:
    """The verdict on a family of one, with an interval of +-.01 about the effect unless `low` is given."""
    bounds = (effect - 0.01 if low is None else low, effect + 0.01)
    judgement = Judgement(10, effect, *bounds, p, p_equivalence, 0.5, 0.1, "", direction, 0.05)
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
    assert judged(effect, p, p_equivalence, direction)[0] == verdict


def test_an_interval_over_zero_is_inconclusive_whatever_the_p() -> None:
    assert judged(0.3, 0.001, 0.9, "greater", low=-0.1)[0] == "INCONCLUSIVE"


def test_tests_of_difference_and_of_equivalence_are_adjusted_apart() -> None:
    one = Judgement(10, 0.3, 0.2, 0.4, 0.02, 0.9, 1.0, 0.1, "", "greater", 0.05)
    two = Judgement(10, 0.0, -0.01, 0.01, 0.9, 0.03, 0.5, 0.1, "", "equal", 0.05)
    three = Judgement(10, 0.3, 0.2, 0.4, 0.03, np.nan, 1.0, 0.1, "", "greater", 0.0)
    found = verdicts([one, two, three])
    assert [p for _, p, _ in found] == pytest.approx([0.06, 0.9, 0.06])  # .02*3, .9*1, .03*2 by hand
    assert [p for _, _, p in found] == pytest.approx([0.9, 0.06, np.nan], nan_ok=True)  # of two tests only
    assert {verdict for verdict, _, _ in found} == {"INCONCLUSIVE"}


def test_a_judgement_keeps_the_note_and_still_takes_the_exact_test() -> None:
    with pytest.warns(UnreliableInterval):
        judgement = judge([0.31, 0.30, 0.29, 0.33, 0.30, 0.32], "greater", 0.1)
    assert "too few" in judgement.note
    assert judgement.p == pytest.approx(2 / 64)
    assert verdicts([judgement])[0][0] == "SUPPORTED"


def test_identical_arms_are_equivalent_only_where_a_margin_is_declared() -> None:
    assert verdicts([judge(np.zeros(10), "less", 0.01)])[0][0] == "EQUIVALENT"
    assert verdicts([judge(np.zeros(10), "less", 0.0)])[0][0] == "INCONCLUSIVE"
    with pytest.raises(ValueError, match="direction is 'lower'"):
        judge([0.1, 0.2], "lower", 0.0)
    with pytest.raises(ValueError, match="margin is -1"):
        judge([0.1, 0.2], "less", -1)

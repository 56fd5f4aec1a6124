"""Claims on the statistics: what they cover, how often they err, what they find. By simulation where no table has it.

Monte Carlo tolerances are three standard errors of a share, 3 sqrt(p (1-p) / samples), unless a test says otherwise.
"""

import gc
import itertools
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis import factorial
from mismatch.analysis.factorial import effects, variance_shares
from mismatch.analysis.statistics import (
    ENUMERATED,
    Interval,
    UnreliableInterval,
    failure_rate,
    holm,
    mean_interval,
    minimum_detectable_effect,
    replicates_needed,
    sign_flip_p,
    superiority,
    tost_p,
)
from mismatch.analysis.verdict import Judgement, judge, verdicts

Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]

SAMPLES = 4_000
SHAPES: dict[str, tuple[Draw, float]] = {
    "normal": (lambda rng, shape: rng.normal(size=shape), 0.0),
    "exponential": (lambda rng, shape: rng.exponential(size=shape), 1.0),
    "lognormal": (lambda rng, shape: rng.lognormal(0.0, 0.5, shape), np.exp(0.125)),
    "bimodal": (lambda rng, shape: rng.integers(0, 2, shape) + 0.1 * rng.normal(size=shape), 0.5),
    "uneven bimodal": (lambda rng, shape: (rng.random(shape) < 0.3) + 0.1 * rng.normal(size=shape), 0.3),
    "heavy-tailed": (lambda rng, shape: rng.lognormal(0.0, 2.0, shape), np.exp(2.0)),
}
"""Draws and their mean. Skewness 0, 2, 1.75, 0, .84 and 414."""


def slack(share: float, samples: int) -> float:
    """Three Monte Carlo standard errors."""
    return float(3 * np.sqrt(share * (1 - share) / samples))


@pytest.fixture
def unwarned() -> Iterator[None]:
    """Intervals may say that they are not reliable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreliableInterval)
        yield


@pytest.fixture
def frozen() -> Iterator[None]:
    """Take what is loaded from the sight of the collector, which `multipletests` runs at every call."""
    gc.freeze()
    yield
    gc.unfreeze()


def coverage(name: str, n: int) -> tuple[float, float, float]:
    """Coverage of all samples, of those where validity is claimed (NaN if none), and the share of these."""
    draw, mean = SHAPES[name]
    rng = np.random.default_rng([n, list(SHAPES).index(name)])
    found = [mean_interval(sample) for sample in draw(rng, (SAMPLES, n))]
    hit = np.array([interval.low <= mean <= interval.high for interval in found])
    valid = np.array([interval.valid for interval in found])
    return float(hit.mean()), float(hit[valid].mean()) if valid.any() else float("nan"), float(valid.mean())


@pytest.mark.usefixtures("unwarned")
@pytest.mark.parametrize("n", [10, 20])
@pytest.mark.parametrize("name", ["normal", "exponential", "lognormal", "bimodal", "uneven bimodal"])
def test_the_interval_covers_as_it_says_where_it_claims_to(name: str, n: int) -> None:
    _, claimed, share = coverage(name, n)
    assert 0.93 <= claimed <= 0.97  # nominal .95; the band is 6 standard errors of 4,000 samples
    assert share > 0.75  # the claim is not bought by making none


@pytest.mark.usefixtures("unwarned")
@pytest.mark.parametrize("name", list(SHAPES))
def test_five_differences_never_claim_a_coverage(name: str) -> None:
    covered, _, share = coverage(name, 5)
    assert share == 0
    if name in ("normal", "bimodal"):  # the t interval it then gives; the band as above
        assert 0.92 <= covered <= 0.97


@pytest.mark.usefixtures("unwarned")
@pytest.mark.parametrize("n", [10, 20])
def test_where_coverage_is_lost_the_interval_mostly_warns(n: int) -> None:
    covered, _, share = coverage("heavy-tailed", n)
    assert covered < 0.9
    assert share < 0.5


def test_an_unreliable_interval_warns_and_says_why() -> None:
    with pytest.warns(UnreliableInterval, match="5 differences are too few"):
        assert not mean_interval([0.1, 0.3, 0.2, 0.5, 0.4]).valid
    with pytest.warns(UnreliableInterval, match="skewness"):
        assert not mean_interval([*np.linspace(0, 1, 11), 9.0]).valid
    with pytest.warns(UnreliableInterval, match="nearly all differences are equal"):
        interval = mean_interval([0.0] * 11 + [1.0])
    assert np.isfinite([interval.low, interval.high]).all()


def test_the_interval_depends_on_neither_order_nor_sign() -> None:
    sample = np.random.default_rng(3).exponential(size=12)
    interval, shuffled, mirrored = mean_interval(sample), mean_interval(sample[::-1]), mean_interval(-sample)
    assert interval == shuffled
    assert (mirrored.low, mirrored.high) == pytest.approx((-interval.high, -interval.low), abs=1e-12)  # rounding
    assert interval.high - interval.estimate > interval.estimate - interval.low  # further on the side of the tail


def test_differences_without_variation_have_an_interval_of_no_width() -> None:
    interval = mean_interval([0.25] * 6)
    assert (interval.low, interval.high, interval.valid) == (0.25, 0.25, True)
    assert "no variation" in interval.note


def test_a_single_difference_has_no_bounds() -> None:
    with pytest.warns(UnreliableInterval):
        interval = mean_interval([0.5])
    assert interval.estimate == 0.5
    assert np.isnan([interval.low, interval.high]).all()


def test_differences_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="1 value"):
        mean_interval([0.1, np.nan])
    with pytest.raises(ValueError, match="shape"):
        sign_flip_p(np.zeros((2, 2)))


@pytest.mark.parametrize("n", [1, 5, 6, 10, 16])
def test_the_least_sign_flip_p_is_two_in_two_to_the_n(n: int) -> None:
    assert sign_flip_p(np.arange(1.0, n + 1)) == pytest.approx(2 / 2**n)
    assert sign_flip_p(np.arange(1.0, n + 1), "greater") == pytest.approx(1 / 2**n)
    assert sign_flip_p(np.arange(1.0, n + 1), "less") == 1.0


def test_sign_flips_agree_with_scipy_also_where_sums_tie() -> None:
    from scipy.stats import permutation_test

    rng = np.random.default_rng(0)
    for sample in (rng.normal(0.5, 1, 9), np.array([0.1, 0.1, -0.1, 0.0, 0.3, 0.2, -0.3]), rng.normal(size=4).round(1)):
        for alternative in ("two-sided", "less", "greater"):
            reference = permutation_test(
                (sample,), np.mean, permutation_type="samples", n_resamples=np.inf, alternative=alternative
            )
            assert sign_flip_p(sample, alternative) == pytest.approx(reference.pvalue)  # both enumerate


def test_sampled_flips_agree_with_the_t_test_and_are_never_zero() -> None:
    from scipy.stats import ttest_1samp

    sample = np.random.default_rng(1).normal(0.4, 1, ENUMERATED + 14)
    expected = float(ttest_1samp(sample, 0).pvalue)
    assert sign_flip_p(sample) == pytest.approx(expected, abs=0.01)  # sampling .002, the rest t against flips
    assert sign_flip_p(np.ones(40)) == pytest.approx(1 / 10_000)


def test_differences_of_zero_give_no_evidence() -> None:
    assert sign_flip_p(np.zeros(8)) == 1.0
    assert superiority(np.zeros(8)).estimate == 0.5
    assert minimum_detectable_effect(np.zeros(8)) == 0.0


def test_holm_steps_down_and_passes_over_blanks() -> None:
    # By hand: .005*4, .01*3, .03*2, and .04*1 raised to the one before it.
    assert holm([0.01, 0.04, np.nan, 0.03, 0.005]) == pytest.approx([0.03, 0.06, np.nan, 0.06, 0.02], nan_ok=True)
    assert np.isnan(holm([np.nan, np.nan])).all()
    assert holm([]).size == 0


def test_superiority_counts_ties_half() -> None:
    interval = superiority([1.0, 2.0, 0.0, 0.0, -1.0])
    assert interval.estimate == pytest.approx(0.6)
    assert interval.low < 0.6 < interval.high
    assert superiority(np.ones(10)).low == pytest.approx(0.025**0.1)  # closed form for n of n


def test_failure_rates_have_the_textbook_bounds() -> None:
    # Closed form 1 - .025^(1/10) for none of 10; tables give .187 to .813 for 5 of 10.
    none, half = failure_rate(0, 10), failure_rate(5, 10)
    assert (none.low, none.high) == pytest.approx((0, 1 - 0.025**0.1))
    assert (half.low, half.high) == pytest.approx((0.187, 0.813), abs=5e-4)
    with pytest.raises(ValueError, match="failures is 11"):
        failure_rate(11, 10)


def test_equivalence_is_declared_as_often_as_computed_for_no_effect() -> None:
    from statsmodels.stats.power import TTestPower

    samples, n, margin = 1_000, 20, 0.8
    differences = np.random.default_rng(5).normal(size=(samples, n))
    found = np.mean([tost_p(sample, margin) <= 0.05 for sample in differences])
    # Each one-sided test fails with probability beta; both at once almost never at this n.
    expected = 2 * TTestPower().power(margin, n, 0.05, alternative="larger") - 1
    assert found == pytest.approx(expected, abs=slack(expected, samples))


def test_equivalence_is_rarely_declared_at_the_margin() -> None:
    samples, margin = 1_000, 0.8
    differences = np.random.default_rng(6).normal(margin, 1, size=(samples, 20))
    assert np.mean([tost_p(sample, margin) <= 0.05 for sample in differences]) <= 0.05 + slack(0.05, samples)


def test_equivalence_of_constant_differences_is_a_matter_of_size() -> None:
    assert (tost_p([0.1] * 4, 0.2), tost_p([0.2] * 4, 0.2), tost_p([-0.3] * 4, 0.2)) == (0.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="margin is 0"):
        tost_p([0.1, 0.2], 0)


def test_detectable_effect_and_replicates_needed_are_the_textbook_ones_and_agree() -> None:
    # Cohen (1988): an effect of half an sd needs 34 pairs for power .8 at .05.
    assert replicates_needed(1.0, 0.5) == replicates_needed(2.0, -1.0) == 34
    assert minimum_detectable_effect(1.0, 34) == pytest.approx(0.5, abs=0.01)  # 34 is rounded up from 33.4
    assert minimum_detectable_effect(3.0, 10) == pytest.approx(3 * minimum_detectable_effect(1.0, 10))
    assert replicates_needed(0.0, 0.1) == replicates_needed(1.0, 50.0) == 2
    with pytest.raises(ValueError, match="more than"):
        replicates_needed(1.0, 0.0)


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


def design(
    value: Callable[..., float], replicates: int = 10, noise: float = 0.0, factors: str = "abc", levels: int = 2
) -> pd.DataFrame:
    """`value(replicate, *levels)` plus normal noise in every cell of a full factorial."""
    rng = np.random.default_rng(9)
    rows = []
    for replicate, *cell in itertools.product(range(replicates), *[range(levels)] * len(factors)):
        row = dict(zip(factors, cell, strict=True))
        rows.append({**row, "replicate": replicate, "y": value(replicate, *cell) + noise * rng.normal()})
    return pd.DataFrame(rows).sample(frac=1, random_state=0)


def planted(replicate: int, a: int, b: int, c: int) -> float:
    """Effect of a: 2 at low b, 3 at high b. Of b: -1.5 at low a. c: none."""
    return 5 + replicate + 2 * a - 1.5 * b + a * b


def test_planted_effects_and_their_interaction_are_recovered() -> None:
    # By hand: a (2 + 3)/2, b (-1.5 - .5)/2, a:b half of (3 - 2).
    exact = effects(design(planted), list("abc"), "y").set_index("effect")
    assert exact["estimate"].to_dict() == pytest.approx(
        {"a": 2.5, "b": -1.0, "c": 0.0, "a:b": 0.5, "a:c": 0.0, "b:c": 0.0}, abs=1e-12
    )
    assert exact.loc["a", "p_holm"] == pytest.approx(6 * 2 / 2**10)
    assert exact.loc["c", "p_holm"] == 1.0


@pytest.mark.usefixtures("unwarned")
def test_noisy_effects_are_found_and_absent_ones_are_not() -> None:
    found = effects(design(planted, noise=0.3), list("abc"), "y").set_index("effect")
    truth = pd.Series({"a": 2.5, "b": -1.0, "c": 0.0, "a:b": 0.5, "a:c": 0.0, "b:c": 0.0})
    # sd of an effect in a replicate is 2 * .3 / sqrt(8) = .21, of its mean .067; 4 of these.
    assert (found["estimate"] - truth).abs().max() < 0.27
    assert set(found.index[found["p_holm"] <= 0.05]) == {"a", "b", "a:b"}


def test_the_order_of_levels_sets_the_sign() -> None:
    table = design(planted)
    flipped = effects(table, list("abc"), "y", levels={"a": (1, 0)}).set_index("effect")["estimate"]
    assert (flipped["a"], flipped["b"], flipped["a:b"]) == pytest.approx((-2.5, -1.0, -0.5))


def test_an_incomplete_design_is_refused_by_the_name_of_its_cell() -> None:
    table = design(planted, replicates=2)
    gone = (table["a"] == 1) & (table["b"] == 0) & (table["c"] == 1) & (table["replicate"] == 1)
    for broken in (table[~gone], table.assign(y=table["y"].mask(gone))):
        with pytest.raises(ValueError, match="a=1, b=0, c=1, replicate=1 has no finite y"):
            effects(broken, list("abc"), "y")
    with pytest.raises(ValueError, match="more than once"):
        variance_shares(pd.concat([table, table[gone]]), list("abc"), "y")
    with pytest.raises(ValueError, match="factor a has 3"):
        effects(design(lambda *_: 0.0, factors="a", levels=3), ["a"], "y")


def test_variance_shares_match_what_was_planted_and_add_up() -> None:
    def value(replicate: int, a: int, b: int) -> float:
        return 3 * (a - 1) + 2 * (b - 1) + (a - 1) * (b - 1) + (-1) ** replicate

    shares = variance_shares(design(value, factors="ab", levels=3), ["a", "b"], "y").set_index("source")
    # Variances by hand: three levels -1, 0, 1 have variance 2/3; their product 4/9; the replicates 1.
    parts = {"a": 9 * 2 / 3, "b": 4 * 2 / 3, factorial.INTERACTIONS: 4 / 9, "replicate": 1.0, factorial.RESIDUAL: 0.0}
    total = sum(parts.values())
    expected = {name: part / total for name, part in parts.items()}
    assert shares["share"].drop(factorial.TOGETHER).to_dict() == pytest.approx(expected, abs=1e-12)
    assert shares.loc[factorial.TOGETHER, "share"] == pytest.approx(1 - expected["replicate"])


def test_variance_shares_agree_with_statsmodels() -> None:
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    table = design(lambda r, a, b, c: a + 0.5 * b * c + 0.1 * r, noise=0.5, levels=3)
    reference = anova_lm(ols("y ~ (C(a) + C(b) + C(c)) ** 2 + C(replicate)", table).fit())["sum_sq"]
    reference = reference / reference.sum()
    shares = variance_shares(table, list("abc"), "y").set_index("source")
    found = shares["share"]
    assert found["a"] == pytest.approx(reference["C(a)"])
    assert found[factorial.INTERACTIONS] == pytest.approx(reference[[k for k in reference.index if ":" in k]].sum())
    assert found["replicate"] == pytest.approx(reference["C(replicate)"])
    assert found.drop(factorial.TOGETHER).sum() == pytest.approx(1)
    assert (shares["low"] <= found + 0.02).all()  # a resample repeats replicates, which moves small shares up
    assert shares.loc["a", "low"] <= found["a"] <= shares.loc["a", "high"]


def test_a_constant_metric_has_no_variance_to_share() -> None:
    shares = variance_shares(design(lambda *_: 1.0), list("abc"), "y")
    assert shares[["share", "low", "high"]].isna().all(axis=None)


def test_intervals_compare_by_value() -> None:
    assert mean_interval([0.5, 0.5]) == Interval(0.5, 0.5, 0.5, 0.95, True, "no variation between replicates")

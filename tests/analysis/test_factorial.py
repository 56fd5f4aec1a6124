"""Claims on factorials: planted effects and shares of variance are recovered."""

import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis import factorial
from mismatch.analysis.factorial import effects, variance_shares


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


@pytest.mark.usefixtures("unwarned")
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


@pytest.mark.usefixtures("unwarned")
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

"""Claims on the correction over the primary contrasts of all experiments."""

import pandas as pd
import pytest

from mismatch.analysis.project import corrected


def rows(*given: dict) -> pd.DataFrame:
    usual = {"primary": True, "verdict": "SUPPORTED", "predicts": "less", "p": 0.02, "p_holm": 0.02, "why": ""}
    return pd.DataFrame(
        [usual | {"p_equivalence": 0.9, "p_claim": float("nan"), "quantifier": ""} | row for row in given]
    )


def test_primaries_of_all_experiments_are_corrected_together_and_the_others_not_at_all() -> None:
    found = corrected(rows({"p": 0.01}, {"p": 0.03}, {"p": 0.001, "primary": False}, {"p": float("nan")}))
    # By hand: of two p values .01*2 and .03*1 raised to the one before it.
    assert found["p_holm_project"].tolist() == pytest.approx([0.02, 0.03, float("nan"), float("nan")], nan_ok=True)
    assert list(found).index("p_holm_project") == list(found).index("p_holm") + 1
    assert corrected(found)["p_holm_project"].tolist()[:2] == [0.02, 0.03]  # twice is as once


def test_a_verdict_that_would_not_stand_among_all_says_so() -> None:
    found = corrected(rows(*[{"p": 0.04}] * 2, {"p": 0.001}, {"p": 0.04, "verdict": "INCONCLUSIVE"}))
    assert found["why"].str.startswith("not below 0.05 among the 4 primary contrasts").tolist() == [
        True,
        True,
        False,
        False,
    ]
    assert "(p = 0.12)" in found["why"].iloc[0]
    kept = corrected(rows(*[{"p": 0.04, "why": "skewed"}] * 2))
    assert kept["why"].iloc[0].endswith("; skewed")


def test_equal_is_corrected_by_its_own_p_and_a_claim_about_several_cases_by_that_of_its_family() -> None:
    found = corrected(
        rows(
            {"predicts": "equal", "p_equivalence": 0.01},
            {"quantifier": "can", "p_claim": 0.002, "p": 0.9, "decided_by": "of 2 cases 1 shows it"},
        )
    )
    assert found["p_holm_project"].tolist() == pytest.approx([0.01, 0.004])


def test_a_family_of_one_is_not_corrected_twice_and_a_word_is_corrected_by_the_p_it_rests_on() -> None:
    found = corrected(
        rows(
            {"quantifier": "always", "p_claim": 0.04, "p": 0.004, "decided_by": float("nan")},
            {"predicts": "equal", "contrast_verdict": "REFUTED", "p": 0.01, "p_equivalence": 1.0},
            {"predicts": "equal", "contrast_verdict": "IDENTICAL", "p": 1.0, "p_equivalence": 1.0},
        )
    )
    assert found["p_holm_project"].tolist() == pytest.approx([0.008, 0.01, float("nan")], nan_ok=True)


def test_twins_count_once_within_their_experiment_and_only_with_the_same_p() -> None:
    twins = [
        {"experiment": "x", "claim": "C1", "contrast": "a", "twins": "C2: b; C9: z", "p": 0.01},
        {"experiment": "x", "claim": "C2", "contrast": "b", "twins": "C1: a; C9: z", "p": 0.01},
        {"experiment": "x", "claim": "C9", "contrast": "z", "twins": "C1: a; C2: b", "p": 0.02},
        {"experiment": "y", "claim": "C2", "contrast": "b", "twins": "C1: a", "p": 0.01},
    ]
    # By hand: three pieces of evidence, .01, .01 and .02; the second row is the first one under another name.
    assert corrected(rows(*twins))["p_holm_project"].tolist() == pytest.approx([0.03, 0.03, 0.03, 0.03])
    assert corrected(rows(*[row | {"twins": ""} for row in twins]))["p_holm_project"].tolist() == pytest.approx(
        [0.04] * 4
    )

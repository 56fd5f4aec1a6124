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
        rows({"predicts": "equal", "p_equivalence": 0.01}, {"quantifier": "can", "p_claim": 0.002, "p": 0.9})
    )
    assert found["p_holm_project"].tolist() == pytest.approx([0.01, 0.004])

"""Claims on sensitivity: nothing is equivalent where a deficit planted on purpose was not seen."""

from pathlib import Path
from typing import Any

import pytest

from mismatch.analysis.sensitivity import sensitivity
from tests.analysis.made import CONTROLLED, SLOW, contrast, judged, runs_of

pytestmark = pytest.mark.usefixtures("unwarned")

POST = CONTROLLED | {"length.padding": "post"}
CLOSE = {"drop": 0.03, "predicts": "equal"}
"""Ten replicates can show equivalence where a failing run costs so little."""


@pytest.mark.parametrize(
    ("planted", "verdict", "said"),
    [
        ([SLOW], "SUPPORTED", "seen on early: slow -0.0"),
        ([SLOW | {"level": 0.88}], "INCONCLUSIVE", "not seen on early: slow "),
        ([SLOW | {"level": 0.5}], "INCONCLUSIVE", "too large to tell"),
        ([SLOW | {"level": 0.5}, SLOW | {"control": "short"}], "SUPPORTED", "seen on early: short -0.0"),
        ([], "INCONCLUSIVE", "no deficit was planted on early"),
        ([SLOW | {"control": "noisy"}], "INCONCLUSIVE", "no deficit was planted on early"),
        ([SLOW | {"data": "late"}], "INCONCLUSIVE", "no deficit was planted on early"),
    ],
    ids=["seen", "saturated", "far too large", "one of two", "none", "noise is none", "elsewhere"],
)
def test_equivalence_needs_a_planted_deficit_of_about_the_margin_that_was_seen(
    tmp_path: Path, planted: list[dict[str, Any]], verdict: str, said: str
) -> None:
    found = judged(tmp_path, runs_of(CONTROLLED, POST, *planted), contrast(**CLOSE)).iloc[0]
    assert found["verdict"] == verdict and said in found["sensitivity"]
    assert ("a deficit would not have been seen" in found["why"]) == (verdict == "INCONCLUSIVE")


def test_a_difference_needs_no_planted_deficit(tmp_path: Path) -> None:
    found = judged(tmp_path, runs_of(CONTROLLED, POST | {"level": 0.58}), contrast()).iloc[0]
    assert (found["verdict"], found["size"]) == ("SUPPORTED", "matters")
    assert "deficit" not in found["why"]


def test_the_deficit_must_be_seen_in_the_metric_of_the_contrast() -> None:
    runs = runs_of(CONTROLLED, POST, SLOW).assign(auc=0.9)
    assert sensitivity(runs, ["arm00", "arm01"], "exact_accuracy", "difference", 0.02).shown
    assert not sensitivity(runs, ["arm00", "arm01"], "auc", "difference", 0.02).shown
    assert not sensitivity(runs.drop(columns="control"), ["arm00"], "exact_accuracy", "difference", 0.02).shown

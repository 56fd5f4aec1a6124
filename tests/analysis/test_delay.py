"""Claims on delays: as a factor, with censored and failed runs kept as lower bounds, and registered where arms are."""

import math
from pathlib import Path

import numpy as np
import pytest

from mismatch.analysis import registry
from mismatch.config import experiments
from tests.analysis.made import CONTROLLED, Runs, contrast, failed, judged, runs_of

pytestmark = pytest.mark.usefixtures("unwarned")

DELAY = {"metric": "delay", "scale": "ratio", "margin": 0.22, "predicts": "greater"}
FACTORS = np.exp(np.linspace(-0.05, 0.05, 10))


def learnt(post: float, censored: int = 0) -> Runs:
    """Runs whose padded arm takes `post` updates where the other takes 40; the first `censored` never get there."""
    runs = runs_of(CONTROLLED, CONTROLLED | {"length.padding": "post"})
    runs["delay"] = np.where(runs["length.padding"].eq("post"), post, 40.0) * FACTORS[runs["replicate"]] ** (
        runs["length.padding"].eq("post")
    )
    runs["delay_censored"] = runs["length.padding"].eq("post") & (runs["replicate"] < censored)
    runs.loc[runs["delay_censored"], "delay"] = 400.0
    return runs


def test_a_delay_is_a_factor_and_censored_runs_stay_in_as_lower_bounds(tmp_path: Path) -> None:
    found = judged(tmp_path, learnt(120.0, censored=3), contrast("later", **DELAY)).loc["later"]
    # By hand: seven pairs at log(3) plus their factor, three at log(10).
    expected = (7 * math.log(3) + np.log(FACTORS[3:]).sum() + 3 * math.log(10)) / 10
    assert found["effect"] == pytest.approx(math.exp(expected))
    assert (found["verdict"], found["n"], found["censored"]) == ("SUPPORTED", 10, "arm 3, against 0")
    assert found["size"] == "matters"


def test_a_run_that_diverged_counts_with_all_its_updates(tmp_path: Path) -> None:
    runs = failed(learnt(120.0), "arm01-0")
    runs["data_hash"] = "x"
    found = judged(tmp_path, runs, contrast("later", **DELAY)).loc["later"]
    assert math.log(found["effect"]) == pytest.approx((9 * math.log(3) + np.log(FACTORS[1:]).sum() + math.log(10)) / 10)
    assert found["failures"] == 1


def test_equal_delays_are_not_equivalent_while_a_run_may_fail_unseen_for_the_rest_of_the_training(
    tmp_path: Path,
) -> None:
    found = judged(tmp_path, learnt(40.0), contrast("same", **DELAY | {"predicts": "equal"})).loc["same"]
    assert found["verdict"] == "INCONCLUSIVE"
    assert "up to 26% of runs may fail unseen, each for a factor of 10" in found["why"]  # 400 / 40
    assert found["high_failing"] > math.exp(DELAY["margin"]) > found["high"]


@pytest.mark.parametrize(
    ("experiment", "claims"), [("padding", {"C11", "C17", "C18", "M1", "P1"}), ("reduction", {"C24"})]
)
def test_delays_are_registered_as_factors_beside_accuracy(experiment: str, claims: set[str]) -> None:
    found = registry.load(experiments.folder(experiment) / "claims.yaml")
    delays = {claim.id: [c for c in claim.contrasts if getattr(c, "metric", "") == "delay"] for claim in found.claims}
    assert {name for name, contrasts in delays.items() if contrasts} == claims
    assert {(c.scale, c.margin, c.primary) for each in delays.values() for c in each} == {("ratio", 0.22, False)}
    members = {name for name, contrasts in delays.items() if any(c.member for c in contrasts)}
    assert members <= {"C11", "C24", "P1"}  # the others speak of accuracy, or of losses

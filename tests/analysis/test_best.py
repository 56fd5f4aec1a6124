"""Claims on what choosing brings: no gain where all arms are equal, the gain of the best where one is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mismatch.analysis.tests.best import leave_one_out
from tests.analysis.made import judged, runs_of

pytestmark = pytest.mark.usefixtures("unwarned")


def kernels(*levels: float, spread: float = 0.002) -> Any:
    """Kernels 1, 2, 3 ... by their level."""
    arms = ({"data": "early", "kernel": k, "level": level, "spread": spread} for k, level in enumerate(levels, 1))
    return runs_of(*arms)


def best(levels: int, **given: Any) -> dict[str, Any]:
    among = {"kernel": list(range(1, levels + 1))}
    return {"name": "best", "test": "best", "among": among, "against": {"kernel": 1}, "factors": ["kernel"],
            "margin": 0.02, "primary": True} | given  # fmt: skip


def test_the_best_arm_is_compared_with_the_default_and_named(tmp_path: Path) -> None:
    found = judged(tmp_path, kernels(0.58, 0.60, 0.88), best(3)).iloc[0]
    assert found["verdict"] == "SUPPORTED" and found["effect"] == pytest.approx(0.3, abs=0.01)
    assert "chosen: kernel=3 (10 of 10)" in found["why"] and found["n"] == 10
    assert found["runs"].split()[:2] == ["arm02-0", "arm00-0"]


def test_where_the_default_is_the_best_nothing_is_gained(tmp_path: Path) -> None:
    found = judged(tmp_path, kernels(0.88, 0.58, 0.60), best(3)).iloc[0]
    assert found["verdict"] not in ("SUPPORTED", "REFUTED") and found["effect"] == 0
    assert "chosen: the default (10 of 10)" in found["why"]


def test_the_luck_of_many_equal_arms_is_no_gain(tmp_path: Path) -> None:
    gains = []
    for seed in range(200):
        differences = np.random.default_rng(seed).normal(0, 1, (8, 10))
        places = leave_one_out(differences)
        gains.append(np.vstack([np.zeros(10), differences])[places, np.arange(10)].mean())
    # One gain has a standard error of about .4 / sqrt(200) = .03; picking by the runs themselves would gain .4.
    assert abs(np.mean(gains)) < 0.1


def test_of_a_loss_the_lowest_is_the_best(tmp_path: Path) -> None:
    runs = kernels(0.58, 0.60, 0.88).assign(log_loss=lambda runs: 1 - runs["exact_accuracy"])
    found = judged(tmp_path, runs, best(3, metric="log_loss", predicts="less")).iloc[0]
    assert found["verdict"] == "SUPPORTED" and found["effect"] == pytest.approx(-0.3, abs=0.01)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"among": {"kernel": [1]}}, "nothing to choose from"),
        ({"among": {"kernel": [9]}}, "no arms"),
        ({"against": {"kernel": 9}}, "no arm data=early, kernel=9"),
        ({"metric": "roughness"}, "roughness"),
        ({"factors": ["colour"]}, "factors=colour: must be a column"),
    ],
)
def test_a_choice_that_cannot_be_made_withholds_the_verdict(tmp_path: Path, given: Any, why: str) -> None:
    found = judged(tmp_path, kernels(0.58, 0.88), best(2, **given)).iloc[0]
    assert found["verdict"] == "WITHHELD" and why in found["why"]

"""Claims on the table of every contrast that a sweep holds."""

import itertools

import numpy as np
import pytest

from mismatch.analysis.effects import effects, settings
from tests.analysis.made import Runs, failed, runs_of

pytestmark = pytest.mark.usefixtures("unwarned")


def masks() -> Runs:
    """T x mask x the value it masks, which is blank without a mask; masking gains .1, T = 4 costs .2."""
    cells = [("none", None), ("masking", 0.0), ("masking", -1.0)]
    return runs_of(
        *({"data": "early", "length.ratio": ratio, "mask": mask, "mask.value": value,
           "level": 0.7 + 0.1 * (mask == "masking") - 0.2 * (ratio == 4)}
          for ratio, (mask, value) in itertools.product((1, 4), cells)),
        {"data": "early", "length.ratio": 1, "mask": "none", "control": "sham"},
    )  # fmt: skip


def test_every_contrast_in_one_factor_is_found_once_with_its_sign() -> None:
    found = effects(masks())
    # T: 4 against 1 in each of 3 cells; mask: 2 values x 2 T, though no value is without a mask; value: 0 at 2 T.
    assert found["factor"].value_counts().to_dict() == {"mask": 4, "length.ratio": 3, "mask.value": 2}
    assert not found.duplicated(["arm", "against_arm"]).any()
    truth = {"mask": 0.1, "length.ratio": -0.2, "mask.value": 0.0}
    # Noise of .002 on either side, 10 pairs: standard error .0009; 4 of these.
    assert (found["effect"] - found["factor"].map(truth)).abs().max() < 0.0036
    assert found["n"].eq(10).all() and found["metric"].eq("exact_accuracy").all()
    masked = found[found["factor"] == "mask"]
    assert settings(found) == ["length.ratio", "mask", "mask.value"] and masked["mask"].isna().all()
    assert set(zip(masked["length.ratio"], masked["mask.value"], strict=True)) == {(1, 0), (1, -1), (4, 0), (4, -1)}
    assert found.loc[found["factor"] == "mask.value", "mask"].eq("masking").all()


def test_controls_other_data_and_runs_that_are_no_pair_give_no_effects() -> None:
    runs = masks()
    assert "arm06" not in {*effects(runs)["arm"], *effects(runs)["against_arm"]}
    runs.loc[runs["arm"] == "arm03", "order_hash"] = "batches of its own"
    found = effects(runs)
    assert "arm03" not in {*found["arm"], *found["against_arm"]} and len(found) == 6
    assert effects(runs_of({"data": "early"}, {"data": "late"})).empty


def test_a_ratio_that_differs_between_replicates_hides_no_effect_of_the_steps() -> None:
    runs = runs_of(*({"data": "text", "length.steps": steps} for steps in (16, 32, 48)), replicates=4)
    runs["length.ratio"] = runs["length.steps"] / (40 + runs["replicate"])
    assert effects(runs)[["factor", "level", "against"]].to_numpy().tolist() == [
        ["length.steps", 32, 16],
        ["length.steps", 48, 16],
    ]


def test_accuracy_stands_in_where_no_exact_one_is_known_and_failures_count() -> None:
    runs = failed(masks().assign(exact_accuracy=np.nan), "arm01-0")
    found = effects(runs).set_index(["factor", "arm"]).loc[("mask", "arm01")]
    assert (found["metric"], found["failures"], found["n"]) == ("accuracy", 1, 10)


def beside(runs: Runs) -> Runs:
    """With what stands beside accuracy; the AUC is unknown, as there are three classes."""
    known = {"balanced_accuracy": runs["exact_accuracy"], "log_loss": 1 - runs["exact_accuracy"], "auc": np.nan}
    return runs.assign(accuracy=runs["exact_accuracy"], **known)


def test_every_contrast_has_a_row_for_each_metric_known_beside_accuracy_which_comes_first() -> None:
    found = effects(beside(masks()))
    assert found["metric"].tolist() == ["exact_accuracy", "balanced_accuracy", "log_loss"] * 9
    assert found["factor"].value_counts().to_dict() == {"mask": 12, "length.ratio": 9, "mask.value": 6}
    wide = found.pivot(index=["arm", "against_arm"], columns="metric", values="effect")
    assert wide["log_loss"].to_numpy() == pytest.approx(-wide["exact_accuracy"].to_numpy())


def test_a_run_that_failed_has_no_log_loss_and_the_row_says_that_its_pair_is_left_out() -> None:
    runs = failed(beside(masks()).assign(exact_accuracy=np.nan), "arm01-0")
    found = effects(runs.assign(log_loss=runs["log_loss"].where(runs["status"].eq("ok"))))
    told = found[(found["factor"] == "mask") & (found["arm"] == "arm01")].set_index("metric")
    assert (told.loc["accuracy", "n"], told.loc["accuracy", "failures"]) == (10, 1)
    assert (told.loc["log_loss", "n"], told.loc["log_loss", "failures"]) == (9, 0)
    assert "1 pairs without log_loss left out" in told.loc["log_loss", "note"]

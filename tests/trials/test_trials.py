"""The table of shape mismatches: what raises, what passes, and that the runner reports what it saw."""

import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import asdict
from io import StringIO
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pytest

from mismatch.trials.measurement import Trials

OUTCOMES = {"raises", "silent", "silent and learns wrong", "works"}


of_the_table = pytest.mark.slow
"""All cases are run once, for all tests that look at the table."""


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    with mock.patch("mismatch.trials.measurement.everywhere", return_value=[]):  # other frameworks: `test_elsewhere`
        made = Trials().measure([], smoke=False)["mismatches.csv"]
    stored = StringIO(made.to_csv(index=False))
    return pd.read_csv(stored, keep_default_na=False, na_values={"value": "", "reference": ""})


@pytest.fixture(scope="module")
def rows(table: pd.DataFrame) -> dict[str, Any]:
    return {row.row: row for row in table.itertuples()}


@of_the_table
def test_every_row_of_the_table_is_there(table: pd.DataFrame) -> None:
    assert set(table["number"]) == {str(number) for number in range(1, 29)} | {"example", "fact"}
    assert table["row"].is_unique
    assert list(table.columns) == [name for name in Trials.columns if name not in ("framework", "version")]


@of_the_table
def test_outcomes_and_errors_agree(table: pd.DataFrame) -> None:
    assert set(table["outcome"]) == OUTCOMES
    raised = table["outcome"] == "raises"
    assert (table["error_type"][raised] != "").all() and (table["message"][raised] != "").all()
    assert (table["error_type"][~raised] == "").all()
    assert table["message"].str.len().max() <= 200
    assert not table["message"].str.contains("\x1b|Exception encountered|/tmp/", regex=True).any()
    assert "AssertionError" not in set(table["error_type"])


RAISES = {
    "features-call-eager-fewer": "InvalidArgumentError",
    "features-call-eager-more": "InvalidArgumentError",
    "features-fit-fewer": "ValueError",
    "features-fit-more": "ValueError",
    "features-predict": "ValueError",
    "features-evaluate": "ValueError",
    "features-refit-traced": "InvalidArgumentError",
    "features-dense-first": "ValueError",
    "features-second-batch": "InvalidArgumentError",
    "weights-load": "ValueError",
    "weights-set": "ValueError",
    "rank-2d-features-dropped": "ValueError",
    "rank-2d-unbuilt": "ValueError",
    "rank-4d-split": "ValueError",
    "time-flatten-head": "ValueError",
    "time-empty-fit": "ValueError",
    "transposed-fit": "ValueError",
    "time-major": "ValueError",
    "nested-lists": "ValueError",
    "ragged-arrays": "ValueError",
    "ragged-objects": "ValueError",
    "ragged-tensor": "ValueError",
    "conv-kernel-too-long": "ValueError",
    "labels-categorical-ints": "ValueError",
    "labels-out-of-range-above": "InvalidArgumentError",
    "binary-bare-loss": "ValueError",
    "bce-one-hot-one-unit": "ValueError",
    "sequences-left-on-flat": "ValueError",
    "mask-longer-eager": "ValueError",
    "mask-shape-time-only": "IndexError",
    "example-1-fit": "ValueError",
    "example-2-sparse-flat": "ValueError",
    "example-2-sparse-column": "ValueError",
    "example-3-as-written": "NameError",
    "example-3-imports": "ValueError",
    "example-3-imports-unshaped": "ValueError",
}


@of_the_table
@pytest.mark.parametrize(("row", "error"), RAISES.items())
def test_raises(rows: dict[str, Any], row: str, error: str) -> None:
    assert (rows[row].outcome, rows[row].error_type) == ("raises", error)
    assert not rows[row].weights_changed


PASSES = {
    "silent": """rank-4d-trailing rank-2d-expanded-equal time-call-shorter time-call-longer time-fit-shorter
        time-fit-longer time-predict-longer time-validation time-loaded weights-load-skip labels-float-loss
        logits-flag-on-softmax mask-longer-graph mask-one-row-eager example-1-compile example-2-transposed
        example-2-half-the-steps example-3-flatten-reshape example-3-mask-destroyed pad-sequences-dtype
        mask-lost-concatenate mask-lost-operator""",
    "silent and learns wrong": """transposed-square-fit transposed-square-call scrambled-fit scrambled-call
        time-major-square squared-broadcast mse-one-hot-one-unit mse-column-two-units softmax-one-unit
        pad-sequences-dtype-fit""",
    "works": """features-match time-free-one square-control layout-control binary-flat binary-column squared-column
        mask-per-row mask-per-row-fit weights-load-other-length example-1-feature-axis example-1-embedding
        example-2-one-hot example-2-repaired example-3-without-flatten pad-sequences-float-fit close-is-no-different
        masked-equals-unpadded-pre masked-equals-unpadded-post masked-steps-are-computed zero-features-gradient
        zero-features-loss-path""",
}


@of_the_table
@pytest.mark.parametrize(("row", "outcome"), [(row, what) for what, names in PASSES.items() for row in names.split()])
def test_passes(rows: dict[str, Any], row: str, outcome: str) -> None:
    assert rows[row].outcome == outcome


@of_the_table
def test_bad_validation_data_stop_a_fit_that_has_already_trained(rows: dict[str, Any]) -> None:
    row = rows["features-validation"]
    assert (row.outcome, row.error_type, row.weights_changed) == ("raises", "ValueError", True)


@of_the_table
def test_close_sizes_fail_like_any_other(rows: dict[str, Any]) -> None:
    found = {
        (rows[f"close-{name}"].outcome, rows[f"close-{name}"].error_type) for name in ("minus-one", "half", "double")
    }
    assert found == {("raises", "ValueError")}
    assert rows["close-is-no-different"].value == 1


@of_the_table
def test_masked_steps_change_nothing_and_are_still_computed(rows: dict[str, Any]) -> None:
    assert max(rows[f"masked-equals-unpadded-{side}"].value for side in ("pre", "post")) <= 1e-5
    assert rows["unmasked-against-unpadded-pre"].value == 0
    assert rows["unmasked-against-unpadded-post"].value > 0.1
    assert rows["masked-steps-are-computed"].value == rows["masked-steps-are-computed"].reference >= 16


@of_the_table
def test_zero_padded_features_are_inert(rows: dict[str, Any]) -> None:
    assert rows["zero-features-gradient"].value == 0
    assert rows["zero-features-loss-path"].value == 0


@of_the_table
def test_silent_and_wrong_is_far_below_its_reference(table: pd.DataFrame) -> None:
    wrong = table[table["outcome"] == "silent and learns wrong"]
    assert (wrong["value"] < wrong["reference"] - 0.1).all()


@of_the_table
def test_warnings_are_recorded(rows: dict[str, Any]) -> None:
    assert "input_shape" in rows["example-2-one-hot"].warning and rows["example-2-repaired"].warning == ""
    assert "destroy the mask" in rows["example-3-mask-destroyed"].warning
    assert "softmax over axis -1" in rows["softmax-one-unit"].warning


def test_the_measurement_is_known_without_tensorflow() -> None:
    code = (
        "import sys; from mismatch.config.registry import MEASUREMENTS; MEASUREMENTS.get('trials')().seconds([], True)"
    )
    subprocess.run([sys.executable, "-c", code + "; assert 'tensorflow' not in sys.modules"], check=True)


def fake(act: Callable[[Any], Any], mismatch: bool = True) -> dict[str, Any]:
    """The line of a case made up here."""
    from mismatch.trials.runner import Case, run

    return asdict(run(Case("fake", "fact", "fact", "call", "A fake.", mismatch, act)))


def test_the_runner_reports_what_a_case_raises() -> None:
    def act(bench: Any) -> None:
        warnings.warn("so far so good", UserWarning, stacklevel=1)
        raise KeyError("no such thing\nat all")

    line = fake(act)
    assert (line["outcome"], line["error_type"], line["message"]) == ("raises", "KeyError", "'no such thing\\nat all'")
    assert line["warning"] == "so far so good" and not line["weights_changed"] and np.isnan(line["value"])


def test_the_runner_tells_a_passing_mismatch_from_a_control() -> None:
    assert fake(lambda bench: None)["outcome"] == "silent"
    assert fake(lambda bench: None, mismatch=False)["outcome"] == "works"


@pytest.mark.parametrize(
    ("accuracy", "mismatch", "outcome"),
    [
        (0.5, True, "silent and learns wrong"),
        (0.5, False, "silent and learns wrong"),
        (0.95, True, "silent"),
        (0.95, False, "works"),
    ],
)
def test_the_runner_judges_a_training_by_its_reference(accuracy: float, mismatch: bool, outcome: str) -> None:
    from mismatch.trials.runner import learned

    assert fake(lambda bench: learned(accuracy, 1.0), mismatch)["outcome"] == outcome


def test_a_control_that_is_off_does_not_work() -> None:
    from mismatch.trials.runner import same

    assert fake(lambda bench: same([1.0], [1.1]), mismatch=False)["outcome"] == "silent"


def test_the_runner_lets_an_interrupt_through() -> None:
    def act(bench: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fake(act)


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("Exception encountered when calling GRU.call().\n\n\x1b[1mtoo short\x1b[0m\n\nArguments", "too short"),
        (
            'Graph execution error:\n\nDetected at node a/b\nFile "x.py", line 1\n\nMatrix bad\n\t [[{{node a}}]]',
            "Matrix bad",
        ),
        ("plain\nsecond", "plain"),
        ("", ""),
    ],
)
def test_first_line_says_what_is_wrong(message: str, line: str) -> None:
    from mismatch.trials.runner import first_line

    assert first_line(message) == line

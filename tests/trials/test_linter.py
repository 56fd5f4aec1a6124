"""The measurement of `linter`: the check looks at what the cases hand over, and the table says what it saw."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mismatch.sweep import measurement
from mismatch.trials.linter import Linter, findings

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "results" / "reference" / "linter"


def test_the_measurement_is_known_without_tensorflow() -> None:
    code = "import sys; from mismatch.config.registry import MEASUREMENTS; MEASUREMENTS.get('linter')()"
    subprocess.run([sys.executable, "-c", code + "; assert 'tensorflow' not in sys.modules"], check=True)


def test_the_check_is_given_what_a_use_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    from mismatch.check import models
    from mismatch.check.outcome import Checked
    from mismatch.trials.handed import Use

    asked: list[object] = []

    def check_model(*values: object, **options: object) -> Checked:
        asked.extend([values, options])
        return Checked("model")

    monkeypatch.setattr(models, "check_model", check_model)
    x, y = np.zeros((2, 3, 1)), np.zeros(2)
    use = Use("fit", "a model", x, y, mask=None, loss="mse", weights=None, reference=x)  # type: ignore[arg-type]
    assert list(findings(use)) == []
    assert asked == [("a model", x, y, None), {"loss": "mse", "reference": x, "weights": None}]


@pytest.mark.slow
def test_a_smoke_run_looks_at_every_case_it_makes_and_the_check_fails_in_none() -> None:
    made = measurement.make("linter", [], smoke=True)
    cases, summary = made["linter.csv"], made["linter_summary.csv"]
    assert set(cases) | set(summary) == set(Linter.columns)
    assert cases["failed"].eq("").all() and cases["unseen"].ne("?").all()
    assert (cases["looks"].gt(0) | cases["unseen"].ne("")).all()
    assert cases["found"].any() and summary["cases"].iloc[0] == (cases["shape"] & ~cases["raised"]).sum()


@pytest.fixture
def shipped() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "linter.csv", keep_default_na=False)


def test_every_shipped_case_was_looked_at_or_says_why_not(shipped: pd.DataFrame) -> None:
    assert len(shipped) == 152 and (shipped["looks"].gt(0) ^ shipped["unseen"].ne("")).all()
    assert shipped["unseen"].ne("?").all() and shipped["failed"].eq("").all()


def test_the_shipped_outcomes_are_those_of_the_catalogue_without_the_check(shipped: pd.DataFrame) -> None:
    alone = pd.read_csv(REFERENCE.parent / "layout" / "mismatches.csv", keep_default_na=False)
    for column in ("row", "number", "kind", "stage", "what", "legal", "outcome", "weights_changed"):
        assert shipped[column].tolist() == alone[column].tolist(), column

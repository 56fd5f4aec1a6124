"""Other frameworks than TensorFlow are tried where they are installed, and are untested, not withheld, where not."""

import os
import subprocess
import sys
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest

from mismatch.analysis.claims import evaluate
from mismatch.analysis.registry import load
from mismatch.config.experiments import folder
from mismatch.trials import elsewhere

pytestmark = pytest.mark.slow

HERE = [name for name, framework in elsewhere.FRAMEWORKS.items() if find_spec(framework.package)]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.DataFrame([asdict(line) for line in elsewhere.everywhere()])


@pytest.mark.parametrize("name", HERE)
def test_a_gru_takes_its_own_number_of_features_and_raises_at_every_other(table: pd.DataFrame, name: str) -> None:
    cases = table[table["framework"].eq(name) & table["row"].str.contains("-gru-")]
    assert set(cases.loc[cases["legal"], "outcome"]) == {"works"}
    assert set(cases.loc[~cases["legal"], "outcome"]) == {"raises"} and len(cases) == 16
    trained = cases["row"].str.endswith("-gru-train-match")
    assert cases["weights_changed"].equals(trained)  # so weights are seen to move, and do not where it raises


@pytest.mark.skipif(find_spec("jax") is None, reason="JAX is not installed")
def test_one_feature_for_four_passes_in_silence_where_an_einsum_stretches_it(table: pd.DataFrame) -> None:
    outcomes = table.set_index("row")["outcome"]
    assert outcomes["jax-einsum-one"] == "silent" and outcomes["jax-einsum-fewer"] == "raises"
    assert outcomes["keras-tensorflow-einsum-one"] == "raises"


def test_a_framework_that_is_not_installed_has_no_rows_and_its_contrasts_are_untested(table: pd.DataFrame) -> None:
    experiment = folder("layout")
    assert experiment is not None
    left = table[table["framework"] == "keras-tensorflow"]
    registry = load(experiment / "claims.yaml")
    claims = evaluate(registry, {"frameworks.csv": left}, [], stamped=registry.hash)
    found = claims[claims["claim"] == "C14"].set_index("contrast")
    untested = found[found["verdict"] == "UNTESTED"]
    assert len(untested) == 5 and untested["why"].str.contains("was not installed where this was run").all()
    assert found.filter(like="TensorFlow, a wrong", axis=0)["verdict"].tolist() == ["SUPPORTED"]


def test_a_framework_that_cannot_be_imported_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('libtorch is broken')\n")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    code = "from mismatch.trials import elsewhere; print(elsewhere._in_process('torch'))"
    monkeypatch.setenv("PYTHONPATH", path)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n" and "torch cannot be tried: ImportError: libtorch is broken" in done.stderr

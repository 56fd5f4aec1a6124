"""Claims on registration: verdicts rest on runs of the registered claims and the confirming seed, or are withheld."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from mismatch.analysis.claims import evaluate
from mismatch.analysis.registry import Registry, load
from mismatch.config.paths import EXPERIMENTS
from tests.analysis.made import CASES, cases_of, claim, contrast, registered, rows, sound

pytestmark = pytest.mark.usefixtures("unwarned")


def confirmed(folder: Path, **columns: object) -> tuple[Registry, pd.DataFrame]:
    """Claims with a confirming seed, and runs that are marked by `columns`."""
    found = registered(folder, claim(contrast(primary=True)), confirming=7)
    return found, sound().assign(**({"seed": 7, "claims_hash": found.hash} | columns))


def verdict_of(found: Registry, runs: pd.DataFrame) -> tuple[str, str]:
    row = evaluate(found, {"runs.csv": runs}, []).iloc[0]
    return str(row["verdict"]), str(row["why"])


def test_runs_of_the_registered_claims_and_the_confirming_seed_get_a_verdict(tmp_path: Path) -> None:
    found, runs = confirmed(tmp_path)
    assert verdict_of(found, runs)[0] == "SUPPORTED"
    assert evaluate(found, {"runs.csv": runs}, [])["registration"].tolist() == ["confirming: seed 7"]


def test_runs_of_another_seed_withhold_the_verdict_even_a_single_one(tmp_path: Path) -> None:
    found, runs = confirmed(tmp_path)
    runs.loc[runs["run"] == "arm01-3", "seed"] = 0
    assert verdict_of(found, runs) == ("WITHHELD", "not the confirming seed: 0 in place of 7")


def test_runs_trained_for_other_claims_or_before_any_were_noted_withhold_the_verdict(tmp_path: Path) -> None:
    found, runs = confirmed(tmp_path, claims_hash="another")
    said = f"not the registered claims: made for another, registered are {found.hash}"
    assert verdict_of(found, runs) == ("WITHHELD", said)
    for old in (runs.assign(claims_hash=None), runs.drop(columns="claims_hash")):
        assert verdict_of(found, old) == ("WITHHELD", said.replace("another", "none"))


def test_runs_that_a_verdict_does_not_rest_on_may_be_of_any_seed(tmp_path: Path) -> None:
    found, runs = confirmed(tmp_path)
    runs.loc[runs["data"] == "late", ["seed", "claims_hash"]] = [0, "another"]
    assert verdict_of(found, runs)[0] == "SUPPORTED"


def test_a_table_of_a_measurement_counts_by_the_claims_it_was_made_for(tmp_path: Path) -> None:
    found = registered(tmp_path, claim(rows("features", "features-*", primary=True)), confirming=7)
    tables = {"mismatches.csv": cases_of(**CASES)}
    assert evaluate(found, tables, [], stamped=found.hash)["verdict"].tolist() == ["SUPPORTED"]
    for stamped in (None, "another"):
        row = evaluate(found, tables, [], stamped=stamped).iloc[0]
        assert row["verdict"] == "WITHHELD" and "not the registered claims" in row["why"]


def test_without_a_confirming_seed_nothing_is_asked_and_verdicts_are_called_exploratory(tmp_path: Path) -> None:
    found = registered(tmp_path, claim(contrast(primary=True)))
    row = evaluate(found, {"runs.csv": sound()}, []).iloc[0]
    assert (row["verdict"], row["registration"]) == ("SUPPORTED", "exploratory: no confirming seed")


@pytest.mark.parametrize("path", sorted(EXPERIMENTS.glob("*/claims.yaml")), ids=lambda path: path.parent.name)
def test_an_experiment_sweeps_the_seed_that_its_claims_name(path: Path) -> None:
    found, swept = load(path), yaml.safe_load(path.with_name("sweep.yaml").read_text())
    assert found.confirming == swept.get("seed")

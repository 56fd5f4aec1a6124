"""Claims on the verdicts over all experiments, and on the chain behind one."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from mismatch.analysis import controls
from mismatch.analysis.claims import evaluate, headline
from mismatch.config.fields import ConfigError
from mismatch.report import verdicts
from mismatch.report.explain import explain
from mismatch.sweep.store import read_csv
from tests.analysis.made import claim, registered, rows, sound, three


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two results folders: one with a claim in accuracy and one in time, one whose table is missing."""
    folder, runs = tmp_path / "results", sound()
    for name, claims, tables in (
        ("one", three()[:2], {"runs.csv": runs}),
        ("two", (claim(rows("cases", "time-*", primary=True), id="C10"),), {}),
    ):
        (folder / name).mkdir(parents=True)
        found = registered(tmp_path, *claims)
        checks = controls.check_all(tables, found.controls) if tables else []
        evaluate(found, tables, checks).assign(experiment=name).to_csv(folder / name / "claims.csv", index=False)
        table = pd.DataFrame(checks, columns=["name", "passed", "text", "guards"])
        table.to_csv(folder / name / "controls.csv", index=False)
    runs.to_csv(folder / "one" / "runs.csv", index=False)
    return folder


def test_verdicts_are_collected_over_experiments_largest_effect_first(results: Path) -> None:
    table = verdicts.collect(results)
    assert table["claim"].tolist() == ["C2", "C1", "C10"]  # ln 1.5 = .41, .30, none
    assert headline(table)["claim"].tolist() == ["C2", "C1", "C10"]
    assert verdicts.collect(results / "nothing").empty


def test_verdicts_read_as_text_and_as_a_page(results: Path) -> None:
    table = verdicts.collect(results)
    text, page = verdicts.grid(table).text(), verdicts.markdown(table)
    assert "3 claims: 2 SUPPORTED, 1 WITHHELD" in text and "mismatches.csv is missing" in text
    assert page.index("**C1.**") < page.index("**C2.**") < page.index("**C10.**")
    factor, difference = table["effect"].iloc[:2]
    for shown in (f"x{factor:.3g} [", f"{difference:.3f} ["):
        assert shown in text and shown.split()[0] in page


def test_the_chain_behind_a_verdict_names_arms_pairs_controls_and_hash(results: Path) -> None:
    chain = explain(results, "C1")
    for part in (
        "SUPPORTED",
        "arm01: length.padding=post",
        "arm00: length.padding=pre",
        "arm01-9 arm00-9",
        "ok     sham",
    ):
        assert part in chain
    assert f"hash {read_csv(results / 'one' / 'claims.csv')['claims_hash'].iloc[0]}" in chain


def test_an_unknown_claim_is_refused_by_the_names_of_the_known(results: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="C99: must be one of C1, C2, C10"):
        explain(results, "C99")
    shutil.rmtree(results)
    with pytest.raises(ConfigError, match=r"explain=C1: is registered in text, but .*results has no results of it yet"):
        explain(results, "C1")
    with pytest.raises(ConfigError, match=r"explain=C99: needs a folder with claims\.csv"):
        explain(results, "C99")

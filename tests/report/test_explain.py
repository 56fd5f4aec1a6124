"""The chain behind a verdict."""

from pathlib import Path

import pandas as pd
import pytest

from mismatch.config import claims
from mismatch.config.fields import ConfigError
from mismatch.report import verdicts
from mismatch.report.explain import _gone, _known, explain
from mismatch.report.wording import earlier
from tests.report.cases import results_of

OLD = "These verdicts were made under an earlier rule than the present one; the two are not to be compared."


def test_explain_names_arms_pairs_controls_and_the_generic_figure(tmp_path: Path) -> None:
    said = explain(results_of(tmp_path), "C1")
    assert "length.padding=post" in said
    assert said.count("r2 r0") == said.count("r3 r1") == 1
    assert said.count("sham: no difference") == 1
    assert "figures/accuracy.png" in said
    assert "gradient.png" not in said
    assert max(len(line) for line in said.splitlines() if str(tmp_path) not in line) <= 80


def test_explain_points_to_the_own_figure_where_the_table_is_not_of_runs(tmp_path: Path) -> None:
    said = explain(results_of(tmp_path), "C4")
    assert "figures/outcomes.png" in said
    assert "rests on   time-call time-fit" in said


NEW = ["registration", "contrast_verdict", "quantifier", "scope", "decided_by", "p_claim", "twins", "size", "censored"]


def of_earlier_rule(folder: Path) -> Path:
    """Results whose claims.csv is of the rule before the present one."""
    results = results_of(folder)
    for path in results.glob("*/claims.csv"):
        table = pd.read_csv(path)
        table.drop(columns=[name for name in NEW if name in table]).to_csv(path, index=False)
    return results


def test_results_of_an_earlier_rule_are_read_and_said_to_be_such(tmp_path: Path) -> None:
    results = of_earlier_rule(tmp_path)
    table = verdicts.collect(results)
    said = [explain(results, "C1"), verdicts.grid(table).text(), verdicts.markdown(table)]
    assert [" ".join(text.split()).count(OLD) for text in said] == [1, 1, 1]
    verdicts.write(table, tmp_path / "out", vector=False)


def test_part_of_an_earlier_rule_is_named_and_the_present_one_not(tmp_path: Path) -> None:
    table = pd.DataFrame({"experiment": ["x", "y"], "registration": ["exploratory: no confirming seed", None]})
    assert earlier(table) == "The verdicts of y " + OLD.removeprefix("These verdicts ")
    assert earlier(table[:1]) == ""


def test_a_claim_without_results_and_one_that_is_registered_no_more_or_otherwise_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"t1: is registered in timing, but .* has no results of it yet: mismatch -m"):
        explain(results_of(tmp_path), "t1")
    rows = pd.DataFrame({"experiment": ["layout"], "claims_hash": ["another"]})
    known = _known(lambda name: None, 80)
    assert _gone(rows, "C21", known) == "C21 is no longer among the claims of layout: what follows is of earlier ones."
    assert _gone(rows, "C5", known).startswith("The claims of layout have changed since (now ")
    assert _gone(rows.assign(claims_hash=claims.registered("layout")), "C5", known) == ""
    assert _gone(rows.assign(experiment="of nobody"), "C5", known) == ""


def test_a_claim_is_found_first_where_it_gets_its_verdict() -> None:
    assert claims.experiments_of("c18") == ["padding", "robustness"]
    assert claims.experiments_of("C99") == []


def test_explain_names_the_claims_it_knows(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="C1, C2, C3, C4, C5, C10"):
        explain(results_of(tmp_path), "C99")

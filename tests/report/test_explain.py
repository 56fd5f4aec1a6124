"""The chain behind a verdict."""

from pathlib import Path

import pytest

from mismatch.config.fields import ConfigError
from mismatch.report.explain import explain
from tests.report.cases import results_of


def test_explain_names_arms_pairs_controls_and_the_generic_figure(tmp_path: Path) -> None:
    said = explain(results_of(tmp_path), "C1")
    assert "length.padding=post" in said
    assert said.count("r2 r0") == said.count("r3 r1") == 1
    assert said.count("sham: no difference") == 1
    assert "figures/accuracy.png" in said
    assert "gradient.png" not in said
    assert max(len(line) for line in said.splitlines() if "figure" not in line) <= 150


def test_explain_points_to_the_own_figure_where_the_table_is_not_of_runs(tmp_path: Path) -> None:
    said = explain(results_of(tmp_path), "C4")
    assert "figures/outcomes.png" in said
    assert "rests on   time-call time-fit" in said


def test_explain_names_the_claims_it_knows(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="C1, C2, C3, C4, C5, C10"):
        explain(results_of(tmp_path), "C99")

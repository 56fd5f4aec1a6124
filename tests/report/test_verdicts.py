"""Verdicts as words, text, Markdown and figure."""

import os
import shutil
from pathlib import Path

import pytest

from mismatch.analysis import words
from mismatch.report import forest, verdicts, wording
from tests.report.cases import CLAIMS


def test_effects_read_as_differences_factors_shares_and_cases() -> None:
    said = [words.effect(row) for _, row in CLAIMS.iterrows()]
    assert said[:3] == ["-0.500 [-0.510, -0.490]", "-0.001 [-0.011, +0.009]", "x2.01 [2, 2.02]"]
    assert said[3:] == ["0.400 [0.390, 0.410]", "6 of 8", "-", "-"]


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 150, 250])
def test_text_of_verdicts_is_aligned_and_fits_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = verdicts.grid(CLAIMS).text().splitlines()
    assert max(map(len, lines)) <= columns
    (head,) = [line for line in lines if line.startswith("claim ")]
    rows = [line for line in lines if line.startswith("C")]
    assert len(rows) == 6
    assert {row[head.index("verdict") - 1] for row in rows} == {" "}
    assert "exact_accuracy" not in "".join(lines)
    told = " ".join(" ".join(lines).split())
    assert told.endswith("6 claims: 1 SUPPORTED, 2 REFUTED, 1 INCONCLUSIVE, 1 WITHHELD, 1 UNTESTED")
    assert ("predicted" in head) == ("holds in" in head and "experiment" in head) == (columns >= 150)
    assert ("..." in told) == (60 <= columns <= 150), told  # of the one contrast that is too long for two lines


def test_text_of_verdicts_is_80_columns_wide_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda fallback: os.terminal_size(fallback))
    assert 70 < max(map(len, verdicts.grid(CLAIMS).text().splitlines())) <= 80


def test_markdown_of_verdicts_counts_claims_by_number_and_says_why() -> None:
    page = verdicts.markdown(CLAIMS)
    assert page.index("**C5.**") < page.index("**C10.**")
    assert "padding: post against pre (steps.csv is missing)" in page
    assert "* UNTESTED: needs PyTorch" in page
    table = [line for line in page.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1


def test_the_verdict_figure_has_a_section_per_measure_and_every_primary_contrast() -> None:
    figure = verdicts.figure(CLAIMS)
    assert figure.get_suptitle().startswith("1 of 6 claims hold as registered: 1 SUPPORTED, 2 REFUTED")
    assert len(figure.axes) == 4
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert [claim for claim in texts if claim in set(CLAIMS["claim"])] == ["C1", "C2", "C3", "C4"]
    assert "pads before" not in " ".join(texts)
    (caption,) = [text.get_text() for text in figure.texts if "Without a number" in text.get_text()]
    assert "C5 WITHHELD (steps.csv is missing)" in caption.replace("\n", " ")


def test_verdicts_are_told_apart_without_colour() -> None:
    assert len({mark.marker for mark in forest.MARKS.values()}) == len(forest.MARKS) == len(wording.VERDICTS)


def test_the_same_verdicts_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        verdicts.write(CLAIMS, tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["verdicts.csv", "verdicts.md", "verdicts.png", "verdicts.svg"]
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()

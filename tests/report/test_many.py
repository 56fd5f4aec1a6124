"""Reports of thousands of arms: what is shown, what is said to be left out, and how large and slow the page is."""

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis import effects
from mismatch.analysis.summary import summarise
from mismatch.report import build, many, pages
from mismatch.report.material import Material
from tests.report.cases import arms_of, runs_of


def crowd(arms: int, replicates: int = 2) -> pd.DataFrame:
    """Runs of `arms` arms that differ in learning rate, size and side of padding."""
    few = runs_of(arms_of(length__ratio=[4.0], length__padding=["pre", "post"]), replicates)
    parts = []
    for number in range(arms // 2):
        setting = {
            "train.learning_rate": (1 + number % 50) / 1000,
            "model.units": 8 + number // 50,
            "train.updates": 400,
        }
        shift = np.sin(number) / 20
        parts.append(few.assign(**setting, arm=few["arm"] + f"-{number}", accuracy=few["accuracy"] + shift))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    return crowd(6000)


def test_a_page_of_thousands_of_arms_is_small_and_lists_the_best_and_the_worst(
    runs: pd.DataFrame, tmp_path: Path
) -> None:
    begin = time.perf_counter()
    drawn = pages.write_report(tmp_path, Material("x", runs))
    seconds = time.perf_counter() - begin
    page = (tmp_path / "report.html").read_text()
    assert len(page) < 5e6 and seconds < 60
    assert [drawing.name for drawing in drawn] == ["loss_split"]
    assert "6000 arms: the page lists 200 of them, half the most accurate and half the least" in page
    table = page.partition("<h2>Arms</h2>")[2].partition("</table>")[0]
    assert table.count("<tr>") == 201
    means = summarise(runs)["accuracy"].sort_values()
    listed = many.listed(summarise(runs))["accuracy"].sort_values()
    assert listed.tolist() == [*means.head(100), *means.tail(100)]


def test_few_arms_are_shown_as_ever(runs: pd.DataFrame, tmp_path: Path) -> None:
    few = runs[runs["arm"].isin(runs["arm"].unique()[: many.MOST])]
    assert many.listed(summarise(few)).equals(summarise(few)) and many.said(many.MOST) == []
    assert "half the most accurate" not in pages.page(Material("x", few), None, [], {})


def test_arms_without_accuracy_are_listed_from_the_first(runs: pd.DataFrame) -> None:
    blank = summarise(runs).assign(accuracy=np.nan)
    assert many.listed(blank)["arm"].tolist() == blank["arm"].head(many.LISTED).tolist()
    assert many.drawn(blank.drop(columns="information_loss")).empty


def test_many_reasons_of_failure_are_counted_after_the_most_frequent(runs: pd.DataFrame) -> None:
    bad = runs.head(60).assign(status="failed", error=[f"ValueError: {number}" for number in range(60)])
    found = pages._failures(bad)
    assert len(found) == many.REASONS + 1 and found[-1] == "40 more of other reasons, in runs.csv"


def test_effects_of_too_many_arms_are_left_out_with_a_line_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = crowd(20).assign(run="r")
    monkeypatch.setattr(build, "gather", lambda out: Material("x", runs))
    build.rebuild(tmp_path, figures=False)
    assert (tmp_path / "effects.csv").is_file()
    monkeypatch.setattr(effects, "MOST_ARMS", 19)
    made = build.rebuild(tmp_path, figures=False)
    assert made.notes == ("20 arms: effects.csv is left out above 19; arms.csv and runs.csv have all of them",)
    assert not (tmp_path / "effects.csv").exists() and len(pd.read_csv(tmp_path / "summary.csv")) == 20
    monkeypatch.setattr(many, "MOST", 19)
    assert build.rebuild(tmp_path).notes[1].startswith("20 arms: the page lists 200 of them")

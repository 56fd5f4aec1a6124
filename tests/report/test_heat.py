"""Maps of where claims hold, and words on it wherever a claim is shown."""

from pathlib import Path

import pandas as pd
import pytest

from mismatch.report import heat
from mismatch.report.elsewhere import settings as beside
from mismatch.report.explain import explain
from mismatch.report.tables import of_claims
from mismatch.report.verdicts import collect, grid, markdown
from mismatch.sweep.store import write_csv
from tests.analysis.test_conditions import failing, settings
from tests.report.cases import CLAIMS


def turned() -> pd.DataFrame:
    rows = settings(data=("early", "snippets"))
    return failing(rows, rows.eval("learning_rate == 0.1"), "greater")


def test_every_claim_has_a_map_whose_title_counts() -> None:
    rows = pd.concat([turned(), settings(claim="M1")])
    found = heat.figures(rows)
    assert list(found) == ["robustness_c1", "robustness_m1"]
    assert found["robustness_c1"].get_suptitle().endswith("in 64 of 84 settings")
    panels = [axes for axes in found["robustness_c1"].axes if axes.images]
    assert [axes.get_title() for axes in panels] == [
        "early, 16 units", "early, 64 units", "snippets, 16 units", "snippets, 64 units",
    ]  # fmt: skip


def test_a_map_shows_where_the_prediction_holds() -> None:
    axes = heat.figures(turned())["robustness_c1"].axes[0]
    filled = [line.get_markerfacecolor() != "none" for line in axes.lines]
    assert len(filled) == 20
    assert filled == [False] * 5 + [True] * 15  # the highest rate stands on top


def test_tuned_settings_are_named_by_what_tells_them_from_the_shared_one() -> None:
    rows = settings(units=(16,))
    tuned = rows[rows["learning_rate"].isna()]
    rows = pd.concat([rows, tuned.assign(cell="lstm"), tuned.assign(optimizer="sgd", units=64)], ignore_index=True)
    axes = heat.figures(rows)["robustness_c1"].axes[1]
    assert [text.get_text() for text in axes.texts][-3:] == ["16 units", "LSTM", "64 units, SGD"]


def test_a_claim_without_tuned_settings_has_a_map_too() -> None:
    rows = settings(units=(16,))
    assert len(heat.figures(rows[rows["learning_rate"].notna()])["robustness_c1"].axes) == 1


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two results folders: one with claims, one that tried C1 elsewhere."""
    for name in ("padding", "robustness"):
        (tmp_path / name).mkdir()
    write_csv(tmp_path / "padding" / "claims.csv", CLAIMS.assign(experiment="padding"))
    write_csv(tmp_path / "robustness" / "robustness.csv", turned().assign(claim=str(CLAIMS["claim"].iloc[0])))
    return tmp_path


def test_verdicts_carry_where_they_hold(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # nothing wraps
    table = collect(results)
    claim = str(CLAIMS["claim"].iloc[0])
    row = table[table["claim"].eq(claim)].iloc[0]
    assert (row["holds"], row["settings"], row["fails_where"]) == (64, 84, "at learning rate .1")
    condition = "at learning rate .005 and 400 updates; holds in 64 of 84 settings, the other sign at learning rate .1."
    assert row["statement"].endswith(condition)
    assert "64 of 84" in grid(table).text()
    assert condition in markdown(table)
    assert condition in explain(results, claim)
    assert "not tried elsewhere" in markdown(table)
    assert any(each.statement.endswith(condition) for each in of_claims(table))


def test_a_folder_does_not_count_its_own_settings_twice(results: Path) -> None:
    assert len(beside(results)) == 84
    assert beside(results, "robustness").empty
    write_csv(results / "padding" / "robustness.csv", pd.DataFrame({"claim": ["C1"]}))  # of another version
    assert len(beside(results)) == 84


def test_the_page_of_a_claim_shows_its_map(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # nothing wraps
    from mismatch.analysis.judging import Judged
    from mismatch.report.material import Material
    from mismatch.report.pages import write_report

    found = Material("own", pd.DataFrame(), elsewhere=beside(results, "padding"))
    drawn = write_report(results / "padding", found, Judged(CLAIMS, ()))
    assert [drawing.name for drawing in drawn] == ["robustness_c1"]
    assert "in 64 of 84 settings" in (results / "padding" / "report.html").read_text()
    assert f"map: {results / 'padding' / 'figures' / 'robustness_c1.png'}" in explain(results, "C1")

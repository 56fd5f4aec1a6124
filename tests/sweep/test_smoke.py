"""A smoke run of an experiment with a measurement of another kind, end to end."""

import pytest

from mismatch.sweep import store
from tests.helpers import INLINE, here


@pytest.mark.slow
def test_a_smoke_run_of_an_experiment_ends_with_its_own_tables_claims_and_figures(tmp_path):
    # Of its arms those that are padded.
    cut = ("-m", "+experiment=padding/smoke", "length.ratio=4", "name=padding", INLINE)
    done = here(*cut, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "results" / "smoke" / "padding"
    for name in ("runs.csv", "effects.csv", "claims.csv", "controls.csv", "gradient.csv", "report.html"):
        assert (out / name).is_file(), name
    assert (out / "figures" / "gradient.png").is_file()
    told = store.read_csv(out / "columns.csv")
    explained = {file: rows["column"].tolist() for file, rows in told.groupby("table")}
    assert "length.padding" in explained.pop("settings")
    tables = [path for path in out.glob("*.csv") if path.name != "columns.csv"]
    assert explained == {path.name: list(store.read_csv(path)) for path in tables}
    assert "gradient.csv" in explained and told["meaning"].notna().all()
    assert "SUPPORTED" not in done.stdout  # a smoke run is no evidence, and prints no verdicts
    assert "contrast" not in done.stderr and "page: results/smoke/padding/report.html" in done.stderr
    claims = (out / "claims.csv").read_text()
    assert "WITHHELD" in claims or "INCONCLUSIVE" in claims
    again = here(*cut, "figures=false", cwd=tmp_path)
    assert "0 to train" in again.stderr and "own measurement" not in again.stderr

"""The own measurement of an experiment: made once, in a process of its own."""

import pytest

from mismatch.sweep import own
from tests.helpers import mismatch


def test_a_measurement_is_made_in_a_process_of_its_own_once_and_again_when_its_code_changes(tmp_path, monkeypatch):
    folder = tmp_path / "experiments" / "toy"
    folder.mkdir(parents=True)
    code = "TABLES = {'toy.csv': 'a number'}\nSECONDS = (1.0, 1.0)\n"
    code += "def measure(out, smoke):\n    (out / 'toy.csv').write_text('a\\n1\\n')\n"
    (folder / "measure.py").write_text(code)
    monkeypatch.setattr(own, "EXPERIMENTS", tmp_path / "experiments")
    out = tmp_path / "out"
    assert not own.measured("toy", out, False) and own.seconds("toy", False) == 1.0
    out.mkdir()
    own.module("toy", "measure").measure(out, False)
    (out / own.STAMP).write_text(__import__("json").dumps(own._identity("toy", False)))
    assert own.measured("toy", out, False) and not own.measured("toy", out, True)
    assert own.tables("toy", out)["toy.csv"]["a"].tolist() == [1]
    (folder / "measure.py").write_text(code + "# changed\n")
    assert not own.measured("toy", out, False)
    assert own.measured("no such experiment", out, False)


def test_a_measurement_that_fails_says_so_and_keeps_its_log(tmp_path):
    with pytest.raises(RuntimeError, match=r"the measurement of nowhere failed: .*AssertionError"):
        own.measure("nowhere", tmp_path, smoke=True)
    assert "AssertionError" in (tmp_path / "measure.log").read_text()


@pytest.mark.slow
def test_a_smoke_run_of_an_experiment_ends_with_its_own_tables_claims_and_figures(tmp_path):
    done = mismatch("-m", "+experiment=padding/smoke", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "results" / "smoke" / "padding"
    for name in ("runs.csv", "effects.csv", "claims.csv", "controls.csv", "gradient.csv", "report.html"):
        assert (out / name).is_file(), name
    assert (out / "figures" / "gradient.png").is_file()
    assert "SUPPORTED" not in done.stdout  # a smoke run is no evidence, and prints no verdicts
    claims = (out / "claims.csv").read_text()
    assert "WITHHELD" in claims or "INCONCLUSIVE" in claims
    again = mismatch("-m", "+experiment=padding/smoke", cwd=tmp_path)
    assert "0 to train" in again.stderr and "own measurement" not in again.stderr

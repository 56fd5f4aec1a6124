"""A kind of claim test of another package works in a claims file, in its verdicts and in their words."""

import subprocess
import sys
from pathlib import Path

import pytest

MODULE = """
from dataclasses import dataclass

from mismatch.analysis.pairs import outcome
from mismatch.analysis.tests.base import ClaimTest, Contrast, Question, Result


@dataclass(frozen=True, kw_only=True)
class FloorContrast(Contrast):
    least: float
    metric: str = "accuracy"


class Floor(ClaimTest[FloorContrast]):
    name = "floor"
    contrast = FloorContrast
    meaning = "no run scores less"
    counts = "runs"

    def wrong(self, contrast):
        if contrast.least < 0:
            yield "least", "must be 0 or more"

    def asks(self, contrast):
        return Question(f"never below {contrast.least:g}", contrast.metric)

    def judge(self, contrast, evidence):
        values = outcome(evidence.table, contrast.metric)
        word = "SUPPORTED" if values.min() >= contrast.least else "REFUTED"
        return Result(verdict=word, n=len(values), effect=float(values.min()), runs=tuple(evidence.table["run"]))

    def effect(self, row):
        return f"lowest {row['effect']:.1f}"
"""
CLAIMS = """
claims:
  - id: C1
    claim: Nobody is left behind.
    source: made up
    contrasts:
      - {name: all runs, primary: true, test: floor, least: LEAST}
"""
PROGRAM = """
import sys
from pathlib import Path
import pandas as pd
from mismatch.analysis import registry, words
from mismatch.analysis.judging import judge
from mismatch.config.fields import ConfigError
runs = pd.DataFrame({"arm": "a", "replicate": [0, 1], "run": ["a-0", "a-1"], "status": "ok", "data": "early",
                     "control": "none", "accuracy": [0.5, 0.8], "chance": 0.25})
try:
    row = judge({"runs.csv": runs}, registry.load(Path(sys.argv[1]))).claims.iloc[0]
except ConfigError as error:
    sys.exit(str(error))
shown = (words.effect(row), words.measure(row), words.predicted(row), words.rests_on(row), row["runs"])
print(row["verdict"], *shown, sep="|")
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder that holds the module and what an installer writes beside it."""
    (tmp_path / "floors.py").write_text(MODULE)
    info = tmp_path / "floors-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: floors\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[mismatch.claim_tests]\nfloor = floors\n")
    return tmp_path


def judged(package: Path, least: str) -> subprocess.CompletedProcess[str]:
    claims = package / "claims.yaml"
    claims.write_text(CLAIMS.replace("LEAST", least))
    path = [str(package), *(entry for entry in sys.path if entry)]
    command = [sys.executable, "-c", f"import sys\nsys.path[:] = {path!r}\n{PROGRAM}", str(claims)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(("least", "verdict"), [("0.4", "SUPPORTED"), ("0.6", "REFUTED")])
def test_a_kind_of_test_from_an_entry_point_gives_verdicts(package: Path, least: str, verdict: str) -> None:
    done = judged(package, least)
    expected = f"{verdict}|lowest 0.5|runs|never below {least}|runs|a-0 a-1"
    assert done.stdout.strip() == expected, done.stderr


@pytest.mark.parametrize(
    ("least", "text"),
    [
        ("-1", "C1: all runs: least=-1.0: must be 0 or more"),
        ("much", "C1: all runs: least=much: must be a number"),
        (
            "0.5, rows: [a]",
            "rows=['a']: must be one of name, test, primary, family, table, member, least, metric",
        ),
    ],
)
def test_its_fields_are_checked_like_our_own(package: Path, least: str, text: str) -> None:
    done = judged(package, least)
    assert done.returncode == 1 and text in done.stderr and "Traceback" not in done.stderr


def test_one_that_is_not_whole_is_refused_by_what_it_lacks(package: Path) -> None:
    (package / "floors.py").write_text(MODULE.replace("    def asks", "    def asked"))
    assert "test=floor: floors.Floor lacks asks" in judged(package, "0.4").stderr

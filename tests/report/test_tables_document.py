"""The document on tables: its keys are keys, its tables are all there are, its questions are answered as it says."""

import re
from pathlib import Path

import pandas as pd
import pytest

from mismatch.report.dictionary import FILE, MADE
from mismatch.sweep.store import read_csv

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", DOC, flags=re.MULTILINE | re.DOTALL)
ROWS = re.findall(r"^\| `([\w./]+)` \| .* \| (`.*`) \|$", DOC, flags=re.MULTILINE)
KEYS = {name.rpartition("/")[2]: re.findall(r"`([\w.]+)`", keys) for name, keys in ROWS}


def test_every_table_that_a_report_makes_is_in_the_document() -> None:
    assert set(KEYS) == {*MADE, FILE, "runs.parquet", "verdicts.csv"}


@pytest.mark.parametrize("file", KEYS)
def test_the_key_of_a_table_names_one_row(file: str) -> None:
    paths = sorted((ROOT / "results" / "reference").glob(f"**/{file}"))
    for path in paths:
        table = pd.read_parquet(path, columns=KEYS[file]) if path.suffix == ".parquet" else read_csv(path)
        rows = table[table["arm"].notna()] if KEYS[file] == ["arm"] else table  # below the arms stand baselines
        assert len(rows) and not rows.duplicated(KEYS[file]).any(), path
    assert paths or file in ("runs.csv", "arms.csv")  # which the reference has as Parquet, and in a later version


def test_every_question_is_answered_in_three_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(ROOT)
    first, *questions = SNIPPETS
    assert len(questions) == 5 and {len(question.splitlines()) for question in questions} == {3}
    names: dict[str, object] = {}
    exec(first, names)
    for question in questions:
        exec(question, names)
        said = capsys.readouterr().out
        assert len(said.splitlines()) > 3 and "Empty DataFrame" not in said, question

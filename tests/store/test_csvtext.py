"""CSV of ours is that of pandas, to the byte."""

import math
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mismatch.sweep import csvtext

WORDS = (
    st.none()
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=4)
    | st.sampled_from(['"', ",", "a\nb", " "])
)
COLUMNS = {
    "float": st.floats(),
    "int": st.integers(-(2**63), 2**63 - 1),
    "bool": st.booleans(),
    "bool_or_none": st.booleans() | st.none(),
    "word": WORDS,
    "mixed": st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | WORDS,
}


@pytest.mark.parametrize("float_format", [None, "%.6g"])
@given(st.lists(st.fixed_dictionaries(COLUMNS), min_size=1, max_size=8))
def test_any_table_is_written_as_pandas_does(float_format: str | None, rows: list[dict]) -> None:
    table = pd.DataFrame(rows)
    table["nullable"] = pd.array([None, *range(len(table) - 1)], dtype="Int64")
    table["maybe"] = pd.array([None, *[True] * (len(table) - 1)], dtype="boolean")
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder) / "ours.csv", Path(folder) / "theirs.csv"
        csvtext.write(table, ours, float_format)
        table.to_csv(theirs, index=False, float_format=float_format)
        assert ours.read_bytes() == theirs.read_bytes()


def test_parts_of_a_long_table_and_one_column_are_written_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csvtext, "STEP", 3)
    long = pd.DataFrame({"x": np.arange(10) / 7, "y": [None, "b"] * 5})
    for table in (long, long[["x"]], long[["y"]], long.iloc[:0], pd.DataFrame({"x": [math.inf, 1e-7, 1e22, -0.0]})):
        csvtext.write(table, tmp_path / "ours.csv")
        table.to_csv(tmp_path / "theirs.csv", index=False)
        assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "theirs.csv").read_bytes()


def test_a_carriage_return_is_quoted_which_pandas_forgets(tmp_path: Path) -> None:
    table = pd.DataFrame({"x": ["a\rb", "c"], "y": [1, 2]})
    csvtext.write(table, tmp_path / "ours.csv")
    assert pd.read_csv(tmp_path / "ours.csv")["x"].tolist() == ["a\rb", "c"]

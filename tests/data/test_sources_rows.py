"""Files of one's own as rows: delimited text, JSONL, Parquet, Feather and gzip, each known by its content."""

import gzip

import pandas as pd
import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.sources.rows import read_rows

GOOD = "text,label\ngood film,pos\nbad film,neg\n"


def refusal(*arguments, **settings):
    with pytest.raises(ConfigError) as error:
        read_rows(*arguments, **settings)
    return str(error.value)


def test_cells_of_delimited_text_stay_strings_and_only_empty_ones_are_missing(write):
    rows = read_rows(write("a.csv", "text,label\nNone,NA\nnan,null\n,1.50\n 7 ,\n"))
    assert rows.frame["text"].tolist() == ["None", "nan", None, " 7 "]
    assert rows.frame["label"].tolist() == ["NA", "null", "1.50", None]
    assert rows.places == ("line 2", "line 3", "line 4", "line 5") and rows.read == 4


def test_a_row_with_more_fields_than_names_is_refused_with_its_line_and_fields(write):
    shifted = write("a.csv", GOOD + "good film, really,pos\n")
    assert refusal(shifted) == (
        "data.path=a.csv: line 4 has 3 fields, the first line 2 (text, label): 'good film', ' really', 'pos'; "
        "a text that holds the separator needs quotes"
    )


def test_a_row_with_fewer_fields_than_names_is_refused(write):
    assert "line 2 has 1 field, the first line 2 (text, label): 'good'; a text that holds a line break" in refusal(
        write("a.csv", "text,label\ngood\nfilm,pos\n")
    )


@pytest.mark.parametrize(("mark", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "pipe")])
def test_the_separator_is_found_and_said(write, mark, name):
    rows = read_rows(write("a.txt", GOOD.replace(",", mark)))
    assert list(rows.frame) == ["text", "label"] and f"separator {name} (found)" in rows.kind


def test_typed_formats_keep_their_types(write, tmp_path):
    frame = pd.DataFrame({"text": ["a", None], "label": [1, 2], "yes": [True, None], "x": [0.5, None]})
    frame["kind"] = pd.Categorical(["u", None])
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_feather(tmp_path / "a.feather")
    for name, kind in (("a.parquet", "Parquet"), ("a.feather", "Feather")):
        rows = read_rows(name)
        assert rows.kind == kind and rows.places == ("row 1", "row 2")
        assert rows.frame["label"].tolist() == [1, 2] and rows.frame["label"].dtype == "int64"
        assert rows.frame["yes"].tolist() == [True, None] and rows.frame["kind"].tolist() == ["u", None]
        assert rows.frame["text"].tolist() == ["a", None] and rows.frame["x"].isna().tolist() == [False, True]


def test_json_lines_keep_their_types_and_a_missing_key_is_a_missing_cell(write):
    rows = read_rows(write("a.jsonl", '{"text": "a", "label": 1}\n\n{"text": "b", "more": [1]}\n'))
    assert rows.frame["label"].tolist() == [1, None] and rows.frame["more"].tolist() == [None, [1]]
    assert rows.places == ("line 1", "line 3")


def test_gzip_is_undone_by_content_not_by_name(write):
    for name in ("a.csv.gz", "a.csv"):
        rows = read_rows(write(name, gzip.compress(GOOD.encode())))
        assert rows.read == 2 and rows.kind.endswith("UTF-8, gzip")

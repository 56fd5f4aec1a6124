"""Files of one's own as rows: the format is what the content says, and cells keep what they hold."""

import gzip

import pandas as pd
import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.sources.rows import read_rows

GOOD = "text,label\ngood film,pos\nbad film,neg\n"
JSONL = '{"text": "good film", "label": "pos"}\n{"text": "bad film", "label": "neg"}\n'


def refusal(*arguments, **settings):
    with pytest.raises(ConfigError) as error:
        read_rows(*arguments, **settings)
    return str(error.value)


def test_cells_of_delimited_text_stay_strings_and_only_empty_ones_are_missing(write):
    rows = read_rows(write("a.csv", 'text,label\nNone,NA\nnan,null\n,1.50\n 7 ,\n"",0\n'))
    assert rows.frame["text"].tolist() == ["None", "nan", None, " 7 ", None]
    assert rows.frame["label"].tolist() == ["NA", "null", "1.50", None, "0"]
    assert rows.places == ("line 2", "line 3", "line 4", "line 5", "line 6") and rows.read == 5


def test_typed_formats_keep_their_types(write, tmp_path):
    write("folder")
    frame = pd.DataFrame({"text": ["a", None], "label": [1, 2], "yes": [True, None], "x": [0.5, None]})
    frame["kind"] = pd.Categorical(["u", None])
    frame["whole"] = pd.array([2**60 + 1, None], dtype="Int64")
    frame["when"] = pd.to_datetime(["2026-01-01", None])
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_feather(tmp_path / "a.feather")
    for name, kind in (("a.parquet", "Parquet"), ("a.feather", "Feather")):
        rows = read_rows(name)
        assert rows.kind == kind and rows.places == ("row 1", "row 2")
        assert rows.frame["label"].tolist() == [1, 2] and rows.frame["label"].dtype == "int64"
        assert rows.frame["whole"].tolist() == [2**60 + 1, None]  # a float would round it
        assert rows.frame["yes"].tolist() == [True, None] and rows.frame["kind"].tolist() == ["u", None]
        assert rows.frame["text"].tolist() == ["a", None] and rows.frame["x"].isna().tolist() == [False, True]
        assert rows.frame["when"].isna().tolist() == [False, True] and rows.frame["when"].dtype.kind == "M"


@pytest.mark.parametrize("name", ["a.csv.gz", "a.csv", "a.tsv.gz", "a"])
def test_gzip_is_undone_by_content_not_by_name(write, name):
    rows = read_rows(write(name, gzip.compress(GOOD.encode())))
    assert rows.read == 2 and rows.kind == "delimited text, separator comma (found), UTF-8, gzip"


def test_gzip_lies_around_any_format(write, tmp_path):
    pd.DataFrame({"text": ["a"]}).to_parquet(tmp_path / "plain")
    write("a.parquet.gz", gzip.compress((tmp_path / "plain").read_bytes()))
    write("a.jsonl.gz", gzip.compress(JSONL.encode()))
    assert read_rows("a.parquet.gz").kind == "Parquet, gzip" and read_rows("a.jsonl.gz").kind == "JSONL, UTF-8, gzip"


def test_a_wrong_name_does_not_hide_what_a_file_is(write, tmp_path):
    pd.DataFrame({"text": ["a"]}).to_parquet(tmp_path / "plain")
    assert read_rows(write("a.csv", (tmp_path / "plain").read_bytes())).kind == "Parquet"
    assert read_rows(write("b.csv", JSONL)).kind == "JSONL, UTF-8"
    assert "line 1 is no JSON (Expecting value, column 1): 'text,label'" in refusal(write("c.jsonl", GOOD))


def test_settings_of_text_are_refused_where_they_cannot_act(write, tmp_path):
    write("a.jsonl", JSONL)
    pd.DataFrame({"text": ["a"]}).to_parquet(tmp_path / "a.parquet")
    assert refusal("a.jsonl", ";") == "data.separator=;: acts on delimited text; a.jsonl is JSON"
    assert refusal("a.parquet", ";") == "data.separator=;: acts on text alone; a.parquet is Parquet"
    assert refusal("a.parquet", None, "utf-8") == "data.encoding=utf-8: acts on text alone; a.parquet is Parquet"


@pytest.mark.parametrize(("name", "content"), [("a.csv", "text,label\n"), ("a.json", "[]"), ("a.tsv", "text\tlabel")])
def test_a_file_without_rows_is_refused(write, name, content):
    assert refusal(write(name, content)).startswith(f"data.path={name}: has no rows")


def test_the_key_of_the_setting_is_the_one_asked_for(write):
    assert refusal("nowhere.csv", key="data.test_path").startswith("data.test_path=nowhere.csv: must be a file")
    assert refusal(write("a.csv", "a,b\n1\n"), key="data.test_path").startswith("data.test_path=a.csv: line 2 has")


def test_a_parquet_file_of_no_rows_or_cut_short_is_refused(write, tmp_path):
    write("folder")
    pd.DataFrame({"text": []}).to_parquet(tmp_path / "none.parquet")
    assert refusal("none.parquet") == "data.path=none.parquet: has no rows under its names: text"
    pd.DataFrame({"text": ["a"] * 100}).to_parquet(tmp_path / "a.parquet")
    write("cut.parquet", (tmp_path / "a.parquet").read_bytes()[:-20])
    assert refusal("cut.parquet").startswith("data.path=cut.parquet: cannot be read as Parquet (")


def test_nested_and_binary_cells_of_a_typed_table_are_objects(write, tmp_path):
    write("folder")
    pd.DataFrame({"list": [[1, 2]], "bytes": [b"\0"], "both": [{"a": 1}]}).to_parquet(tmp_path / "a.parquet")
    frame = read_rows("a.parquet").frame
    assert frame.iloc[0].tolist() == [[1, 2], b"\0", {"a": 1}]


def test_a_table_that_names_a_column_twice_is_refused(write, tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    write("folder")
    parquet.write_table(pa.table([[1], [2]], names=["a", "a"]), tmp_path / "a.parquet")
    assert refusal("a.parquet") == "data.path=a.parquet: gives one name to several columns: 'a'"

"""Labelled texts of a table: what is dropped is counted, and what is no text, label, part or group is refused."""

import pandas as pd
import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.sources.named import FLATTEN
from mismatch.data.sources.table import texts

ROWS = "text,label,part,who\ngood film,pos,train,a\nbad film,neg,Train,b\nfine,pos,VAL,a\npoor,neg,test,c\n"


def read(path, text="text", label="label", **more):
    return texts(path, text, label, **more)


def refused(path, text="text", label="label", **more):
    with pytest.raises(ConfigError) as error:
        texts(path, text, label, **more)
    return str(error.value)


def test_texts_stay_as_they_stand_with_their_labels_and_places(write):
    items = read(write("a.csv", 'text,label\n" Good, film ",pos\nNone,neg\nnan,pos\nx,neg\n'))
    assert items.texts == (" Good, film ", "None", "nan", "x") and items.classes == ("neg", "pos")
    assert items.labels.tolist() == [1, 0, 1, 0] and items.places == ("line 2", "line 3", "line 4", "line 5")
    reading = items.reading
    assert (reading.path, reading.read, reading.kept, reading.dropped) == ("a.csv", 4, 4, ())
    assert items.parts is None and items.groups is None and items.values is None


def test_rows_without_a_text_or_a_label_are_dropped_and_counted(write):
    items = read(write("a.csv", "text,label\na,x\n,x\n  ,y\nb,\nc,y\n,\nd,x\ne,y\n"))
    assert items.texts == ("a", "c", "d", "e") and items.reading.read == 8 and items.reading.kept == 4
    assert [(gone.reason, gone.count, gone.examples) for gone in items.reading.dropped] == [
        ("no text", 3, ("line 3", "line 4", "line 7")),
        ("no label", 1, ("line 5",)),
    ]


def test_repeated_texts_stay_and_are_counted_and_so_are_conflicting_labels(write):
    items = read(write("a.csv", "text,label\na,x\na,x\na,y\nb,y\nb,y\nc,x\n"))
    assert len(items) == 6 and items.reading.duplicates == 3 and items.reading.conflicts == 1


def test_a_column_of_parts_is_read_in_any_case(write):
    items = read(write("a.csv", ROWS), split="part")
    assert items.parts.tolist() == ["train", "train", "probe", "test"]


def test_a_word_that_is_no_part_is_refused_with_its_line(write):
    path = write("a.csv", ROWS.replace("test", "holdout"))
    assert refused(path, split="part") == (
        "data.split=part: must hold train, test and, if you like, validation; has 'holdout' at line 5"
    )


def test_rows_without_a_part_or_a_group_are_dropped_and_counted(write):
    items = read(write("a.csv", ROWS + "more,pos,,a\nmost,neg,test,\n"), split="part", group="who")
    assert [(gone.reason, gone.count) for gone in items.reading.dropped] == [("no part", 1), ("no group", 1)]
    assert items.groups.tolist() == [0, 1, 0, 2] and len(items) == 4


def test_groups_are_the_same_whatever_blanks_stand_around_them(write):
    items = read(write("a.csv", ROWS.replace(",c\n", ", a\n")), group="who")
    assert items.groups.tolist() == [0, 1, 0, 0]
    assert items.reading.notes == ("blanks around 1 cell of who stripped",)


def test_a_second_file_is_the_test_part_and_its_lines_say_so(write):
    write("a.csv", "text,label\na,x\nb,y\nc,x\nd,y\n")
    write("b.tsv", "label\ttext\ny\te\nx\t\nx\tf\n")
    items = read("a.csv", test_path="b.tsv")
    assert items.texts == ("a", "b", "c", "d", "e", "f") and items.labels.tolist() == [0, 1, 0, 1, 1, 0]
    assert items.parts.tolist() == ["train"] * 4 + ["test"] * 2
    assert items.places[-1] == "line 4 of b.tsv" and items.reading.dropped[0].examples == ("line 3 of b.tsv",)
    assert "; test: delimited text, separator tab (found)" in items.reading.kind and items.reading.read == 7


def test_classes_that_one_part_lacks_are_named(write):
    items = read(write("a.csv", "text,label,part\na,x,train\nb,y,train\nc,x,test\nd,Y,test\n"), split="part")
    assert "classes that the test part lacks: 'y'" in items.reading.warnings
    assert "classes that the training part lacks: 'Y'" in items.reading.warnings


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"text": "body"}, "data.text=body: must be a column of a.csv: text, label, part, who"),
        ({"label": "stars"}, "data.label=stars: must be a column of a.csv: text, label, part, who"),
        ({"split": "fold"}, "data.split=fold: must be a column of a.csv: text, label, part, who"),
        ({"group": "film"}, "data.group=film: must be a column of a.csv: text, label, part, who"),
        ({"label": "text"}, "data.label=text: must be another column than data.text"),
        ({"split": "label"}, "data.split=label: must be another column than data.label"),
        ({"group": "part", "split": "part"}, "data.group=part: must be another column than data.split"),
        ({"test_path": "a.csv"}, "data.test_path=a.csv: must be another file than data.path"),
        ({"test_path": "no.csv"}, "data.test_path=no.csv: must be a file that can be read"),
        ({"test_path": "a.csv", "split": "part"}, "data.split=part: must be left out where data.test_path gives"),
    ],
)
def test_columns_and_files_that_do_not_fit_are_refused(write, settings, message):
    assert refused(write("a.csv", ROWS), **settings).startswith(message)


def test_a_column_that_the_test_file_lacks_is_refused_by_its_name(write):
    write("a.csv", ROWS), write("b.csv", "text,stars\na,x\n")
    accepted = "must have the columns of the training part; 'label' (data.label) is none of text, stars"
    assert refused("a.csv", test_path="b.csv") == f"data.test_path=b.csv: {accepted}"


def test_names_of_columns_are_listed_escaped_cut_and_counted(write):
    names = ",".join(["te\x1b[31mxt", "y" * 200, *(f"c{n}" for n in range(30))])
    message = refused(write("a.csv", f"{names}\n{','.join('x' * 32)}\n"))
    assert r"te\x1b[31mxt" in message and "and 20 more" in message and len(message) < 300


def test_a_first_line_of_data_is_suspected(write):
    message = refused(write("a.csv", "A long text " * 9 + ",5\n" + "Another one,1\n"))
    assert message.endswith("(its first line is read as names; if that is data, put a line of names above it)")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("text,label\n1,a\n2.5,b\n", "must hold texts; 2 of its 2 values are numbers, such as '1'"),
        ("text,label\n" + "7,a\n" * 19 + "x,b\n", "must hold texts; 19 of its 20 values are numbers, such as '7'"),
        ("text,label\n,a\n ,b\n", "must hold texts; all of its cells are empty"),
    ],
)
def test_a_column_without_texts_is_refused(write, rows, message):
    assert refused(write("a.csv", rows)) == f"data.text=text: {message}"


def test_a_typed_column_of_numbers_is_refused_as_text(write, tmp_path):
    write("folder")
    frame = pd.DataFrame({"text": ["a", "b"], "label": [0, 1], "yes": [True, False], "when": ["x", "y"]})
    frame["when"] = pd.to_datetime(["2026-01-01", "2026-01-02"])
    frame.to_parquet(tmp_path / "a.parquet")
    assert "must hold texts; 2 of its 2 values are numbers" in refused("a.parquet", "label", "text")
    assert refused("a.parquet", "yes", "label").startswith("data.text=yes: must hold texts")
    assert refused("a.parquet", "when", "label").startswith("data.text=when: must hold texts")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ('["a", "b"]', "must hold texts, has a list at line 1: ' '.join(x) makes a text of each list of tokens"),
        (
            "[1, 2.5]",
            "must hold texts, has a list at line 1: numbers are no texts; data=series "
            "reads them, from NPZ or a row per step",
        ),
        ('{"a": 1}', "must hold texts, has a dict at line 1 (an object, " + FLATTEN + ")"),
        ("7", "must hold texts, has '7' without quotes at line 1"),
        ("true", "must hold texts, has 'True' without quotes at line 1"),
    ],
)
def test_a_value_that_is_no_text_is_refused_with_its_line(write, cell, message):
    line = '{"text": %s, "label": "x"}\n'
    path = write("a.jsonl", line % cell + line % '"fine"' + line % '"good"' + line.replace("x", "y") % '"bad"')
    assert refused(path) == f"data.text=text: {message}"


def test_labels_of_any_type_and_categories_are_read(write, tmp_path):
    write("folder")
    frame = pd.DataFrame({"text": list("abcd"), "stars": [10.0, 9.0, 10.0, 9.0]})
    frame["kind"] = pd.Categorical(["u", "v", "u", "v"])
    frame.to_parquet(tmp_path / "a.parquet")
    assert read("a.parquet", label="stars").classes == ("9", "10")
    assert read("a.parquet", label="kind").classes == ("u", "v")


def test_what_looks_damaged_or_alike_is_a_warning(write):
    items = read(write("a.csv", "text,label\na\ufffd,Neg\nb,neg\nc,neg\nd,Neg\n"))
    assert [warning.split(":")[0] for warning in items.reading.warnings] == [
        "lost in an earlier conversion",
        "labels 'Neg' (2 rows) and 'neg' (2 rows) differ in case alone",
    ]


def test_a_mistake_in_any_format_names_the_file_once(write):
    assert refused(write("a.jsonl", '{"text": 1\n')).count("a.jsonl") == 1
    assert refused("") == "data.path=: must be given: a file of your own"
    assert (
        refused("nowhere.csv") == "data.path=nowhere.csv: must be a file that can be read (No such file or directory)"
    )

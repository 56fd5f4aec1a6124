"""The right reader for every file of numbers, found by what is in it; and what acts on none of it refused."""

import gzip
import os
import zipfile

import numpy as np
import pandas as pd
import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.sources.numbers import kind, numbers

TS = "@timestamps false\n@dimensions 2\n@classlabel true a b\n@data\n1,2:3,4:a\n5:6:b\n7:8:a\n"
VALUES = [[1, 3], [2, 4], [5, 6], [7, 8]]
TABLE = "id,time,u,v,label\n1,1,1,3,a\n1,2,2,4,a\n2,1,5,6,b\n3,1,7,8,a\n"
NPZ = {"values": np.array(VALUES, float), "lengths": np.array([2, 1, 1]), "labels": np.array(["a", "b", "a"])}


def put(path, content):
    if isinstance(content, dict):
        with path.open("wb") as file:
            np.savez(file, **content)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.ts", TS, "ts"),
        ("a.TS", TS, "ts"),
        ("a.txt", TS, "ts"),
        ("a.ts.gz", gzip.compress(TS.encode(), mtime=0), "ts"),
        ("a.ts", b"\xef\xbb\xbf" + TS.encode(), "ts"),
        ("a.ts", TS.encode("utf-16"), "ts"),
        ("a.npz", NPZ, "npz"),
        ("a.data", NPZ, "npz"),
        ("a.csv", TABLE, "table"),
        ("noname", TABLE.replace(",", "\t"), "table"),
    ],
)
def test_the_same_sequences_come_out_of_every_kind_of_file(name, content, what, tmp_path):
    path = put(tmp_path / name, content)
    got = numbers(path)
    assert kind(path) == what and got.values.tolist() == VALUES and got.lengths.tolist() == [2, 1, 1]
    assert got.labels.tolist() == [0, 1, 0] and got.classes == ("a", "b") and got.reading.path == path


@pytest.mark.parametrize(("name", "content"), [("a.ts", TS), ("a.npz", NPZ), ("a.csv", TABLE)])
def test_a_second_file_of_any_kind_is_the_test_part(name, content, tmp_path):
    path = put(tmp_path / name, content)
    test = put(tmp_path / "test.npz", NPZ)
    names = numbers(path).features
    got = numbers(path, test_path=put(tmp_path / "b.npz", NPZ | {"features": np.array(names)}))
    assert got.parts.tolist() == ["train"] * 3 + ["test"] * 3 and got.values.tolist() == VALUES * 2
    if name != "a.npz":
        with pytest.raises(ConfigError, match="must hold the features of the training part"):
            numbers(path, test_path=test)


def test_features_are_picked_by_name(tmp_path):
    path = put(tmp_path / "a.ts", TS)
    assert numbers(path, features=("dimension 2", "dimension 1")).values.tolist() == [row[::-1] for row in VALUES]
    assert numbers(put(tmp_path / "a.csv", TABLE), features=("v",)).values.tolist() == [[v] for _, v in VALUES]
    with pytest.raises(ConfigError, match=r"data.features=x: must be a feature of .*: dimension 1, dimension 2"):
        numbers(path, features=("x",))


def test_a_test_file_that_stands_beside_is_pointed_at(tmp_path):
    path = put(tmp_path / "X_TRAIN.ts", TS)
    assert numbers(path).reading.notes == ()
    test = put(tmp_path / "X_TEST.ts", TS)
    (note,) = numbers(path).reading.notes
    assert note == f"X_TEST.ts stands beside it: data.test_path={test} tests on it"
    assert not any("beside" in note for note in numbers(path, test_path=test).reading.notes)


def test_a_check_sees_the_values_as_they_are(tmp_path):
    path = put(tmp_path / "a.ts", TS.replace("2:3", "?:inf"))
    got = numbers(path, missing="keep").values
    assert np.isnan(got[1, 0]) and np.isinf(got[0, 1])


@pytest.mark.parametrize(
    ("name", "content", "settings", "message"),
    [
        ("a.ts", TS, {"split": "s"}, "data.split=s: names a column of a table; a .ts file has none"),
        ("a.ts", TS, {"group": "g"}, "data.group=g: names a column of a table"),
        ("a.ts", TS, {"label": "y"}, "data.label=y: names a column of a table; the labels of .* stand behind"),
        ("a.ts", TS, {"time": "t"}, "data.time=t: names a column of a table; .*a.ts is none: leave it out"),
        ("a.npz", NPZ, {"id": "n"}, "data.id=n: names a column of a table; .*a.npz is none: leave it out"),
        ("a.ts", TS, {"separator": ";"}, "data.separator=;: acts on tables alone"),
        ("a.npz", NPZ, {"separator": ";"}, "data.separator=;: acts on tables alone"),
        ("a.npz", NPZ, {"encoding": "utf-8"}, "data.encoding=utf-8: acts on text alone"),
        ("a.npz", NPZ, {"label": "class"}, "data.label=class: must be an array of .*: values, lengths, labels"),
        ("a.ts", TS.replace(":a", ":b"), {}, "data.label=@classLabel: must hold at least 2 classes, has only 'b'"),
        ("a.ts", TS.replace("5:6", "5"), {}, "data.path=.*a.ts: line 6 has 1 dimension and a label, must have 2"),
        ("a.ts", TS.encode() + b"1:2:\xff\n", {}, "data.encoding=None: must be given"),
        ("a.ts", TS.encode() + b"1:2:\xff\n", {"encoding": "utf-8"}, "data.encoding=utf-8: .* is not in it"),
        ("a.ts", b"", {}, "data.path=.*a.ts: is empty"),
        ("a.npz", b"", {}, "data.path=.*a.npz: must be a whole NPZ file"),
        ("a.npz", TS, {}, "data.path=.*a.npz: must be a whole NPZ file"),
        ("a.npy", b"\x93NUMPY\x01\x00 and more", {}, r"is one array without lengths and labels: np.savez\('new.npz'"),
        ("a.csv", b"\x80\x04\x95K.", {}, "a pickle, which can run code"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(name, content, settings, message, tmp_path):
    with pytest.raises(ConfigError, match=message) as refused:
        numbers(put(tmp_path / name, content), **settings)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["nowhere.ts", "nowhere.npz", "nowhere.csv", ""])
def test_a_file_that_is_not_there_is_named(name, tmp_path):
    with pytest.raises(ConfigError, match=r"data.path="):
        numbers(str(tmp_path / name))


def test_a_test_file_that_cannot_be_read_is_named_by_its_own_setting(tmp_path):
    path = put(tmp_path / "a.ts", TS)
    for name in ("b.ts", "b.npz", "b.csv"):
        with pytest.raises(ConfigError, match=rf"data.test_path=.*{name}"):
            numbers(path, test_path=str(tmp_path / name))


def test_a_zip_archive_of_something_else_is_said_to_be_one(tmp_path):
    path = tmp_path / "table.csv.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("table.csv", "id,time,u,label")
    with pytest.raises(ConfigError, match="this is a zip archive: unpack it and give the file inside"):
        numbers(str(path))


@pytest.mark.parametrize("name", ["a.npz", "a.ts", "a.csv", "a.parquet"])
def test_a_pipe_is_not_waited_for_and_a_device_not_read(name, tmp_path):
    os.mkfifo(tmp_path / name)
    (tmp_path / f"zero-{name}").symlink_to("/dev/zero")
    for place in (tmp_path / name, tmp_path / f"zero-{name}"):
        with pytest.raises(ConfigError, match="must be a plain file, which can be read more than once"):
            numbers(str(place))


@pytest.mark.parametrize("cells", [([1.5, 2], [3, None, 4]), ([[1, 2], [3, 4]], [[5, 6]])], ids=["one feature", "two"])
@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_sequence_in_each_cell_is_refused_with_lines_that_work(cells, kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({"id": range(4), "x": [*cells, *cells], "kind": ["a", "b", "a", "b"]})
    frame.to_parquet("a.parquet") if kind == "parquet" else frame.to_json("a.jsonl", orient="records", lines=True)
    path = str(tmp_path / f"a.{kind}")
    with pytest.raises(ConfigError, match="holds a sequence in each cell of x, not a row per step: df = ") as caught:
        numbers(path, label="kind")
    exec(str(caught.value).split("per step: ")[1].split(" makes a file")[0], {"numpy": np, "pandas": pd})
    got = numbers(str(tmp_path / "new.npz"), missing="linear")
    assert got.lengths.tolist() == [len(cell) for cell in (*cells, *cells)] and got.classes == ("a", "b")


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_sequences_in_several_columns_are_features_of_one_and_none_is_lost(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({"u's": [[1, 2], [3]] * 2, "v": [[5.5, 6], [None]] * 2, "label": ["a", "b"] * 2})
    frame.to_parquet("a.parquet") if kind == "parquet" else frame.to_json("a.jsonl", orient="records", lines=True)
    with pytest.raises(ConfigError, match="in each cell of u's, v, not a row per step") as caught:
        numbers(str(tmp_path / f"a.{kind}"))
    exec(str(caught.value).split("per step: ")[1].split(" makes a file")[0], {"numpy": np, "pandas": pd})
    got = numbers(str(tmp_path / "new.npz"), missing="keep")
    assert got.lengths.tolist() == [2, 1, 2, 1] and got.values[:2].tolist() == [[1, 5.5], [2, 6]]
    assert got.values[2, 0] == 3 and np.isnan(got.values[2, 1])


def test_a_zip_archive_is_named_for_what_it_is_whatever_columns_are_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "id,v,label\n1,2,a\n")
    for more in ({}, {"id": "n"}, {"time": "t"}, {"separator": ";"}, {"label": "kind"}):
        with pytest.raises(ConfigError, match="is a zip archive: unpack it and give the file inside"):
            numbers(str(tmp_path / "a.zip"), **more)

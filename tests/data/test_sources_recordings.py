"""A folder per class of recordings: read as sequences of numbers, never as texts."""

import io
import wave

import numpy as np
import pandas as pd
import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.series import Series
from mismatch.data.sources import recordings, table
from mismatch.data.sources.numbers import numbers


def put(write, root="rec", suffix=".csv", count=4, head="x,y\n", separator=",", end=""):
    """`count` recordings a class of 2 to 5 steps; those of walk start at 100."""
    for first, name in ((0, "run"), (100, "walk")):
        for number in range(count):
            rows = [separator.join((str(first + step), f"{step / 2}")) for step in range(2 + number)]
            write(f"{root}/{name}/{number}{suffix}", head + "\n".join(rows) + end)
    return root


def test_each_file_is_a_sequence_and_its_folder_the_label(write):
    got = numbers(put(write))
    assert got.lengths.tolist() == [2, 3, 4, 5] * 2 and got.classes == ("run", "walk")
    assert got.values[-5:, 0].tolist() == [100, 101, 102, 103, 104] and got.features == ("x", "y")
    assert got.labels.tolist() == [0] * 4 + [1] * 4 and got.places[4] == "walk/0.csv" and got.parts is None
    assert got.reading.kind.startswith(
        "folder per class, 8 files, delimited text, separator comma (found), UTF-8; 28 rows"
    )
    assert got.reading.read == got.reading.kept == 8


@pytest.mark.parametrize(
    ("suffix", "head", "separator"), [(".tsv", "x\ty\n", "\t"), (".dat", "x;y\n", ";"), (".txt", "x|y\n", "|")]
)
def test_what_a_file_holds_counts_not_its_name(write, suffix, head, separator):
    assert recordings.holds(put(write, suffix=suffix, head=head, separator=separator))
    assert numbers("rec").lengths.tolist() == [2, 3, 4, 5] * 2


def test_time_orders_steps_where_there_is_such_a_column(write):
    for name in ("run", "walk"):
        write(f"rec/{name}/a.csv", "time,v\n3,30\n1,10\n2,20\n")
        write(f"rec/{name}/b.csv", "v,time\n7,2026-01-31 12:00:01\n8,2026-01-31 12:00:00\n")
    with pytest.raises(ConfigError, match=r"must hold numbers, or dates .* all of one kind"):
        numbers("rec")
    for name in ("run", "walk"):
        write(f"rec/{name}/b.csv", "v,time\n7,2\n8,1\n")
    got = numbers("rec")
    assert got.values[:5, 0].tolist() == [10, 20, 30, 8, 7] and got.features == ("v",)
    assert got.reading.notes == ("steps of 4 ids did not stand in order of time: sorted",)


def test_an_index_that_pandas_saved_in_every_file_is_no_feature(write):
    for name in ("run", "walk"):
        for number in range(3):
            write(f"rec/{name}/{number}.csv", pd.DataFrame({"v": [1.5, 2.5, number]}).to_csv())
    got = numbers("rec")
    assert got.features == ("v",) and "6 files: column 1 has no name in the first line" in got.reading.notes


def test_parts_are_folders_or_a_second_folder(write):
    put(write, "both/train"), put(write, "both/test", count=2)
    got = numbers("both")
    assert got.parts.tolist() == ["test"] * 4 + ["train"] * 8
    got = numbers("both/train", test_path="both/test")
    assert got.parts.tolist() == ["train"] * 8 + ["test"] * 4 and len(set(got.places)) == 12


def test_the_dataset_knows_that_columns_of_ids_and_labels_cannot_act(write, tmp_path):
    dataset = Series(path=str(tmp_path / put(write, count=30)))
    dataset.check()
    assert dataset.id is None and dataset.label is None and dataset.classes_count == 2 and dataset.feature_count == 2


def test_numbers_are_no_texts_and_texts_no_numbers(write):
    with pytest.raises(ConfigError, match=r"data.path=rec: holds tables of numbers, not texts: data=series reads them"):
        table.texts(put(write), "text", "label")
    (
        write("texts/pos/0.txt", "a good film\nof 7 parts\nand 3 more\n"),
        write("texts/neg/0.txt", "10 bad\n1 2 3\nso bad\n"),
    )
    write("texts/neg/1.txt", "1 2 3 4\n1 2 3 4\n3 4 5 6\n")
    assert not recordings.holds("texts") and len(table.texts("texts", "text", "label")) == 3
    with pytest.raises(ConfigError, match=r"data.path=texts: holds texts, such as neg/0.txt: data=text reads them"):
        numbers("texts")


def array():
    buffer = io.BytesIO()
    np.save(buffer, np.zeros((4, 2)))
    return buffer.getvalue()


def sound():
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1), file.setsampwidth(2), file.setframerate(8000), file.writeframes(bytes(100))
    return buffer.getvalue()


@pytest.mark.parametrize(("made", "read"), [(array, "np.load"), (sound, "scipy.io.wavfile.read")])
def test_arrays_and_sound_are_refused_with_lines_that_make_one_file(write, made, read, tmp_path, monkeypatch):
    for name in ("run", "walk"):
        write(f"rec/{name}/0.bin", made()), write(f"rec/{name}/1.bin", made())
    with pytest.raises(ConfigError, match=read) as caught:
        numbers("rec")
    monkeypatch.chdir(tmp_path)
    from pathlib import Path

    import scipy.io.wavfile

    exec(str(caught.value).split("one file of them: ")[1], {"np": np, "Path": Path, "scipy": scipy})
    assert numbers("new.npz").labels.tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("change", "settings", "message"),
    [
        ({"rec/walk/3.csv": "x,z\n1,2\n3,4\n"}, {}, r"3.csv: must have the columns of run/0.csv \(x, y\), has x, z"),
        ({"rec/walk/3.csv": "x,y\n1,2\na,4\n"}, {}, "must hold numbers, has 'a' at line 3 of walk/3.csv"),
        ({"rec/walk/3.csv": "x,y\n"}, {}, "3.csv: has no rows under its names"),
        ({"rec/run/0.csv": "1,2\n3,4\n"}, {}, r"0.csv: has no line of names, starts with '1': pd.concat\(pd.read_csv"),
        ({}, {"id": "rec"}, "data.id=rec: must be left out: in a folder each file is a sequence"),
        ({}, {"time": "t"}, "data.time=t: must be a column of rec"),
        ({}, {"features": ("x", "q")}, "data.features=q: must be a column of rec"),
        ({}, {"group": "x"}, "data.group=x: must be left out"),
    ],
)
def test_what_cannot_be_one_table_is_refused_by_its_file(write, change, settings, message):
    put(write)
    for name, text in change.items():
        write(name, text)
    with pytest.raises(ConfigError, match=message):
        numbers("rec", **settings)

"""A folder per class: what lies in it is a text or is named, and nothing becomes a class in silence."""

# ruff: noqa: RUF001
import gzip
import os
import subprocess
import sys
import time

import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.sources import tree as walking
from mismatch.data.sources.table import texts

CLASSES = {"pos/1.txt": "good film", "pos/2.txt": "fine", "neg/1.txt": "bad film", "neg/2.txt": "poor"}


@pytest.fixture
def tree(write):
    """Write a folder of files, given by their paths below it, and give its name."""

    def written(files, name="set"):
        for path, content in files.items():
            write(f"{name}/{path}", content)
        return name

    return written


def read(path, **more):
    return texts(path, "text", "label", **more)


def refused(path, **more):
    with pytest.raises(ConfigError) as error:
        read(path, **more)
    return str(error.value)


def test_every_file_is_a_text_labelled_by_its_folder(tree):
    items = read(tree(CLASSES))
    assert items.texts == ("bad film", "poor", "good film", "fine") and items.classes == ("neg", "pos")
    assert items.labels.tolist() == [0, 0, 1, 1] and items.places[0] == "neg/1.txt" and items.parts is None
    assert items.reading.kind == "folder per class, UTF-8" and items.reading.read == items.reading.kept == 4


def test_classes_that_are_numbers_stand_by_size(tree):
    assert read(tree({f"{n}/{k}.txt": f"{n} {k}" for n in (10, 9, 1) for k in "ab"})).classes == ("1", "9", "10")


def test_hidden_files_are_passed_over_and_empty_ones_dropped(tree):
    hidden = {"pos/.DS_Store": b"\0\1\2", ".git/a": "x", "__MACOSX/b": "y", "neg/Thumbs.db": b"\xd0\xcf"}
    items = read(tree({**CLASSES, **hidden, "neg/3.txt": "", "neg/4.txt": " \n"}))
    [dropped] = items.reading.dropped
    assert items.classes == ("neg", "pos") and items.reading.read == 6 and len(items) == 4
    assert (dropped.reason, dropped.count, dropped.examples) == ("empty file", 2, ("neg/3.txt", "neg/4.txt"))


def test_files_beside_the_classes_and_empty_folders_are_noted(tree, tmp_path):
    path = tree({**CLASSES, "README": "x", "labels.csv": "y"})
    (tmp_path / path / "neutral").mkdir()
    notes = read(path).reading.notes
    assert "2 files beside the folders of set, in no class: README, labels.csv" in notes
    assert "folders without a file, and so no class: set/neutral" in notes


def test_files_deeper_in_a_class_belong_to_it_and_are_noted(tree):
    items = read(tree({**CLASSES, "pos/2024/more/3.txt": "well"}))
    assert items.classes == ("neg", "pos") and items.places[2] == "pos/1.txt" and len(items) == 5
    assert "1 file in folders inside the folder of the class" in items.reading.notes


def test_a_disk_that_was_named_for_a_folder_is_not_walked_to_its_end(tree, monkeypatch):
    monkeypatch.setattr(walking, "MOST", 5)
    assert len(read(tree(CLASSES))) == 4
    more = tree({**CLASSES, **{f"pos/{n}.txt": "well" for n in range(3, 9)}}, "more")
    assert refused(more) == "data.path=more: must hold at most 5 files"


def test_notes_on_many_files_in_many_classes_take_no_time_for_each_pair(tree, tmp_path):
    """A second for what looking at every file for every class would take a minute for."""
    (tmp_path / "big").mkdir()
    files = [
        walking.Found(tmp_path / "big" / f"c{n % 300}" / "in" / f"{n}.txt", f"c{n % 300}", "", "")
        for n in range(60_000)
    ]
    classes = [tmp_path / "big" / f"c{n}" for n in range(301)]
    begin = time.process_time()
    bare, deep = walking._remarks(classes, files)
    assert bare.endswith("c300") and deep.startswith("60,000 files") and time.process_time() - begin < 5


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", "is a picture (PNG)"),
        (b"PK\x03\x04", "is a zip archive"),
        (b"a\0b", "holds a zero byte (NUL)"),
    ],
)
def test_a_file_that_is_no_text_is_refused_by_name(tree, content, what):
    message = refused(tree({**CLASSES, "pos/3": content}))
    assert message.startswith("data.path=set/pos/3: ") and what in message


def test_packed_files_are_unpacked(tree):
    assert "zipped" in read(tree({**CLASSES, "pos/3.txt.gz": gzip.compress(b"zipped")})).texts


@pytest.mark.parametrize(
    ("files", "has"),
    [
        ({"pos/1.txt": "x"}, "it holds 0 files and 1 folder (pos)"),
        ({"1.txt": "x", "2.txt": "y"}, "it holds 2 files and 0 folders"),
        ({".hidden/1.txt": "x"}, "it holds 0 files and 0 folders"),
    ],
)
def test_fewer_than_two_folders_are_refused_with_what_is_there(tree, files, has):
    assert refused(tree(files)) == (
        f"data.path=set: must be a file, or a folder with one folder per class, of texts or of tables of numbers; {has}"
    )


def test_one_class_that_holds_texts_is_refused(tree):
    assert refused(tree({"pos/1.txt": "x", "neg/1.txt": ""})) == (
        "data.path=set: must hold at least 2 classes, has only 'pos'"
    )


def test_folders_of_parts_give_the_parts(tree):
    files = {f"{part}/{path}": f"{part} {text}" for part in ("train", "test", "val") for path, text in CLASSES.items()}
    items = read(tree(files))
    assert items.classes == ("neg", "pos") and sorted(set(items.parts.tolist())) == ["probe", "test", "train"]
    word = {"train": "train", "test": "test", "probe": "val"}
    assert all(text.startswith(word[part]) for text, part in zip(items.texts, items.parts, strict=True))
    assert items.places[0] == "test/neg/1.txt"


def test_a_class_that_stands_in_training_alone_is_named(tree):
    """The folder of unlabelled reviews in the IMDB set becomes a third class where nobody looks."""
    files = {f"{part}/{path}": text for part in ("train", "test") for path, text in CLASSES.items()}
    items = read(tree({**files, "train/unsup/1.txt": "?", "train/unsup/2.txt": "??"}))
    assert "classes that the test part lacks: 'unsup'" in items.reading.warnings
    assert items.reading.duplicates == 4  # the test part repeats the training part


def test_parts_under_other_names_are_not_taken_for_classes(tree):
    files = {f"news-{part}/{path}": text for part in ("train", "test") for path, text in CLASSES.items()}
    message = refused(tree(files))
    assert "its folders (news-test, news-train) all hold neg, pos: if they are parts, give one as data.path" in message
    items = read("set/news-train", test_path="set/news-test")
    assert items.parts.tolist() == ["train"] * 4 + ["test"] * 4
    assert items.places[-1] == "pos/2.txt of set/news-test"


def test_a_test_set_of_another_kind_is_refused(tree, write):
    tree(CLASSES), write("a.csv", "text,label\na,x\nb,y\n")
    assert refused("set", test_path="a.csv") == (
        "data.test_path=a.csv: must be a folder with one folder per class, as data.path is one"
    )
    assert refused("a.csv", test_path="set") == "data.test_path=set: must be a file; this is a folder"


@pytest.mark.parametrize("key", ["split", "group", "separator"])
def test_settings_of_columns_are_refused(tree, key):
    assert refused(tree(CLASSES), **{key: "x"}) == f"data.{key}=x: must be left out: a folder per class has no columns"


def test_the_encoding_is_found_from_all_files_together(tree):
    files = {"pos/1.txt": "Фильм очень хороший, советую посмотреть всем друзьям", "pos/2.txt": "хорошо"}
    files |= {"neg/1.txt": "плохо", "neg/2.txt": "скучно"}
    items = read(tree({path: text.encode("cp1251") for path, text in files.items()}))
    assert items.texts == ("плохо", "скучно", *list(files.values())[:2])
    assert items.reading.kind == "folder per class, cp1251 (found: only this reads as text, Russian)"
    assert read("set", encoding="koi8-r").texts[0] == "ОКНУН"  # as told


def test_a_file_in_another_encoding_than_the_given_one_is_named(tree):
    message = refused(tree({**CLASSES, "pos/3.txt": b"caf\xe9"}), encoding="utf-8")
    assert message == "data.encoding=utf-8: set/pos/3.txt is not in it: byte 0xe9 in line 1"


def test_a_damaged_file_is_a_warning(tree):
    [warning] = read(tree({**CLASSES, "pos/3.txt": "caf\ufffd"})).reading.warnings
    assert warning.startswith("1 file damaged, the first pos/3.txt: lost in an earlier conversion: 1 character")


def test_a_link_that_leads_round_in_a_circle_ends(tree, tmp_path):
    path = tree(CLASSES)
    os.symlink(tmp_path / path, tmp_path / path / "pos" / "again")
    assert len(read(path)) == 4


def test_a_link_that_leads_nowhere_is_refused_by_name(tree, tmp_path):
    path = tree(CLASSES)
    os.symlink("nowhere", tmp_path / path / "pos" / "0.txt")
    assert refused(path) == "data.path=set/pos/0.txt: must be a file that can be read (No such file or directory)"


def test_names_of_files_are_shown_escaped(tree):
    message = refused(tree({**CLASSES, "pos/\x1b[31m.txt": b"\x89PNG\r\n"}))
    assert r"set/pos/\x1b[31m.txt" in message and "\x1b" not in message


def test_a_pipe_in_a_class_is_not_waited_for(tree, tmp_path):
    name = tree(CLASSES)
    os.mkfifo(tmp_path / name / "neg" / "0.csv")
    done = subprocess.run(
        [sys.executable, "-m", "mismatch", "check", str(tmp_path / name)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2 and "0.csv: must be a plain file" in done.stderr

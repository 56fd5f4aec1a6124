"""`mismatch check` on files: what it prints and writes, what it refuses, and its exit codes."""

import json
import os
import shlex
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from mismatch import cli
from mismatch.config.fields import ConfigError
from mismatch.config.paths import START
from mismatch.sweep.session import Session
from tests.check.planted import series, texts


@pytest.fixture
def reviews(tmp_path):
    """A table of texts, its column of labels called stars."""
    made, labels = texts(200)
    path = tmp_path / "reviews.csv"
    rows = [f'"{text}",{"good" if label else "bad"}' for text, label in zip(made, labels, strict=True)]
    path.write_text("\n".join(["review,stars", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def steps(tmp_path):
    """A long table of numbers, with a sequence that holds zeros."""
    sequences, labels = series(120)
    sequences[4][:] = 0
    path = tmp_path / "steps.csv"
    lines = ["rec,t,a,b,c,state"]
    for row, each in enumerate(sequences):
        lines += [f"r{row},{t},{a},{b},{c},{labels[row]}" for t, (a, b, c) in enumerate(each)]
    path.write_text("\n".join(lines) + "\n")
    return path


def run(*words):
    return cli._read(["check", *map(str, words)], Session())


def refused(*words):
    with pytest.raises(ConfigError) as caught:
        run(*words)
    return str(caught.value)


def test_a_table_of_texts_shows_what_was_read_first(reviews, capsys):
    assert run(reviews, "--text", "review", "--label", "stars") == 0
    out = capsys.readouterr().out
    first = out.split("\n\n")[1]
    assert first.startswith("Read ") and "200 read, 200 kept" in first and "nothing left out" in first


def test_a_long_table_of_numbers_is_read_by_its_columns(steps, capsys):
    assert run(steps, "--id", "rec", "--time", "t", "--label", "state", "--features", "a, b,c") == 0
    assert "D103 pad_collision" in capsys.readouterr().out


def test_a_file_of_arrays_is_told_by_its_name(tmp_path, capsys):
    sequences, labels = series(100)
    lengths = np.array([len(each) for each in sequences])
    np.savez(tmp_path / "x.npz", values=np.concatenate(sequences), lengths=lengths, labels=labels)
    assert run(tmp_path / "x.npz", "--steps", 20, "--pad-value", "-1") == 0
    assert "100 read, 100 kept" in capsys.readouterr().out


def test_a_folder_per_class_is_read_as_texts(tmp_path, capsys):
    for kind in ("neg", "pos"):
        (tmp_path / kind).mkdir()
        for row in range(12):
            (tmp_path / kind / f"{row}.txt").write_text(f"a text of its own, number {row} of {kind}")
    assert run(tmp_path) == 0
    assert "24 read, 24 kept" in capsys.readouterr().out


def test_a_test_file_is_the_test_part(reviews, tmp_path, capsys):
    other = tmp_path / "test.csv"
    other.write_text("".join(reviews.read_text().splitlines(keepends=True)[:21]))
    assert run(reviews, other, "--text", "review", "--label", "stars", "--strict") == 3
    out = capsys.readouterr().out
    assert "error D110 part_leak" in out and "20 sequences of 20 in the test part" in out


def test_strict_is_zero_where_no_finding_is_an_error(reviews):
    assert run(reviews, "--text", "review", "--label", "stars", "--strict") == 0


def test_json_on_stdout_is_json_alone(reviews, capsys):
    assert run(reviews, "--text", "review", "--label", "stars", "--json", "-") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["facts"]["classes"].keys() == {"bad", "good"}
    assert found["facts"]["reading"]["read"] == 200


def test_page_and_json_are_written_beside_the_text(reviews, tmp_path, capsys):
    page, table = tmp_path / "new" / "page.html", tmp_path / "found.json"
    assert run(reviews, "--text", "review", "--label", "stars", "--html", page, "--json", table) == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads(table.read_text())["schema"] == 1
    assert "Classes" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--html", "--json"])
def test_what_is_looked_at_is_never_written_over(reviews, option):
    before = reviews.read_bytes()
    assert "is what is looked at" in refused(reviews, "--text", "review", "--label", "stars", option, reviews)
    assert reviews.read_bytes() == before


@pytest.mark.parametrize("option", ["--html", "--json"])
def test_a_place_that_cannot_be_written_is_one_line_and_stays_as_it_was(reviews, tmp_path, option):
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "pipe")
    for place, accepted in (("file/page", "cannot be written"), ("pipe", "must name a plain file")):
        assert accepted in refused(reviews, "--text", "review", "--label", "stars", option, tmp_path / place)
    assert (tmp_path / "pipe").is_fifo()


def test_a_table_that_may_hold_either_is_asked_about_with_its_columns(reviews):
    line = refused(reviews)
    assert "--text COLUMN" in line and "--id COLUMN" in line and "review, stars" in line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--text", "reveiw"], "--text=reveiw"),
        (["--text", "review", "--label", "star"], "--label=star"),
        (["--text", "review", "--label", "stars", "--split", "part"], "--split=part"),
        (["--text", "review", "--label", "stars", "--id", "n"], "--id"),
        (["--text", "review", "--label", "stars", "--steps", "0"], "--steps=0"),
        (["--text", "review", "--label", "stars", "--steps", "9" * 20], "--steps=99999999999999999999"),
        (["--text", "review", "--label", "stars", "--pad-value", "nan"], "--pad-value=nan"),
        (["--text", ""], "--text="),
        (["--text", "review", "--label", "stars", "--encoding", "klingon"], "--encoding=klingon"),
        (["--steps", "many"], "--steps"),
        (["--no-such"], "--no-such"),
    ],
)
def test_errors_are_one_line_in_the_words_of_the_options(reviews, words, said):
    line = refused(reviews, *words)
    assert said in line and "data." not in line and "\n" not in line


def test_null_stands_for_nothing_as_in_hydra(steps, capsys):
    words = [steps, "--id", "rec", "--label", "state"]
    assert run(*words, "--time", "null", "--features", "null", "--split", "null", "--separator", "null") == 0
    out = capsys.readouterr().out
    assert run(*words, "--time", "") == 0 and capsys.readouterr().out == out and "4 features" in out


def test_features_are_typed_with_commas_in_brackets_or_in_quotes(steps, tmp_path, capsys):
    path = tmp_path / "odd.csv"
    path.write_text(steps.read_text().replace("rec,t,a,b", 'rec,t,"acc, x",Water flow [l/s]', 1))
    words = ["--id", "rec", "--time", "t", "--label", "state", "--features"]
    for typed in ('"acc, x",Water flow [l/s]', '["acc, x",Water flow [l/s]]'):
        assert run(path, *words, typed) == 0
        assert "2 features" in capsys.readouterr().out
    assert """'"acc, x"'""" in refused(path, *words, "acc, x")


def test_an_option_that_a_hint_names_works_as_it_is_printed(steps, tmp_path, capsys):
    line = refused(steps, "--id", "rec", "--label", "state")
    assert line.startswith("--time=time: must be a column") and "--time=null where" in line
    assert run(steps, "--id=rec", "--label=state", "--time=null") == 0
    frame = pd.read_csv(steps)
    frame.rename(columns={"a": "acc, x"}).to_csv(tmp_path / "index.csv")
    capsys.readouterr()
    assert run(tmp_path / "index.csv", "--id=rec", "--label=state", "--time=t", "--json", "-") == 0
    (note,) = [note for note in json.loads(capsys.readouterr().out)["facts"]["reading"]["notes"] if "saved" in note]
    (option,) = shlex.split(note.split("no feature; ")[1].removesuffix(" keeps it"))
    assert run(tmp_path / "index.csv", "--id=rec", "--label=state", "--time=t", option) == 0
    assert "4 features" in capsys.readouterr().out


def test_the_value_of_an_option_is_said_as_it_was_typed(tmp_path):
    path = tmp_path / "nested.jsonl"
    path.write_text("".join(f'{{"data": {{"text": "film {k}"}}, "label": {k % 2}}}\n' for k in range(20)))
    line = refused(path, "--text", "data.text")
    assert line.startswith("--text=data.text: must be a column of ") and "pandas.json_normalize" in line
    path.write_text("".join(f'{{"data.text": "film {k}", "label": {k % 2}}}\n' for k in range(20)))
    assert "nested.jsonl: data.text, label" in refused(path, "--text", "text")


def test_a_label_that_is_no_column_is_what_the_line_is_about(steps, tmp_path):
    path = tmp_path / "plain.csv"
    path.write_text(steps.read_text().replace("rec,t,", "id,time,", 1))
    for words in ([], ["--id", "id"], ["--text", "a"]):
        assert refused(path, *words, "--label", "nosuch").startswith("--label=nosuch: must be a column of ")
    assert "--label=COLUMN names it" in refused(path, "--id", "id") and "--label COLUMN" in refused(path)


def test_a_wide_table_is_told_how_to_be_read_whatever_is_said_of_it(tmp_path):
    head = ",".join(f"t{k}" for k in range(10))
    rows = "".join(f"{row},{','.join(map(str, range(10)))},{row % 2}\n" for row in range(9))
    (tmp_path / "wide.csv").write_text(f"id,{head},label\n{rows}")
    (tmp_path / "bare.csv").write_text(f"nr,{head},y\n{rows}")
    for name, *words in (["wide"], ["wide", "--time="], ["wide", "--time=null"], ["bare"], ["bare", "--id=nr"]):
        assert "numpy.savez('new.npz', x=t.loc[:, 't0':'t9']" in refused(tmp_path / f"{name}.csv", *words)


def test_a_test_file_of_other_columns_is_the_test_file(reviews, tmp_path):
    other = tmp_path / "test.csv"
    for table, said in (
        ("review\na film\n", "has one column"),
        ("review,n\na film,1\n", "'stars' (--label) is none of"),
    ):
        other.write_text(table)
        line = refused(reviews, other, "--text", "review", "--label", "stars")
        assert line.startswith("TEST_FILE=") and "must have the columns of the training part" in line and said in line


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    assert "must be a file" in refused(tmp_path / "none.csv", "--text", "a")
    assert "FILE" in refused(tmp_path / "none\x1b[31m.csv", "--text", "a")
    assert "\x1b" not in refused(tmp_path / "none\x1b[31m.csv", "--text", "a")


def test_hostile_labels_and_columns_reach_no_terminal_and_no_page(tmp_path, capsys):
    bad = "\x1b]0;x\x07<img src=x onerror=alert(1)>"
    path, page = tmp_path / "bad.csv", tmp_path / "page.html"
    rows = [f'"{bad} text {row} more words here","{bad if row % 2 else "fine"}"' for row in range(40)]
    path.write_text("\n".join([f'"{bad}",label', *rows]) + "\n", encoding="utf-8")
    assert run(path, "--text", bad, "--html", page, "--json", tmp_path / "found.json") == 0
    out = capsys.readouterr().out
    assert all(letter.isprintable() or letter == "\n" for letter in out) and "\\x1b" in out
    html = page.read_text(encoding="utf-8")
    assert "<img" not in html and "\x1b" not in html and "&lt;img" in html
    assert "\x1b" not in (tmp_path / "found.json").read_text()


def test_the_command_checks_data_without_tensorflow(reviews):
    code = (
        "import sys; from mismatch import cli; "
        f"sys.argv = ['mismatch', 'check', {str(reviews)!r}, '--text', 'review', '--label', 'stars']\n"
        "try: cli.main()\n"
        "except SystemExit as end: assert end.code == 0, end.code\n"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=START)
    assert done.returncode == 0, done.stderr


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras saves so
def test_a_model_is_told_by_its_name_and_checked_with_its_batch(tmp_path, capsys):
    from mismatch.engine.backend import keras

    layers = [keras.Input((30, 3)), keras.layers.Conv1D(4, 3, padding="same"), keras.layers.GRU(4)]
    keras.Sequential([*layers, keras.layers.Dense(2, activation="softmax")]).save(tmp_path / "m.keras")
    x = np.random.default_rng(0).normal(size=(16, 30, 3)).astype("float32")
    np.savez(tmp_path / "b.npz", x=x, y=np.arange(16) % 2)
    assert run(tmp_path / "m.keras", tmp_path / "b.npz") == 0
    assert "m.keras" in capsys.readouterr().out.splitlines()[0]
    given = ("--text", "review"), ("--label", "y"), ("--steps", "5"), ("--pad-value", "-1")
    for option, value in given:
        assert refused(tmp_path / "m.keras", option, value).startswith(f"{option}={value}")
        assert "is for data" in refused(tmp_path / "m.keras", option, value)
    np.savez(tmp_path / "b.npz", x=x, y=np.arange(16) % 2, lengths=np.arange(16), **{"a\x1b[31mb": x})
    assert run(tmp_path / "m.keras", tmp_path / "b.npz") == 0
    assert "arrays that were not used: a\\x1b[31mb, lengths" in capsys.readouterr().out


def test_an_option_that_would_do_nothing_is_refused_with_what_was_given(reviews, steps, tmp_path):
    assert "--id=rec: is for numbers, not for texts" in refused(reviews, "--text", "review", "--id", "rec")
    assert "--pad-value=5.0: is for numbers" in refused(
        reviews, "--text", "review", "--label", "stars", "--pad-value", "5"
    )
    numbers = (steps, "--id", "rec", "--time", "t", "--label", "state")
    for features in (",", "[]", " "):
        assert f"--features={features}: must name columns" in refused(*numbers, "--features", features)
    page = str(tmp_path / "page")
    assert refused(*numbers, "--html", page, "--json", page).endswith("must name another file than --html")
    assert not (tmp_path / "page").exists()


def test_a_folder_per_class_is_read_for_what_its_files_hold(tmp_path, capsys):
    for name in ("run", "walk"):
        (tmp_path / "rec" / name).mkdir(parents=True)
        for number in range(3):
            (tmp_path / "rec" / name / f"{number}.csv").write_text("x,y\n1.5,2\n3,4\n5,6\n")
    assert run(tmp_path / "rec") == 0 and "2 features, 18 steps" in capsys.readouterr().out
    assert "without --text" in refused(tmp_path / "rec", "--text", "text")
    assert "--id=i: must be left out" in refused(tmp_path / "rec", "--id", "i")


def test_a_table_is_asked_about_whatever_its_file_is_called(reviews):
    for name in ("reviews", "reviews.dat", "reviews.csv.bak"):
        path = reviews.with_name(name)
        path.write_bytes(reviews.read_bytes())
        said = refused(path, "--label", "stars")
        assert "say --text COLUMN for texts" in said and "its columns are review, stars" in said

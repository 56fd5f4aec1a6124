"""A file of one's own texts as the dataset `text`: what is read, said, drawn and refused."""

import gzip

import numpy as np
import pytest

from mismatch.config import paths
from mismatch.config.fields import ConfigError
from mismatch.config.registry import DATASETS
from mismatch.data.streams import Streams


def text(**settings):
    return DATASETS.get("text")(**settings)


def checked(**settings):
    dataset = text(**settings)
    dataset.check()
    return dataset


def table(path, rows=300, share=3):
    """Rows of two classes, one of `share` bad, in a column review and a column stars."""
    words = [f'"film number {n} was {"good" if n % share else "bad"}",{5 if n % share else 1}' for n in range(rows)]
    path.write_text("review,stars\n" + "\n".join(words) + "\n")
    return path


def test_your_own_table_is_read_split_and_identified_by_its_content(tmp_path):
    path = table(tmp_path / "mine.csv")
    path.write_text(path.read_text() + ",5\nno label,\n")
    dataset = checked(path=str(path), text="review", label="stars")
    assert dataset.classes_count == 2 and dataset.longest == 5 and dataset.chance == pytest.approx(2 / 3)
    assert (dataset.train, dataset.probe, dataset.test) == (210, 15, 75)
    splits = dataset.draw(Streams(0, 0))
    assert splits.train.labels.mean() == pytest.approx(2 / 3) and len(splits.test) == 75
    before = dataset.sha256
    path.write_text(path.read_text() + "one more,5\n")
    assert checked(path=str(path), text="review", label="stars").sha256 != before


def test_everything_there_is_to_know_is_said_in_numbers(tmp_path):
    path = table(tmp_path / "mine.csv")
    path.write_text(path.read_text() + ",5\nno label,\nfilm number 1 was good,5\nfilm number 1 was good,1\n...,1\n")
    lines = checked(path=str(path), text="review", label="stars", vocabulary=100).reading()
    assert lines[0].endswith("305 rows read, 301 used") and "mine.csv: delimited text, separator comma" in lines[0]
    assert lines[1:] == [
        "  left out: no text: 1 (line 302); no label: 1 (line 303); nothing left: 1 (line 306)",
        "  copies: 1 texts stand there again with the same label, the first is kept; "
        "1 stand under more than one label, never on both sides",
        "  classes: 2: 1 101 (33.6%), 5 200 (66.4%)",
        "  lengths: 5 each",
        "  tokens: 5.0 per text (auto), 100.0% of letters, digits and signs kept; "
        "305 distinct, 86.2% of all within data.vocabulary=100",
        "  parts: train 211 at most, probe 15, test 75 at most, classes in natural shares; guessing reaches 0.664",
    ]


def test_a_file_in_another_language_and_encoding_is_read_once_that_is_said(tmp_path):
    path = tmp_path / "ru.csv"
    rows = "".join(f"{'хороший' if n % 2 else 'плохой'} фильм номер {n};{n % 2}\n" for n in range(60))
    path.write_bytes(("отзыв;оценка\n" + rows).encode("cp1251"))
    given = {"path": str(path), "text": "отзыв", "label": "оценка"}
    dataset = checked(**given, encoding="cp1251")
    assert set(dataset.corpus().tokens[0]) == {"плохой", "фильм", "номер", "0"}
    assert dataset.kept().share == 1
    with pytest.raises(ConfigError, match=r"^data.encoding=None: must be given"):
        checked(**given)


def test_a_folder_per_class_needs_no_columns(tmp_path):
    for name in ("pos", "neg"):
        (tmp_path / name).mkdir()
        for n in range(20):
            (tmp_path / name / f"{n}.txt").write_text(f"{name} film {n}")
    dataset = checked(path=str(tmp_path))
    assert (dataset.text, dataset.label) == (None, None) and dataset.items().classes == ("neg", "pos")
    assert len(dataset.draw(Streams(0, 0)).test) == 10
    before = dataset.sha256
    (tmp_path / "pos" / "3.txt").write_text("pos film 3 as changed")
    assert checked(path=str(tmp_path)).sha256 != before
    with pytest.raises(ConfigError, match=r"data.group=who: must be left out: .* is a folder"):
        checked(path=str(tmp_path), group="who")


def test_a_split_column_a_test_file_and_groups_decide_the_parts(tmp_path):
    path, other = tmp_path / "mine.jsonl", tmp_path / "test.jsonl.gz"
    rows = [(f"word{n} was here", "ab"[n % 2], "test" if n >= 80 else "train", f"who {n // 10}") for n in range(100)]
    lines = [f'{{"text": "{t}", "label": "{k}", "part": "{p}", "who": "{w}"}}\n' for t, k, p, w in rows]
    path.write_text("".join(lines))
    dataset = checked(path=str(path), split="part", group="who")
    assert (dataset.train, dataset.probe, dataset.test) == (76, 4, 20)
    path.write_text("".join(lines[:80]))
    other.write_bytes(gzip.compress("".join(lines[80:]).encode()))
    apart = checked(path=str(path), test_path=str(other))
    splits, again = apart.draw(Streams(0, 0)), dataset.draw(Streams(0, 0))
    assert len(splits.test) == 20 and splits.train.hash() == again.train.hash()
    with pytest.raises(ConfigError, match=r"data.split=part: must be left out beside data.test_path"):
        checked(path=str(path), test_path=str(other), split="part")
    path.write_text("".join(lines))
    grouped = checked(path=str(path), group="who")
    assert not grouped.exact and len(grouped.draw(Streams(0, 0)).test) == 20


def test_texts_longer_than_asked_for_are_left_out_and_said(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("text,label\n" + "".join(f"{'very ' * (n % 10)}film {n},{n % 2}\n" for n in range(200)))
    dataset = checked(path=str(path), max_length=7)
    assert dataset.longest == 7 and dataset.draw(Streams(0, 0)).train.lengths.max() <= 7
    assert any("80 above data.max_length=7 not used" in line for line in dataset.reading())


def test_word_vectors_are_made_of_your_own_words(tmp_path):
    path = table(tmp_path / "mine.csv")
    dataset = checked(path=str(path), text="review", label="stars", embedding="vectors", dimension=3)
    assert dataset.draw(Streams(0, 0)).test.values.shape == (75 * 5, 3)


def test_a_relative_path_means_what_it_meant_where_the_command_was_started(tmp_path, monkeypatch):
    table(tmp_path / "mine.csv")
    monkeypatch.setattr(paths, "START", tmp_path)
    named, dotted = (checked(path=path, text="review", label="stars") for path in ("mine.csv", "./mine.csv"))
    assert named == dotted and named.path == str(tmp_path / "mine.csv")


def test_a_file_that_changed_after_the_plan_is_not_trained_on(tmp_path):
    path = table(tmp_path / "mine.csv")
    planned = checked(path=str(path), text="review", label="stars")
    again = text(**(vars(planned) | {"sha256": "0" * 16}))  # as a worker makes it, with the checksum it was told
    with pytest.raises(ConfigError, match=r"has changed since the sweep was planned"):
        again.draw(Streams(0, 0))
    path.write_text(path.read_text() + "one more,5\n")
    with pytest.raises(ConfigError, match=r"mine.csv: has changed since it had data.sha256="):
        checked(path=str(path), text="review", label="stars", sha256=planned.sha256)


def test_labels_that_look_like_missing_values_are_labels(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(
        "text,label\n" + "".join(f"word{n} film,{('None', 'NA', 'nan', 'null')[n % 4]}\n" for n in range(80))
    )
    assert checked(path=str(path)).items().classes == ("NA", "None", "nan", "null")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"path": "nowhere.csv"}, "data.path=nowhere.csv: must be a file that can be read .no such file"),
        ({"text": "body"}, "data.text=body: must be a column of .*: review, stars"),
        ({"text": "stars"}, "data.label=stars: must be another column than data.text"),
        ({"path": ""}, "data.path=: must name a file of your sequences"),
        ({"path": None}, "data.path=None: must name a file of your sequences"),
        ({"label": "score"}, "data.label=score: must be a column of"),
        ({"label": None}, "data.label=None: must name a column of data.path"),
        ({"label": "review", "text": "stars"}, "data.text=stars: must hold texts; 300 of its 300 values are numbers"),
        ({"test_path": "gone.csv"}, "data.test_path=gone.csv: must be a file that can be read"),
        ({"tokens": "bytes"}, "data.tokens=bytes: must be one of auto, words, characters"),
        ({"max_length": 4}, "data.max_length=4: must be at least 5, the tokens of the shortest text"),
        ({"dimension": 8, "vocabulary": 9, "embedding": "vectors"}, "data.dimension=8: must be below"),
    ],
)
def test_an_unusable_table_is_refused(settings, message, tmp_path):
    path = table(tmp_path / "mine.csv")
    with pytest.raises(ConfigError, match=message):
        checked(**({"path": str(path), "text": "review", "label": "stars"} | settings))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,label\ngood film, really,pos\nbad film,neg\nx y,pos\nz,neg\n", "line 2.*3 fields"),
        ("text,label\n" + "".join(f"\ue000\ue001 {'ab'[n % 2]},{n % 2}\n" for n in range(50)), "loses 67% of"),
        ("text,label\n" + "".join(f"--- ,{n % 2}\n" for n in range(50)), "data.path=.*: must hold texts"),
        ("text,label\n" + "".join(f"{'--' if n % 3 else f'w{n} x'},{n % 2}\n" for n in range(90)), "loses 60 of 90"),
    ],
)
def test_a_table_that_says_too_little_is_refused_by_what_is_wrong(content, message, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(content)
    with pytest.raises(ConfigError, match=message):
        checked(path=str(path))


def test_characters_that_no_token_keeps_are_a_warning_above_a_twentieth(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("text,label\n" + "".join(f"word{n} \ue000,{n % 2}\n" for n in range(60)))
    lines = checked(path=str(path)).reading()
    assert any(line.startswith("  warning: tokens lose 14.6% of the characters") for line in lines)
    assert any("(lost: \\ue000)" in line for line in lines)


def test_a_sequence_of_single_characters_is_drawn_whatever_the_script(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("text,label\n" + "".join(f"{'ab' if n % 2 else 'ba'}-{n},{n % 2}\n" for n in range(60)))
    dataset = checked(path=str(path), tokens="characters")
    assert dataset.corpus().tokens[11] == ["a", "b", "-", "1", "1"]
    assert np.ptp(dataset.draw(Streams(0, 0)).train.lengths) == 1

"""Your own sequences of numbers as a dataset, and the set of recordings that ships."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mismatch.config.fields import ConfigError
from mismatch.config.registry import DATASETS
from mismatch.data import japanese_vowels
from mismatch.data.streams import Streams

TS = "@timestamps false\n@dimensions 2\n@classlabel true a b\n@data\n"


def ts(path, count, start=0):
    """`count` sequences of 1 to 4 steps whose first feature is their number."""
    rows = []
    for k in range(start, start + count):
        steps = ",".join([str(k)] * (1 + k % 4))
        rows.append(f"{steps}:{steps}:{'ab'[k % 2]}\n")
    path.write_text(TS + "".join(rows))
    return str(path)


def long(path, count):
    rows = [f"{k},{step},{k},{k},{'ab'[k % 2]}\n" for k in range(count) for step in range(1 + k % 4)]
    path.write_text("id,time,u,v,label\n" + "".join(rows))
    return str(path)


def series(**settings):
    dataset = DATASETS.get("series")(**settings)
    dataset.check()
    return dataset


def test_a_file_of_sequences_is_drawn_in_parts_that_hold_each_of_them_whole(tmp_path):
    dataset = series(path=ts(tmp_path / "a.ts", 80))
    splits = dataset.draw(Streams(0, 0))
    assert (dataset.train, dataset.probe, dataset.test) == (56, 4, 20)
    assert (dataset.feature_count, dataset.classes_count, dataset.shortest, dataset.longest) == (2, 2, 1, 4)
    seen = []
    for part in (splits.train, splits.probe, splits.test):
        assert part.values.dtype == np.float32 and part.values.shape == (part.lengths.sum(), 2)
        numbers = part.values[part.offsets, 0].astype(int)
        assert (np.repeat(numbers, part.lengths) == part.values[:, 0]).all() and (part.lengths == 1 + numbers % 4).all()
        assert (part.labels == numbers % 2).all()
        seen += numbers.tolist()
    assert sorted(seen) == list(range(80))
    assert splits.hash() == dataset.draw(Streams(0, 0)).hash() != dataset.draw(Streams(0, 1)).hash()


def test_the_same_sequences_in_another_kind_of_file_are_the_same_data(tmp_path):
    table, lines = series(path=long(tmp_path / "a.csv", 80)), series(path=ts(tmp_path / "a.ts", 80))
    assert table.draw(Streams(0, 0)).hash() == lines.draw(Streams(0, 0)).hash()


def test_a_test_file_is_the_test_part(tmp_path):
    dataset = series(path=ts(tmp_path / "a.ts", 40), test_path=ts(tmp_path / "b.ts", 20, start=40))
    splits = dataset.draw(Streams(0, 0))
    assert splits.test.values[:, 0].min() == 40 and len(splits.test) == 20 and splits.train.values[:, 0].max() < 40


def test_settings_that_name_columns_are_empty_where_there_are_none(tmp_path):
    named = series(path=ts(tmp_path / "a.ts", 40), id="id", time=None, label="label")
    assert named == series(path=str(tmp_path / "a.ts")) and named.id is named.time is named.label is None
    assert series(path=long(tmp_path / "a.csv", 40)).label == "label"


@pytest.mark.parametrize("features", ["v,u", "v, u", ["v", "u"], ("v", "u"), '"v","u"'])
def test_features_are_named_in_a_line_or_a_list(features, tmp_path):
    dataset = series(path=long(tmp_path / "a.csv", 40), features=features)
    assert dataset.features == "v,u" and dataset.items().features == ("v", "u")


def test_a_name_with_a_comma_stands_in_quotes(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(Path(long(path, 40)).read_text().replace("u,v", '"u, left",v'))
    dataset = series(path=str(path), features=["u, left"])
    assert dataset.features == '"u, left"' and dataset.items().features == ("u, left",)
    assert series(path=str(path), features=dataset.features) == dataset


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"path": ""}, "data.path=: must name a file"),
        ({"path": "nowhere.ts"}, "data.path=.*nowhere.ts"),
        ({"missing": "guess"}, "data.missing=guess: must be one of refuse, previous, linear, zero"),
        ({"features": 7}, r"data.features=7: must be names of columns: \[a,b\]"),
        ({"features": {"a": 1}}, "data.features=.*: must be names of columns"),
        ({"features": "w"}, "data.features=w: must be a feature of .*: dimension 1, dimension 2"),
        ({"split": "part"}, "data.split=part: names a column of a table"),
        ({"id": "patient"}, "data.id=patient: names a column of a table; .*a.ts is none: leave it out"),
        ({"time": "hour"}, "data.time=hour: names a column of a table"),
        ({"label": "outcome"}, "data.label=outcome: names a column of a table; the labels of .* stand behind"),
        ({"train": 40}, "data.train=40: must be at most"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(settings, message, tmp_path):
    with pytest.raises(ConfigError, match=message):
        series(**({"path": ts(tmp_path / "a.ts", 40)} | settings))


def test_missing_values_are_refused_or_filled_as_asked(tmp_path):
    path = ts(tmp_path / "a.ts", 40)
    Path(path).write_text(Path(path).read_text().replace("6,6,6:6,6", "6,?,6:6,6"))
    with pytest.raises(ConfigError, match=r"data.missing=refuse: 1 missing value .* in line 11, step 2, dimension 1"):
        series(path=path)
    assert (
        "1 missing value (0.5%) in 1 sequence: filled by linear"
        in series(path=path, missing="linear").items().reading.notes
    )


def test_what_was_read_is_said_first(tmp_path):
    lines = series(path=ts(tmp_path / "a.ts", 40)).reading()
    assert any(".ts of sktime and aeon, 2 dimensions" in line for line in lines)
    assert "features: 2: dimension 1, dimension 2" in "\n".join(lines)


def test_the_published_parts_are_those_of_the_publication():
    dataset = DATASETS.get("japanese_vowels")()
    dataset.check()
    splits = dataset.draw(Streams(0, 0))
    assert np.bincount(splits.test.labels).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    assert (
        np.bincount(splits.train.labels).tolist() == [25] * 9 and np.bincount(splits.probe.labels).tolist() == [5] * 9
    )
    assert (splits.test.lengths.min(), splits.test.lengths.max()) == (7, 29) and splits.test.values.shape[1] == 12
    assert dataset.chance == pytest.approx(1 / 9)
    again = dataset.draw(Streams(0, 1))
    assert again.train.hash() != splits.train.hash() and sorted(again.test.lengths) == sorted(splits.test.lengths)


def test_pooled_parts_are_fresh_in_every_replicate_and_disjoint():
    dataset = DATASETS.get("japanese_vowels")(parts="pooled")
    dataset.check()
    one, other = dataset.draw(Streams(0, 0)), dataset.draw(Streams(0, 1))
    assert sorted(one.test.labels) == pytest.approx(sorted(other.test.labels), abs=1)
    assert one.test.hash() != other.test.hash() and dataset.chance == pytest.approx(118 / 640)
    firsts = [part.values[part.offsets].tobytes() for part in (one.train, one.probe, one.test)]
    rows = [firsts[k][at : at + 48] for k in range(3) for at in range(0, len(firsts[k]), 48)]
    assert len(rows) == len(set(rows)) == 640


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"train": 226}, "data.train=226: must be at most 225, what data.probe leaves of 270"),
        ({"probe": 270}, "data.probe=270: must be below 270"),
        ({"test": 371}, "data.test=371: must be at most 370, of data.parts=published"),
        ({"parts": "pooled", "test": 639}, "data.test=639: must be at most 638, of data.parts=pooled"),
        ({"parts": "pooled", "test": 400}, "data.train=225: must be at most 195"),
        ({"parts": "mine"}, "data.parts=mine: must be one of published, pooled"),
    ],
)
def test_parts_that_the_recordings_cannot_fill_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        DATASETS.get("japanese_vowels")(**settings).check()


def test_another_file_in_its_place_is_noticed(tmp_path, monkeypatch):
    whole = japanese_vowels._recordings()
    monkeypatch.setattr(japanese_vowels, "FILE", tmp_path / "japanese_vowels.npz")
    for content, message in (((1, 2), "cannot be read"), (None, "is not the one we know")):
        japanese_vowels._recordings.cache_clear()
        if content is None:
            values = whole.values + 1
            np.savez(tmp_path / "japanese_vowels.npz", values=values, lengths=whole.lengths, labels=whole.labels)
        with pytest.raises(RuntimeError, match=message):
            japanese_vowels._recordings()
    japanese_vowels._recordings.cache_clear()


def test_its_origin_and_licence_stand_beside_it():
    text = (japanese_vowels.FILE.parent / "japanese_vowels.txt").read_text()
    assert all(words in text for words in ("10.24432/C5NS47", "CC BY 4.0", "Kudo", "aeon 1.6.0"))


def test_the_recordings_are_drawn_without_pandas():
    code = (
        "import sys; from mismatch.config.registry import DATASETS; from mismatch.data.streams import Streams;"
        "d = DATASETS.get('japanese_vowels')(); d.check(); d.draw(Streams(0, 0)); DATASETS.get('series');"
        "sys.exit(any(name in sys.modules for name in ('pandas', 'pyarrow', 'sklearn', 'tensorflow')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

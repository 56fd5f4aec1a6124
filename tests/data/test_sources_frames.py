"""Objects of pandas: what belongs together by its index is never put together by its place."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.sources.arrays import items

IDS = [f"s{number}" for number in range(12)]
SIZES = {name: 3 if number % 2 else 1 for number, name in enumerate(IDS)}
STEPS = pd.DataFrame(
    [
        (name, step, float(step), "long" if size == 3 else "short")
        for name, size in SIZES.items()
        for step in range(size)
    ],
    columns=["id", "t", "a", "label"],
).set_index(["id", "t"])
LABELS = STEPS.groupby(level=0, sort=False)["label"].first()
SAID = ("labels stand in another order than the sequences: put in order by their index",)


def right(got):
    """Whether every long sequence is called long."""
    return [got.classes[code] for code in got.labels] == ["long" if size == 3 else "short" for size in got.lengths]


@pytest.mark.parametrize(
    "labels",
    [LABELS.sort_index(), LABELS.sample(frac=1, random_state=1), STEPS.groupby("id")["label"].first()],
    ids=["sorted", "shuffled", "as groupby sorts them"],
)
def test_labels_are_put_beside_the_sequences_of_a_frame_by_their_ids(labels):
    got = items(STEPS[["a"]], labels)
    assert right(got) and got.reading.notes == SAID and got.places[2] == "id s2"
    assert right(items(STEPS[["a"]], LABELS)) and items(STEPS[["a"]], LABELS).reading.notes == ()


def test_groups_parts_and_lengths_follow_the_index_too():
    part = pd.Series(["train", "test"] * 6, index=IDS)
    group = pd.Series(range(12), index=IDS)
    got = items(STEPS[["a"]], LABELS, group[::-1], part[::-1], lengths=pd.Series(1, index=IDS)[::-1])
    assert got.groups.tolist() == list(range(12)) and got.parts.tolist() == ["train", "test"] * 6
    assert len(got.reading.notes) == 3


@pytest.mark.parametrize("dtype", [object, "string", "category"])
def test_texts_and_labels_of_series_meet_by_their_index(dtype):
    texts = pd.Series(["word " * (5 if row % 2 else 2) + str(row) for row in range(20)], dtype=dtype)
    labels = pd.Series(["five" if row % 2 else "two" for row in range(20)], dtype=dtype)
    for one, other in ((texts.sample(frac=1, random_state=0), labels), (texts, labels[::-1])):
        got = items(one, other)
        assert all(
            got.classes[code] == ("five" if len(text) > 20 else "two")
            for text, code in zip(got.texts, got.labels, strict=True)
        )
        assert got.reading.notes == SAID
    assert items(texts[5:], labels[5:]).reading.notes == () and items(texts, labels.tolist()).reading.notes == ()


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            LABELS.reset_index(drop=True),
            r"another index than the sequences: it lacks 's0'; labels.to_numpy\(\) if they",
        ),
        (LABELS.rename({"s3": "s4"}), "labels hold 's4' twice; labels.to_numpy"),
        (LABELS.rename({"s3": "x"}), "it lacks 's3'"),
        (
            pd.concat([LABELS, pd.Series({"x": "long"})]),
            r"no sequence has in its index, such as 'x': labels.loc\[index\]",
        ),
        (STEPS["label"], r"has a value per step: labels.groupby\(level=0, sort=False\).first\(\)"),
        (LABELS[:5], "it lacks 's5'"),
        (pd.concat({"u": LABELS[:6], "v": LABELS[6:]}), "index of 2 levels, that of the sequences has 1"),
    ],
)
def test_indexes_that_differ_are_refused_with_what_to_do(labels, message):
    with pytest.raises(ConfigError, match=message):
        items(STEPS[["a"]], labels)


def test_indexes_of_another_type_and_numbered_rows_are_refused_by_what_differs():
    texts = pd.Series(["a b", "c d", "e f"], index=[3, 4, 5])
    with pytest.raises(ConfigError, match=r"index of (object|str), that of the sequences is int64: astype"):
        items(texts, pd.Series([0, 1, 0], index=["3", "4", "5"], dtype=object))
    with pytest.raises(ConfigError, match="must be 3, one per sequence"):
        items(texts.reset_index(drop=True), pd.Series([0, 1]))
    every = pd.Series(["a b", "c d", "e f", "g h"])[::2]
    with pytest.raises(ConfigError, match="another index than the sequences: it lacks '2'"):
        items(every, pd.Series([0, 1]))


def test_what_order_of_rows_a_frame_was_brought_into_is_said():
    got = items(STEPS[["a"]].iloc[::-1], LABELS[::-1])
    assert got.reading.notes == ("steps of 6 ids did not stand in order of time: sorted",)
    assert got.values[:3, 0].tolist() == [0, 1, 2] and got.places[0] == "id s11"
    apart = pd.concat([STEPS[["a"]].iloc[2:], STEPS[["a"]].iloc[:2]])
    assert items(apart, LABELS).reading.notes[0] == "rows of 1 id do not stand together: put together"


def frame(keys, times):
    return pd.DataFrame({"a": np.arange(float(len(keys)))}, index=pd.MultiIndex.from_arrays([keys, times]))


@pytest.mark.parametrize(
    ("sequences", "message"),
    [
        (frame(["x", "x", "y"], [1, 1, 2]), "must hold each time of x once"),
        (frame(["x", None, "y"], [1, 2, 3]), "must name the sequence of every row"),
        (frame(["x", "x", "y"], [1, np.nan, 2]), "must have the time of every row"),
        (frame(["x", "x", "y"], ["2", "10", "3"]), r"must have numbers or dates as times .* has texts such as '2'"),
        (frame(["x", "x", "y"], [1, "b", 3]), "has texts such as 'b'"),
        (STEPS, "must hold numbers, column 'label' does not"),
        (pd.DataFrame({"text": ["a"], "title": ["b"]}), r"several columns of texts: x\['text'\] is one column"),
        (pd.DataFrame({"a": [np.zeros(3)], "b": [np.zeros(2)]}), "must hold as many steps in every column of a row"),
    ],
)
def test_frames_that_cannot_be_told_are_refused(sequences, message):
    with pytest.raises(ConfigError, match=message):
        items(sequences, ["a", "b"])


def test_nested_frames_and_one_column_of_texts_are_read():
    nested = pd.DataFrame(
        {"x": [pd.Series([1.0, 2]), np.zeros(1)], "y": [pd.Series([3.0, 4], index=[7, 8]), np.ones(1)]}
    )
    got = items(nested, ["a", "b"])
    assert (
        got.values.tolist() == [[1, 3], [2, 4], [0, 1]]
        and got.features == ("x", "y")
        and got.lengths.tolist() == [2, 1]
    )
    assert items(pd.DataFrame({"review": ["good", None, "bad"]}), [0, 1, 1]).texts == ("good", "bad")
    assert items(STEPS["a"], LABELS).features == ("a",)


def test_the_advice_on_a_long_table_works():
    x = STEPS.sample(frac=1, random_state=0).reset_index().rename(columns={"t": "time"})
    assert right(items(x.set_index(["id", "time"])[["a"]], x.groupby("id")["label"].first()))


@pytest.mark.parametrize("nothing", [None, pd.NA, pd.NaT, float("nan"), np.float32("nan"), Decimal("sNaN")], ids=repr)
def test_whatever_stands_for_no_value_is_missing(nothing):
    assert items(["good", nothing, "bad"], [0, 1, 1]).texts == ("good", "bad")
    assert items(pd.Series(["good", nothing, "bad"], dtype=object), [0, 1, 1]).texts == ("good", "bad")
    assert items(["good", "so", "bad"], [0, nothing, 1]).texts == ("good", "bad")
    assert np.isnan(items([[nothing, 1], [2]], [0, 1]).values[0, 0])
    with pytest.raises(ConfigError, match=r"groups\[1\] must not be missing"):
        items(["good", "so", "bad"], [0, 1, 1], groups=["a", nothing, "b"])
    with pytest.raises(ConfigError, match=r"parts\[1\] must be one of"):
        items(["good", "so", "bad"], [0, 1, 1], parts=["train", nothing, "test"])


@pytest.mark.parametrize("dtype", ["string", "Int64", "boolean", "Float64", "category"])
def test_labels_of_every_type_that_pandas_has_may_be_missing(dtype):
    labels = pd.Series([1, 0, None, 1] if dtype != "string" else ["1", "0", None, "1"], dtype=dtype)
    got = items(["a", "b", "c", "d"], labels)
    assert len(got) == 3 and got.reading.dropped[0].reason == "no label"

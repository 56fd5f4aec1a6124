"""Sequences that are in memory: what is taken, and what is refused by its name."""

import numpy as np
import pandas as pd
import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.sources.arrays import items

LABELS = ["a", "b", "a", "b"]


def uneven(d=2):
    """Four sequences of 3, 1, 2 and 4 steps that hold 0, 1, 2 and so on."""
    sizes, start, found = (3, 1, 2, 4), 0, []
    for size in sizes:
        found.append(np.arange(start, start + size * d, dtype=float).reshape(size, d))
        start += size * d
    return found


def same(one, other):
    return (one.values == other.values).all() and (one.lengths == other.lengths).all()


def test_arrays_of_unequal_length_stand_end_to_end():
    got = items(uneven(), LABELS)
    assert got.lengths.tolist() == [3, 1, 2, 4] and got.values.shape == (10, 2) and got.values.dtype == np.float64
    assert got.values.ravel().tolist() == list(range(20))
    assert got.labels.tolist() == [0, 1, 0, 1] and got.classes == ("a", "b")
    assert got.places[2] == "sequences[2]" and got.reading.read == got.reading.kept == len(got) == 4


@pytest.mark.parametrize(
    "make",
    [
        tuple,
        lambda x: [row.tolist() for row in x],
        lambda x: [row.astype(np.float32) for row in x],
        lambda x: [row.astype(int) for row in x],
        lambda x: [pd.DataFrame(row) for row in x],
        lambda x: pd.Series(x),
        lambda x: np.array([*x, None], object)[:4],
    ],
    ids=["tuple", "nested lists", "float32", "int", "frames", "series of arrays", "object array"],
)
def test_whatever_holds_the_same_numbers_gives_the_same_items(make):
    assert same(items(make(uneven()), LABELS), items(uneven(), LABELS))


def test_one_dimension_is_one_feature_and_rows_of_a_matrix_are_sequences():
    flat = [row[:, 0] for row in uneven()]
    assert items(flat, LABELS).values.shape == (10, 1)
    matrix = items(np.arange(12.0).reshape(4, 3), LABELS)
    assert matrix.lengths.tolist() == [3] * 4 and matrix.values.shape == (12, 1)


def test_a_padded_array_is_cut_to_its_lengths():
    padded = np.zeros((4, 6, 2))
    for row, sequence in zip(padded, uneven(), strict=True):
        row[: len(sequence)] = sequence
    assert same(items(padded, LABELS, lengths=[3, 1, 2, 4]), items(uneven(), LABELS))
    assert items(padded, LABELS).lengths.tolist() == [6] * 4


def test_steps_of_nan_at_the_end_are_padding_and_said():
    padded = np.full((4, 6, 2), np.nan)
    for row, sequence in zip(padded, uneven(), strict=True):
        row[: len(sequence)] = sequence
    got = items(padded, LABELS)
    assert same(got, items(uneven(), LABELS))
    assert got.reading.notes == ("14 steps without any value at the end of 4 sequences: cut as padding",)


def test_a_sequence_without_steps_is_left_out_and_counted():
    sequences = [*uneven(), [], np.zeros((0, 2)), np.full((3, 2), np.nan)]
    got = items(sequences, [*LABELS, "a", "b", "a"])
    assert same(got, items(uneven(), LABELS)) and got.reading.read == 7 and got.reading.kept == 4
    (dropped,) = got.reading.dropped
    assert dropped.count == 3 and dropped.examples == ("sequences[4]", "sequences[5]", "sequences[6]")


def test_a_frame_with_an_index_of_sequence_and_time_is_read_in_order_of_time():
    index = pd.MultiIndex.from_tuples([("x", 2), ("x", 1), ("y", 5), ("y", 7)])
    got = items(pd.DataFrame({"speed": [2.0, 1, 3, 4]}, index=index), ["a", "b"])
    assert got.values[:, 0].tolist() == [1, 2, 3, 4] and got.places == ("id x", "id y") and got.features == ("speed",)


def test_missing_values_of_pandas_are_nan_and_kept_for_a_check():
    got = items([pd.Series([1, None, 3], dtype="Int64"), [1, None, 2], [3.0], [4]], LABELS)
    assert np.isnan(got.values[[1, 4], 0]).all() and np.isnan(got.values).sum() == 2


def test_infinite_values_are_kept_for_a_check_and_refused_for_training():
    sequences = [*uneven()[:3], np.array([[1, np.inf]])]
    assert np.isinf(items(sequences, LABELS).values).sum() == 1
    for policy in ("refuse", "zero", "linear"):
        with pytest.raises(ConfigError, match=r"1 are infinite: the first in sequences\[3\], step 1, feature 1"):
            items(sequences, LABELS, missing=policy)


def test_missing_labels_leave_their_sequences_out():
    got = items([*uneven(), [[1, 2]]], [*LABELS, None], groups=[1, 1, 2, 2, 3], parts=["train"] * 4 + ["test"])
    assert same(got, items(uneven(), LABELS)) and sum(each.count for each in got.reading.dropped) == 1
    assert got.groups.tolist() == [0, 0, 1, 1] and got.parts.tolist() == ["train"] * 4
    assert len(items([*uneven(), [[1, 2]]], np.array([0, 1, 0, 1, np.nan]))) == 4


def test_sequences_that_stand_there_twice_are_counted_and_so_are_their_other_labels():
    sequences = [[1, 2], [1, 2], [1, 2, 0], [3], [3], [-0.0], [0.0]]
    got = items(sequences, ["a", "b", "a", "b", "b", "a", "a"])
    assert got.reading.duplicates == 3 and got.reading.conflicts == 1


def test_texts_are_texts():
    got = items(["good film", " ", "bad film", None, "good film"], ["a", "a", "b", "b", "b"])
    assert got.texts == ("good film", "bad film", "good film") and got.values is None and got.lengths is None
    assert got.reading.dropped[0].count == 2 and got.reading.dropped[0].examples == ("sequences[1]", "sequences[3]")
    assert got.reading.duplicates == got.reading.conflicts == 1
    series = pd.Series(["good", None, "bad"], index=[5, 6, 7])
    assert items(series, ["a", "a", "b"]).texts == ("good", "bad")
    assert items(np.array(["good", "bad"]), [0, 1]).texts == ("good", "bad")


def test_large_numbers_that_32_bits_cannot_tell_apart_are_warned_of():
    got = items([1.7e9 + np.arange(5.0), np.arange(5) * 1e-3 + 1.7e9, [1.7e9], [1.7e9]], LABELS, features=["time"])
    (warning,) = got.reading.warnings
    assert warning.startswith("time loses digits in 32 bits (values near 1.7e+09)")
    assert items(uneven(), LABELS).reading.warnings == ()


FRAME = pd.DataFrame({"id": [1, 1], "x": [1.0, 2.0]})


@pytest.mark.parametrize(
    ("sequences", "labels", "message"),
    [
        ("some text", LABELS, "sequences=str: must be a list of sequences, not one text"),
        ({1: [1]}, LABELS, r"sequences=dict: must be a list: list\(x.values\(\)\)"),
        ({1, 2}, LABELS, "sequences=set: must be a list: a set has no order"),
        ((row for row in uneven()), LABELS, "sequences=generator: must be a list of arrays"),
        (7, LABELS, "sequences=int: must be a list of arrays"),
        (None, LABELS, "sequences=NoneType: must be a list of arrays"),
        ([], [], "sequences=list of 0: must hold at least one sequence"),
        ([[], []], ["a", "b"], "must hold numbers: every sequence is empty"),
        (np.arange(4.0), LABELS, r"sequences=float64 array \(4,\): must have the axes \(N, T, d\)"),
        (np.zeros((2, 2, 2, 2)), LABELS, r"must have the axes \(N, T, d\), or \(N, T\)"),
        (np.zeros((4, 3), complex), LABELS, r"sequences\[0\] holds complex128, must be .* real numbers"),
        (np.zeros((4, 3), "M8[s]"), LABELS, r"sequences\[0\] holds datetime64"),
        (np.ma.masked_less(np.zeros((4, 3)), 1), LABELS, r"np.ma.filled\(x.astype\(float\), np.nan\)"),
        (FRAME, LABELS, r"x\[steps\].to_numpy\(\) if each row is a sequence, .* x.set_index\(\['id', 'time'\]\)"),
        (pd.Series([1.0, 2.0]), ["a", "b"], "holds one number per row, must hold a sequence per row: "),
        ([1.0, 2.0], ["a", "b"], r"sequences\[0\] has shape \(\), must be an array \(L,\) or \(L, d\)"),
        ([[1], None], ["a", "b"], r"sequences\[1\] is NoneType, must be an array"),
        ([[1], {"a": 1}], ["a", "b"], r"sequences\[1\] is dict, must be an array"),
        ([[1], [[1, 2], [3]]], ["a", "b"], r"sequences\[1\] must be an array .* every step with as many"),
        ([[1], ["1", "2"]], ["a", "b"], r"sequences\[1\] holds <U1, must be .* real numbers"),
        ([[1], [1, "2"]], ["a", "b"], r"sequences\[1\]"),
        (
            [["good", "film"], ["so", "so", "film"]],
            ["a", "b"],
            r"; \[' '.join\(x\) for x in sequences\] makes texts of",
        ),
        ([[1], pd.Series(["1", "2"])], ["a", "b"], r"sequences\[1\] must be an array"),
        ([[1], "text"], ["a", "b"], r"sequences\[1\] is a text, others are not|sequences\[0\] is no text"),
        ([np.zeros((3, 2)), np.zeros((4, 3))], ["a", "b"], r"sequences\[1\] has 3 features, sequences\[0\] has 2"),
        ([np.zeros((2, 7)), np.zeros((2, 9))], ["a", "b"], r"look like \(features, steps\): pass \[x.T for x in seq"),
        (uneven(), LABELS[:3], "labels=list of 3: must be 4, one per sequence"),
        (uneven(), np.eye(4), r"labels=float64 array \(4, 4\): .* labels.argmax\(1\) of one-hot rows"),
        (uneven(), None, "labels=NoneType: must be a list or an array of 4"),
        (uneven(), "abab", "labels=str: must be a list or an array of 4"),
        (uneven(), [{"a"}, "b", "a", "b"], r"labels\[0\] must be one value"),
        (uneven(), pd.DataFrame({"label": LABELS}), r"labels=DataFrame of 4: must be one column: labels.iloc\[:, 0\]"),
        (uneven(), [["a"], "b", "a", "b"], r"labels\[0\] must be one value"),
    ],
)
def test_what_is_no_list_of_sequences_is_refused_by_name(sequences, labels, message):
    with pytest.raises(ConfigError, match=message):
        items(sequences, labels)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lengths": [3, 1, 2]}, "lengths=list of 3: must be 4 whole numbers"),
        ({"lengths": [3, 1, 2, 4.5]}, "lengths=list of 4: must be 4 whole numbers"),
        ({"lengths": [3, 1, 2, 5]}, r"lengths=5: sequences\[3\] has 4 steps"),
        ({"lengths": [3, 1, -2, 4]}, r"lengths=-2: sequences\[2\] has 2 steps"),
        ({"groups": [1, 2]}, "groups=list of 2: must be 4"),
        ({"groups": [1, 2, None, 1]}, r"groups\[2\] must not be missing"),
        ({"parts": ["train", "test", "valid", "test"]}, r"parts=valid: parts\[2\] must be one of train, probe, test"),
        ({"features": ["x"]}, "features=list of 1: must be 2 names"),
        ({"missing": "linear", "labels": LABELS}, None),
    ],
)
def test_what_stands_beside_the_sequences_must_fit_them(settings, message):
    if message is None:
        assert len(items(uneven(), **settings)) == 4
        return
    with pytest.raises(ConfigError, match=message):
        items(uneven(), LABELS, **settings)


def test_a_tensor_and_a_matrix_that_is_sparse():
    from scipy.sparse import csr_array

    class Tensor:  # as PyTorch's and TensorFlow's
        shape = (4, 3)

        def __array__(self, dtype=None, copy=None):
            return np.arange(12.0).reshape(4, 3)

    assert items(Tensor(), LABELS).lengths.tolist() == [3] * 4
    with pytest.raises(ConfigError, match=r"x.toarray\(\)"):
        items(csr_array(np.eye(4)), LABELS)


class Tensor:
    """As TensorFlow holds texts: an array of bytes, whose parts are no bytes."""

    def __init__(self, values):
        self.held = np.array(values, dtype=object)
        self.shape = self.held.shape

    def __array__(self, dtype=None, copy=None):
        return self.held


@pytest.mark.parametrize("kind", [list, np.array, lambda x: np.array(x, dtype=object), Tensor])
def test_bytes_are_refused_with_the_line_that_decodes_them(kind):
    texts, labels = kind([b"caf\xc3\xa9 au lait", b"tea"] * 2), kind([b"a", b"b"] * 2)
    with pytest.raises(ConfigError, match="bytes") as refused:
        items(texts, LABELS)
    again = eval(str(refused.value).split(": ")[-1], {"np": np, "sequences": texts})
    assert items(again, LABELS).texts == ("café au lait", "tea") * 2
    with pytest.raises(ConfigError, match="bytes") as refused:
        items(uneven(), labels)
    assert eval(str(refused.value).split(": ")[-1], {"np": np, "labels": labels}) == ["a", "b"] * 2

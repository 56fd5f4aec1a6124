"""Labels: only an empty cell is missing, nothing is merged that may be meant apart, and what looks alike is named."""

from decimal import Decimal

import numpy as np
import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.sources.labels import labelled


def labels(*cells):
    return labelled(cells, [f"line {n}" for n in range(2, len(cells) + 2)], "data.label", "stars")


def refused(*cells):
    with pytest.raises(ConfigError) as error:
        labels(*cells)
    return str(error.value)


def test_words_that_mean_nothing_elsewhere_are_labels():
    found = labels("None", "NA", "nan", "null", "NaN", "None", "NA", "nan", "null", "NaN", "N/A", "N/A")
    assert found.classes == ("N/A", "NA", "NaN", "None", "nan", "null") and found.kept.all() and not found.dropped


def test_only_empty_cells_are_missing_and_they_are_counted():
    found = labels("a", None, "b", "", "  ", float("nan"), "a", np.float32("nan"), "b")
    assert found.kept.tolist() == [True, False, True, False, False, False, True, False, True]
    [dropped] = found.dropped
    assert (dropped.reason, dropped.count) == ("no label", 5) and dropped.examples == ("line 3", "line 5", "line 6")
    assert found.codes.tolist() == [0, 1, 0, 1] and found.codes.dtype == np.int64


def test_missing_marks_of_pandas_are_missing():
    import pandas as pd

    assert labels("a", pd.NA, "b", pd.NaT, "a", "b").kept.tolist() == [True, False, True, False, True, True]


def test_blanks_around_labels_are_stripped_and_noted():
    found = labels("neg", "neg ", " pos", "pos", "pos\n", "neg\u00a0")
    assert found.classes == ("neg", "pos") and found.notes == ("blanks around 4 labels stripped",)


@pytest.mark.parametrize(
    ("cells", "warning"),
    [
        (["Neg", "neg", "neg"], "labels 'Neg' (1 row) and 'neg' (2 rows) differ in case alone: kept as 2 classes"),
        (["STRASSE", "Straße", "Straße"], "labels 'STRASSE' (1 row) and 'Straße' (2 rows) differ in case alone"),
        (["1", "1.0", "1.0"], "labels '1' (1 row) and '1.0' (2 rows) are the same number: kept as 2 classes"),
        (["1e3", "1000", "1000"], "labels '1000' (2 rows) and '1e3' (1 row) are the same number"),
        (["True", "1", "1"], "labels '1' (2 rows) and 'True' (1 row) may mean the same: kept as 2 classes"),
        ([False, 0, 0], "labels '0' (2 rows) and 'False' (1 row) may mean the same: kept as 2 classes"),
        (["e\u0301", "é", "é"], "(1 row) and 'é' (2 rows) look alike: kept as 2 classes"),
        (["x\u200b", "x", "x"], r"labels 'x' (2 rows) and 'x\u200b' (1 row) look alike: kept as 2 classes"),
        (["very  good", "very good", "very good"], "look alike: kept as 2 classes"),
        (["\uff21", "A", "A"], "look alike: kept as 2 classes"),
    ],
)
def test_labels_that_are_nearly_equal_are_kept_apart_and_named(cells, warning):
    found = labels(*cells)
    assert len(found.classes) == 2 and any(warning in said for said in found.warnings)


def test_labels_that_stand_for_none_elsewhere_are_kept_and_named():
    found = labels("yes", "yes", "no", "no", "NaN", "None", "NaN")
    assert found.classes == ("NaN", "None", "no", "yes") and found.kept.all()
    said = "labels 'NaN' (2 rows) and 'None' (1 row) may stand for no label: kept as 2 classes"
    assert said in found.warnings


def test_labels_that_differ_are_not_warned_of():
    assert (
        labels("neg", "neg", "pos", "pos", "1", "1", "2", "2", "True", "no", "True", "no").warnings
        == ("labels '1' (2 rows) and 'True' (2 rows) may mean the same: kept as 3 classes",)
        or labels("neg", "neg", "pos", "pos").warnings == ()
    )
    assert labels("neg", "neg", "pos", "pos", "neutral", "neutral").warnings == ()


def test_numbers_stand_by_size_whatever_type_holds_them():
    assert labels("10", "9", "-1", "10", "9", "-1").classes == ("-1", "9", "10")
    assert labels(10, 9.0, 2.5, 10.0, 9, 2.5).classes == ("2.5", "9", "10")
    assert labels("10", "9", "a", "10", "9", "a").classes == ("10", "9", "a")  # words by letter
    assert labels(Decimal("1.50"), Decimal(2), Decimal("1.50"), Decimal(2)).classes == ("1.50", "2")


def test_one_number_in_two_types_is_one_class_but_true_is_not_one():
    found = labels(1, 1.0, True, True, np.int8(1), 0, 0)
    assert found.classes == ("0", "1", "True") and found.codes.tolist() == [1, 1, 2, 2, 1, 0, 0]


def test_large_whole_numbers_keep_all_their_digits():
    assert labels(2**60 + 1, 2**60 + 2, 2**60 + 1, 2**60 + 2).classes == (str(2**60 + 1), str(2**60 + 2))


def test_classes_with_one_row_are_named():
    found = labels("a", "a", "b", "b", "rare")
    assert found.warnings == ("classes with one row, which no two parts can share: 'rare'",)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["a", "a"], "must hold at least 2 classes, has only 'a'"),
        (["", None], "must hold at least 2 classes, has no label at all"),
        ([], "must hold at least 2 classes, has no label at all"),
        (
            [str(n) for n in range(10)],
            "must name classes, but 10 of its 10 values stand in one row only",
        ),
        ([0.1, 0.2, 0.3, 0.4, 0.4, 0.5], "must name classes, but 4 of its 5 values stand in one row only"),
        (["a", ["b"]], "must hold words or numbers, has a list at line 3"),
        (["a", {"b": 1}], "must hold words or numbers, has a dict at line 3"),
        (["a", b"b"], "must hold words or numbers, has a bytes at line 3"),
        (["a", np.zeros(2)], "must hold words or numbers, has a ndarray at line 3"),
    ],
)
def test_what_names_no_classes_is_refused(cells, message):
    assert refused(*cells).startswith(f"data.label=stars: {message}")


def test_a_hostile_label_is_shown_escaped_and_cut():
    found = labels("\x1b[31mNEG", "\x1b[31mneg", "y" * 300, "y" * 300)
    assert r"'\x1b[31mNEG'" in found.warnings[0] and "\x1b" not in "".join(found.warnings)
    assert all(len(warning) < 200 for warning in found.warnings)

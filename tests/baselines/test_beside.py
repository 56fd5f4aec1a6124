"""Baselines stand on the sequences of the runs, learn from the training part alone, and say what made them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mismatch.baselines.beside import fits, rows, stands
from mismatch.config.registry import DATASETS
from mismatch.data.base import Dataset, Splits
from mismatch.data.streams import Streams
from tests.baselines.files import checked, job, series, texts

OWN = pytest.mark.parametrize("write", [texts, series])


def shares(data: Dataset) -> dict[str, np.ndarray]:
    return {name: fit.shares for name, fit in fits(job(data), data.draw(Streams(0, 0)))}


@OWN
@pytest.mark.parametrize("part", ["test", "train"])
def test_labels_of_the_test_part_change_no_prediction_and_those_of_the_training_part_do(
    part: str, write: Callable[..., Dataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The labels are permuted once the parts are drawn: drawing keeps classes in their shares and so looks at them."""
    data = write(tmp_path / "a.csv")
    plain, draw = shares(data), type(data).draw
    monkeypatch.setattr(type(data), "draw", lambda self, streams: permuted(draw(self, streams), part))
    found = shares(data)
    learnt = {name for name in plain if name != "majority"}
    same = {name for name in learnt if np.array_equal(plain[name], found[name])}
    assert same == (learnt if part == "test" else set())


def permuted(splits: Splits, part: str) -> Splits:
    data = getattr(splits, part)
    labels = np.random.default_rng(1).permutation(data.labels)
    return replace(splits, **{part: replace(data, labels=labels)})


def test_words_of_the_test_part_alone_change_no_prediction(tmp_path: Path) -> None:
    plain, more = shares(texts(tmp_path / "a.csv")), shares(texts(tmp_path / "b.csv", only_in_test="unheard"))
    np.testing.assert_array_equal(plain["tfidf_logistic"], more["tfidf_logistic"])


@OWN
def test_accuracies_are_those_of_the_task(write: Callable[..., Dataset], tmp_path: Path) -> None:
    found = {row["baseline"]: row for row in rows(job(write(tmp_path / "a.csv")))}
    assert found["majority"]["accuracy"] == found["majority"]["balanced_accuracy"] == 0.5
    assert found["majority"]["log_loss"] == pytest.approx(np.log(2))
    assert all(row["accuracy"] > 0.9 for name, row in found.items() if name != "majority")


def test_text_has_three_baselines_and_numbers_have_two(tmp_path: Path) -> None:
    names = [[row["baseline"] for row in rows(job(write(tmp_path / "a.csv")))] for write in (texts, series)]
    assert names == [["majority", "tfidf_logistic", "bag_of_steps"], ["majority", "bag_of_steps"]]


def test_tf_idf_has_the_words_that_have_no_token_id(tmp_path: Path) -> None:
    """Two ids are words where padding and unknown words have the other two, and five words are more frequent."""
    found = {row["baseline"]: row["accuracy"] for row in rows(job(replace(texts(tmp_path / "a.csv"), vocabulary=4)))}
    assert found["tfidf_logistic"] > 0.9 and found["bag_of_steps"] < 0.75


def test_word_vectors_have_the_baselines_of_their_texts() -> None:
    small = {"train": 200, "probe": 50, "test": 100, "vocabulary": 300}
    ids = checked("snippets", **small)
    vectors = checked("snippets", embedding="vectors", dimension=4, **small)
    numbers = [[(row["baseline"], row["accuracy"], row["c"]) for row in rows(job(data))] for data in (ids, vectors)]
    # NaN, where nothing is chosen, equals itself as text.
    assert str(numbers[0]) == str(numbers[1])


def test_word_vectors_with_other_last_digits_are_those_of_the_same_texts() -> None:
    data = checked("snippets", embedding="vectors", dimension=4, train=200, probe=50, test=100, vocabulary=300)
    assert {row["data_hash"] for row in rows(job(data, data_hash="of another processor"))} == {"of another processor"}


def test_sequences_other_than_those_of_the_runs_are_refused(tmp_path: Path) -> None:
    data = series(tmp_path / "a.csv")
    drawn = data.draw(Streams(0, 0)).hash()
    assert {row["data_hash"] for row in rows(job(data, data_hash=drawn))} == {drawn}
    with pytest.raises(RuntimeError, match=f"replicate 0 of series draws {drawn}, its runs deadbeef"):
        rows(job(data, data_hash="deadbeef"))


def test_a_row_names_its_settings_as_runs_do(tmp_path: Path) -> None:
    row = rows(job(series(tmp_path / "a.csv"), replicate=3))[0]
    assert (row["data"], row["data.split"], row["seed"], row["replicate"]) == ("series", "part", 0, 3)


def test_keys_move_with_settings_replicate_and_sequences(tmp_path: Path) -> None:
    data = series(tmp_path / "a.csv")
    jobs = [job(data), job(data, 1), job(data, data_hash="x"), job(replace(data, test=50))]
    assert len({each.key for each in jobs}) == 4 and job(data).key == jobs[0].key


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("snippets", True), ("japanese_vowels", True), ("digits", True), ("early", False), ("even", False)],
)
def test_baselines_ride_where_no_bayes_accuracy_is_known(name: str, wanted: bool) -> None:
    assert stands(DATASETS.get(name)()) is wanted

"""Text: tokens, the index, word vectors, the shipped corpora and a file of one's own."""

import numpy as np
import pytest

from mismatch.config.fields import ConfigError
from mismatch.config.registry import DATASETS
from mismatch.data._text import Corpus, build_index, encode, tokenise, word_vectors
from mismatch.data.streams import Streams


def test_tokens_are_lower_case_words_without_markup():
    assert tokenise("It's GREAT!<br />Isn't it? (9/10)") == ["it's", "great", "!", "isn't", "it", "?", "9", "10"]


def test_the_index_knows_training_words_alone_and_ranks_them_by_count():
    index = build_index([["b", "a", "b"], ["a", "c"]], size=4)
    assert index == {"a": 2, "b": 3}  # equal counts in alphabetical order; c does not fit
    corpus = Corpus([["b", "never-seen", "a"]], np.array([0]))
    assert encode(corpus, np.array([0]), index).values[:, 0].tolist() == [3, 1, 2]


def test_too_small_a_corpus_is_refused_before_training_with_what_is_left():
    with pytest.raises(
        ConfigError, match=r"data.train=9000: must be at most 6226, what data.probe and data.test leave"
    ):
        DATASETS.get("snippets")(train=9000).check()  # 8530 sentences, half of each class


def test_your_own_csv_is_read_split_and_identified_by_its_content(tmp_path):
    path = tmp_path / "mine.csv"
    rows = [f'"film number {n} was {"good" if n % 3 else "bad"}",{5 if n % 3 else 1}' for n in range(300)]
    path.write_text("review,stars\n" + "\n".join(rows) + "\n,5\nno label,\n")
    dataset = DATASETS.get("csv")(path=str(path), text="review", label="stars")
    dataset.check()
    assert dataset.classes_count == 2 and dataset.longest == 5  # 100 bad ones: 200 in equal shares
    assert (dataset.train, dataset.probe, dataset.test) == (136, 10, 50)
    splits = dataset.draw(Streams(0, 0))
    assert splits.train.labels.sum() == 68 and len(splits.test) == 50
    before = dataset.sha256
    path.write_text(path.read_text() + "one more,5\n")
    again = DATASETS.get("csv")(path=str(path), text="review", label="stars")
    again.check()
    assert again.sha256 != before


def test_a_relative_path_means_what_it_meant_where_the_command_was_started(tmp_path, monkeypatch):
    from mismatch.config import paths

    rows = "".join(f"{word} film {n},{word}\n" for n in range(20) for word in ("good", "bad"))
    (tmp_path / "mine.csv").write_text("text,label\n" + rows)
    monkeypatch.setattr(paths, "START", tmp_path)
    named, dotted = (DATASETS.get("csv")(path=path) for path in ("mine.csv", "./mine.csv"))
    named.check(), dotted.check()
    assert named == dotted and named.path == str(tmp_path / "mine.csv")


def test_a_file_that_changed_after_the_plan_is_not_trained_on(tmp_path):
    path = tmp_path / "mine.csv"
    rows = [f"film {n} was {'good' if n % 2 else 'bad'},{n % 2}\n" for n in range(40)]
    path.write_text("text,label\n" + "".join(rows))
    planned = DATASETS.get("csv")(path=str(path))
    planned.check()
    planned.sha256 = "0" * 16  # what another version of the file would have
    with pytest.raises(ConfigError, match=r"has changed since the sweep was planned"):
        planned.draw(Streams(0, 0))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"path": "nowhere.csv"}, "data.path=nowhere.csv: must be a CSV file"),
        ({"text": "body"}, "data.text=body: must be a column of .*: review, stars"),
        ({"text": "stars"}, "data.text=stars: must be another column than data.label"),
        ({"path": ""}, "data.path=: must be a CSV file"),
        ({"label": "score"}, "data.label=score: must be a column of"),
        ({"label": "review", "text": "stars"}, "data.test=1: leaves nothing to train on: 2 rows"),
    ],
)
def test_an_unusable_csv_is_refused(settings, message, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("review,stars\ngood,5\nbad,1\n")
    with pytest.raises(ConfigError, match=message):
        DATASETS.get("csv")(**({"path": str(path), "text": "review", "label": "stars"} | settings)).check()


def test_word_vectors_put_words_that_keep_the_same_company_together():
    """Words 2 and 3 occur in the same contexts, 4 in others."""
    documents = [[5, 2, 6], [5, 3, 6], [7, 4, 8]] * 30
    corpus = Corpus([[str(w) for w in words] for words in documents], np.zeros(90, np.int64))
    data = encode(corpus, np.arange(90), {str(w): w for w in range(2, 9)})
    table = word_vectors(data, vocabulary=9, dimension=3, window=2)
    cosine = lambda a, b: table[a] @ table[b] / (np.linalg.norm(table[a]) * np.linalg.norm(table[b]))  # noqa: E731
    assert cosine(2, 3) > 0.9 > 0.5 > cosine(2, 4)
    assert (table[0] == 0).all()
    assert np.square(table[data.values[:, 0]]).mean() == pytest.approx(1, abs=1e-5)
    assert (table == word_vectors(data, vocabulary=9, dimension=3, window=2)).all()


@pytest.mark.parametrize(("name", "rows"), [("snippets", 8530), ("reviews", 24904)])
def test_the_shipped_text_is_the_one_we_know(name, rows):
    dataset = DATASETS.get(name)()
    assert len(dataset.corpus().tokens) == rows
    splits = dataset.draw(Streams(0, 0))
    assert (len(splits.train), len(splits.probe), len(splits.test)) == (dataset.train, 256, 2048)
    assert splits.train.lengths.max() <= dataset.longest
    assert splits.train.values.min() == 1 and splits.train.values.max() < 4000
    assert abs(splits.test.labels.mean() - 0.5) < 1e-9

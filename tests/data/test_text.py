"""Text: the index, word vectors and the shipped corpora."""

import numpy as np
import pytest

from mismatch.config.fields import ConfigError
from mismatch.config.registry import DATASETS
from mismatch.data._text import Corpus, build_index, encode, word_vectors
from mismatch.data._tokens import Numbered, english
from mismatch.data.streams import Streams


def test_the_index_knows_training_words_alone_and_ranks_them_by_count():
    documents = [["d", "d"], ["b", "a", "b"], ["a", "c"]]
    index = build_index(Corpus(Numbered(documents, list), np.zeros(3)), np.array([1, 2]), size=4)
    assert index == {"a": 2, "b": 3}  # equal counts in alphabetical order; c does not fit
    corpus = Corpus(Numbered([["b", "never-seen", "a"]], list), np.array([0]))
    assert encode(corpus, np.array([0]), index).values[:, 0].tolist() == [3, 1, 2]


def test_too_small_a_corpus_is_refused_before_training_with_what_is_left():
    with pytest.raises(
        ConfigError, match=r"data.train=9000: must be at most 6226, what data.probe and data.test leave"
    ):
        DATASETS.get("snippets")(train=9000).check()  # 8530 sentences, half of each class


def test_word_vectors_put_words_that_keep_the_same_company_together():
    """Words 2 and 3 occur in the same contexts, 4 in others."""
    documents = [[5, 2, 6], [5, 3, 6], [7, 4, 8]] * 30
    corpus = Corpus(Numbered(documents, lambda words: map(str, words)), np.zeros(90, np.int64))
    data = encode(corpus, np.arange(90), {str(w): w for w in range(2, 9)})
    table = word_vectors(data, vocabulary=9, dimension=3, window=2)
    cosine = lambda a, b: table[a] @ table[b] / (np.linalg.norm(table[a]) * np.linalg.norm(table[b]))  # noqa: E731
    assert cosine(2, 3) > 0.9 > 0.5 > cosine(2, 4)
    assert (table[0] == 0).all()
    assert np.square(table[data.values[:, 0]]).mean() == pytest.approx(1, abs=1e-5)
    assert (table == word_vectors(data, vocabulary=9, dimension=3, window=2)).all()


@pytest.mark.parametrize(
    ("name", "rows", "data_hash"), [("snippets", 8530, "89b8ac9a9b811e44"), ("reviews", 24904, "34cfc286d686dbdd")]
)
def test_the_shipped_text_is_the_one_we_know(name, rows, data_hash):
    dataset = DATASETS.get(name)()
    assert len(dataset.corpus().tokens) == rows
    splits = dataset.draw(Streams(0, 0))
    assert splits.hash() == data_hash  # that of the runs in the reference
    assert (len(splits.train), len(splits.probe), len(splits.test)) == (dataset.train, 256, 2048)
    assert splits.train.lengths.max() <= dataset.longest
    assert splits.train.values.min() == 1 and splits.train.values.max() < 4000
    assert abs(splits.test.labels.mean() - 0.5) < 1e-9


def test_counts_that_are_shipped_are_those_of_the_words_of_every_review():
    corpus = DATASETS.get("reviews")().corpus()
    assert corpus.lengths.tolist() == [len(english(text)) for text in corpus.tokens.texts]  # none is kept

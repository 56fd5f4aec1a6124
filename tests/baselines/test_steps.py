"""Bags of steps are what a loop over the steps finds, and know of no other part than the training part."""

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from mismatch.baselines import steps
from mismatch.data.base import RaggedData, Splits


def ragged(*sequences: list) -> RaggedData:
    values = np.concatenate([np.asarray(sequence).reshape(len(sequence), -1) for sequence in sequences])
    return RaggedData(values, np.array([len(s) for s in sequences]), np.zeros(len(sequences), np.int64))


def test_counts_are_those_of_the_words_of_the_training_part() -> None:
    splits = Splits(ragged([2, 3, 2], [5]), ragged([3, 4]), ragged([9, 2], [1]))
    found = {part: matrix.toarray().tolist() for part, matrix in steps.counts(splits).items()}
    assert found == {"train": [[2, 1, 0], [0, 0, 1]], "probe": [[0, 1, 0]], "test": [[1, 0, 0], [0, 0, 0]]}


def test_weights_are_those_of_scikit_learn_on_the_words() -> None:
    rng = np.random.default_rng(0)
    parts = {part: [list(rng.integers(2, 30, rng.integers(1, 9))) for _ in range(20)] for part in steps.PARTS}
    found = steps.weighted(Splits(**{part: ragged(*documents) for part, documents in parts.items()}))
    vectorizer = TfidfVectorizer(analyzer=list).fit(parts["train"])
    order = [vectorizer.vocabulary_[word] for word in sorted(vectorizer.vocabulary_)]
    for part, documents in parts.items():
        # Sums of at most 8 terms in another order.
        np.testing.assert_allclose(
            found[part].toarray(), vectorizer.transform(documents).toarray()[:, order], atol=1e-12
        )


def test_summaries_are_those_of_a_loop_standardised_by_the_training_part() -> None:
    rng = np.random.default_rng(0)
    parts = {part: [rng.normal(size=(size, 2)) for size in (1, 4, 7)] for part in steps.PARTS}
    plain = {
        part: np.array(
            [np.concatenate([x.mean(0), x.std(0), x.min(0), x.max(0), x[0], x[-1], [len(x)]]) for x in sequences]
        )
        for part, sequences in parts.items()
    }
    found = steps.summaries(Splits(**{part: ragged(*sequences) for part, sequences in parts.items()}))
    for part in steps.PARTS:
        # Rounding of float64 sums of at most 7 terms.
        wanted = (plain[part] - plain["train"].mean(0)) / plain["train"].std(0)
        np.testing.assert_allclose(found[part], wanted, atol=1e-9)


def test_a_feature_that_does_not_vary_is_no_division_by_zero() -> None:
    same = ragged([[1.0], [1.0]], [[1.0], [1.0]])
    assert np.isfinite(steps.summaries(Splits(same, same, same))["test"]).all()

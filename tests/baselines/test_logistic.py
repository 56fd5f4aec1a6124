"""The penalty is chosen by the probe part alone, and every class has a probability."""

import numpy as np
import pytest

from mismatch.baselines import logistic


def parts(seed: int = 0) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """One feature that names the class, and noise."""
    rng = np.random.default_rng(seed)
    labels = {part: np.arange(60) % 2 for part in ("train", "probe", "test")}
    return {part: np.c_[2.0 * y - 1, rng.normal(size=60)] for part, y in labels.items()}, labels


def test_what_can_be_learnt_is_learnt() -> None:
    inputs, labels = parts()
    found = logistic.fitted(inputs, labels["train"], labels["probe"], 2)
    assert (found.shares.argmax(1) == labels["test"]).all() and found.c >= 100


def test_the_probe_part_decides_on_the_penalty() -> None:
    inputs, labels = parts()
    assert logistic.fitted(inputs, labels["train"], 1 - labels["probe"], 2).c == logistic.PENALTIES[0]


def test_a_class_that_is_not_trained_on_has_a_probability_of_almost_nothing() -> None:
    inputs, labels = parts()
    shares = logistic.fitted(inputs, labels["train"], labels["probe"], 3).shares
    assert shares.shape == (60, 3) and (shares[:, 2] == logistic.LEAST).all()


def test_training_on_one_class_alone_predicts_it() -> None:
    inputs, labels = parts()
    found = logistic.fitted(inputs, np.ones(60, np.int64), labels["probe"], 2)
    assert (found.shares.argmax(1) == 1).all() and np.isnan(found.c)


def test_frequencies_are_those_of_the_labels() -> None:
    assert logistic.frequencies(np.array([0, 0, 1, 0]), 2, 3) == pytest.approx(np.array([[0.75, 0.25]] * 3))


def test_log_loss_is_the_mean_of_minus_the_logarithm() -> None:
    shares = np.array([[0.5, 0.5], [0.9, 0.1]])
    assert logistic.log_loss(shares, np.array([1, 0])) == pytest.approx(-(np.log(0.5) + np.log(0.9)) / 2)

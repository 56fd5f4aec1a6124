"""Logistic regression whose penalty is chosen on the probe part: what the baselines that learn are made of.

In: a matrix per part and the labels of training and probe part. Out: class probabilities of the test part. The labels
of the test part do not come in here at all.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

PENALTIES = tuple(float(10**power) for power in np.arange(-3, 3.25, 0.5))
"""C of scikit-learn, the inverse strength of the L2 penalty, in the order tried."""
PATIENCE = 2
"""The search ends after so many C in a row that do not lower the probe's log loss: it falls, then rises."""
LEAST = 1e-15
"""Probability of a class that the training part lacks."""


@dataclass(frozen=True)
class Fitted:
    """shares: (N, K) probabilities of the test part; c: the C chosen, NaN where there was nothing to choose."""

    shares: np.ndarray
    c: float


def fitted(inputs: Mapping[str, Any], train: np.ndarray, probe: np.ndarray, classes: int) -> Fitted:
    """Fit on the training part with the C of the lowest log loss on the probe part.

    Args:
        inputs: matrices (N, M), dense or sparse, by ``train``, ``probe``, ``test``.
        train, probe: labels (N,) in 0..classes-1.
    """
    if len(np.unique(train)) < 2:
        return Fitted(frequencies(train, classes, inputs["test"].shape[0]), float("nan"))
    best, chosen, worse = np.inf, Fitted(np.empty(0), float("nan")), 0
    for c in PENALTIES:
        model = _fit(inputs["train"], train, c)
        loss = log_loss(_shares(model, inputs["probe"], classes), probe)
        worse = 0 if loss < best else worse + 1
        if loss < best:
            best, chosen = loss, Fitted(_shares(model, inputs["test"], classes), c)
        if worse == PATIENCE:
            break
    return chosen


def frequencies(labels: np.ndarray, classes: int, count: int) -> np.ndarray:
    """The shares of the classes among `labels`, for each of `count` sequences: (count, classes)."""
    shares = np.maximum(np.bincount(labels, minlength=classes) / len(labels), LEAST)
    return np.tile(shares / shares.sum(), (count, 1))


def log_loss(shares: np.ndarray, labels: np.ndarray) -> float:
    """Mean cross-entropy in nats of `shares` (N, K) against `labels` (N,)."""
    return float(-np.log(np.maximum(shares[np.arange(len(labels)), labels], LEAST)).mean())


def _fit(inputs: Any, labels: np.ndarray, c: float) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        # One that stops early is a classifier all the same, and the probe part decides whether it is taken.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LogisticRegression(C=c, max_iter=1000).fit(inputs, labels)


def _shares(model: Any, inputs: Any, classes: int) -> np.ndarray:
    """(N, K) probabilities; a class that was not trained on has `LEAST`."""
    shares = np.full((inputs.shape[0], classes), LEAST)
    shares[:, model.classes_] = model.predict_proba(inputs)
    return shares

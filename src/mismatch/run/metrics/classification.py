"""What accuracy does not say of a classifier: classes it neglects, how it ranks, how far its probabilities hold.

In: logits and drawn labels of the test part. Out: one number per column, by scikit-learn where it has the measure.
Classes of which the test part has no sequence are left out, silently: a small split may have lost one.
"""

import warnings
from typing import ClassVar

import numpy as np

from mismatch.run.metrics.base import SHARE, Column, Finished, Metric

BINS = 15
"""Of equal width over [0, 1], as in Guo et al. (2017)."""


class Classification(Metric):
    """Balanced accuracy, macro F1, log loss, AUC of two classes and calibration error."""

    name = "classification"
    columns: ClassVar = {
        "balanced_accuracy": Column(
            "share",
            "mean over the classes of the test part of the share of each that is predicted as such",
            within=SHARE,
        ),
        "macro_f1": Column(
            "share",
            "mean F1 (harmonic mean of precision and recall) of the classes that are in the test part or predicted",
            within=SHARE,
        ),
        "log_loss": Column(
            "nats", "mean cross-entropy of the softmax on the test part; ln K for K equal shares", lower_is_better=True
        ),
        "auc": Column(
            "share",
            "area under the ROC curve of the second of two classes, 0.5 for guessing; empty for more classes",
            within=SHARE,
        ),
        "calibration_error": Column(
            "share",
            f"expected calibration error (Guo et al. 2017): mean gap of confidence and accuracy over {BINS} bins of "
            "confidence, weighted by their counts",
            lower_is_better=True,
            within=SHARE,
        ),
    }

    def measure(self, run: Finished) -> dict[str, float | bool]:
        return classification(run.outcome.logits.astype(np.float64), run.parts["test"].labels)


def classification(logits: np.ndarray, labels: np.ndarray) -> dict[str, float | bool]:
    """The columns of `Classification` from logits (N, K) and labels (N,) in 0..K-1."""
    from sklearn.metrics import f1_score, log_loss

    predicted = logits.argmax(1)
    known = bool(np.isfinite(logits).all())
    shares = softmax(logits) if known else logits
    return {
        "balanced_accuracy": balanced_accuracy(labels, predicted),
        "macro_f1": float(f1_score(labels, predicted, average="macro", zero_division=0.0)),
        "log_loss": float(log_loss(labels, shares, labels=range(logits.shape[1]))) if known else float("nan"),
        "auc": _auc(logits, labels) if known else float("nan"),
        "calibration_error": calibration_error(shares, labels) if known else float("nan"),
    }


def balanced_accuracy(labels: np.ndarray, predicted: np.ndarray) -> float:
    """Mean over the classes of `labels` (N,) of the share of each that is `predicted` (N,) as such."""
    from sklearn.metrics import balanced_accuracy_score

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a class may be predicted that the test part lacks
        return float(balanced_accuracy_score(labels, predicted))


def softmax(logits: np.ndarray) -> np.ndarray:
    """(N, K) shares that add up to 1."""
    raised = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(raised / raised.sum(1, keepdims=True))


def _auc(logits: np.ndarray, labels: np.ndarray) -> float:
    """Of two classes that both occur; the difference of the logits ranks as the softmax does, without rounding to 1."""
    if logits.shape[1] != 2 or len(np.unique(labels)) != 2:
        return float("nan")
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(labels, logits[:, 1] - logits[:, 0]))


def calibration_error(shares: np.ndarray, labels: np.ndarray, bins: int = BINS) -> float:
    """Sum over bins of n_b/N |accuracy_b - confidence_b|; bins are (k/bins, (k+1)/bins], as Guo et al. draw them."""
    confidence = shares.max(1)
    gap = (shares.argmax(1) == labels) - confidence
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    return float(np.abs(np.bincount(place, gap, bins)).sum() / len(labels))

"""Accuracy against chance and ceiling, and its parts: lost with the information, or left unlearnt."""

from typing import ClassVar

import numpy as np

from mismatch.adapt import Adapted
from mismatch.run.metrics.base import SHARE, SIGNED, Column, Finished, Metric

NAN = float("nan")


class Accuracy(Metric):
    """Test accuracy on the drawn labels and, where the posterior is known, exactly."""

    name = "accuracy"
    columns: ClassVar = {
        "accuracy": Column("share", "test accuracy on the drawn labels", within=SHARE),
        "exact_accuracy": Column(
            "share",
            "mean exact posterior of the predicted class: accuracy without the noise of the drawn labels",
            within=SHARE,
        ),
        "exact_accuracy_se": Column(
            "share", "standard error of exact_accuracy from the size of the test set", averaged=False
        ),
        "bayes_accuracy": Column("share", "accuracy of the Bayes rule of the raw sequences on the same drawn labels"),
        "chance": Column("share", "accuracy of guessing"),
        "ceiling": Column("share", "Bayes accuracy given what the arm lets the model see; empty where unknown (text)"),
        "ceiling_full": Column("share", "Bayes accuracy given the raw sequence"),
        "skill": Column(
            "share", "(exact_accuracy - chance) / (ceiling - chance); empty without a ceiling above chance"
        ),
        "information_loss": Column("share", "ceiling_full - ceiling: what the adaptation destroyed", within=SIGNED),
        "learnability_loss": Column(
            "share", "ceiling - exact_accuracy: what optimisation and estimation left unused", within=SIGNED
        ),
    }

    def measure(self, run: Finished) -> dict[str, float | bool]:
        exact, error, bayes = _exact(run.parts["test"], run.outcome.logits.argmax(1))
        chance, ceiling, full = run.arm.data.chance, run.ceiling, run.full_ceiling
        reach = ceiling - chance
        return {
            "accuracy": run.accuracy,
            "exact_accuracy": exact,
            "exact_accuracy_se": error,
            "bayes_accuracy": bayes,
            "chance": chance,
            "ceiling": ceiling,
            "ceiling_full": full,
            "skill": (exact - chance) / reach if reach > 1e-9 else NAN,
            "information_loss": full - ceiling,
            "learnability_loss": ceiling - exact,
        }


def _exact(test: Adapted, predicted: np.ndarray) -> tuple[float, float, float]:
    """Mean posterior of the `predicted` classes (N,), its standard error, and the Bayes rule's accuracy."""
    if test.posterior is None:
        return NAN, NAN, NAN
    right = test.posterior[np.arange(len(predicted)), predicted].astype(np.float64)
    bayes = float((test.posterior.argmax(1) == test.labels).mean())
    return float(right.mean()), float(right.std() / np.sqrt(len(right))), bayes

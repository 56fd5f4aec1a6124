"""Accuracy on training sequences, and how far the test falls short of it."""

from typing import ClassVar

from mismatch.run.metrics.base import SHARE, SIGNED, Column, Finished, Metric


class Generalisation(Metric):
    """What was learnt by heart."""

    name = "generalisation"
    columns: ClassVar = {
        "train_accuracy": Column("share", "accuracy on the training sequences, the first 1024 of them", within=SHARE),
        "generalisation_gap": Column("share", "train_accuracy - accuracy", within=SIGNED),
    }

    def measure(self, run: Finished) -> dict[str, float | bool]:
        labels = run.parts["train"].labels[: len(run.outcome.train_logits)]
        train = float((run.outcome.train_logits.argmax(1) == labels).mean())
        return {"train_accuracy": train, "generalisation_gap": train - run.accuracy}

"""What a training hands to the metrics: its trace, predictions, what the model was, and which weights count."""

from dataclasses import dataclass

import numpy as np

from mismatch.adapt import Adapted
from mismatch.config.arm import Arm
from mismatch.data.streams import digest
from mismatch.engine.backend import keras, threads
from mismatch.engine.model import Built
from mismatch.engine.trace import Trace

TRAIN_SCORED = 1024  # training sequences that are predicted after training


@dataclass(frozen=True)
class Outcome:
    """A finished training: logits (N, K) on test and on the first training sequences, and what the model was."""

    trace: Trace
    logits: np.ndarray
    train_logits: np.ndarray
    mask_reached_gru: bool
    init_hash: str
    parameters: int
    threads: int


class Kept:
    """The weights that are scored: under ``train.keep=best`` those at the lowest probe loss, the first of equals."""

    def __init__(self, arm: Arm, model: keras.Model) -> None:
        self._choose, self._model = arm.train.keep == "best", model
        self._loss, self._weights = float("inf"), None

    def note(self, loss: float) -> None:
        """The model has this probe loss now."""
        if self._choose and loss < self._loss:
            self._loss, self._weights = loss, self._model.get_weights()

    def restore(self) -> None:
        """Give the model the weights that are scored."""
        if self._weights is not None:
            self._model.set_weights(self._weights)


def scored(parts: dict[str, Adapted]) -> list[Adapted]:
    """What a trained model is scored on: the test part, and as much of the training part as tells them apart."""
    train, cut = parts["train"], slice(TRAIN_SCORED)
    head = Adapted(train.inputs[cut], train.mask[cut], train.labels[cut], None, train.lengths[cut])
    return [parts["test"], head]


def pieces(count: int, size: int) -> np.ndarray:
    """Rows 0 to `count` - 1 in pieces (M, `size`) of one size, the last one filled with repeats."""
    return (np.arange(-(-count // size) * size) % count).reshape(-1, size)


def outcome(trace: Trace, logits: list[np.ndarray], built: Built, weights: list[np.ndarray]) -> Outcome:
    """The outcome of a training that started from `weights`; `logits` of the two parts of `scored`."""
    trainable = sum(int(np.prod(weight.shape)) for weight in built.model.trainable_weights)
    reached, hashed = built.mask_reached_gru, digest(*weights)
    return Outcome(trace, logits[0], logits[1], reached, hashed, trainable, threads())

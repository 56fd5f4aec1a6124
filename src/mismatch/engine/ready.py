"""A model ready to be trained by Keras: with its first weights, loss and optimizer, whoever wrote it.

In: an arm and its streams. Out: a `Ready`. Stock models start from weights drawn by name; one of a person's own starts
from those that Keras draws once the seed of the replicate is set: arms whose layers have the same shapes start alike.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mismatch.config.arm import Arm
from mismatch.data.streams import Streams
from mismatch.engine.backend import keras
from mismatch.engine.model import Built, build
from mismatch.engine.own import own
from mismatch.engine.weights import initial_weights

LEAST = 1e-7
"""In place of probabilities that are smaller, as in Keras."""


@dataclass(frozen=True)
class Ready:
    """weights: those that the model starts with. probabilities: whether it gives these, and not logits."""

    built: Built
    weights: list[np.ndarray]
    optimizer: Any
    loss: Any
    probabilities: bool = False

    def logits(self, outputs: Any) -> np.ndarray:
        """Logits (N, K) of what the model gives."""
        given = np.asarray(outputs)
        return np.log(np.maximum(given, LEAST)) if self.probabilities else given


def ready(arm: Arm, streams: Streams) -> Ready:
    """The model of `arm` at the start of a replicate.

    Raises:
        ConfigError: for a model of a person's own that cannot be used.
    """
    if arm.model.build is not None:
        return _own(arm, streams)
    built = build(arm)
    weights = initial_weights(arm, built.weights, streams)
    built.model.set_weights(weights)
    built.reseed(streams)
    return Ready(built, weights, _optimizer(arm), keras.losses.SparseCategoricalCrossentropy(from_logits=True))


def _own(arm: Arm, streams: Streams) -> Ready:
    """One that is compiled keeps its loss and its optimizer, with the learning rate of the arm."""
    keras.utils.set_random_seed(int(streams.rng("init").integers(2**31 - 1)))
    made = own(arm)
    model = made.model
    built, weights = Built(model, arm.mask.kind == "explicit"), model.get_weights()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=not made.probabilities)
    if made.rate is None:
        return Ready(built, weights, _optimizer(arm), loss, made.probabilities)
    model.optimizer.learning_rate = arm.train.learning_rate
    loss = model.loss if isinstance(model.loss, type(loss)) else loss  # which may leave out a class
    return Ready(built, weights, model.optimizer, loss, made.probabilities)


def _optimizer(arm: Arm) -> Any:
    named = {"class_name": arm.train.optimizer, "config": {"learning_rate": arm.train.learning_rate}}
    return keras.optimizers.get(named)

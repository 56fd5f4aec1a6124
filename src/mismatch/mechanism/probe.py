"""An untrained GRU that can be read: gradient of its input kernel, and its final state, with and without a mask.

In: sequences (N, T, D) and labels (N,). Out: a `Reading`. One set of weights serves both programs, at any T.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mismatch.config.groups import Length, Model, Settings
from mismatch.config.rules import resolve
from mismatch.data.early import Early
from mismatch.data.streams import Streams
from mismatch.engine.backend import keras, tf
from mismatch.engine.weights import initial_weights

UNITS = 16


@dataclass(frozen=True)
class Reading:
    """One evaluation. kernel: gradient of the GRU's input kernel, (D, 3H). state: final state, (N, H)."""

    kernel: np.ndarray
    state: np.ndarray

    @property
    def gradient_norm(self) -> float:
        """Frobenius norm of the gradient of the input kernel, nats per unit of weight."""
        return float(np.linalg.norm(self.kernel))

    @property
    def cue_gradient_norm(self) -> float:
        """The same over the rows of the cue's K features alone, which fire at the first step only."""
        return float(np.linalg.norm(self.kernel[:-2]))

    @property
    def state_norm(self) -> float:
        """Mean length of the final state."""
        return float(np.linalg.norm(self.state, axis=1).mean())

    @property
    def state_spread(self) -> float:
        """Root mean square distance of the final states from their mean: what tells sequences apart."""
        return float(np.sqrt(((self.state - self.state.mean(0)) ** 2).sum(1).mean()))


class Probe:
    """A stock GRU and head, read with and without `Masking` in front, at any T with one trace each."""

    def __init__(self, dataset: Early) -> None:
        self.dataset = dataset
        inputs = keras.Input((None, dataset.feature_count))
        gru = keras.layers.GRU(UNITS, use_cudnn=False, name="gru")
        head = keras.layers.Dense(dataset.classes, name="head")
        states = {"none": gru(inputs), "masking": gru(keras.layers.Masking()(inputs))}
        models = {mask: keras.Model(inputs, [state, head(state)]) for mask, state in states.items()}
        self.model = models["none"]
        self._programs = {
            mask: _program(model, gru.cell.kernel, dataset.feature_count) for mask, model in models.items()
        }

    def initialise(self, bias: str, steps: int, streams: Streams) -> None:
        """Draw the initial weights of a run with this bias at T = `steps`."""
        model = Model(units=UNITS, bias_init=bias)
        arm = resolve(Settings(data=self.dataset, length=Length(steps=steps), model=model))
        shapes = [(weight.path, tuple(weight.shape)) for weight in self.model.weights]
        self.model.set_weights(initial_weights(arm, shapes, streams))

    def read(self, mask: str, inputs: np.ndarray, labels: np.ndarray) -> Reading:
        """Gradient and final state on inputs (N, T, D) float32 and labels (N,), mask none | masking."""
        kernel, state = self._programs[mask](inputs, labels)
        return Reading(kernel.numpy().astype(np.float64), state.numpy().astype(np.float64))


def _program(model: Any, kernel: Any, features: int) -> Callable[[np.ndarray, np.ndarray], tuple[Any, Any]]:
    """Compiled (N, T, D), (N,) -> gradient of the mean cross-entropy by `kernel`, and final state."""

    @tf.function(input_signature=[tf.TensorSpec((None, None, features)), tf.TensorSpec((None,), tf.int64)])
    def program(inputs: Any, labels: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            state, logits = model(inputs)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            loss = tf.reduce_mean(losses)
        return tape.gradient(loss, kernel.value), state

    made: Callable[[np.ndarray, np.ndarray], tuple[Any, Any]] = program
    return made

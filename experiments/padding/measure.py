"""What padding does to the gradient before anything is trained: the mechanism behind the sweep.

In: nothing but seeds. Out: `gradient.csv`, one row per number of pads x where they stand x mask x bias x
replicate. All cells of a replicate share sequences and initial kernels, so a share is a paired ratio.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from mismatch.config.groups import Length, Model, Settings
from mismatch.config.rules import resolve
from mismatch.data.base import RaggedData
from mismatch.data.early import Early
from mismatch.data.streams import Streams
from mismatch.engine.weights import initial_weights

TABLES = {
    "gradient.csv": "gradient and final state of an untrained GRU against the number of zero steps added to a sequence"
}
SECONDS = (16.0, 8.0)
PADS = (0, 1, 2, 3, 5, 8, 10, 15, 20, 30, 40)
SMOKE_PADS = (0, 2, 10, 20)
REPLICATES, SMOKE_REPLICATES = 12, 3
SIDES = ("pre", "mid", "post")
MASKS = ("none", "masking")
BIASES = ("zeros", "chrono")
STEPS = 8
"""Real steps of every sequence; the cue that names the class is the first."""
SEQUENCES = 128
UNITS = 16
SEED = 0


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

    def __init__(self) -> None:
        from mismatch.engine.backend import keras

        dataset = _dataset()
        inputs = keras.Input((None, dataset.feature_count))
        gru = keras.layers.GRU(UNITS, use_cudnn=False, name="gru")
        head = keras.layers.Dense(dataset.classes, name="head")
        states = {"none": gru(inputs), "masking": gru(keras.layers.Masking()(inputs))}
        models = {mask: keras.Model(inputs, [state, head(state)]) for mask, state in states.items()}
        self.model = models["none"]
        self._programs = {mask: _program(model, gru.cell.kernel) for mask, model in models.items()}

    def initialise(self, bias: str, steps: int, streams: Streams) -> None:
        """Draw the initial weights of a run with this bias at T = `steps`."""
        arm = resolve(Settings(data=_dataset(), length=Length(steps=steps), model=Model(units=UNITS, bias_init=bias)))
        shapes = [(weight.path, tuple(weight.shape)) for weight in self.model.weights]
        self.model.set_weights(initial_weights(arm, shapes, streams))

    def read(self, mask: str, inputs: np.ndarray, labels: np.ndarray) -> Reading:
        """Gradient and final state on inputs (N, T, D) float32 and labels (N,)."""
        kernel, state = self._programs[mask](inputs, labels)
        return Reading(kernel.numpy().astype(np.float64), state.numpy().astype(np.float64))


def measure(out: Path, smoke: bool = False) -> None:
    """Write `<out>/gradient.csv`; `smoke` leaves out most pads and replicates."""
    rows = list(_rows(SMOKE_PADS if smoke else PADS, SMOKE_REPLICATES if smoke else REPLICATES))
    out.mkdir(parents=True, exist_ok=True)
    with (out / "gradient.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def pad(inputs: np.ndarray, pads: int, side: str) -> np.ndarray:
    """Put `pads` zero steps before, amid or after the steps of (N, T, D): (N, T + pads, D)."""
    at = {"pre": 0, "mid": inputs.shape[1] // 2, "post": inputs.shape[1]}[side]
    zeros = np.zeros((len(inputs), pads, inputs.shape[2]), inputs.dtype)
    return np.concatenate([inputs[:, :at], zeros, inputs[:, at:]], axis=1)


def _rows(every_pads: tuple[int, ...], replicates: int) -> Iterator[dict[str, object]]:
    """The table row by row.

    A share compares with the unpadded, unmasked sequence under the SAME weights. A chrono bias is that of
    the padded T, so its own effect on the gradient is in both and only that of the pads is left.
    """
    probe = Probe()
    for replicate in range(replicates):
        streams = Streams(SEED, replicate)
        data = _dataset().sample(streams.rng("data/probe"), SEQUENCES)
        inputs, labels = _dense(data), data.labels
        for bias, pads in product(BIASES, every_pads):
            probe.initialise(bias, STEPS + pads, streams)
            unpadded = probe.read("none", inputs, labels)
            for side, mask in product(SIDES, MASKS):
                reading = probe.read(mask, pad(inputs, pads, side), labels)
                yield _row(replicate, pads, side, mask, bias, reading, unpadded)


def _row(
    replicate: int, pads: int, side: str, mask: str, bias: str, reading: Reading, unpadded: Reading
) -> dict[str, object]:
    return {
        "experiment": "padding",
        "arm": f"{pads} pads {side}, mask {mask}, bias {bias}",
        "replicate": replicate,
        "status": "ok",
        "pads": pads,
        "length.padding": side,
        "length.steps": STEPS + pads,
        "mask": mask,
        "model.bias_init": bias,
        "gradient_norm": reading.gradient_norm,
        "gradient_share": reading.gradient_norm / unpadded.gradient_norm,
        "cue_gradient_norm": reading.cue_gradient_norm,
        "cue_gradient_share": reading.cue_gradient_norm / unpadded.cue_gradient_norm,
        "state_norm": reading.state_norm,
        "state_spread": reading.state_spread,
    }


def _dataset() -> Early:
    """`early` with all sequences of one length, so that every pad is one of the pads counted."""
    return Early(min_length=STEPS, max_length=STEPS)


def _dense(data: RaggedData) -> np.ndarray:
    """(N, T, D) of sequences that all have T steps."""
    return data.values.reshape(len(data), STEPS, -1)


def _program(model: Any, kernel: Any) -> Callable[[np.ndarray, np.ndarray], tuple]:
    """Compiled (N, T, D), (N,) -> gradient of the mean cross-entropy by `kernel`, and final state."""
    from mismatch.engine.backend import tf

    features = _dataset().feature_count

    @tf.function(input_signature=[tf.TensorSpec((None, None, features)), tf.TensorSpec((None,), tf.int64)])
    def program(inputs: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            state, logits = model(inputs)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            loss = tf.reduce_mean(losses)
        return tape.gradient(loss, kernel.value), state

    return program

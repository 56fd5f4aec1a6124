"""The small models and the two synthetic sets that the cases share.

In: sizes, a loss, a seed. Out: compiled models and arrays `(N, T, D)`; trainings that several cases need are kept.
"""

from functools import cache
from typing import Any

import numpy as np

from mismatch.engine.backend import keras
from mismatch.trials.runner import Bench

STEPS, FEATURES, UNITS, ROWS = 6, 4, 8, 32
LONG = 12  # steps of the trainings: long enough that no layout but the right one is learned at this budget
TRAIN, BATCH = 1024, 64
EPOCHS = 8
RATE = 0.02
SPARSE = "sparse_categorical_crossentropy"


def compiled(model: keras.Model, loss: Any = SPARSE, eager: bool = False, learns: bool = False) -> keras.Model:
    """`model` with XLA off: 'auto' would decide by the machine. One that `learns` gets Adam and reports its accuracy.

    The others get plain gradient descent, whose step Keras traces once instead of twice.
    """
    optimizer = keras.optimizers.Adam(RATE) if learns else keras.optimizers.SGD(RATE)
    model.compile(optimizer, loss, metrics=["accuracy"] if learns else None, run_eagerly=eager, jit_compile=False)
    return model


def classifier(
    steps: int | None = STEPS,
    features: int = FEATURES,
    classes: int = 2,
    activation: str | None = "softmax",
    loss: Any = SPARSE,
    eager: bool = False,
    learns: bool = False,
) -> keras.Model:
    """Input((steps, features)), GRU(8), Dense(classes); compiled."""
    layers = [keras.Input((steps, features)), keras.layers.GRU(UNITS), keras.layers.Dense(classes, activation)]
    return compiled(keras.Sequential(layers), loss, eager, learns)


def shapeless(loss: Any = SPARSE) -> keras.Model:
    """The same without an input: the first batch decides the number of features."""
    return compiled(keras.Sequential([keras.layers.GRU(UNITS), keras.layers.Dense(2, "softmax")]), loss)


def batch(steps: int = STEPS, features: int = FEATURES, rows: int = ROWS) -> tuple[np.ndarray, np.ndarray]:
    """Normal noise `(rows, steps, features)` float32 and alternating labels `(rows,)` int32."""
    values = np.random.default_rng(0).normal(size=(rows, steps, features)).astype("float32")
    return values, np.arange(rows, dtype="int32") % 2


@cache
def pairs(
    steps: int = LONG, features: int = FEATURES, seed: int = 0, rows: int = TRAIN
) -> tuple[np.ndarray, np.ndarray]:
    """One-hot symbols `(rows, steps, features)` float32; class 1 holds 0 directly before 1, class 0 the reverse.

    The classes mirror each other, so symbol counts say nothing: only the order of neighbours does. Ceiling 1.
    """
    rng = np.random.default_rng(seed)
    found: list[np.ndarray] = []
    for first in (1, 0):
        symbols = rng.integers(0, features, (60 * rows, steps))
        holds = _neighbours(symbols, first, 1 - first) & ~_neighbours(symbols, 1 - first, first)
        found.append(symbols[holds][: rows // 2])
    if any(len(half) < rows // 2 for half in found):
        raise ValueError(f"too few sequences with steps={steps}, features={features}")
    order = rng.permutation(rows)
    labels = np.repeat(np.arange(2, dtype="int32"), rows // 2)
    return np.eye(features, dtype="float32")[np.concatenate(found)[order]], labels[order]


def _neighbours(symbols: np.ndarray, first: int, second: int) -> np.ndarray:
    return ((symbols[:, :-1] == first) & (symbols[:, 1:] == second)).any(axis=1)


def train(bench: Bench, model: keras.Model, values: Any, labels: Any) -> keras.Model:
    """Fit for the budget of the table."""
    bench.watch(model).fit(values, labels, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return model


def score(model: keras.Model, values: np.ndarray, labels: np.ndarray, rows: int = TRAIN) -> float:
    """Share of right classes: the largest output, or above one half where there is only one; `rows` at a time."""
    outputs = np.concatenate([model(values[start : start + rows]) for start in range(0, len(values), rows)])
    classes = outputs.argmax(-1) if outputs.shape[-1] > 1 else (outputs[..., 0] > 0.5)
    return float(np.mean(classes == labels))


@cache
def trained(features: int = FEATURES) -> keras.Model:
    """The classifier trained on `pairs` as they should be: the reference of the silent cases."""
    keras.utils.set_random_seed(0)
    return train(Bench(), classifier(LONG, features, learns=True), *pairs(LONG, features))


@cache
def correct(features: int = FEATURES) -> float:
    """Its test accuracy."""
    return score(trained(features), *pairs(LONG, features, seed=1))

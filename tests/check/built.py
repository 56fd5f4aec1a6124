"""Small models and batches with one fault each, and without: what the rules on models are tried on."""

from functools import cache
from typing import Any

import numpy as np

from mismatch.check.models import check_model
from mismatch.check.outcome import Checked
from mismatch.engine.backend import keras

layers = keras.layers
ROWS, STEPS, FEATURES = 24, 6, 4
SPARSE = "sparse_categorical_crossentropy"


def batch(steps: int = STEPS, features: int = FEATURES, rows: int = ROWS, seed: int = 0) -> tuple[Any, Any]:
    """Noise and classes 0 and 1 that have nothing to do with it."""
    rng = np.random.default_rng(seed)
    return rng.random((rows, steps, features)).astype("float32"), np.arange(rows) % 2


def padded(side: str = "post", value: float = 0.0) -> Any:
    """The batch with 0 to 3 pads in each row."""
    values = batch()[0]
    pads = np.arange(ROWS) % 4
    place = np.arange(STEPS)
    hidden = place >= STEPS - pads[:, None] if side == "post" else place < pads[:, None]
    return np.where(hidden[..., None], np.float32(value), values)


@cache
def classifier(steps: int | None = STEPS, features: int = FEATURES, units: int = 2, activation: str | None = "softmax",
               loss: Any = SPARSE, **options: Any) -> Any:  # fmt: skip
    """Input, GRU, Dense, compiled."""
    stack = [keras.Input((steps, features)), layers.GRU(3, **options), layers.Dense(units, activation)]
    model = keras.Sequential(stack)
    model.compile("adam", loss)
    return model


@cache
def masked() -> Any:
    """Masking in front of the classifier."""
    stack = [keras.Input((None, FEATURES)), layers.Masking(), layers.GRU(3), layers.Dense(2, "softmax")]
    model = keras.Sequential(stack)
    model.compile("adam", SPARSE)
    return model


def names(checked: Checked) -> dict[str, str]:
    """Name and severity of every finding."""
    return {finding.name: finding.severity for finding in checked.findings}


def found(name: str, *given: Any, **more: Any) -> list[Any]:
    """The findings of one rule."""
    return [finding for finding in check_model(*given, **more).findings if finding.name == name]

"""The classifier: stock Keras layers from adapted inputs to logits.

In: an `Arm`. Out: a `keras.Model` from inputs (N, T, D) or token ids (N, T), plus the mask (N, T) where
it is explicit, to logits (N, K).
"""

import warnings
from dataclasses import dataclass
from typing import Any

from mismatch.config.arm import Arm
from mismatch.engine.backend import keras

layers, ops = keras.layers, keras.ops

# Convolution and pooling drop a mask, and Keras warns at every trace; here it is a factor, and the row says so.
warnings.filterwarnings("ignore", message=".*destroy the mask information")

FAR_BELOW = -1e9  # stands for minus infinity before a maximum over steps that may be padding


@dataclass(frozen=True)
class Built:
    """The model, and whether a mask reaches its GRU."""

    model: keras.Model
    mask_reached_gru: bool

    @property
    def weights(self) -> list[tuple[str, tuple[int, ...]]]:
        """Path and shape of every weight, in the order of `model.set_weights`."""
        return [(weight.path, tuple(weight.shape)) for weight in self.model.weights]


def build(
    arm: Arm, gru: type[keras.layers.GRU] = keras.layers.GRU, conv: type[keras.layers.Conv1D] = keras.layers.Conv1D
) -> Built:
    """Build the model of `arm` from stock layers, or with an equivalent `gru` and `conv`."""
    tokens = arm.data.vocabulary_size
    steps = None if arm.bucketed else arm.steps
    shape = (steps,) if tokens else (steps, arm.input_width)
    inputs = [keras.Input(shape, dtype="int32" if tokens else "float32", name="inputs")]
    x = inputs[0]
    mask = None
    if arm.mask.kind == "explicit":
        inputs.append(keras.Input((arm.steps,), dtype="bool", name="mask"))
        mask = inputs[1]
    keras_mask = arm.mask.kind == "masking"
    if tokens:
        if keras_mask and arm.reduction.mask == "rebuilt":
            mask = ops.not_equal(x, 0)
        x = layers.Embedding(tokens, arm.width, mask_zero=keras_mask, name="embedding")(x)
    elif keras_mask:
        if arm.reduction.mask == "rebuilt":
            mask = ops.any(ops.not_equal(x, arm.mask.value), axis=-1)
        x = layers.Masking(arm.mask.value, name="masking")(x)
    if arm.features.adapter == "dense":
        x = layers.Dense(arm.width, use_bias=False, name="adapter")(x)
    if arm.reduction.kind != "none":
        x, mask = _reduce(arm, x, mask if arm.reduction.mask == "rebuilt" else None, conv)
    layer = gru(arm.model.units, use_cudnn=False, name="gru")
    head = layers.Bidirectional(layer, name="bidirectional") if arm.model.bidirectional else layer
    reached = mask is not None or getattr(x, "_keras_mask", None) is not None
    state = head(x, mask=mask) if mask is not None else head(x)
    logits = layers.Dense(arm.data.classes_count, name="head")(state)
    return Built(keras.Model(inputs if len(inputs) > 1 else inputs[0], logits), reached)


def _reduce(arm: Arm, x: Any, mask: Any, conv: type[keras.layers.Conv1D]) -> tuple[Any, Any]:
    """Convolution and pooling. Given a mask (N, T), keep padding out of both and rebuild it for T // pool."""
    reduction, strided = arm.reduction, arm.reduction.kind == "strided"
    if mask is not None:
        x = _where(mask, x, 0.0)
    if reduction.kernel is not None:
        options = {"strides": reduction.pool if strided else 1, "padding": "same", "activation": "relu"}
        x = conv(reduction.filters, reduction.kernel, name="conv", **options)(x)
        x = x if mask is None or strided else _where(mask, x, 0.0)
    if reduction.pool is not None:
        if not strided:
            x = x if mask is None else _where(mask, x, FAR_BELOW)
            x = layers.MaxPooling1D(reduction.pool, name="pool")(x)
        if mask is not None:
            windows = ops.reshape(mask[:, : arm.gru_steps * reduction.pool], (-1, arm.gru_steps, reduction.pool))
            mask = ops.any(windows, axis=-1)
            x = _where(mask, x, 0.0)
    return x, mask


def _where(mask: Any, x: Any, other: float) -> Any:
    return ops.where(ops.expand_dims(mask, -1), x, ops.cast(other, "float32"))

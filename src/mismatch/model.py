"""The classifier: stock Keras layers from adapted inputs to logits, and its initial weights.

In: an `Arm`. Out: a `keras.Model` from inputs (N, T, D) or token ids (N, T), plus the mask (N, T) where
it is explicit, to logits (N, K); and numpy weights from the replicate's init stream.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from mismatch.backend import keras
from mismatch.config import Arm
from mismatch.streams import Streams

layers, ops = keras.layers, keras.ops

# Convolution and pooling drop a mask, and Keras warns at every trace; here it is a factor, and the row says so.
warnings.filterwarnings("ignore", message=".*destroy the mask information")

FAR_BELOW = -1e9  # stands for minus infinity before a maximum over steps that may be padding


@dataclass(frozen=True)
class Built:
    """The model, and whether a mask reaches its GRU."""

    model: keras.Model
    mask_reached_gru: bool


def build(
    arm: Arm, gru: type[keras.layers.GRU] = keras.layers.GRU, conv: type[keras.layers.Conv1D] = keras.layers.Conv1D
) -> Built:
    """Build the model of `arm` from stock layers, or with an equivalent `gru` and `conv`."""
    tokens = arm.data.vocabulary_size
    shape = (arm.steps,) if tokens else (arm.steps, arm.width)
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
    reduction = arm.reduction
    if mask is not None:
        x = _where(mask, x, 0.0)
    if reduction.kernel is not None:
        x = conv(reduction.filters, reduction.kernel, padding="same", activation="relu", name="conv")(x)
        x = x if mask is None else _where(mask, x, 0.0)
    if reduction.pool is not None:
        x = x if mask is None else _where(mask, x, FAR_BELOW)
        x = layers.MaxPooling1D(reduction.pool, name="pool")(x)
        if mask is not None:
            windows = ops.reshape(mask[:, : arm.gru_steps * reduction.pool], (-1, arm.gru_steps, reduction.pool))
            mask = ops.any(windows, axis=-1)
            x = _where(mask, x, 0.0)
    return x, mask


def _where(mask: Any, x: Any, other: float) -> Any:
    return ops.where(ops.expand_dims(mask, -1), x, ops.cast(other, "float32"))


def initial_weights(arm: Arm, model: keras.Model, streams: Streams) -> list[np.ndarray]:
    """One array per entry of `model.weights`, from Keras's default distributions.

    Each weight has its own stream, named by its path, and is drawn row by row: arms whose models differ
    in D alone share the first rows of the input kernel up to the Glorot limit (with kernel_init=matched
    that too), and all other weights.
    """
    return [_draw(arm, weight, streams.rng(f"init/{weight.path}")) for weight in model.weights]


def _draw(arm: Arm, weight: Any, rng: np.random.Generator) -> np.ndarray:
    shape, role = tuple(weight.shape), weight.path.split("/")[-1]
    if role == "bias":
        chrono = arm.model.bias_init == "chrono" and "gru" in weight.path
        return chrono_bias(rng, shape, arm.gru_steps) if chrono else np.zeros(shape, np.float32)
    if role == "recurrent_kernel":
        return orthogonal(rng, shape)
    if role == "embeddings":
        return rng.uniform(-0.05, 0.05, shape).astype(np.float32)
    # Glorot & Bengio 2010: U(-limit, limit) with limit = sqrt(6 / (fan_in + fan_out)).
    receptive = int(np.prod(shape[:-2]))
    rows = shape[-2]
    first = "conv" if arm.reduction.kernel else "gru"
    if arm.model.kernel_init == "matched" and first in weight.path:
        rows = arm.data.feature_count
    limit = np.sqrt(6.0 / (receptive * (rows + shape[-1])))
    return (limit * rng.uniform(-1, 1, shape)).astype(np.float32)


def orthogonal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """(H, 3H) with orthonormal rows, uniformly distributed (Saxe et al. 2014), as Keras draws it."""
    rows, columns = shape
    q, r = np.linalg.qr(rng.standard_normal((columns, rows)))
    return (q * np.sign(np.diag(r))).T.astype(np.float32)


def chrono_bias(rng: np.random.Generator, shape: tuple[int, ...], steps: int) -> np.ndarray:
    """(2, 3H) zeros with log U(1, T - 1) on the input bias of the update gate (Tallec & Ollivier 2018).

    In Keras z multiplies the OLD state, so a positive bias is a long memory.
    """
    bias = np.zeros(shape, np.float32)
    units = shape[1] // 3
    bias[0, :units] = np.log(rng.uniform(1, max(steps - 1, 1) + 1e-6, units))
    return bias

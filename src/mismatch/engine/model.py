"""The classifier: stock Keras layers from adapted inputs to logits.

In: an `Arm`. Out: a `keras.Model` from inputs (N, T, D) or token ids (N, T), plus the mask (N, T) where
it is explicit, to logits (N, K).
"""

import warnings
from dataclasses import dataclass

from mismatch.config.arm import Arm
from mismatch.data.streams import Streams
from mismatch.engine.backend import keras

layers, ops = keras.layers, keras.ops

# Convolution and pooling drop a mask, and Keras warns at every trace; here it is a factor, and the row says so.
warnings.filterwarnings("ignore", message=".*destroy the mask information")


@dataclass(frozen=True)
class Built:
    """The model, and whether a mask reaches its recurrent layer."""

    model: keras.Model
    mask_reached_gru: bool

    @property
    def weights(self) -> list[tuple[str, tuple[int, ...]]]:
        """Path and shape of every weight, in the order of `model.set_weights`."""
        return [(weight.path, tuple(weight.shape)) for weight in self.model.weights]

    def reseed(self, streams: Streams) -> None:
        """Start the dropout of a replicate: arms of one batch size and one width then drop the same features."""
        seed = int(streams.rng("dropout").integers(2**31 - 1))
        for layer in self.model.layers:
            if isinstance(layer, layers.SpatialDropout1D):
                layer.seed_generator.state.assign([seed, 0])


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
    learned = arm.adapter.layer(layers, arm.width)
    x = x if learned is None else learned(x)
    passes = arm.front.transparent or arm.reduction.mask == "rebuilt"
    x, mask = arm.front.build(keras, x, mask if passes else None, conv)
    if arm.model.dropout:  # what GRU(dropout=...) does: one mask a sequence, drawn apart from T and from padding
        x = layers.SpatialDropout1D(arm.model.dropout, seed=0, name="dropout")(x)
    cell = layers.LSTM if arm.model.cell == "lstm" else gru
    layer = cell(arm.model.units, use_cudnn=False, name=arm.model.cell)
    head = layers.Bidirectional(layer, name="bidirectional") if arm.model.bidirectional else layer
    reached = mask is not None or getattr(x, "_keras_mask", None) is not None
    state = head(x, mask=mask) if mask is not None else head(x)
    logits = layers.Dense(arm.data.classes_count, name="head")(state)
    return Built(keras.Model(inputs if len(inputs) > 1 else inputs[0], logits, name="classifier"), reached)

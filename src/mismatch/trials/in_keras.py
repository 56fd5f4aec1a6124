"""Cases in Keras, on TensorFlow or on JAX: features given to a model of a GRU made for 4. See `elsewhere`."""

from typing import Any

from mismatch.engine.backend import BACKEND, keras
from mismatch.trials.elsewhere import FEATURES, STEPS, UNITS, Trial, Weights, batch


def version() -> str:
    """That of what Keras runs on, behind Keras's own."""
    from importlib.metadata import version as installed

    return f"{keras.__version__} on {BACKEND} {installed(BACKEND)}"


def _model() -> Any:
    layers = [keras.Input((STEPS, FEATURES)), keras.layers.GRU(UNITS), keras.layers.Dense(2, "softmax")]
    model = keras.Sequential(layers)
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def call(weights: Weights, features: int) -> None:
    _model()(batch(features)[0])


def train(weights: Weights, features: int) -> None:
    model = _model()
    weights.watch(model.get_weights)
    model.fit(*batch(features), verbose=0)


def predict(weights: Weights, features: int) -> None:
    _model().predict(batch(features)[0], verbose=0)


def evaluate(weights: Weights, features: int) -> None:
    _model().evaluate(*batch(features), verbose=0)


def einsum(weights: Weights, features: int) -> None:
    keras.ops.einsum("ntf,fh->nth", batch(features)[0], keras.ops.ones((FEATURES, UNITS)))


trials = [
    Trial("gru-call", "call", "{} features into a called Keras model made for 4", call),
    Trial("gru-train", "fit", "{} features into a fit of a Keras model made for 4", train),
    Trial("gru-predict", "predict", "{} features into a predict of a Keras model made for 4", predict),
    Trial("gru-evaluate", "evaluate", "{} features into an evaluate of a Keras model made for 4", evaluate),
    Trial("einsum", "call", "{} features times weights for 4 by keras.ops.einsum, as in a layer of one's own", einsum),
]

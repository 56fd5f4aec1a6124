"""Cases in plain JAX: features given to a GRU of one's own, a scan over steps, made for 4. See `elsewhere`."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from mismatch.trials.elsewhere import FEATURES, UNITS, Trial, Weights, batch

Parameters = dict[str, Any]


def version() -> str:
    """JAX's."""
    return str(jax.__version__)


def _parameters() -> Parameters:
    rng = np.random.default_rng(0)
    shapes = {"kernel": (FEATURES, 3 * UNITS), "recurrent": (UNITS, 3 * UNITS), "head": (UNITS, 2)}
    return {name: jnp.asarray(0.1 * rng.normal(size=shape), jnp.float32) for name, shape in shapes.items()}


def gru(parameters: Parameters, values: Any) -> Any:
    """Logits (N, 2) of values (N, T, D)."""

    def step(state: Any, x: Any) -> tuple[Any, None]:
        z, r, c = jnp.split(x @ parameters["kernel"], 3, axis=-1)
        uz, ur, uc = jnp.split(state @ parameters["recurrent"], 3, axis=-1)
        gate = jax.nn.sigmoid(z + uz)
        return gate * state + (1 - gate) * jnp.tanh(c + jax.nn.sigmoid(r + ur) * uc), None

    state, _ = jax.lax.scan(step, jnp.zeros((values.shape[0], UNITS)), jnp.swapaxes(values, 0, 1))
    return state @ parameters["head"]


def call(weights: Weights, features: int) -> None:
    gru(_parameters(), batch(features)[0])


def compiled(weights: Weights, features: int) -> None:
    jax.jit(gru)(_parameters(), batch(features)[0])


def mapped(weights: Weights, features: int) -> None:
    jax.vmap(lambda row: gru(_parameters(), row[None])[0])(batch(features)[0])


def train(weights: Weights, features: int) -> None:
    kept = {"parameters": _parameters()}
    weights.watch(lambda: list(kept["parameters"].values()))

    def loss(parameters: Parameters, values: Any, labels: Any) -> Any:
        return -jax.nn.log_softmax(gru(parameters, values))[jnp.arange(len(labels)), labels].mean()

    gradients = jax.jit(jax.grad(loss))(kept["parameters"], *batch(features))
    kept["parameters"] = jax.tree.map(lambda weight, slope: weight - 0.1 * slope, kept["parameters"], gradients)


def einsum(weights: Weights, features: int) -> None:
    jnp.einsum("ntf,fh->nth", batch(features)[0], _parameters()["kernel"])


trials = [
    Trial("gru-call", "call", "{} features into a called GRU made for 4, a jax.lax.scan over steps", call),
    Trial("gru-jit", "call", "{} features into the same GRU under jax.jit", compiled),
    Trial("gru-vmap", "call", "{} features into the same GRU, row by row under jax.vmap", mapped),
    Trial("gru-train", "fit", "{} features into an update of the same GRU, its gradient under jax.jit", train),
    Trial("einsum", "call", "{} features times weights for 4 by jax.numpy.einsum, as in a layer of one's own", einsum),
]

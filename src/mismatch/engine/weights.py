"""Initial weights, in numpy: Keras's default distributions from the replicate's init stream.

In: an arm and the (path, shape) of each weight of its model. Out: one array each.
"""

import numpy as np

from mismatch.config.arm import Arm
from mismatch.data.streams import Streams


def initial_weights(arm: Arm, weights: list[tuple[str, tuple[int, ...]]], streams: Streams) -> list[np.ndarray]:
    """One float32 array per (path, shape), in order.

    Each weight has its own stream, named by its path, and is drawn row by row: arms whose models differ
    in D alone share the first rows of the input kernel up to the Glorot limit (with kernel_init=matched
    that too), and all other weights.
    """
    first = next(path.split("/")[0] for path, _ in weights if path.split("/")[0] not in ("embedding", "adapter"))
    return [_draw(arm, path, shape, first, streams.rng(f"init/{path}")) for path, shape in weights]


def _draw(arm: Arm, path: str, shape: tuple[int, ...], first: str, rng: np.random.Generator) -> np.ndarray:
    """One weight; `first` is the layer that reads the D features."""
    role = path.split("/")[-1]
    if role == "bias":
        recurrent = path.split("/")[-2].endswith("_cell")
        chrono = arm.gru_steps if recurrent and arm.model.bias_init == "chrono" else None
        if recurrent and arm.model.cell == "lstm":
            return lstm_bias(rng, shape, chrono)
        return np.zeros(shape, np.float32) if chrono is None else chrono_bias(rng, shape, chrono)
    if role == "recurrent_kernel":
        return orthogonal(rng, shape)
    if role == "embeddings":
        return rng.uniform(-0.05, 0.05, shape).astype(np.float32)
    # Glorot & Bengio 2010: U(-limit, limit) with limit = sqrt(6 / (fan_in + fan_out)).
    receptive, rows = int(np.prod(shape[:-2])), shape[-2]
    if arm.model.kernel_init == "matched" and path.split("/")[0] == first:
        rows = arm.data.feature_count
    limit = np.sqrt(6.0 / (receptive * (rows + shape[-1])))
    return (limit * rng.uniform(-1, 1, shape)).astype(np.float32)


def orthogonal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """(H, 3H), or 4H of an LSTM, with orthonormal rows, uniformly distributed (Saxe et al. 2014), as Keras draws it."""
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


def lstm_bias(rng: np.random.Generator, shape: tuple[int, ...], chrono: int | None) -> np.ndarray:
    """(4H,) zeros with 1 on the forget gate, as Keras has it; chrono: for T steps as Tallec & Ollivier (2018) have it.

    That is b_f = log U(1, T - 1) on the forget gate and -b_f on the input gate; Keras orders gates i, f, c, o.
    """
    bias = np.zeros(shape, np.float32)
    units = shape[0] // 4
    bias[units : 2 * units] = 1
    if chrono is not None:
        bias[units : 2 * units] = np.log(rng.uniform(1, max(chrono - 1, 1) + 1e-6, units))
        bias[:units] = -bias[units : 2 * units]
    return bias

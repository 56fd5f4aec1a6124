"""The classifier in plain NumPy, one sequence and one step after another, as its formulas say it: the reference.

In: an arm, its weights by path, inputs (N, T, D) and the true mask (N, T). Out: logits (N, K), float64. Nothing
here is shared with the code it checks; formulas are those of Cho et al. (2014) with the reset gate applied after
the product, as Keras has them.
"""

import numpy as np

from mismatch.config.arm import Arm

Array = np.ndarray


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def gru(x: Array, mask: Array, kernel: Array, recurrent: Array, bias: Array, backwards: bool = False) -> Array:
    """Last state (H,) of a GRU over `x` (T, D), carried over the steps where `mask` (T,) is False."""
    units = recurrent.shape[0]
    state = np.zeros(units)
    order = range(len(x))
    for t in reversed(order) if backwards else order:
        if not mask[t]:
            continue
        of_input, of_state = x[t] @ kernel + bias[0], state @ recurrent + bias[1]
        update = sigmoid(of_input[:units] + of_state[:units])
        reset = sigmoid(of_input[units : 2 * units] + of_state[units : 2 * units])
        candidate = np.tanh(of_input[2 * units :] + reset * of_state[2 * units :])
        state = update * state + (1 - update) * candidate
    return state


def lstm(x: Array, mask: Array, kernel: Array, recurrent: Array, bias: Array, backwards: bool = False) -> Array:
    """The same of an LSTM (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000), gates i f c o."""
    state = cell = np.zeros(recurrent.shape[0])
    order = range(len(x))
    for t in reversed(order) if backwards else order:
        if not mask[t]:
            continue
        write, forget, candidate, read = np.split(x[t] @ kernel + state @ recurrent + bias, 4)
        cell = sigmoid(forget) * cell + sigmoid(write) * np.tanh(candidate)
        state = sigmoid(read) * np.tanh(cell)
    return state


def conv(x: Array, kernel: Array, bias: Array, stride: int = 1) -> Array:
    """ReLU of a convolution (size, D, F) over `x` (T, D), padding "same" with zeros: (ceil(T / stride), F)."""
    size, steps = len(kernel), len(x)
    count = -(-steps // stride)
    missing = max((count - 1) * stride + size - steps, 0)
    around = np.concatenate([np.zeros((missing // 2, x.shape[1])), x, np.zeros((size, x.shape[1]))])
    patches = (around[k * stride : k * stride + size] for k in range(count))
    return np.array([np.maximum(np.einsum("sd,sdf->f", patch, kernel) + bias, 0) for patch in patches])


def pool(x: Array, real: Array, size: int) -> Array:
    """Maximum over the real steps of each window of `size` steps of `x` (T, F), 0 without any: (T / size, F)."""
    windows = [(x[k : k + size], real[k : k + size]) for k in range(0, len(x) - size + 1, size)]
    return np.array([rows[kept].max(0) if kept.any() else np.zeros(x.shape[1]) for rows, kept in windows])


def reduce(arm: Arm, weights: dict[str, Array], x: Array, mask: Array | None) -> tuple[Array, Array]:
    """The front of the arm on `x` (T, D) and its mask, None where the mask does not act: x and mask after it."""
    front = arm.reduction
    real = np.ones(len(x), bool) if mask is None else mask
    x = np.where(real[:, None], x, 0)
    if front.kernel:
        stride = front.pool if front.kind == "strided" else 1
        x = conv(x, weights["conv/kernel"], weights["conv/bias"], stride)
    if not front.pool:
        return x, real
    after = real.reshape(-1, front.pool).any(1)
    return np.where(after[:, None], x if front.kind == "strided" else pool(x, real, front.pool), 0), after


def logits(arm: Arm, weights: dict[str, Array], inputs: Array, true_mask: Array) -> Array:
    """Logits (N, K) of the arm's classifier on `inputs` (N, T, D) or token ids (N, T)."""
    weights = {path: value.astype(np.float64) for path, value in weights.items()}
    return np.array([_one(arm, weights, *row) for row in zip(inputs, true_mask, strict=True)])


def _one(arm: Arm, weights: dict[str, Array], x: Array, true_mask: Array) -> Array:
    mask = true_mask if arm.mask.kind == "explicit" else None
    if arm.data.vocabulary_size:
        mask = x != 0 if arm.mask.kind == "masking" else mask
        x = weights["embedding/embeddings"][x]
    elif arm.mask.kind == "masking":
        mask = (x != np.float32(arm.mask.value)).any(1)
        x = x * mask[:, None]
    x = x.astype(np.float64)
    if "adapter/kernel" in weights:
        x = x @ weights["adapter/kernel"]
    if arm.reduction.kind != "none":
        x, mask = reduce(arm, weights, x, mask if arm.reduction.mask == "rebuilt" else None)
    mask = np.ones(len(x), bool) if mask is None else mask
    kind, layer = arm.model.cell, {"gru": gru, "lstm": lstm}[arm.model.cell]
    cells = [(f"{kind}/", False)]
    if arm.model.bidirectional:
        cells = [(f"bidirectional/forward_{kind}/", False), (f"bidirectional/backward_{kind}/", True)]
    names = ("kernel", "recurrent_kernel", "bias")
    states = [
        layer(x, mask, *(weights[f"{cell}{kind}_cell/{name}"] for name in names), backwards)
        for cell, backwards in cells
    ]
    return np.concatenate(states) @ weights["head/kernel"] + weights["head/bias"]

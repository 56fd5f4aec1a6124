"""The order of the axes of (N, T, D), and the mistakes in it that Keras cannot notice: the shape is right."""

import numpy as np


def arrange(inputs: np.ndarray, kind: str) -> np.ndarray:
    """`inputs` (N, T, D) in the layout `kind`, again (N, T, D).

    correct: as it is. transpose: features as timesteps, T = D. scramble: memory in the order (D, T) read as
    (T, D), which for T = D is the transpose. time_major: each T samples, in the order (T, samples, D), read as
    (samples, T, D): a row then holds one timestep of T different samples; N must be a multiple of T.
    """
    samples, steps, features = inputs.shape
    if kind == "transpose":
        return inputs.transpose(0, 2, 1)
    if kind == "scramble":
        return inputs.transpose(0, 2, 1).reshape(samples, steps, features)
    if kind == "time_major":
        chunks = inputs.reshape(samples // steps, steps, steps, features)
        return chunks.transpose(0, 2, 1, 3).reshape(samples, steps, features)
    return inputs

"""The length policy L -> T: which steps are kept, where padding goes, and the true mask."""

from typing import NamedTuple

import numpy as np

from mismatch.data.base import RaggedData, head_steps


class Placed(NamedTuple):
    """values: (N, T, d) of the raw dtype. mask: (N, T) bool, True at real steps, from lengths alone."""

    values: np.ndarray
    mask: np.ndarray


def place(data: RaggedData, steps: int, padding: str, truncating: str, pad_value: float) -> Placed:
    """Cut every sequence to at most T = `steps` steps and pad it to exactly T.

    padding: pre | post, where the padding goes. truncating: pre | post | head_tail, what is cut
    (head_tail keeps the first ceil(T/2) and the last floor(T/2) steps, joined in order).
    """
    lengths = data.lengths[:, None]
    kept = np.minimum(lengths, steps)
    slot = np.arange(steps)[None, :]
    # k: the how-manieth kept step stands in this slot; negative or >= kept means padding
    k = slot - (steps - kept) if padding == "pre" else np.broadcast_to(slot, (len(data), steps))
    mask = (k >= 0) & (k < kept)
    head = np.where(lengths > steps, head_steps(steps, truncating), kept)
    source = np.where(k < head, k, lengths - kept + k)
    rows = np.where(mask, data.offsets[:, None] + source, 0)
    values = data.values[rows]
    values[~mask] = pad_value
    return Placed(values, mask)

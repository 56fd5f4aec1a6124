"""The length policy L -> T: which steps are kept or made, where padding goes and what it holds, and the true mask."""

from typing import NamedTuple

import numpy as np

from mismatch.config.groups import INTERPOLATE
from mismatch.data.base import RaggedData


class Placed(NamedTuple):
    """values: (N, T, d) of the raw dtype. mask: (N, T) bool, True at real steps, from lengths alone."""

    values: np.ndarray
    mask: np.ndarray


def place(
    data: RaggedData,
    steps: int,
    padding: str,
    truncating: str,
    pad_value: float,
    fill: str = "constant",
    starts: np.ndarray | None = None,
    noise: np.random.Generator | None = None,
) -> Placed:
    """Cut every sequence to at most T = `steps` steps and pad it to exactly T, or resample it to T.

    padding: pre | post | mid (after the first ceil(n/2) of n kept steps) | none (as post: whoever batches cuts
    the pads off). truncating: see `kept_steps`; crop needs `starts`. fill: constant (`pad_value`) | last (the
    nearest real step again; in mid the one before the gap) | noise (N(0, 1) from `noise`).
    truncating interpolate: see `interpolated`; all T steps are real, and nothing is padded.
    """
    if truncating == INTERPOLATE:
        return Placed(interpolated(data, steps), np.ones((len(data), steps), bool))
    lengths = data.lengths[:, None]
    kept = np.minimum(lengths, steps)
    before = {"pre": np.zeros_like(kept), "mid": (kept + 1) // 2}.get(padding, kept)
    slot = np.arange(steps)[None, :]
    # The k-th kept step stands in this slot.
    k = np.where(slot < before, slot, slot - (steps - kept))
    mask = (slot < before) | (k >= before)
    if fill == "last":
        k = np.where(mask, k, np.maximum(before - 1, 0))
    rows = data.offsets[:, None] + kept_steps(np.clip(k, 0, kept - 1), lengths, steps, truncating, starts)
    values = data.values[rows]
    if fill == "noise":
        assert noise is not None
        values[~mask] = noise.standard_normal((int((~mask).sum()), values.shape[2]), np.float32)
    elif fill == "constant":
        values[~mask] = pad_value
    return Placed(values, mask)


def kept_steps(
    k: np.ndarray, lengths: np.ndarray, steps: int, truncating: str, starts: np.ndarray | None = None
) -> np.ndarray:
    """Position in the raw sequence of its k-th kept step; `lengths` (N, 1) broadcasts against `k` (N, T).

    Of a sequence longer than T = `steps`, pre keeps the last T steps, post the first T, head_tail the first
    ceil(T/2) and the last floor(T/2), crop the T from `starts` (N,), stride those at floor((k + 1/2) L / T).
    """
    excess = np.maximum(lengths - steps, 0)
    if truncating == "stride":
        return np.where(excess > 0, (2 * k + 1) * lengths // (2 * steps), k)
    if truncating == "crop":
        assert starts is not None
        return k + starts[:, None]
    head = {"pre": 0, "post": steps, "head_tail": (steps + 1) // 2}[truncating]
    return np.where(k < head, k, k + excess)


def interpolated(data: RaggedData, steps: int) -> np.ndarray:
    """Every sequence at T = `steps` points, evenly spread from its first step to its last: (N, T, d) float32.

    Linear between neighbours, as numpy.interp on linspace(0, 1, T) over linspace(0, 1, L), which is what aeon's Resizer
    does. T = L changes nothing, to the last digit; T = 1 keeps the first step; L = 1 repeats it.
    """
    before, share = between(data.lengths, steps)
    rows = data.offsets[:, None] + before
    return blend(data.values[rows], data.values[rows + (share > 0)], share)


def between(lengths: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Where T = `steps` evenly spread points lie in sequences of `lengths` (N,).

    Returns the step before each point, (N, T) int64, and the share of the way to the next, (N, T) float64 in [0, 1).
    """
    # Whole numbers: the ends, and every step where T = L, are met exactly.
    gaps = max(steps - 1, 1)
    before, rest = np.divmod(np.arange(steps) * (lengths[:, None] - 1), gaps)
    return before, rest / gaps


def blend(first: np.ndarray, second: np.ndarray, share: np.ndarray) -> np.ndarray:
    """`first` plus `share` (...) of the way to `second`, both (..., d): (..., d) float32, never outside the two."""
    start = first.astype(np.float64)
    way = second - start
    way *= share[..., None]
    way += start
    return way.astype(np.float32)


def steps_used(lengths: np.ndarray, steps: int, truncating: str | None) -> np.ndarray:
    """How many raw steps of each sequence of `lengths` (N,) what is kept or made is made of: (N,) int64."""
    if truncating != INTERPOLATE:
        return np.minimum(lengths, steps)
    known, which = np.unique(lengths, return_inverse=True)
    before, share = between(known, steps)
    used = np.zeros((len(known), int(known.max())), bool)
    row = np.arange(len(known))[:, None]
    used[row, before] = used[row, before + (share > 0)] = True
    return used.sum(1)[which]


def crop_starts(rng: np.random.Generator, lengths: np.ndarray, steps: int) -> np.ndarray:
    """Where a random window of T = `steps` steps starts: uniform on 0..L - T, 0 where L <= T; (N,) int64."""
    # One number per sequence whatever T is, so that the windows of neighbouring T lie close together.
    return (rng.random(len(lengths)) * (np.maximum(lengths - steps, 0) + 1)).astype(np.int64)

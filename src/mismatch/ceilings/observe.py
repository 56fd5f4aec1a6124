"""The exact ceiling of a finite task: every raw sequence goes through the arm's own adaptation.

In: a `Support`, all distinct raw sequences with P(x, y), and a `View`. Out: the sum over distinct observations
of max_y P(observation, y). An observation is what no model behind the adaptation can see past: the rows left by
a mask, or all T rows. Behind a convolution and a maximum over windows it is, per window, the set of patches
(kernel rows) in it: filters enough can tell any two sets apart, and no number of them can tell more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from mismatch.adapt.features import standardise
from mismatch.adapt.length import place
from mismatch.data.base import RaggedData, View

UNKNOWN = float("nan")
LIMIT = 2**62  # an int64 holds ids below it


@dataclass(frozen=True)
class Support:
    """Every distinct raw sequence once. codes: sequences of (sum L, 1) int64 indices into `rows`.

    rows: (U, d) float32, the distinct timesteps. joint: (M, K) float64, P(sequence, label).
    """

    codes: RaggedData
    rows: np.ndarray
    joint: np.ndarray


class Alphabet(NamedTuple):
    """What a slot of the adapted array can hold, each distinct thing under one code.

    real: (U,) code of each raw row; pad and zero: code of a padding row and of a row of zeros
    vectors: (C, D + 1) float32, the row of each code, and a last column that tells apart what equal rows hide
    masked: (C,) bool, what Masking skips
    """

    real: np.ndarray
    pad: int
    zero: int
    vectors: np.ndarray
    masked: np.ndarray


class Seen(NamedTuple):
    """codes: (M, T) int64. real: (M, T) bool, from the lengths. gone: (M, T) bool, what a mask deletes."""

    codes: np.ndarray
    real: np.ndarray
    gone: np.ndarray


def ceiling(support: Support, view: View) -> float:
    """Bayes accuracy given `view`, exactly, or NaN where extra random numbers make it a matter of degree.

    Noise beside the features or in the pads can betray how many rows a window holds. What is then seen lies
    between sets and counts, and is known where both give the same accuracy.
    """
    letters = _alphabet(support.rows, view)
    parts = [(_mask(codes, real, letters, view), joint) for codes, real, joint in _placed(support, letters, view)]
    seen = Seen(*(np.concatenate(arrays) for arrays in zip(*(part for part, _ in parts), strict=True)))
    joint = np.concatenate([weights for _, weights in parts])
    if _random(seen, letters, view):
        return UNKNOWN
    if not _reduces(view):
        return _best(_sequences(seen.codes, seen.gone), joint)
    low = _best(_reduced(seen, letters, view, counted=False), joint)
    noisy = view.extra != "none" or (view.fill == "noise" and bool((~seen.real & ~seen.gone).any()))
    if not noisy or view.pool in (None, 1) or view.stride:
        return low
    high = _best(_reduced(seen, letters, view, counted=True), joint)
    return low if high - low < 1e-12 else UNKNOWN


def _alphabet(rows: np.ndarray, view: View) -> Alphabet:
    vectors = rows if view.center is None or view.spread is None else standardise(rows, view.center, view.spread)
    vectors = vectors if view.matrix is None else vectors @ view.matrix
    pad = np.full((1, vectors.shape[1]), view.pad_value, np.float32)
    vectors = np.concatenate([vectors, pad, np.zeros_like(pad)]) + np.float32(0)  # -0 is 0
    count = len(rows)
    tag = np.zeros((count + 2, 1), np.float32)
    if view.extra == "noise":
        tag[:count] = 1  # a row with noise in it equals no constant row
    if view.fill == "noise" or (view.fill == "last" and view.extra == "noise"):
        tag[count] = 2  # nor do two rows hold the same noise, unless one is a copy
    vectors, code = np.unique(np.concatenate([vectors, tag], 1), axis=0, return_inverse=True)
    masked = (vectors[:, :-1] == np.float32(view.mask_value)).all(1) & (vectors[:, -1] == 0)
    return Alphabet(code[:count], int(code[count]), int(code[count + 1]), vectors, masked)


def _placed(support: Support, letters: Alphabet, view: View) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Codes (m, T), true mask (m, T) and P(sequence, label) (m, K): once, or for each window a crop may take."""
    data = replace(support.codes, values=letters.real.astype(np.int16)[support.codes.values])
    fill = "last" if view.fill == "last" and view.extra != "noise" else "constant"
    excess = np.maximum(data.lengths - view.steps, 0)
    crop = view.truncating == "crop"
    for start in range(int(excess.max()) + 1 if crop else 1):
        placed = place(data, view.steps, view.padding, view.truncating, letters.pad, fill, np.minimum(start, excess))
        rows = excess >= start if crop else slice(None)
        share = (excess + 1)[:, None] if crop else 1
        yield placed.values[rows, :, 0], placed.mask[rows], (support.joint / share)[rows]


def _mask(codes: np.ndarray, real: np.ndarray, letters: Alphabet, view: View) -> Seen:
    """Delete what the mask deletes; where a reduction destroys the mask, Masking still sets its rows to 0."""
    gone = np.zeros_like(real)
    if view.mask == "explicit" or view.padding == "none":
        gone = ~real
    elif view.mask == "masking":
        gone = letters.masked[codes]
    reduced = _reduces(view)
    if reduced and (view.mask == "masking" or view.rebuilt):
        codes = np.where(gone, letters.zero, codes)
    return Seen(codes, real, gone & view.rebuilt if reduced else gone)


def _random(seen: Seen, letters: Alphabet, view: View) -> bool:
    """Whether chance decides what an observer can tell: no enumeration of the raw sequences knows that."""
    pads = bool((~seen.real & ~seen.gone).any())
    maximum = view.kernel is None and (view.pool or 1) > 1
    if view.extra == "resample":
        # A resampled column holds the values of a feature: it makes a row look real, or a copy, with some probability.
        collides = bool(letters.masked[letters.real].any()) and view.mask == "masking"
        collides |= pads and letters.pad in letters.real and view.fill == "constant"
        return collides or (pads and view.fill == "last")
    return pads and maximum and (view.fill == "noise" or (view.fill == "last" and view.extra != "none"))


def _reduces(view: View) -> bool:
    return view.kernel is not None or view.pool is not None


def _reduced(seen: Seen, letters: Alphabet, view: View, counted: bool) -> np.ndarray:
    """Ids (M,) of what is left behind convolution and pooling; `counted`: how often a window holds a patch, too."""
    samples, steps = seen.codes.shape
    kernel, pool = view.kernel or 1, view.pool or 1
    windows = (samples, steps // pool, pool)
    dead = np.asarray(seen.gone.reshape(windows).all(2))
    if view.stride:
        # Keras pads a strided convolution less than one of stride 1: the first patch starts (kernel - pool) / 2 early.
        patches = _patches(seen.codes, kernel, max(kernel - pool, 0) // 2, letters.zero)
        return _sequences(patches[:, ::pool], dead)
    patches = _patches(seen.codes, kernel, (kernel - 1) // 2, letters.zero)
    patches = np.where(seen.gone, -1, patches).reshape(windows)
    members = np.sort(patches, axis=2)
    if not counted or view.kernel is None:
        members[:, :, 1:][members[:, :, 1:] == members[:, :, :-1]] = -1
        members.sort(axis=2)
    ids = fold(members.reshape(-1, pool) + 1)
    if view.kernel is None:
        ids = _maxima(ids, members.reshape(-1, pool), letters.vectors)
        if counted:
            present = (seen.real & ~seen.gone).reshape(windows).sum(2).ravel()
            ids = ids * (pool + 1) + present
    return _sequences(ids.reshape(samples, -1), dead)


def _patches(codes: np.ndarray, kernel: int, before: int, zero: int) -> np.ndarray:
    """Ids (M, T) of the `kernel` rows from `before` steps ahead of each; zeros stand outside the array."""
    samples, steps = codes.shape
    padded = np.pad(codes, ((0, 0), (before, kernel - 1)), constant_values=zero)
    shifted = np.stack([padded[:, shift : shift + steps] for shift in range(kernel)], axis=2)
    return fold(shifted.reshape(-1, kernel)).reshape(samples, steps)


def _maxima(ids: np.ndarray, members: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Ids (W,) of the largest value per feature in each window, of `members` (W, pool) codes (-1: nothing)."""
    _, first, inverse = np.unique(ids, return_index=True, return_inverse=True)
    held = members[first]
    values = np.where((held >= 0)[:, :, None], vectors[held], -np.inf).max(1)
    return np.unique(values, axis=0, return_inverse=True)[1][inverse]


def _sequences(codes: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """Ids (M,) of the sequences of codes (M, T) that are left when the rows `gone` are cut out."""
    if not gone.any():
        return fold(codes)
    slots = np.cumsum(~gone, axis=1) - 1
    sample, slot = np.nonzero(~gone)
    left = np.zeros_like(codes)
    left[sample, slots[sample, slot]] = codes[sample, slot] + 1
    return fold(left)


def fold(columns: np.ndarray) -> np.ndarray:
    """One id per distinct row of `columns` (M, W), whole numbers of at least 0: (M,) int64."""
    ids, size = np.zeros(len(columns), np.int64), 1
    for column in columns.T:
        base = int(column.max()) + 1
        if column.min() == base - 1:
            continue  # a constant tells nothing apart
        if size >= LIMIT // base:
            unique, ids = np.unique(ids, return_inverse=True)
            size = len(unique)
        ids = ids * base + column
        size *= base
    return ids


def _best(ids: np.ndarray, joint: np.ndarray) -> float:
    """Sum over distinct observations of max_y P(observation, y)."""
    ids = np.unique(ids, return_inverse=True)[1]
    most = np.stack([np.bincount(ids, weights) for weights in joint.T]).max(0).sum()
    return min(float(most), 1.0)  # a sum of shares may round to just above

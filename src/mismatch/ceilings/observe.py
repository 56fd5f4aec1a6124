"""What reaches the model of every sequence of a `Support`: the arm's own adaptation, on codes instead of numbers.

In: a `Support` and a `View`. Out: `Seen`, per sequence the code of each of the T slots, which of them are real, and
which a mask deletes; and P(sequence, label). Two slots have one code where the model is given equal rows.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from mismatch.adapt.length import place
from mismatch.adapt.scale import standardise
from mismatch.ceilings.view import View
from mismatch.data.laws import Support


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


def observe(support: Support, view: View) -> tuple[Seen, Alphabet, np.ndarray]:
    """All that is seen of every sequence, the alphabet of its codes, and P(sequence, label), (M, K)."""
    letters = _alphabet(support.rows, view)
    parts = [(_mask(codes, real, letters, view), joint) for codes, real, joint in _placed(support, letters, view)]
    seen = Seen(*(np.concatenate(arrays) for arrays in zip(*(part for part, _ in parts), strict=True)))
    return seen, letters, np.concatenate([weights for _, weights in parts])


def features(rows: np.ndarray, view: View) -> np.ndarray:
    """Raw timesteps (U, d) as scale and features adapter give them: (U, D) float32."""
    scaled = rows if view.center is None or view.spread is None else standardise(rows, view.center, view.spread)
    return scaled if view.matrix is None else scaled @ view.matrix


def _alphabet(rows: np.ndarray, view: View) -> Alphabet:
    vectors = features(rows, view)
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
    reduced = view.reduces
    if reduced and (view.mask == "masking" or view.rebuilt):
        codes = np.where(gone, letters.zero, codes)
    return Seen(codes, real, gone & view.rebuilt if reduced else gone)

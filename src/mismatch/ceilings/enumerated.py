"""The exact ceiling of a finite task: the sum over distinct observations of max_y P(observation, y).

An observation is what no model behind the adaptation can see past: the rows left by a mask, or all T rows. Behind a
convolution and a maximum over windows it is, per window, the set of patches (kernel rows) in it: filters enough can
tell any two sets apart, and no number of them can tell more.
"""

from dataclasses import replace

import numpy as np

from mismatch.ceilings.observe import Alphabet, Seen, observe
from mismatch.ceilings.resampled import nuisance_columns, resampled, told_at_most
from mismatch.ceilings.view import UNKNOWN, View
from mismatch.config.groups import INTERPOLATE
from mismatch.data.laws import Support, fold


def enumerated(support: Support, view: View) -> float:
    """Bayes accuracy given `view`, exactly, or NaN where random numbers make it a matter of degree.

    Noise beside the features or in the pads can betray how many rows a window holds. What is then seen lies
    between sets and counts, and is known where both give the same accuracy.
    """
    if view.truncating == INTERPOLATE:
        return _interpolated(support, view)
    if _mixed(support, view):
        return UNKNOWN
    seen, letters, joint = observe(support, view)
    if _random(seen, letters, view):
        return UNKNOWN
    if not view.reduces:
        return _best(_sequences(seen.codes, seen.gone), joint)
    low = _best(_reduced(seen, letters, view, counted=False), joint)
    noisy = view.extra != "none" or (view.fill == "noise" and bool((~seen.real & ~seen.gone).any()))
    if not noisy or view.pool in (None, 1) or view.stride:
        return low
    high = _best(_reduced(seen, letters, view, counted=True), joint)
    return low if high - low < 1e-12 else UNKNOWN


def _interpolated(support: Support, view: View) -> float:
    """Bayes accuracy given interpolated steps, or NaN where random numbers among them make it a matter of degree.

    Between two random numbers stands a third that betrays the length, more or less. What is then seen lies between
    nothing of them and all they could tell, and is known where both give the same accuracy.
    """
    shown = resampled(support, view)
    plain = replace(view, truncating="post", center=None, spread=None, matrix=None, extra="none")
    hidden = nuisance_columns(support, view)
    if hidden is not None and not hidden.any() and view.extra == "none":
        return enumerated(shown, plain)
    if hidden is None:
        return UNKNOWN
    certain = replace(shown, rows=shown.rows[:, ~hidden])
    skipped = (certain.rows == np.float32(view.mask_value)).all(1).any() and view.extra != "noise"
    if skipped and view.mask == "masking":
        return UNKNOWN  # whether a step is skipped depends on what stands beside it
    low = enumerated(certain, replace(plain, mask="none"))
    seen = observe(certain, View(view.steps))[0]
    high = _best(fold(np.stack([fold(seen.codes), told_at_most(support)], axis=1)), shown.joint)
    return low if high - low < 1e-12 else UNKNOWN


def _mixed(support: Support, view: View) -> bool:
    """Whether a maximum over steps depends on what a nuisance is: then one stand-in for its values is not enough."""
    if not support.nuisance or view.matrix is None or not view.maximum:
        return False
    which = list(support.nuisance)
    nuisance = (view.matrix[which] != 0).any(0)
    others = (np.delete(view.matrix, which, axis=0) != 0).any(0)
    return bool((nuisance & others).any())


def _random(seen: Seen, letters: Alphabet, view: View) -> bool:
    """Whether chance decides what an observer can tell: no enumeration of the raw sequences knows that."""
    pads = bool((~seen.real & ~seen.gone).any())
    if view.extra == "resample":
        # A resampled column holds the values of a feature: it makes a row look real, or a copy, with some probability.
        collides = bool(letters.masked[letters.real].any()) and view.mask == "masking"
        collides |= pads and letters.pad in letters.real and view.fill == "constant"
        return collides or (pads and view.fill == "last")
    return pads and view.maximum and (view.fill == "noise" or (view.fill == "last" and view.extra != "none"))


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


def _best(ids: np.ndarray, joint: np.ndarray) -> float:
    """Sum over distinct observations of max_y P(observation, y)."""
    ids = np.unique(ids, return_inverse=True)[1]
    most = np.stack([np.bincount(ids, weights) for weights in joint.T]).max(0).sum()
    return min(float(most), 1.0)  # a sum of shares may round to just above

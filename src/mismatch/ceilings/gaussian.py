"""The ceiling of two Gaussian classes: Phi(sqrt(n w'Pw)), with n steps seen and P what the adapter's map keeps.

P projects on the column space of the map: x_t R keeps R (R'R)^-1 R' (the linear discriminant of two Gaussians),
dropping features keeps coordinates, and columns of zeros, copies or noise add nothing. Steps are normal, so no row
looks like padding, and their number is fixed, so their places are known. T interpolated steps y = A x are worth
n = 1'(AA')^+ 1 steps: their mean is 1 w, as the rows of A (T, L) sum to 1, and their covariance AA' in each feature.
"""

from math import erf, sqrt

import numpy as np

from mismatch.adapt.length import interpolated, place
from mismatch.ceilings.view import UNKNOWN, View
from mismatch.config.groups import INTERPOLATE
from mismatch.data.base import RaggedData
from mismatch.data.laws import Gaussian


def gaussian(law: Gaussian, view: View) -> float:
    """Bayes accuracy given `view`, or NaN behind a maximum, which is no function of the sufficient sum."""
    if view.pool is not None and view.pool > 1 and not view.stride:
        return UNKNOWN
    power = float(np.square(law.direction).sum())
    if view.matrix is not None:
        basis, sizes, _ = np.linalg.svd(view.matrix.astype(np.float64), full_matrices=False)
        power = float(np.square(law.direction @ basis[:, sizes > 1e-6 * sizes.max()]).sum())
    return 0.5 * (1 + erf(sqrt(_steps_seen(law.steps, view) * power / 2)))


def _steps_seen(steps: int, view: View) -> float:
    """Steps left by truncation and, where a strided convolution is shorter than its stride, by its gaps."""
    kernel = view.kernel or 1
    covered = np.arange(view.steps) % (view.pool or 1) < kernel if view.stride else np.ones(view.steps, bool)
    if view.truncating == INTERPOLATE:
        return _worth(_weights(steps, view.steps)[covered])
    data = RaggedData(np.ones((steps, 1), np.float32), np.array([steps]), np.zeros(1, np.int64))
    truncating = "post" if view.truncating == "crop" else view.truncating  # any window holds T steps
    real = place(data, view.steps, view.padding, truncating, 0.0).mask[0]
    return float((real & covered).sum())


def _weights(steps: int, to: int) -> np.ndarray:
    """The matrix A (T, L) of interpolation from L = `steps` to T = `to`: what it makes of one unit at each step."""
    units = RaggedData(np.eye(steps, dtype=np.float32), np.array([steps]), np.zeros(1, np.int64))
    return interpolated(units, to)[0].astype(np.float64)


def _worth(weights: np.ndarray) -> float:
    """1'(AA')^+ 1 for A = `weights` (T, L): the squared length of what its row space holds of (1, .., 1)."""
    _, sizes, basis = np.linalg.svd(weights, full_matrices=False)
    return float(np.square(basis[sizes > 1e-6 * sizes.max()].sum(1)).sum())

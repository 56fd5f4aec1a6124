"""The ceiling of two Gaussian classes: Phi(sqrt(n w'Pw)), with n kept steps and P what the adapter's map keeps.

P projects on the column space of the map: x_t R keeps R (R'R)^-1 R' (the linear discriminant of two Gaussians),
dropping features keeps coordinates, and columns of zeros, copies or noise add nothing. Steps are normal, so no row
looks like padding, and their number is fixed, so their places are known.
"""

from math import erf, sqrt

import numpy as np

from mismatch.adapt.length import place
from mismatch.ceilings.view import UNKNOWN, View
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


def _steps_seen(steps: int, view: View) -> int:
    """Steps left by truncation and, where a strided convolution is shorter than its stride, by its gaps."""
    kernel = view.kernel or 1
    data = RaggedData(np.ones((steps, 1), np.float32), np.array([steps]), np.zeros(1, np.int64))
    truncating = "post" if view.truncating == "crop" else view.truncating  # any window holds T steps
    real = place(data, view.steps, view.padding, truncating, 0.0).mask[0]
    covered = np.arange(view.steps) % (view.pool or 1) < kernel if view.stride else np.ones(view.steps, bool)
    return int((real & covered).sum())

"""A finite task as interpolation leaves it: T steps a sequence, each made of two neighbours as the arm makes it.

In: a `Support` and a `View` that interpolates. Out: the `Support` of what is left, and what random numbers beside the
features, resampled with them, could tell at most.
"""

from dataclasses import replace

import numpy as np

from mismatch.adapt.length import between, blend, place
from mismatch.ceilings.observe import features
from mismatch.ceilings.view import View
from mismatch.data.laws import Support, fold


def resampled(support: Support, view: View) -> Support:
    """The sequences of `support`, their features adapted and then interpolated to T = `view.steps`.

    Its `rows` are distinct pairs of neighbours with a share of the way between them; some may hold equal numbers.
    """
    data = support.codes
    before, share = between(data.lengths, view.steps)
    shares, step = np.unique(share, return_inverse=True)
    rows = data.offsets[:, None] + before
    first, second = data.values[rows, 0], data.values[rows + (share > 0), 0]
    pairs = np.stack([first.ravel(), second.ravel(), step.ravel()], axis=1)
    ids = fold(pairs)
    # One pair of each id, without sorting millions of them.
    where = np.full(int(ids.max()) + 1, -1)
    where[ids] = np.arange(len(ids))
    found = np.flatnonzero(where >= 0)
    start, end, part = pairs[where[found]].T
    vectors = features(support.rows, view)
    lengths = np.full(len(data), view.steps)
    codes = replace(data, values=np.searchsorted(found, ids).reshape(-1, 1), lengths=lengths)
    return Support(codes, blend(vectors[start], vectors[end], shares[part]), support.joint)


def nuisance_columns(support: Support, view: View) -> np.ndarray | None:
    """Which of the D adapted features are nuisance, (D,) bool; None where one is mixed with others."""
    size = support.rows.shape[1]
    nuisance = np.isin(np.arange(size), support.nuisance)
    if view.matrix is None:
        return nuisance
    touched = (view.matrix[nuisance] != 0).any(0)
    mixed = touched & (view.matrix[~nuisance] != 0).any(0)
    return None if mixed.any() else touched


def told_at_most(support: Support) -> np.ndarray:
    """Ids (M,) of all that random numbers could tell, raw: the length, and where the nuisance is not random."""
    rows = support.rows[:, list(support.nuisance)]
    letter = np.unique(rows, axis=0, return_inverse=True)[1] + 1 if support.nuisance else np.ones(len(rows), np.int64)
    data = replace(support.codes, values=letter.reshape(-1)[support.codes.values])
    return fold(place(data, int(data.lengths.max()), "post", "post", 0).values[:, :, 0])

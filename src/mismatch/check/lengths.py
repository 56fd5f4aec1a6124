"""What each T does to sequences of unequal length: which share of the array are pads, what is cut, what it takes.

In: lengths and the features of a step. Out: one `Cut` for each T; `length.steps` chooses one of them.
"""

from dataclasses import dataclass

import numpy as np

SHARES = (0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
"""Quantiles of the lengths that are looked at as T."""


@dataclass(frozen=True)
class Cut:
    """What T = `steps` does. share: of the sequences that it holds whole, at least.

    padded: share of the N x T steps that are pads. lost: share of the data's steps that are cut. sequences: how many
    are cut. pads: the median of the pads a sequence gets. size: bytes of the array (N, T, d) in 32 bits.
    """

    share: float
    steps: int
    padded: float
    lost: float
    sequences: int
    pads: int
    size: int


def cut(lengths: np.ndarray, width: int, steps: int, share: float = float("nan")) -> Cut:
    """What T = `steps` does to sequences of these `lengths` (N,) and of `width` features."""
    kept = np.minimum(lengths, steps)
    total, cells = int(lengths.sum()), len(lengths) * steps
    return Cut(
        share,
        steps,
        1 - int(kept.sum()) / max(cells, 1),
        1 - int(kept.sum()) / max(total, 1),
        int((lengths > steps).sum()),
        int(np.median(steps - kept)) if len(lengths) else 0,
        cells * width * 4,
    )


def cuts(lengths: np.ndarray, width: int) -> list[Cut]:
    """What T does at each of `SHARES`, equal T once, under the largest share."""
    found = {}
    for share in SHARES:
        steps = max(int(np.quantile(lengths, share, method="inverted_cdf")), 1)
        found[steps] = cut(lengths, width, steps, share)
    return list(found.values())

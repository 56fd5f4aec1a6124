"""What an observer has of each sequence, said once more in plain loops over the arrays that the model would get."""

import numpy as np

from mismatch.adapt.length import place
from mismatch.ceilings import View


def seen_by_loop(data, view: View, starts: np.ndarray) -> list[tuple]:
    """What an observer has of each sequence, one after another, from the arrays the model would get."""
    placed = place(data, view.steps, view.padding, view.truncating, view.pad_value, view.fill, starts)
    return [_seen(rows, real, view) for rows, real in zip(placed.values, placed.mask, strict=True)]


def _seen(rows: np.ndarray, real: np.ndarray, view: View) -> tuple:
    kernel, pool = view.kernel or 1, view.pool or 1
    gone = {"none": np.zeros_like(real), "masking": (rows == view.mask_value).all(1), "explicit": ~real}[view.mask]
    if view.kernel is None and view.pool is None:
        return tuple(map(tuple, rows[~gone]))
    if view.mask == "masking" or view.rebuilt:
        rows = np.where(gone[:, None], 0, rows)
    gone = gone & view.rebuilt
    before = max(kernel - pool, 0) // 2 if view.stride else (kernel - 1) // 2
    outside = np.zeros((kernel, rows.shape[1]))
    padded = np.concatenate([outside[:before], rows, outside])
    patches = [tuple(padded[t : t + kernel].ravel()) for t in range(view.steps)]
    windows: list[tuple] = []
    for first in range(0, view.steps, pool):
        kept = [t for t in range(first, first + pool) if not gone[t]]
        if kept and view.stride:
            windows.append(patches[first])
        elif kept and view.kernel is None:
            windows.append(tuple(rows[kept].max(0)))
        elif kept:
            windows.append(tuple(sorted({patches[t] for t in kept})))
    return tuple(windows)

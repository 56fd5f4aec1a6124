"""Which steps of padded sequences are pads: runs of one repeated step at the end or the start of rows.

In: values (N, T) or (N, T, ...). Out: `Pads`, or None where nothing looks like padding. A run counts where it is
longer than steps of that value inside the rows would make it by chance, so that silence inside sequences, or bits, are
not taken for pads.
"""

from dataclasses import dataclass

import numpy as np

SURE = 5.0
"""Standard errors by which runs at an edge must be longer than chance."""


@dataclass(frozen=True, eq=False)
class Pads:
    """real: (N, T) bool, True at steps that are data. value: one padded step, flat. known: it is not a guess."""

    real: np.ndarray
    value: np.ndarray | None = None
    known: bool = False

    @property
    def after(self) -> np.ndarray:
        """(N,) pads behind the last real step of each row."""
        return np.argmax(self.real[:, ::-1], axis=1) * self.real.any(1)

    @property
    def before(self) -> np.ndarray:
        """(N,) pads in front of the first real step of each row."""
        return np.argmax(self.real, axis=1) * self.real.any(1)

    @property
    def inside(self) -> np.ndarray:
        """(N,) pads between real steps of each row."""
        total: np.ndarray = (~self.real).sum(1)
        return total - self.after - self.before - self.empty * self.real.shape[1]

    @property
    def empty(self) -> np.ndarray:
        """(N,) rows without any real step."""
        return np.asarray(~self.real.any(1))


def find(values: np.ndarray) -> Pads | None:
    """The pads of `values` (N, T) or (N, T, ...), None where there are none to be seen."""
    if values.ndim < 2 or 0 in values.shape or values.shape[1] < 2 or values.dtype.kind not in "biuf":
        return None
    steps = values.reshape(*values.shape[:2], -1)
    late, value = _edge(steps[:, ::-1])
    early, other = _edge(steps)
    real = ~(late[:, ::-1] | early)
    if real.all() or not real.any():
        return None
    return Pads(real, other if value is None else value)


def _edge(steps: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Where rows of (N, T, F) start with repetitions of one and the same step, and that step."""
    nothing = np.zeros(steps.shape[:2], bool)
    distinct, counts = np.unique(steps[:, 0], axis=0, return_counts=True)
    value = distinct[np.argmax(counts)]
    same = np.all(steps == value, axis=2)
    run = np.where(same.all(1), steps.shape[1], np.argmin(same, axis=1))
    if run.max() < 2 or same.all() or not _beyond_chance(same, run):
        return nothing, None
    return np.arange(steps.shape[1]) < run[:, None], value


def _beyond_chance(same: np.ndarray, run: np.ndarray) -> bool:
    """Whether runs (N,) are longer than geometric ones, at the rate of such steps inside the rows."""
    rows, steps = same.shape
    inner = np.arange(steps) > run[:, None]
    inside = inner & (np.cumsum(~same[:, ::-1], axis=1)[:, ::-1] > 0)
    rate = (np.count_nonzero(same & inside) + 0.5) / (np.count_nonzero(inside) + 1.0)
    chance, error = rate / (1 - rate), np.sqrt(rate) / (1 - rate) / np.sqrt(rows)
    return bool(run.mean() > 2 * chance + SURE * error)

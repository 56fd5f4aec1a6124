"""Which steps of padded sequences are pads: runs of one repeated step at the end or the start of rows.

In: values (N, T) or (N, T, ...). Out: `Pads`, or None where nothing looks like padding. A run counts where it is
longer than steps of that value inside the rows would make it by chance, so that silence inside sequences, or bits, are
not taken for pads. A clock that runs on through the pads is seen through, and rows that each repeat a step of their own
are told apart, as their pads can be counted but for one.
"""

from dataclasses import dataclass, replace

import numpy as np

SURE = 5.0
"""Standard errors by which runs at an edge must be longer than chance."""
MOST = 0.5
"""Share of the rows that start with a repeated step which must repeat the same one, to call it a pad value."""
FEW, OFTEN = 4, 0.25
"""Rows, and share of them, that must end in a repeated step of their own."""
EVEN = 0.01
"""How far, over their mean, the moves of a feature that counts steps may differ."""


@dataclass(frozen=True, eq=False)
class Pads:
    """real: (N, T) bool, True at steps that are data. value: one padded step, flat. known: it is not a guess.

    running: features that count on through the pads, left out of `value`. own: what is False in `real` repeats the
    step next to it, in each row another one: whether the first of them is data cannot be told.
    """

    real: np.ndarray
    value: np.ndarray | None = None
    known: bool = False
    running: tuple[int, ...] = ()
    own: bool = False

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
    found = _shared(steps)
    if found is not None:
        return found
    running = _running(steps)
    if running.any() and not running.all() and (found := _shared(steps[..., ~running])) is not None:
        return replace(found, running=tuple(np.flatnonzero(running).tolist()))
    return _repeated(steps)


def _shared(steps: np.ndarray) -> Pads | None:
    """Pads (N, T, F) of one value for all rows."""
    late, value = _edge(steps[:, ::-1])
    early, other = _edge(steps)
    real = ~(late[:, ::-1] | early)
    if real.all() or not real.any():
        return None
    return Pads(real, other if value is None else value)


def _edge(steps: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Where rows of (N, T, F) start with repetitions of one and the same step, and that step.

    Where most rows that start with a repeated step repeat another one, no value is that of the pads.
    """
    nothing = np.zeros(steps.shape[:2], bool)
    own = _run(steps == steps[:, :1])
    distinct, which = np.unique(steps[:, 0], axis=0, return_inverse=True)
    weight = np.bincount(which.ravel(), own - 1 + 1e-6)
    value = distinct[np.argmax(weight)]
    same = np.all(steps == value, axis=2)
    run = _run(same[..., None])
    sharing = int(np.sum((run > 1) & (own > 1))) / max(int(np.sum(own > 1)), 1)
    if run.max() < 2 or same.all() or sharing < MOST or not _beyond_chance(same, run):
        return nothing, None
    return np.arange(steps.shape[1]) < run[:, None], value


def _run(same: np.ndarray) -> np.ndarray:
    """(N,) steps for which (N, T, F) is true in all features from the start of each row."""
    whole = np.all(same, axis=2)
    run: np.ndarray = np.where(np.all(whole, axis=1), whole.shape[1], np.argmin(whole, axis=1))
    return run


def _running(steps: np.ndarray) -> np.ndarray:
    """(F,) bool: features that run on through pads: they move by equal amounts, or alike in all rows, at every step."""
    moves = np.diff(steps.astype(float), axis=1)
    mean = np.abs(moves.mean((0, 1)))
    even = (mean > 0) & (np.ptp(moves, axis=(0, 1)) <= EVEN * mean)
    alike = np.all(np.ptp(moves, axis=0) == 0, axis=0) & np.all(moves[0] != 0, axis=0)
    running: np.ndarray = even | (alike & (len(steps) > 1))
    return running


def _repeated(steps: np.ndarray) -> Pads | None:
    """Rows that end, or start, in a step of their own that repeats: the repetitions, the first one left out."""
    for turned in (steps[:, ::-1], steps):
        own = _run(turned == turned[:, :1])
        varied = own < steps.shape[1]
        repeats = np.where(varied, own - 1, 0)
        many = np.count_nonzero(repeats)
        equal = np.all(turned[:, 1:] == turned[:, :-1], axis=2)
        if many < max(FEW, len(own) * OFTEN) or repeats.max() < 2:
            continue
        if _beyond_chance(equal[varied], repeats[varied]):
            late = np.arange(steps.shape[1]) < repeats[:, None]
            return Pads(~(late[:, ::-1] if turned is not steps else late), own=True)
    return None


def _beyond_chance(same: np.ndarray, run: np.ndarray) -> bool:
    """Whether runs (N,) are longer than geometric ones, at the rate of such steps inside the rows."""
    rows, steps = same.shape
    inner = np.arange(steps) > run[:, None]
    inside = inner & (np.cumsum(~same[:, ::-1], axis=1)[:, ::-1] > 0)
    rate = (np.count_nonzero(same & inside) + 0.5) / (np.count_nonzero(inside) + 1.0)
    chance, error = rate / (1 - rate), np.sqrt(rate) / (1 - rate) / np.sqrt(rows)
    return bool(run.mean() > 2 * chance + SURE * error)

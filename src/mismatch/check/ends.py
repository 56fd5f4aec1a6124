"""Ends of sequences of one length that look like pads: runs of one value whose lengths differ from row to row.

In: a subject of numbers. Out: `Ends`, one for each side that looks padded; the rules on padding share them, and the
steps of one kind with which sequences of any length begin and end.
"""

from dataclasses import dataclass

import numpy as np

from mismatch.check.sequences import Subject

RUN = 2
"""Steps of one value from which on an end counts as padded."""
LEAST = 0.2
"""Share of the sequences that must end so."""
ELSEWHERE = 0.02
"""Share of the value among other steps from which on it is taken for data."""


@dataclass(frozen=True, eq=False)
class Ends:
    """side: ``end`` or ``begin``. value: of the runs, NaN too. runs: (N,) steps of it at that side of each row."""

    side: str
    value: float
    runs: np.ndarray

    @property
    def long(self) -> np.ndarray:
        """(N,) which rows count as padded."""
        return self.runs >= RUN

    def steps(self, size: int) -> np.ndarray:
        """(N, size) bool: the steps of the runs, but for rows that hold nothing else."""
        within = np.arange(size) < np.where(self.runs < size, self.runs, 0)[:, None]
        return within[:, ::-1] if self.side == "end" else within


def padded_ends(subject: Subject) -> tuple[Ends, ...]:
    """The sides at which the sequences look padded already; none where lengths differ."""
    if subject.is_text or len(subject.items) < 5 or len(np.unique(subject.lengths)) > 1 or subject.lengths[0] < 3:
        return ()
    cube = subject.values.reshape(len(subject.items), -1, subject.width)
    found = []
    for turned, side in ((cube[:, ::-1], "end"), (cube, "begin")):
        value, runs = tails(turned)
        long = runs >= RUN
        differ = long.mean() >= LEAST and len(np.unique(runs[long])) > 1
        if differ and elsewhere(turned, value, runs) <= ELSEWHERE:
            found.append(Ends(side, value, runs))
    return tuple(found)


def edges(subject: Subject, holds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The steps of `holds` with no other ones before them in their sequence, and those with none behind: (sum L,) bool.

    A sequence of nothing else is in both.
    """
    owner, size = subject.owner, len(subject.items)
    place = np.arange(len(owner)) - subject.offsets[owner]
    first, last = np.full(size, np.iinfo(np.int64).max), np.full(size, -1)
    np.minimum.at(first, owner[~holds], place[~holds])
    np.maximum.at(last, owner[~holds], place[~holds])
    return place < first[owner], place > last[owner]


def tails(cube: np.ndarray) -> tuple[float, np.ndarray]:
    """The commonest value that fills a first step, and the length of its run there: (N,), of (N, T, d)."""
    filled = _equal(cube[:, 0], cube[:, 0, :1]).all(axis=1) | np.isnan(cube[:, 0]).all(axis=1)
    values, counts = np.unique(cube[filled, 0, 0], return_counts=True)
    if not len(values):
        return 0.0, np.zeros(len(cube), np.int64)
    value = float(values[counts.argmax()])
    holds = _steps(cube, value)
    return value, np.where(holds.all(axis=1), cube.shape[1], (~holds).argmax(axis=1))


def elsewhere(cube: np.ndarray, value: float, runs: np.ndarray) -> float:
    """Share of the steps beyond the runs that hold the value too."""
    beyond = np.arange(cube.shape[1])[None] >= runs[:, None]
    return float(_steps(cube, value)[beyond].mean()) if beyond.any() else 0.0


def _equal(values: np.ndarray, to: np.ndarray | float) -> np.ndarray:
    found: np.ndarray = np.isnan(values) if np.isnan(to).all() else values == to
    return found


def _steps(cube: np.ndarray, value: float) -> np.ndarray:
    """Which steps hold `value` in every feature: (N, T) bool."""
    found: np.ndarray = np.logical_and.reduce(_equal(cube, value), axis=2)
    return found

"""D104: the sequences look padded already: equal lengths, with tails (or heads) of one value of unequal length."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share
from mismatch.config.counting import counted

RUN = 2
"""Steps of one value from which on an end counts as padded."""
LEAST = 0.2
"""Share of the sequences that must end so."""
ELSEWHERE = 0.02
"""Share of the value among other steps from which on it is taken for data."""


class AlreadyPadded(Rule):
    code, name, severity = "D104", "already_padded", "warning"
    meaning = "All sequences have one length, and many end (or begin) in runs of one value that differ in length."
    why = (
        "Pads that came with the file count as data: they are neither masked nor left out of means and deviations, and "
        "the lengths, which everything here rests on, are wrong."
    )
    example = "An array (270, 29, 12) of recordings of 7 to 29 steps, with zeros after each."
    instead = "Give the true lengths (an array `lengths` beside the padded one), or cut the pads off."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if subject.is_text or len(subject.items) < 5 or len(np.unique(subject.lengths)) > 1 or subject.lengths[0] < 3:
            return
        cube = subject.values.reshape(len(subject.items), -1, subject.width)
        for side, word in ((cube[:, ::-1], "end"), (cube, "begin")):
            value, runs = tails(side)
            long = runs >= RUN
            if long.mean() < LEAST or len(np.unique(runs[long])) < 2:
                continue
            if elsewhere(side, value, runs) > ELSEWHERE:
                continue
            total = share(int(runs[long].sum()), runs.size * cube.shape[1])
            told = "nan" if np.isnan(value) else f"{value:g}"
            yield self.found(
                f"{counted(int(long.sum()), 'sequence')} ({share(float(long.mean()))}) {word} in runs of {told}, of "
                f"{runs[long].min()} to {runs[long].max()} steps: {total} of all steps",
                keras=f"lengths = {cube.shape[1]} - runs_of_pads  # then mismatch.check(x, labels, lengths=lengths)",
                value=value,
                sequences=int(long.sum()),
                shortest_run=int(runs[long].min()),
                longest_run=int(runs[long].max()),
            )


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

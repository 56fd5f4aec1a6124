"""Features that give the answer away: the number of a row, which says where in the file a step stands, and the label.

In: values of a feature and the labels. Out: which columns are an index that was saved with a table, what a feature
tells of the classes, and warnings in one line. What is said here of a feature, the rules of a check say too.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import lgamma, log

import numpy as np

from mismatch.config.fields import plain

FEWEST = 20
"""Steps, or sequences, that it takes to say so."""
PURE = 0.99
"""Share of the sequences whose class a feature names."""
CHANCE = 1e-6
"""How likely labels in random order may be to stand in as few blocks."""
UNNAMED = re.compile(r"column \d+|Unnamed: \d+(\.\d+)?(_level_\d+)?|__index_level_\d+__|\.\.\.\d+|row")
"""What an index is called that was saved without a name: here, by pandas, Arrow and R."""
NAMED = re.compile(r"X(\.\d+)?|row[._]?(names|number|num|nr|id)|rn|index|level_0", re.IGNORECASE)
"""What it is called where it has a name; another column may be called so, too."""


@dataclass(frozen=True)
class Told:
    """What a feature tells of the classes: its `kinds` distinct values name the class of a share of the sequences.

    ranges: each class has a range of its own, as subjects have that were numbered class by class.
    """

    kinds: int
    share: float
    ranges: bool


def is_index(name: str, values: np.ndarray) -> bool:
    """Whether a column, (M,) in the order of the file, is an index that was saved with the table."""
    whole = len(values) > 1 and np.isfinite(values).all() and not np.mod(values, 1).any()
    if not whole:
        return False
    if UNNAMED.fullmatch(name):
        counts = (np.diff(values) == 1) | (values[1:] == values[0])  # tables put together start anew
        return bool(counts.all()) or len(np.unique(values)) == len(values)
    return bool(NAMED.fullmatch(name)) and numbers_rows(values)


def numbers_rows(values: np.ndarray) -> bool:
    """Whether a feature (sum L,) numbers all steps, in whatever order: whole numbers, each once, few left out."""
    if len(values) < FEWEST or not np.isfinite(values).all() or np.mod(values, 1).any():
        return False
    return bool(np.ptp(values) < 2 * len(values)) and len(np.unique(values)) == len(values)


def steady(values: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Which features (sum L, d) have one value within each sequence: (d,) bool; False where one is missing."""
    owner = np.repeat(np.arange(len(lengths)), lengths)
    inside = owner[1:] == owner[:-1]
    return np.isfinite(values).all(axis=0) & (values[1:][inside] == values[:-1][inside]).all(axis=0)


def told(first: np.ndarray, labels: np.ndarray, classes: int) -> Told | None:
    """What the values `first` (N,), one of each sequence, tell of `labels` (N,); None: not enough to give them away."""
    size, counts = len(labels), np.bincount(labels, minlength=classes)
    if size < FEWEST or classes < 2 or not np.isfinite(first).all():
        return None
    _, code = np.unique(first, return_inverse=True)
    kinds, chance = int(code.max()) + 1, counts.max() / size
    table = np.zeros((kinds, classes))
    np.add.at(table, (code, labels), 1)
    share = float(table.max(axis=1).sum() / size)
    if kinds < 2 or share < PURE or share <= chance + (1 - chance) / 2:
        return None
    if kinds <= max(classes, size // 10):
        return Told(kinds, share, ranges=False)
    return Told(kinds, share, ranges=True) if _in_blocks(table.argmax(axis=1)) else None


def _in_blocks(classes: np.ndarray) -> bool:
    """Whether each class stands in one block, which labels in random order next to never do."""
    counts = np.bincount(classes)
    counts = counts[counts > 0]
    if np.count_nonzero(np.diff(classes)) + 1 > len(counts):
        return False
    orders = lgamma(len(classes) + 1) - sum(lgamma(count + 1) for count in counts) - lgamma(len(counts) + 1)
    return bool(orders > -log(CHANCE))


def warnings(
    values: np.ndarray, lengths: np.ndarray, labels: np.ndarray, names: Sequence[str], classes: int
) -> Iterator[str]:
    """A line for each feature of (sum L, d) that numbers the rows, or tells the class on its own."""
    if len(lengths) < 2 or not lengths.all():
        return
    constant, starts = steady(values, lengths), np.cumsum(lengths) - lengths
    for column, name in enumerate(names):
        rows = lengths.max() > 1 and numbers_rows(values[:, column])
        tells = told(values[starts, column], labels, classes) if rows or constant[column] else None
        if rows:
            gives = ", and hands over the class" if tells else ""
            yield f"{plain(name, 40)} numbers the rows of the file: it tells sequences apart{gives}; leave it out"
        elif tells:
            how = "a range of values" if tells.ranges else "values"
            what = f"never changes within a sequence, and each class has {how} of its own"
            yield f"{plain(name, 40)} {what}: leave it out"

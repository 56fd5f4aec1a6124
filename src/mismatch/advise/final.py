"""Final figures: what finalists score on sequences set aside, how far two of them differ, and how sure that is.

In: `correct` arrays `(R, M)` of 0 and 1: R replicates (the arm trained anew) on the same M sequences in the same order.
A run that failed has its row, of zeros. Out: intervals that hold for other sequences and
other training runs of the same kind (`crossed.py`), and how much data would be enough. How often they cover is
simulated in `covering.py` and tabled in docs/advice.md.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mismatch.advise.crossed import Parts, difference_bounds, parts, reach, share_bounds, shared, with_unseen
from mismatch.advise.rivals import Counts, Floats
from mismatch.analysis.intervals import Interval

Groups = Sequence[Hashable] | NDArray[np.generic]
"""Of each sequence, what it came from (a person, a document): sequences of one group count as one draw."""

FEWEST = 20
"""Below so many sequences, or groups of them, the interval claims nothing: how they vary cannot be seen."""
SURELY = 4.0
"""Standard errors that a training must be behind the best one to be called failed: of 40 alike none is."""
MOST_SEQUENCES, MOST_REPLICATES = 10_000_000, 10_000
"""Beyond these nobody need be told how many would be enough."""


@dataclass(frozen=True)
class Enough:
    """What would bring the half width of a difference's interval down to a margin; None where no number would.

    half: half width as it is. sequences: set aside, at the present replicates. replicates: at the present sequences.
    Either may be fewer than there are.
    """

    half: float
    sequences: int | None
    replicates: int | None


def accuracy(correct: ArrayLike, groups: Groups | None = None, level: float = 0.95) -> Interval:
    """Mean accuracy with an interval that stays in 0..1 and has width where all or none are right.

    Not valid, with the reason in the note, are intervals of one replicate and of fewer than `FEWEST` sequences (or
    groups).

    Args:
        correct: `(R, M)` of 0 and 1.
        groups: `(M,)`, what each sequence came from.
        level: nominal coverage.

    Raises:
        ValueError: other values, or another shape.
    """
    values = _checked(correct)
    found = parts(values, _codes(groups, values.shape[1]))
    bounds = share_bounds(found, values.shape[1], level) if found.units > 1 else _all_of(0, 1)
    return _interval(found, bounds, level)


def difference(first: ArrayLike, second: ArrayLike, groups: Groups | None = None, level: float = 0.95) -> Interval:
    """Accuracy of the first arm minus that of the second, on the same sequences and paired replicates.

    With one more sequence on which they disagree than was seen; clipped to -1..1. Otherwise as `accuracy`.
    """
    values = _differences(first, second)
    found = parts(values, _codes(groups, values.shape[1]))
    return _interval(found, difference_bounds(found, level) if found.units > 1 else _all_of(-1, 1), level)


def failed(correct: ArrayLike, chance: float) -> int:
    """How many replicates failed: they are nearer to guessing than to the best one, and surely behind it."""
    values = _checked(correct)
    means = values.mean(1)
    behind = values[means.argmax()] - values
    errors = behind.std(1, ddof=1) / np.sqrt(values.shape[1])
    return int(np.sum((means < (means.max() + chance) / 2) & (behind.mean(1) > SURELY * errors)))


def equivalent(
    first: ArrayLike, second: ArrayLike, margin: float, groups: Groups | None = None, alpha: float = 0.05
) -> bool:
    """Whether the two differ by less than `margin`: the interval at 1 - 2 alpha lies inside (Schuirmann 1987).

    Never where that interval is not valid.
    """
    found = difference(first, second, groups, 1 - 2 * alpha)
    return found.valid and -margin < found.low and found.high < margin


def enough(
    first: ArrayLike, second: ArrayLike, margin: float, groups: Groups | None = None, level: float = 0.95
) -> Enough:
    """How many sequences set aside, or how many replicates, would show a difference to within `margin`.

    From the parts of the variance as they are here: that over sequences falls with the sequences, that over replicates
    with the replicates, what is particular to one run on one sequence with both.

    Raises:
        ValueError: `margin` is not above 0, there is one replicate, or as `accuracy`.
    """
    if not margin > 0:
        raise ValueError(f"margin is {margin}, expected a number above 0")
    values = _differences(first, second)
    if len(values) < 2:
        raise ValueError("1 replicate, expected 2 or more: how they vary is not known")
    runs, size = values.shape
    found = parts(values, _codes(groups, size))
    if found.units < 2:
        return Enough(1.0, None, None)
    both = min(float(part) for part in (shared(values), found.sequences, found.replicates))
    sequences, replicates = _numbers(MOST_SEQUENCES), _numbers(MOST_REPLICATES)
    once = np.ones(1)
    return Enough(
        float(with_unseen(found).reach(level)),
        _first(sequences, _reach(found, both, sequences / size, once, level) <= margin),
        _first(replicates, _reach(found, both, once, replicates / runs, level) <= margin),
    )


def _reach(found: Parts, both: float, sequences: Floats, replicates: Floats, level: float) -> Floats:
    """Half width with so many times the sequences and the replicates."""
    units, runs = found.units * sequences, found.runs * replicates
    rest = both / (sequences * replicates)
    over_sequences = (found.sequences - both) / sequences + rest + 1 / units**2
    return reach(over_sequences, (found.replicates - both) / replicates + rest, units, runs, level)


def _numbers(last: int) -> NDArray[np.int64]:
    """Numbers to try, from 2 on, each at most 2% above the one before, or the next."""
    return np.unique(np.geomspace(2, last, 1000).round().astype(np.int64))


def _first(numbers: NDArray[np.int64], right: NDArray[np.bool_]) -> int | None:
    return int(numbers[right.argmax()]) if right.any() else None


def _checked(correct: ArrayLike) -> Floats:
    """`correct` as `(R, M) float`."""
    values = np.asarray(correct, float)
    if values.ndim != 2 or not len(values) or values.shape[1] < 2:
        raise ValueError(f"correct has shape {values.shape}, expected (replicates, sequences), two sequences or more")
    if not np.isin(values, (0, 1)).all():
        raise ValueError("correct holds other values than 0 and 1")
    return values


def _differences(first: ArrayLike, second: ArrayLike) -> Floats:
    one, other = _checked(first), _checked(second)
    if one.shape != other.shape:
        raise ValueError(f"the arms have shapes {one.shape} and {other.shape}, expected the same (R, M)")
    return one - other


def _codes(groups: Groups | None, size: int) -> Counts | None:
    if groups is None:
        return None
    if len(groups) != size:
        raise ValueError(f"{len(groups)} groups, expected one for each of {size} sequences")
    numbers = {name: number for number, name in enumerate(dict.fromkeys(groups))}
    return np.array([numbers[name] for name in groups], np.intp)


def _all_of(low: float, high: float) -> tuple[Floats, Floats]:
    """Bounds that leave nothing out."""
    return np.asarray(float(low)), np.asarray(float(high))


def _interval(found: Parts, bounds: tuple[Floats, Floats], level: float) -> Interval:
    note = ""
    if found.runs < 2:
        note = "interval not valid: one replicate does not show how much training varies"
    elif found.units < 2:
        note = "interval not valid: all sequences set aside are of one group, so that how groups vary is not known"
    elif found.units < FEWEST:
        note = f"interval not valid: {found.units} sequences or groups are too few to show how they vary"
    return Interval(float(found.mean), float(bounds[0]), float(bounds[1]), level, not note, note)

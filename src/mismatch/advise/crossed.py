"""Means over sequences and replicates that are crossed: what varies in them, and bounds.

In: values `(..., R, M) float`, R replicates on the same M sequences; leading axes are whole tables. Out: `Parts`, and
bounds of a share or of a difference. A sequence that is hard is so in every replicate, and a run that went badly did so
on every sequence, so the R M values are not independent. The variance of a mean is the sum of that over sequences and
that over replicates (Owen 2007, what his pigeonhole bootstrap comes to). It counts what is particular to one run on one
sequence in both, and so is too large, by a factor of 2 where nothing else varies.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, stdtrit

from mismatch.advise.rivals import Counts, Floats

LEAST = 1e-9
"""In place of 0 where a quantile of the beta distribution is then left unused."""


@dataclass(frozen=True)
class Parts:
    """A mean and the two parts of its variance, arrays of the leading axes.

    sequences, replicates: what either adds to the variance. units: sequences, or groups of them. runs: replicates.
    """

    mean: Floats
    sequences: Floats
    replicates: Floats
    units: int
    runs: int

    def reach(self, level: float) -> Floats:
        """Half width of an interval of the mean: each part at Student's quantile of its own degrees of freedom.

        The interval covers at least as often as it says for normal parts (Banerjee 1960), which one quantile for the
        sum (Satterthwaite 1946) does not with three replicates.
        """
        return reach(self.sequences, self.replicates, self.units, self.runs, level)


def parts(values: Floats, codes: Counts | None = None) -> Parts:
    """The mean of `(..., R, M)` and its variance in parts.

    codes: `(M,)`, number of the group of each sequence; then the sums over groups vary, not the single sequences.
    """
    runs, size = values.shape[-2:]
    by_run, by_sequence = values.mean(-1), values.mean(-2)
    mean = by_sequence.mean(-1)
    off = by_sequence - mean[..., None]
    if codes is not None:
        off = off @ np.eye(codes.max() + 1)[codes]
    units = off.shape[-1]
    sequences = np.square(off).sum(-1) / size**2 * units / max(units - 1, 1)
    replicates = np.square(by_run - mean[..., None]).sum(-1) / (runs * max(runs - 1, 1))
    return Parts(mean, sequences, replicates, units, runs)


def shared(values: Floats) -> Floats:
    """What both parts count of `(..., R, M)`: the variance that is particular to one run on one sequence."""
    runs, size = values.shape[-2:]
    rest = values - values.mean(-1, keepdims=True)
    rest = rest - rest.mean(-2, keepdims=True)
    return np.asarray(np.square(rest).sum((-2, -1)) / (max((runs - 1) * (size - 1), 1) * runs * size))


def with_unseen(found: Parts) -> Parts:
    """The parts of a difference, with one more unit on which the arms disagree than was seen, half to either side.

    As Agresti & Min (2005) add it to paired counts: where no disagreement is seen, few may be left.
    """
    return Parts(found.mean, found.sequences + 1 / found.units**2, found.replicates, found.units, found.runs)


def share_bounds(found: Parts, size: int, level: float) -> tuple[Floats, Floats]:
    """Bounds of a share over `size` sequences (Korn & Graubard 1998), inside 0..1 and apart at either end.

    Clopper & Pearson's for as many independent sequences as would vary as much as this mean does; where all or none are
    right, for as many units as there are.
    """
    quantile = stdtrit(max(found.units - 1, 1), 0.5 + level / 2)
    half, tail = found.reach(level), (1 - level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        count = np.minimum(found.mean * (1 - found.mean) * (quantile / half) ** 2, size * found.runs)
    count = np.where(half > 0, count, found.units)
    right, wrong = found.mean * count, (1 - found.mean) * count
    low = np.where(right > 0, betaincinv(np.maximum(right, LEAST), wrong + 1, tail), 0.0)
    high = np.where(wrong > 0, betaincinv(right + 1, np.maximum(wrong, LEAST), 1 - tail), 1.0)
    return low, high


def difference_bounds(found: Parts, level: float) -> tuple[Floats, Floats]:
    """Bounds of a difference of two shares, clipped to -1..1."""
    half = with_unseen(found).reach(level)
    return np.maximum(found.mean - half, -1.0), np.minimum(found.mean + half, 1.0)


def reach(sequences: Floats, replicates: Floats, units: Floats | int, runs: Floats | int, level: float) -> Floats:
    """Half width from the parts of a variance; see `Parts.reach`."""
    of_units, of_runs = (stdtrit(np.maximum(np.subtract(count, 1), 1), 0.5 + level / 2) for count in (units, runs))
    return np.sqrt(np.square(of_units) * sequences + np.square(of_runs) * replicates)

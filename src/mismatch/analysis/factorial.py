"""What each factor of a full factorial does, and how much of the variance it accounts for.

In comes one row per cell and replicate, every cell in every replicate; out goes one row per effect or per
source of variance. The replicate is the unit: all its cells share data, order and initial weights.
"""

import itertools
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mismatch.analysis.intervals import SEED, Floats, mean_interval
from mismatch.analysis.statistics import difference_p, holm

INTERACTIONS = "two-factor interactions"
RESIDUAL = "residual"
TOGETHER = "all factors"
RESAMPLES = 2_000
"""Bootstrap resamples of the replicates."""

COLUMNS = {
    "effect": "a factor, or two joined by a colon: how the effect of one depends on the other",
    "order": "1 for a main effect, 2 for an interaction",
    "n": "replicates that have every cell",
    "estimate": "mean over the high cells minus that over the low ones; of an interaction, half the difference between "
    "the effects of one factor at high and low levels of the other",
    "low": "95% interval, lower end",
    "high": "95% interval, upper end",
    "valid": "whether the interval covers as it says",
    "note": "remark on the interval",
    "p": "p of no effect: the larger of that of sign flips and that of exponential differences",
    "p_holm": "the same, Holm-corrected over the effects of the grid",
    "grid": "name of the grid in claims.yaml",
    "metric": "what the effects are in",
}
"""Of factorial.csv: those of `effects`, and whose they are."""
Levels = Mapping[str, Sequence[Hashable]]


def effects(
    table: pd.DataFrame, factors: Sequence[str], metric: str, unit: str = "replicate", levels: Levels | None = None
) -> pd.DataFrame:
    """Main effects and two-factor interactions of factors at two levels each.

    With levels coded -1 (low) and +1 (high), a main effect is the mean of `metric` over the high cells
    minus that over the low cells; an interaction a:b is half the difference between the effect of a at
    high b and at low b. Both are 2/cells times the sum of the coded signs times the cell values (Box,
    Hunter & Hunter 2005, chapter 5), taken in each replicate; the replicates are then averaged.

    Args:
        table: one row per cell and replicate, with columns `factors`, `metric`, `unit`.
        factors: columns of two levels each.
        metric: column of numbers.
        unit: column that names the replicate.
        levels: per factor (low, high); sorted order for factors not named.

    Returns:
        Columns `effect`, `order` (1 or 2), `n`, `estimate`, `low`, `high` (`mean_interval`), `valid`,
        `note`, `p` (two-sided, `difference_p`) and `p_holm` (adjusted over the rows of this table).

    Raises:
        ValueError: a factor without exactly two levels; a cell that is missing, repeated or not finite.
    """
    known = _levels(table, factors, levels or {})
    for factor, names in known.items():
        if len(names) != 2:
            raise ValueError(f"factor {factor} has {len(names)} level(s) {names}, expected 2")
    values = _cells(table, known, metric, unit)
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=len(factors))))
    rows = []
    for order in (1, 2):
        for chosen in itertools.combinations(range(len(factors)), order):
            contrast = 2 / len(signs) * signs[:, chosen].prod(axis=1)
            rows.append({"effect": ":".join(factors[i] for i in chosen), "order": order, **_row(contrast @ values)})
    result = pd.DataFrame(rows)
    result["p_holm"] = holm(result["p"])
    return result


def variance_shares(table: pd.DataFrame, factors: Sequence[str], metric: str, unit: str = "replicate") -> pd.DataFrame:
    """Share of the total sum of squares (eta squared) that each source accounts for, in a balanced design.

    Sources: each factor, all two-factor interactions together, the replicate, and the residual (higher
    interactions and noise). Sums of squares of a balanced design are orthogonal, so these shares add up to
    1 (Fisher 1925, chapter 7). A last row, `all factors`, is the share between cells: main effects and
    interactions of every order together. Any number of levels.

    Args:
        table: one row per cell and replicate, with columns `factors`, `metric`, `unit`.
        factors: columns of two levels or more.
        metric: column of numbers.
        unit: column that names the replicate.

    Returns:
        Columns `source`, `share`, `low`, `high`. The bounds are the 95% percentile interval over
        `RESAMPLES` resamples of whole replicates from a fixed seed. A share is never negative, so they
        lie above 0 even for a factor that does nothing: test a factor with `effects`, not with them.
        NaN for a metric that does not vary; NaN bounds for a single replicate.

    Raises:
        ValueError: a cell that is missing, repeated or not finite.
    """
    known = _levels(table, factors, {})
    values = _cells(table, known, metric, unit)
    sizes = [len(names) for names in known.values()]
    n = values.shape[1]
    shares = _shares(values, sizes, np.ones((n, 1)))[:, 0]
    low = high = np.full(len(shares), np.nan)
    if n > 1 and not np.isnan(shares).any():
        weights = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), RESAMPLES).T.astype(float)
        low, high = np.nanquantile(_shares(values, sizes, weights), [0.025, 0.975], axis=1)
    sources = [*factors, INTERACTIONS, unit, RESIDUAL, TOGETHER]
    return pd.DataFrame({"source": sources, "share": shares, "low": low, "high": high})


def _levels(table: pd.DataFrame, factors: Sequence[str], given: Levels) -> dict[str, list[Any]]:
    """The levels of every factor, in the order given or sorted."""
    return {factor: list(given[factor]) if factor in given else sorted(table[factor].unique()) for factor in factors}


def _cells(table: pd.DataFrame, levels: Mapping[str, list[Any]], metric: str, unit: str) -> Floats:
    """`metric` as `(cells, replicates) float`, the last factor varying fastest; ValueError where incomplete."""
    cells = list(itertools.product(*levels.values()))
    units = sorted(table[unit].unique())
    keys = [*levels, unit]
    repeated = table.duplicated(keys)
    if repeated.any():
        raise ValueError(
            f"cell {_named(keys, list(table.loc[repeated, keys].iloc[0]))} occurs more than once, expected once"
        )
    wanted = pd.MultiIndex.from_tuples([(*cell, name) for cell in cells for name in units], names=keys)
    column = table.set_index(keys)[metric].astype(float)
    unknown = column.index.difference(wanted)
    if len(unknown):
        raise ValueError(f"cell {_named(keys, unknown[0])} is none of the levels {dict(levels)}")
    values = column.reindex(wanted).to_numpy()
    wrong = np.flatnonzero(~np.isfinite(values))
    if wrong.size:
        raise ValueError(f"cell {_named(keys, wanted[wrong[0]])} has no finite {metric}; expected every cell to have")
    return np.asarray(values.reshape(len(cells), len(units)), dtype=float)


def _named(keys: Sequence[str], values: Sequence[Any]) -> str:
    """`a=1, b=2, replicate=0`."""
    return ", ".join(f"{key}={value}" for key, value in zip(keys, values, strict=True))


def _row(contrasts: Floats) -> dict[str, Any]:
    """The columns of one effect from its value in every replicate, `(n,)`."""
    interval = mean_interval(contrasts)
    return {
        "n": contrasts.size,
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "valid": interval.valid,
        "note": interval.note,
        "p": difference_p(contrasts),
    }


def _shares(values: Floats, sizes: Sequence[int], weights: Floats) -> Floats:
    """Shares `(sources, resamples)` for `weights (replicates, resamples)`, how often each replicate counts."""
    cells, n = values.shape
    values = values - values.mean()
    means = (values @ weights / n).reshape(*sizes, -1)
    grand = means.reshape(cells, -1).mean(axis=0)
    total = (values**2).sum(axis=0) @ weights - cells * n * grand**2
    axes = range(len(sizes))
    main = [n * _deviation(means, {axis}) for axis in axes]
    pairs = [n * _deviation(means, {a, b}) - main[a] - main[b] for a, b in itertools.combinations(axes, 2)]
    replicate = cells * (values.mean(axis=0) ** 2 @ weights - n * grand**2)
    parts = np.array([*main, sum(pairs, np.zeros_like(total)), replicate])
    flat = total <= 1e-12 * max(float((values**2).sum()), 1e-12)
    parts = np.vstack([parts, total - parts.sum(axis=0), n * _deviation(means, set(axes))])
    return np.asarray(np.clip(parts / np.where(flat, np.nan, total), 0.0, 1.0))


def _deviation(means: NDArray[np.float64], kept: set[int]) -> Floats:
    """Sum over cells of the squared deviations of the marginal means over `kept` from the grand mean."""
    factors = range(means.ndim - 1)
    marginal = means.mean(axis=tuple(axis for axis in factors if axis not in kept), keepdims=True)
    squares = (marginal - means.mean(axis=tuple(factors), keepdims=True)) ** 2
    cells = int(np.prod(means.shape[:-1]))
    return np.asarray(squares.mean(axis=tuple(factors)) * cells)

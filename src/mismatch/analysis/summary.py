"""What each arm scored: means and 95% intervals over its replicates.

In comes `runs` (one row per arm x replicate), out goes one row per arm. Only runs with status
`ok` enter a mean; a failed or diverged run is counted in `failures`, never averaged and never
dropped in silence: a mean with failures beside it is a mean over the survivors.
"""

import numpy as np
import pandas as pd
from scipy.special import stdtrit  # the quantile alone: scipy.stats takes most of a second to import

from mismatch.analysis.axes import parameter_columns, varied
from mismatch.analysis.intervals import failure_rate
from mismatch.run import columns, metrics
from mismatch.run.sections import is_metric

LEARNED_SKILL = 0.5
"""A run with less skill did not learn its task."""
LEARNED_MARGIN = 0.05
"""The same where the ceiling is unknown: accuracy above chance."""
CONFIDENCE = 0.95
COUNTS = {
    "n": "runs with status ok, over which the means are taken",
    "failures": "all other runs",
    "not_learned": f"failures, and runs with less skill than {LEARNED_SKILL} (where the ceiling is unknown: with an "
    f"accuracy less than {LEARNED_MARGIN} above chance)",
    "not_learned_low": "95% interval of the share of these runs (Clopper and Pearson), lower end",
    "not_learned_high": "the same, upper end",
}
"""Columns of the summary between parameters and metrics."""


def summarise(runs: pd.DataFrame) -> pd.DataFrame:
    """One row per arm: parameters, counts, and mean with interval of every metric.

    Args:
        runs: one row per run, with `arm`, `status`, parameters and metrics.

    Returns:
        Columns `experiment`, `arm`, the parameters, `n` (runs with status ok), `failures` (all
        other runs), `not_learned` (failures and runs below `LEARNED_SKILL`) with the 95% interval of
        its share (Clopper and Pearson), then per metric `<metric>`, `<metric>_low`, `<metric>_high`.
        The interval is Student's t over the replicates, that is over fresh data, order and weights:
        it says where the mean of further replicates would lie, not how exact one test set is. Bounds
        are NaN for a single replicate. Arms are sorted by the levels of the axes that vary.
    """
    ok = runs["status"].eq("ok")
    grouped = runs.groupby("arm", sort=False)
    known = [name for name in ("experiment", *parameter_columns(runs)) if name in runs]
    table = grouped[known].first()
    table["n"] = ok.groupby(runs["arm"], sort=False).sum()
    table["failures"] = (~ok).groupby(runs["arm"], sort=False).sum()
    dead = (~ok | ~learned(runs)).groupby(runs["arm"], sort=False)
    table["not_learned"] = dead.sum()
    rates = [failure_rate(count, n, CONFIDENCE) for count, n in zip(dead.sum(), dead.size(), strict=True)]
    table["not_learned_low"], table["not_learned_high"] = [r.low for r in rates], [r.high for r in rates]
    numbers = _numbers(runs).where(ok)
    table = table.join(_intervals(numbers, runs["arm"])).reset_index()
    table.insert(0, "arm", table.pop("arm"))
    if "experiment" in table:
        table.insert(0, "experiment", table.pop("experiment"))
    return _sorted(table, runs)


def learned(table: pd.DataFrame) -> pd.Series:
    """Whether each row (of runs, or of a summary) learned; True where nothing speaks against it.

    Skill decides; where it is unknown (no ceiling), accuracy must exceed chance by a margin.
    """
    blank = pd.Series(np.nan, index=table.index)
    skill = pd.to_numeric(table.get("skill", blank), errors="coerce")
    margin = pd.to_numeric(table.get("accuracy", blank), errors="coerce") - table.get("chance", blank)
    dead = (skill < LEARNED_SKILL) | (skill.isna() & (margin < LEARNED_MARGIN))
    return ~dead


def averaged(runs: pd.DataFrame) -> list[str]:
    """The metrics of `runs` that have a mean: those declared so, then any number that no part here declares.

    The latter are metrics of another version or of a package that is not installed; whether they were averaged
    where they were measured is not known, and a mean too many does no harm.
    """
    declared = metrics.columns()
    known = [name for name, column in declared.items() if column.averaged and name in runs]
    others = [name for name in map(str, runs.columns) if is_metric(name) and name not in declared]
    return known + [name for name in others if pd.api.types.is_numeric_dtype(runs[name])]


def described(summary: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Unit and meaning of the columns of a summary: those of the runs, and what was made of them here."""
    told = {name: (unit, meaning) for name, unit, meaning in columns.dictionary(summary)}
    told |= {name: ("", meaning) for name, meaning in COUNTS.items()}
    for name in [name for name in map(str, summary.columns) if f"{name}_low" in summary and name not in COUNTS]:
        unit, meaning = told[name]
        told[name] = unit, f"mean over the ok runs of the arm: {meaning}"
        told[f"{name}_low"] = unit, f"95% interval of the mean of {name} (Student's t over replicates), lower end"
        told[f"{name}_high"] = unit, "the same, upper end"
    return told


def _numbers(runs: pd.DataFrame) -> pd.DataFrame:
    """The metrics of `runs` as floats; True counts as 1."""
    numbers = {name: pd.to_numeric(runs[name], errors="coerce").astype(float) for name in averaged(runs)}
    return pd.DataFrame(numbers, index=runs.index).replace([np.inf, -np.inf], np.nan)


def _intervals(numbers: pd.DataFrame, arm: pd.Series) -> pd.DataFrame:
    """Mean, low and high of every column of `numbers` per arm: mean +- t(n-1) sd / sqrt(n)."""
    grouped = numbers.groupby(arm, sort=False)
    mean, sd, n = grouped.mean(), grouped.std(ddof=1), grouped.count()
    n = n.where(n > 1)
    quantile = pd.DataFrame(stdtrit(n - 1, 0.5 + CONFIDENCE / 2), index=n.index, columns=n.columns)
    half = sd * quantile / n**0.5
    found = {}
    for name in numbers:
        found[name] = mean[name]
        found[f"{name}_low"] = mean[name] - half[name]
        found[f"{name}_high"] = mean[name] + half[name]
    return pd.DataFrame(found, index=mean.index)


def _sorted(table: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """`table` ordered by the levels of the axes that vary, blanks last."""
    ranks = {
        axis.name: table[axis.name].map({level: i for i, level in enumerate(axis.levels)}) for axis in varied(runs)
    }
    if not ranks:
        return table
    order = pd.DataFrame(ranks).sort_values(list(ranks), kind="stable").index
    return table.loc[order].reset_index(drop=True)

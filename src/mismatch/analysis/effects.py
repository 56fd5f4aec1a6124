"""Every single-factor contrast a table holds: one axis moves, all other parameters agree.

In: runs of any sweep. Out: one row per axis, level and setting of the others: the paired difference to the axis's
first level, with interval and exact p. Exploratory: nothing is corrected here, and nothing was predicted. What was
predicted is in `claims.csv`.
"""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis.axes import Axis, varied
from mismatch.analysis.intervals import UnreliableInterval, mean_interval, superiority
from mismatch.analysis.pairs import PairingError, pair
from mismatch.analysis.statistics import sign_flip_p

COLUMNS = (
    *("factor", "level", "against", "setting", "metric", "n", "effect", "low", "high"),
    *("p", "superiority", "note", "failures", "arm", "against_arm"),
)


def effects(runs: pd.DataFrame) -> pd.DataFrame:
    """The contrasts of `runs` (columns `COLUMNS`), in exact accuracy where it is known, else in accuracy."""
    plain = runs[runs["control"].eq("none")] if "control" in runs else runs
    axes = varied(plain)
    rows = [row for axis in axes for row in _along(plain, axis, axes)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _along(runs: pd.DataFrame, axis: Axis, axes: list[Axis]) -> Iterator[dict[str, Any]]:
    """Every arm against those that agree with it on the other axes and have the first level there is.

    A blank (the parameter cannot act) agrees with any level.
    """
    if axis.name in ("data", "seed"):  # other data are another question, not a treatment
        return
    arms = runs.drop_duplicates("arm").dropna(subset=[axis.name])
    rank = arms[axis.name].map({level: place for place, level in enumerate(axis.levels)})
    others = [other.name for other in axes if other is not axis]
    for (_, arm), place in zip(arms.iterrows(), rank, strict=True):
        agree = rank < place
        for name in others:
            if pd.notna(arm[name]):
                agree &= arms[name].isna() | arms[name].eq(arm[name])
        for _, first in arms[agree & rank.eq(rank[agree].min())].iterrows():
            row = _contrast(runs, str(arm["arm"]), str(first["arm"]))
            if row:
                yield {"factor": axis.name, "level": arm[axis.name], "against": first[axis.name],
                       "setting": _setting(arm[others].combine_first(first[others])), **row}  # fmt: skip


def _setting(levels: pd.Series) -> str:
    """``length.ratio=4, mask=none``, blanks left out."""
    known = levels.dropna()
    return ", ".join(f"{name}={level:g}" if isinstance(level, float) else f"{name}={level}"
                     for name, level in known.items())  # fmt: skip


def _contrast(runs: pd.DataFrame, arm: str, against: str) -> dict[str, Any]:
    """Interval and p of one contrast; empty where there are no pairs."""
    sides = runs[runs["arm"].isin([arm, against])]
    metric = "exact_accuracy" if sides["exact_accuracy"].notna().any() else "accuracy"
    try:
        pairs = pair(runs, arm, against, metric)
    except PairingError:
        return {}
    differences = pairs.differences
    if not len(differences):
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreliableInterval)  # the note says it
        interval = mean_interval(differences)
    return {
        "metric": metric, "n": len(differences), "effect": float(np.mean(differences)), "low": interval.low,
        "high": interval.high, "p": sign_flip_p(differences), "superiority": superiority(differences).estimate,
        "note": interval.note, "failures": pairs.failures, "arm": arm, "against_arm": against,
    }  # fmt: skip

"""Every single-factor contrast a table holds: one axis moves, all other parameters agree.

In: runs of any sweep. Out: one row per axis, level, setting of the others and metric: the paired difference to the
axis's first level, with interval and p. Exploratory: nothing is corrected here, and nothing was predicted. What
was predicted is in `claims.csv`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis.axes import Axis, varied
from mismatch.analysis.circumstances import within
from mismatch.analysis.intervals import UnreliableInterval, mean_interval, superiority
from mismatch.analysis.pairs import PairingError, Pairs, Side, outcome, pair_of, sides
from mismatch.analysis.statistics import difference_p
from mismatch.run import columns
from mismatch.run.metrics.classification import Classification

ACCURACIES = ("exact_accuracy", "accuracy")
"""The first that both arms have stands for accuracy."""
BESIDE = tuple(Classification.columns)
"""Metrics that follow it, where they are known."""
COLUMNS = {
    "factor": "the setting that moves",
    "level": "its value in `arm`",
    "against": "its value in `against_arm`, the first that there is",
    "metric": "what is compared: accuracy first, then metrics that runs.csv has beside it",
    "n": "pairs of replicates",
    "effect": "mean of arm - against_arm, in the unit of the metric",
    "low": "95% interval, lower end",
    "high": "95% interval, upper end",
    "p": "p of no mean difference, as in claims.csv; not corrected for the number of rows",
    "superiority": "P(arm > against_arm), ties half",
    "note": "remark on the interval, and pairs left out as a run has no such metric",
    "failures": "failed runs that scored chance",
    "arm": "id of the arm at `level`",
    "against_arm": "id of the arm at `against`",
}
SETTING = "what both arms of the contrast have; empty where it is what moves, or could not act"
"""What stands in the columns of the other settings that vary, each under its key behind `against`."""
RETIRED = {"setting": "until version 0.1: what else varies, as words; now a column for each setting"}
"""Columns that tables of earlier versions have."""
FIRST = ("factor", "level", "against")
MOST_ARMS = 1000
"""Of more arms there is no such table: every arm would be set against others along every axis, for minutes."""


def effects(runs: pd.DataFrame) -> pd.DataFrame:
    """The contrasts of `runs` in accuracy, exact where it is known, and what stands beside it.

    Columns `COLUMNS` and, behind `against`, one for every setting that varies.
    """
    plain = runs[runs["control"].eq("none")] if "control" in runs else runs
    axes = varied(plain)
    metrics = [name for name in (*ACCURACIES, *BESIDE) if name in plain]
    arms = plain.drop_duplicates("arm")[["arm", *(axis.name for axis in axes)]]
    found = sides(plain, {metric: outcome(plain, metric) for metric in metrics}, arms["arm"])
    levels = {axis.name: _Levels.of(arms[axis.name], axis) for axis in axes}
    rows = [row for axis in axes for row in _along(arms["arm"].tolist(), axis.name, levels, found)]
    moving = [axis.name for axis in axes if any(axis.name in row for row in rows)]
    return pd.DataFrame(rows, columns=[*FIRST, *moving, *(name for name in COLUMNS if name not in FIRST)])


def settings(table: pd.DataFrame) -> list[str]:
    """The columns of a table of effects that are settings."""
    return [name for name in map(str, table.columns) if name not in COLUMNS | RETIRED]


def described(table: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Unit and meaning of the columns of a table of effects."""
    keys = {name: (unit, meaning) for name, unit, meaning in columns.dictionary(table[settings(table)])}
    told = {name: (unit, f"{meaning}: {SETTING}") for name, (unit, meaning) in keys.items()}
    return told | {name: ("", meaning) for name, meaning in (COLUMNS | RETIRED).items()}


@dataclass(frozen=True)
class _Levels:
    """What all arms have on an axis. codes: (arms,) place among the levels, -1 for a blank; values: the levels."""

    codes: np.ndarray
    values: list[Any]

    @classmethod
    def of(cls, column: pd.Series, axis: Axis) -> _Levels:
        places = {level: place for place, level in enumerate(axis.levels)}
        codes = column.map(places).fillna(-1).to_numpy(int)
        return cls(codes, column.tolist())

    def agree(self, arm: int) -> np.ndarray:
        """(arms,) whether each has the same as `arm`; a blank (the parameter cannot act) agrees with any level."""
        own = self.codes[arm]
        return np.ones(len(self.codes), bool) if own < 0 else (self.codes < 0) | (self.codes == own)


def _along(arms: list[Any], name: str, levels: dict[str, _Levels], found: dict[str, Side]) -> Iterator[dict[str, Any]]:
    """Every arm against those that agree with it on the other axes and have the first level there is."""
    if name in ("data", "seed"):  # other data are another question, not a treatment
        return
    axis, others = levels[name], {other: known for other, known in levels.items() if other != name}
    for arm in np.flatnonzero(axis.codes >= 0).tolist():
        agree = (axis.codes >= 0) & (axis.codes < axis.codes[arm])
        for known in others.values():
            agree &= known.agree(arm)
        places = np.flatnonzero(agree)
        for first in places[axis.codes[places] == axis.codes[places].min()].tolist() if len(places) else ():
            told = {"factor": name, "level": axis.values[arm], "against": axis.values[first],
                    **_setting(others, arm, first),
                    "arm": str(arms[arm]), "against_arm": str(arms[first])}  # fmt: skip
            for numbers in _contrasts(found[told["arm"]], found[told["against_arm"]]):
                yield told | numbers


def _setting(others: dict[str, _Levels], arm: int, first: int) -> dict[str, Any]:
    """What `arm` has on the other axes, or else `first`; blanks left out."""
    places = {name: arm if known.codes[arm] >= 0 else first for name, known in others.items()}
    return {name: known.values[places[name]] for name, known in others.items() if known.codes[places[name]] >= 0}


def _contrasts(arm: Side, against: Side) -> Iterator[dict[str, Any]]:
    """Interval and p of one contrast in every metric that both arms have; none where the runs are no pairs."""
    known = [metric for metric in arm.outcomes if any(_known(side, metric) for side in (arm, against))]
    accuracies = [metric for metric in ACCURACIES if metric in known]
    for metric in (*accuracies[:1], *(metric for metric in BESIDE if metric in known)):
        try:
            pairs = pair_of(arm, against, metric)
        except PairingError:
            return
        if len(pairs.differences):
            yield {"metric": metric, **_numbers(pairs, metric)}


def _known(side: Side, metric: str) -> bool:
    return any(value == value for value in side.outcomes[metric].values())


def _numbers(pairs: Pairs, metric: str) -> dict[str, Any]:
    differences = pairs.differences
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreliableInterval)  # the note says it
        interval = mean_interval(differences, within=within(metric, "difference"))
    left_out = f"{len(pairs.missing)} pairs without {metric} left out" if pairs.missing else ""
    return {
        "n": len(differences), "effect": float(np.mean(differences)), "low": interval.low, "high": interval.high,
        "p": difference_p(differences), "superiority": superiority(differences).estimate,
        "note": "; ".join(filter(None, (interval.note, left_out))), "failures": pairs.failures,
    }  # fmt: skip

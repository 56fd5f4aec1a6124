"""The data dictionary of a results folder: what every column of every table there means, and every setting.

In: the tables by file name. Out: one table (`columns.csv`) with a row per table and column, and one per setting. What a
column means is said where it is made: by the parts of a run, the summary, the effects, the claims, the controls, a
measurement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from mismatch.analysis import claims, effects, factorial, judging, robustness, summary, tuned
from mismatch.config import keys
from mismatch.config.registry import DATASETS, MEASUREMENTS
from mismatch.report import beside, brief
from mismatch.run import columns
from mismatch.sweep import baselined

FILE = "columns.csv"
SETTINGS = "settings"
"""Stands for a file in the rows of the keys that a person may set, those without a column included."""
COLUMNS = ("table", "column", "unit", "meaning", "choices")
UNKNOWN = "column of another version or package; its meaning is not known here"

Told = dict[str, tuple[str, str]]
"""Column -> (unit, meaning)."""


def dictionary(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every column of `tables` (by file name) in the order of the tables, then every setting, as `COLUMNS`."""
    names = {str(name) for table in tables.values() if "data" in table for name in table["data"].dropna().unique()}
    settings = keys.everything({name: None for name in DATASETS.names if name in names} or None)
    choices = {key.name: key.accepts for key in settings}
    rows = [
        (file, name, *told.get(name, ("", UNKNOWN)), choices.get(name, ""))
        for file, table in tables.items()
        for told in [_told(file, table)]
        for name in map(str, table.columns)
    ]
    rows += [(SETTINGS, key.name, key.unit, key.meaning, key.accepts) for key in settings]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _told(file: str, table: pd.DataFrame) -> Told:
    if file in MADE:
        return MADE[file](table)
    return dict(_measured(file))


def _measured(file: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """The columns of the measurement that makes `file`."""
    for part in MEASUREMENTS.all().values():
        if file in part().tables:
            yield from part().columns.items()


def _plain(meanings: Mapping[str, str]) -> Callable[[pd.DataFrame], Told]:
    """Of columns that have no unit of their own: words, counts, p values, effects in the unit of their metric."""
    return lambda table: {name: ("", meaning) for name, meaning in meanings.items()}


def _runs(table: pd.DataFrame) -> Told:
    return {name: (unit, meaning) for name, unit, meaning in columns.dictionary(table)}


def _arms(table: pd.DataFrame) -> Told:
    return summary.described(table) | {"baseline": beside.BASELINE}


MADE: dict[str, Callable[[pd.DataFrame], Told]] = {
    "runs.csv": _runs,
    "summary.csv": lambda table: _arms(table) | {name: ("", meaning) for name, meaning in brief.COLUMNS.items()},
    "arms.csv": lambda table: _arms(table),
    "baselines.csv": lambda table: {**_runs(table), **baselined.COLUMNS},
    "effects.csv": effects.described,
    "tuned.csv": lambda table: _runs(table) | _plain(tuned.CHOSEN)(table),
    "claims.csv": _plain(claims.COLUMNS),
    "controls.csv": _plain(judging.CHECK_COLUMNS),
    "factorial.csv": _plain(factorial.COLUMNS),
    "robustness.csv": _plain(robustness.COLUMNS),
}
"""The tables that a report makes."""

"""Finds the arms that a few parameters describe in a table of runs.

In: the table and a mapping such as a claims file holds. Out: arms, or their runs.
"""

from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis.axes import parameter_columns
from mismatch.config.fields import ConfigError

PLAIN = {"control": "none", "layout": "correct"}
"""What an arm is unless a description says otherwise."""


def arms_where(runs: pd.DataFrame, described: dict[str, Any]) -> pd.DataFrame:
    """One row per arm that has every parameter of `described`; a blank parameter (it cannot act) fits any value.

    Where one arm fits by a value and another only by a blank, the former is meant.

    Raises:
        ConfigError: for a parameter the table does not have.
    """
    described = {key: value for key, value in PLAIN.items() if key in runs} | described
    for key in described:
        if key not in runs:
            raise ConfigError(key, described[key], "must be a column of the table")
    first = np.flatnonzero(~runs["arm"].duplicated().to_numpy())
    possible, blanks = np.ones(len(first), bool), np.zeros(len(first), int)
    for key, value in described.items():  # column by column: to filter the table each time takes a hundred times longer
        column = runs[key].iloc[first]
        blank = column.isna().to_numpy()
        levels = value if isinstance(value, list) else [value]
        fits = np.logical_or.reduce([_equal(column, level).to_numpy(bool) for level in levels])
        possible &= fits | blank
        blanks += blank & ~fits
    several = any(isinstance(value, list) for value in described.values())
    if possible.any() and not several:
        possible &= blanks == blanks[possible].min()
    return runs.iloc[first[possible]]


def arm_where(runs: pd.DataFrame, described: dict[str, Any]) -> str | None:
    """Id of the one arm that fits `described`; None if none does.

    Raises:
        ConfigError: when several do, naming what tells them apart.
    """
    arms = arms_where(runs, described)
    if len(arms) > 1:
        columns = [name for name in parameter_columns(arms) if arms[name].nunique(dropna=False) > 1]
        differ = f"must name one arm, fits {len(arms)}: they differ in {', '.join(columns)}"
        raise ConfigError("claims", described_by(described), differ)
    return None if arms.empty else str(arms["arm"].iloc[0])


def runs_where(runs: pd.DataFrame, described: dict[str, Any]) -> pd.DataFrame:
    """All runs of the arms that `arms_where` finds."""
    return runs[runs["arm"].isin(arms_where(runs, described)["arm"])]


def described_by(described: dict[str, Any]) -> str:
    """``data=early, mask=none``."""
    return ", ".join(f"{key}={value}" for key, value in described.items())


def incomplete(table: pd.DataFrame, planned: dict[str, int] | None) -> str:
    """Which planned arm lacks runs, or nothing. An arm without any has no parameters: it may belong anywhere."""
    found = table.groupby("arm")["replicate"].nunique()
    short = [f"{arm} has {found.get(arm, 0)} of {n}" for arm, n in (planned or {}).items() if found.get(arm, 0) < n]
    return f"{len(short)} planned arms lack runs ({short[0]})" if short else ""


def true(column: pd.Series) -> pd.Series:
    """Where a column of switches says true, whether it was read from a file or not."""
    return _equal(column, True)


def _equal(column: pd.Series, value: Any) -> pd.Series:
    if isinstance(value, bool):
        return column.astype(str).str.lower() == str(value).lower()
    if isinstance(value, (int, float)):
        return pd.to_numeric(column, errors="coerce") == value
    return column.astype(str) == str(value)

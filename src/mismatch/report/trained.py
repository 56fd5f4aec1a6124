"""The runs that an experiment's own figure may draw, and their paired differences to a reference.

In: the tables of a results folder by file name. Out: the runs that ended ok and are no copies for a control, or no
rows where the sweep has not trained what the figure needs; a row per arm with its mean paired difference.
"""

import warnings
from collections.abc import Collection

import pandas as pd

from mismatch.analysis.intervals import UnreliableInterval, mean_interval


def trained(tables: dict[str, pd.DataFrame], needed: Collection[str], **levels: object) -> pd.DataFrame:
    """The ok runs without control copies, where `levels` (column -> value) hold; empty if a `needed` column is missing.

    A level whose column is missing, or blank because it could not act, holds.
    """
    runs = tables.get("runs.csv", pd.DataFrame())
    if not {"status", *needed} <= set(runs):
        return pd.DataFrame(columns=sorted({"status", *needed}))
    runs = runs[runs["status"].eq("ok")]
    for column, level in {"control": "none", **levels}.items():
        if column in runs:
            runs = runs[runs[column].isna() | (runs[column] == level)]
    return runs


def distances(references: pd.DataFrame, baselines: pd.DataFrame | None) -> pd.Series:
    """Mean paired difference of every baseline to the reference runs on the same sequences, by its name."""
    if baselines is None or "data_hash" not in references:
        return pd.Series(dtype=float)
    rows = baselines.drop_duplicates(["data_hash", "baseline"])[["data_hash", "baseline", "accuracy"]]
    both = references[["data_hash", "accuracy"]].merge(rows, on="data_hash", suffixes=("", "_baseline"))
    return (both["accuracy_baseline"] - both["accuracy"]).groupby(both["baseline"]).mean()


def against(runs: pd.DataFrame, references: pd.DataFrame, group: str, data: str) -> pd.DataFrame:
    """Per arm on `data`: `arm`, `group` (its level of that column), mean paired difference to the reference, interval.

    The reference is the one arm of `references` on the same data; columns `estimate`, `low`, `high`.
    """
    reference = references[references["data"].eq(data)].set_index("replicate")["accuracy"]
    rows = []
    for name, arm in runs[runs["data"].eq(data)].groupby("arm"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnreliableInterval)  # a figure shows the interval, tables its remark
            found = mean_interval((arm.set_index("replicate")["accuracy"] - reference).dropna())
        rows.append((name, arm[group].iloc[0], found.estimate, found.low, found.high))
    return pd.DataFrame(rows, columns=["arm", "group", "estimate", "low", "high"])

"""Arms beside baselines: where a baseline stands next to each arm, and how far the matched arm is from it, in pairs.

In: runs, the rows of `baselines.csv` that stand on the same sequences, and what arms have unless a claim says
otherwise. Out: levels by arm; a row per dataset and baseline with the paired difference of its matched arm.
"""

import json
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from mismatch.analysis.axes import parameter_columns
from mismatch.analysis.intervals import UnreliableInterval, mean_interval
from mismatch.analysis.pairs import outcome
from mismatch.analysis.select import arms_where
from mismatch.analysis.summary import summarise

MATCHED: dict[str, Any] = {
    "length.ratio": 1,
    "mask": "masking",
    "reduction": "none",
    "features.adapter": "native",
    "length.padding": "pre",
}
"""What the matched arm has beyond what is registered, in the order asked, each only where an arm has it."""
COLUMNS = ("data", "arm", "accuracy", "baseline", "n", "level", "difference", "low", "high")


def on_same(runs: pd.DataFrame, table: pd.DataFrame | None) -> pd.DataFrame:
    """The rows of `table` on sequences that runs had; none without a table or without runs."""
    if table is None or "data_hash" not in runs:
        return pd.DataFrame(columns=["baseline", "data_hash", "replicate", "accuracy"])
    return table[table["data_hash"].isin(runs["data_hash"].dropna())]


def levels(runs: pd.DataFrame, table: pd.DataFrame | None) -> pd.DataFrame:
    """Mean accuracy of every baseline (a column each) over the sequences of each arm (the index) without a control."""
    plain = runs[runs["control"].eq("none")] if "control" in runs else runs
    found = on_same(plain, table).drop_duplicates(["data_hash", "baseline"])
    if found.empty:
        return pd.DataFrame(index=pd.Index([], name="arm"))
    both = plain[["arm", "data_hash"]].merge(found[["data_hash", "baseline", "accuracy"]], on="data_hash")
    return both.pivot_table(index="arm", columns="baseline", values="accuracy", sort=False)


def matched(runs: pd.DataFrame, base: Mapping[str, Any]) -> str:
    """Id of the arm of `runs`, all on one dataset, whose shape is matched: as in `base`, then as in `MATCHED`.

    Of several that are left, the one with the lowest probe loss at the end: the test part has no say.
    """
    for key, value in {**{k: v for k, v in base.items() if not _of_data(k)}, **_missing(base)}.items():
        fitting = arms_where(runs, {key: value}) if key in runs else runs
        runs = runs[runs["arm"].isin(fitting["arm"])] if len(fitting) else runs
    if "loss_final" in runs and runs["loss_final"].notna().any():
        return str(runs.groupby("arm", sort=False)["loss_final"].mean().idxmin())
    return str(runs["arm"].iloc[0])


def shortfalls(runs: pd.DataFrame, table: pd.DataFrame | None, base: Mapping[str, Any]) -> pd.DataFrame:
    """A row per dataset and baseline: the matched arm, both accuracies, and their paired difference with interval.

    A failed run scores chance, as in every comparison.
    """
    scored = runs.assign(_score=outcome(runs, "accuracy")) if len(runs) else runs
    rows = [
        {"data": data, **row}
        for data, part in _by_data(scored, table)
        for row in _rows(part, on_same(part, table), base)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def summarised(table: pd.DataFrame) -> pd.DataFrame:
    """A row per dataset and baseline as `arms.csv` has one per arm: mean and interval over replicates."""
    words = table["baseline"] + "|" + _words(table, parameter_columns(table))
    found = summarise(table.assign(arm=words, status="ok").drop(columns=["c", "made_from"]))
    counted = [name for name in found if str(name).startswith("not_learned")]  # a baseline has no training to fail
    return found.assign(baseline=found["arm"].str.partition("|")[0]).drop(columns=["arm", *counted])


def _of_data(name: str) -> bool:
    return name == "data" or name.startswith("data.")


def _missing(base: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in MATCHED.items() if key not in base}


def _by_data(runs: pd.DataFrame, table: pd.DataFrame | None) -> Iterator[tuple[str, pd.DataFrame]]:
    """The runs without a control on each dataset that has baselines, under a name that tells it from the others."""
    plain = runs[runs["control"].eq("none")] if "control" in runs else runs
    found = on_same(plain, table)
    if found.empty:
        return
    settings = [name for name in parameter_columns(plain) if _of_data(name)]
    keys = _words(plain, settings)
    known = plain["data_hash"].isin(found["data_hash"]).groupby(keys).transform("any")
    firsts = plain[known].groupby(keys[known], sort=False)[settings].first()
    for place, key in enumerate(map(str, firsts.index)):
        yield _name(firsts.iloc[place], firsts), plain[keys.eq(key)]


def _name(data: pd.Series, every: pd.DataFrame) -> str:
    """The dataset of these settings, and as few of them as tell it from the others, words before numbers."""
    alike, told = every[every["data"].eq(data["data"])], [str(data["data"])]
    for name in sorted(every.columns, key=lambda name: (not isinstance(data[name], str), name)):
        same = alike[alike[name].eq(data[name])]
        if 0 < len(same) < len(alike):
            told.append(f"{name}={_plain(data[name])}")
            alike = same
    return ", ".join(told)


def _words(table: pd.DataFrame, columns: list[str]) -> pd.Series:
    """What stands in these columns of each row, as one text."""
    return table[columns].apply(lambda row: json.dumps([str(value) for value in row]), axis=1)


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _rows(runs: pd.DataFrame, table: pd.DataFrame, base: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The baselines of one dataset against its matched arm, replicate by replicate."""
    arm = matched(runs, base)
    scores = runs[runs["arm"].astype(str).eq(arm)].set_index("replicate")["_score"].dropna()
    for baseline, part in table.groupby("baseline", sort=False):
        level = part.drop_duplicates("replicate").set_index("replicate")["accuracy"]
        both = pd.concat([scores, level], axis=1, join="inner", keys=["arm", "level"])
        if both.empty:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnreliableInterval)
            found = mean_interval(both["arm"] - both["level"])
        means = {"accuracy": both["arm"].mean(), "level": both["level"].mean()}
        bounds = {"difference": found.estimate, "low": found.low, "high": found.high}
        yield {"arm": arm, "baseline": baseline, "n": len(both), **means, **bounds}

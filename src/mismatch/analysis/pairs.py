"""Paired differences of two arms, replicate by replicate, from a table of runs.

In: the table and two arm ids. Out: `Pairs`. Runs are paired only if the hashes say that both saw the same data in
the same order. Failures count (intention to treat): a run that failed, diverged or timed out scores chance. A cell
that is not in the table is never made up: the pair is missing, and `Pairs.missing` says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mismatch.config.fields import ConfigError

CHANCE_METRICS = ("accuracy", "exact_accuracy")
"""What a failed run scores here is chance, where other runs on its dataset have the metric; its skill is 0, its
delay the whole training. In any other metric nothing stands for it: the pair is missing."""
DELAY = "delay"
STREAMS = ("data", "order", "init")
"""Streams whose draws have a hash in the table."""
SHARED = ("data", "order")
"""Streams two arms share unless a contrast says otherwise: their hashes must agree."""
BACKEND = "backend"
"""Column that must agree as well, whatever two arms share: runs of two backends are no pair."""
ON_THE_WAY = "probe_accuracy_"
"""Accuracies of the probe part after some updates begin so; a failed run scores chance in them too."""
SCALES = ("difference", "ratio")
"""Differences are taken of the values, or of their natural logarithms."""


@dataclass(frozen=True)
class Side:
    """The runs of one arm by replicate: their status, ids, hashes and backend by column, and outcomes by metric."""

    status: dict[int, str]
    runs: dict[int, str]
    hashes: dict[str, dict[int, Any]]
    outcomes: dict[str, dict[int, float]]


class PairingError(ValueError):
    """Two runs that must not be compared as a pair."""


@dataclass(frozen=True)
class Pairs:
    """replicates: (n,) numbers; arm, against: (n,) metric of each side; runs: ids; failures: runs that scored chance.

    missing: one line per planned pair that could not be made.
    """

    replicates: tuple[int, ...]
    arm: np.ndarray
    against: np.ndarray
    runs: tuple[str, ...]
    failures: int
    missing: tuple[str, ...]
    scale: str = "difference"

    @property
    def differences(self) -> np.ndarray:
        """(n,) arm minus against; on the scale ``ratio`` the difference of logarithms."""
        if self.scale == "ratio":
            return np.log(self.arm) - np.log(self.against)
        return self.arm - self.against


def outcome(runs: pd.DataFrame, metric: str) -> pd.Series:
    """The metric of each run, failures scored (see `CHANCE_METRICS`); NaN where nothing can be said.

    Args:
        runs: all of the table, as what chance is for a failed run stands on the rows of others.

    Raises:
        ConfigError: for a metric the table does not have.
    """
    if metric not in runs:
        raise ConfigError("metric", metric, "must be a column of the table")
    values = pd.to_numeric(runs[metric], errors="coerce").astype(float).replace([np.inf, -np.inf], np.nan)
    failed = runs["status"].ne("ok")
    if metric in CHANCE_METRICS or metric.startswith(ON_THE_WAY):
        return values.mask(failed, _chance(runs).where(_of_dataset(runs, metric).notna())) if failed.any() else values
    if metric == "skill":
        return values.mask(failed, 0.0)
    if metric == DELAY:  # right-censored: a run that failed took all updates, at least
        updates = pd.to_numeric(runs["train.updates"]).astype(float)
        return values.mask(failed, updates.where(_of_dataset(runs, metric).notna()))
    return values.mask(failed)


def _of_dataset(runs: pd.DataFrame, column: str) -> pd.Series:
    """One value of a column for every dataset, on each of its runs: a failed run has none on its row."""
    known = runs.dropna(subset=[column]).groupby("data")[column].first()
    return runs["data"].map(known).astype(float)


def _chance(runs: pd.DataFrame) -> pd.Series:
    """Chance of every run: that of a run with the same settings of the dataset, or, if there is none, of any on it."""
    settings = ["data", *(name for name in runs.columns if str(name).startswith("data."))]
    known = runs.groupby(settings, dropna=False)["chance"].transform("first")
    return known.astype(float).fillna(_of_dataset(runs, "chance"))


def pair(
    runs: pd.DataFrame,
    arm: str,
    against: str,
    metric: str,
    scale: str = "difference",
    shares: Sequence[str] = SHARED,
    planned: dict[str, int] | None = None,
) -> Pairs:
    """Pair the runs of two arms by replicate.

    Args:
        runs: one row per run. metric: a numeric column. scale: difference | ratio (of positive numbers).
        shares: streams whose hashes must agree, such as ``data`` for the column ``data_hash``; one
            that the table has no column for cannot be checked and is left to the experiment's protocol.
        planned: arm id -> replicates, to tell a missing pair from one nobody asked for.

    Raises:
        PairingError: when a shared hash differs.
        ConfigError: for a metric the table does not have.
    """
    found = sides(runs, {metric: outcome(runs, metric)}, (arm, against))
    return pair_of(
        found[arm], found[against], metric, scale, shares, [(planned or {}).get(name, 0) for name in (arm, against)]
    )


def sides(runs: pd.DataFrame, outcomes: Mapping[str, pd.Series], arms: Iterable[str]) -> dict[str, Side]:
    """What pairing needs of `runs`, by arm; an arm without runs is empty."""
    known = [name for name in (*(f"{stream}_hash" for stream in STREAMS), BACKEND) if name in runs]
    table = runs[[name for name in ("status", "run", *known) if name in runs]].assign(**outcomes)
    places = {str(arm): np.asarray(rows) for arm, rows in runs.groupby("arm").indices.items()}
    nowhere = np.array([], int)
    return {str(arm): _side(table, runs["replicate"], places.get(str(arm), nowhere), [*outcomes]) for arm in arms}


def _side(table: pd.DataFrame, replicates: pd.Series, places: np.ndarray, metrics: list[str]) -> Side:
    keys = [int(k) for k in replicates.iloc[places]]
    columns = {name: dict(zip(keys, table[name].iloc[places], strict=True)) for name in table}
    hashes = {name: columns[name] for name in (*(f"{stream}_hash" for stream in STREAMS), BACKEND) if name in columns}
    return Side(columns["status"], columns.get("run", {}), hashes, {name: columns[name] for name in metrics})


def pair_of(
    left: Side,
    right: Side,
    metric: str,
    scale: str = "difference",
    shares: Sequence[str] = SHARED,
    planned: Sequence[int] = (0, 0),
) -> Pairs:
    """As `pair`, from the two sides, and how many replicates are planned of each.

    Raises:
        PairingError: when a shared hash differs.
    """
    _refuse_strangers(left, right, shares)
    wanted = _wanted(left, right, planned)
    values = [_usable(side.outcomes[metric], scale) for side in (left, right)]
    usable = [k for k in wanted if k in values[0] and k in values[1]]
    missing = [
        f"replicate {k}: {'no ' + metric if k in left.status and k in right.status else 'not run'}"
        for k in wanted
        if k not in values[0] or k not in values[1]
    ]
    failures = sum(side.status[k] != "ok" for k in usable for side in (left, right))
    ids = [str(side.runs[k]) for k in usable for side in (left, right) if side.runs]
    arrays = [np.array([side[k] for k in usable], float) for side in values]
    return Pairs(tuple(usable), arrays[0], arrays[1], tuple(ids), failures, tuple(missing), scale)


def _usable(outcomes: dict[int, float], scale: str) -> dict[int, float]:
    """Those that can be compared: known and, for a ratio, positive."""
    return {k: value for k, value in outcomes.items() if (value > 0 if scale == "ratio" else value == value)}


def _wanted(left: Side, right: Side, planned: Sequence[int]) -> list[int]:
    """Replicates that both arms should have: the planned ones of the arm with fewer, or those that both have."""
    if all(planned):
        return list(range(min(planned)))
    return sorted(left.status.keys() & right.status.keys())


def _refuse_strangers(left: Side, right: Side, shares: Sequence[str]) -> None:
    for name in (*(f"{stream}_hash" for stream in shares), BACKEND):
        here, there = left.hashes.get(name, {}), right.hashes.get(name, {})
        for k in sorted(here.keys() & there.keys()):
            if pd.notna(here[k]) and pd.notna(there[k]) and here[k] != there[k]:
                raise PairingError(f"replicate {k}: {name} differs, so the two runs are no pair")

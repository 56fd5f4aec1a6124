"""Paired differences of two arms, replicate by replicate, from a table of runs.

In: the table and two arm ids. Out: `Pairs`. Runs are paired only if the hashes say that both saw the same data in
the same order. Failures count (intention to treat): a run that failed, diverged or timed out scores chance. A cell
that is not in the table is never made up: the pair is missing, and `Pairs.missing` says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mismatch.config.fields import ConfigError

CHANCE_METRICS = ("accuracy", "exact_accuracy")
"""What a failed run scores here is chance; its skill is 0, its steps_to_90 the whole training."""
STREAMS = ("data", "order", "init")
"""Streams whose draws have a hash in the table."""
SHARED = ("data", "order")
"""Streams two arms share unless a contrast says otherwise: their hashes must agree."""
SCALES = ("difference", "ratio")
"""Differences are taken of the values, or of their natural logarithms."""


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
    if metric in CHANCE_METRICS:
        return values.mask(failed, _of_dataset(runs, "chance"))
    if metric == "skill":
        return values.mask(failed, 0.0)
    if metric == "steps_to_90":  # right-censored: a run that never got there took all updates, at least
        updates = pd.to_numeric(runs["train.updates"]).astype(float)
        return values.mask(failed).fillna(updates.where(_of_dataset(runs, "ceiling").notna()))
    return values.mask(failed)


def _of_dataset(runs: pd.DataFrame, column: str) -> pd.Series:
    """Chance or ceiling of every run; a failed run has none on its row, so one of its dataset's is taken."""
    known = runs.dropna(subset=[column]).groupby("data")[column].first()
    return runs["data"].map(known).astype(float)


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
    values = outcome(runs, metric)
    scored = runs.assign(_value=values.where(values > 0) if scale == "ratio" else values)
    left, right = (scored[scored["arm"] == name].set_index("replicate") for name in (arm, against))
    _refuse_strangers(left, right, shares)
    wanted = _wanted(left, right, [(planned or {}).get(name, 0) for name in (arm, against)])
    both = left.index.intersection(right.index)
    finite = pd.concat([left["_value"], right["_value"]], axis=1).dropna().index
    usable = [k for k in wanted if k in finite]
    missing = [f"replicate {k}: {'no ' + metric if k in both else 'not run'}" for k in wanted if k not in finite]
    failures = sum(int(side.loc[usable, "status"].ne("ok").sum()) for side in (left, right))
    ids = [str(side.at[k, "run"]) for k in usable for side in (left, right) if "run" in side]
    sides = [side.loc[usable, "_value"].to_numpy(float) for side in (left, right)]
    return Pairs(tuple(usable), sides[0], sides[1], tuple(ids), failures, tuple(missing), scale)


def _wanted(left: pd.DataFrame, right: pd.DataFrame, planned: list[int]) -> list[int]:
    """Replicates that both arms should have: the planned ones of the arm with fewer, or those that both have."""
    if all(planned):
        return list(range(min(planned)))
    return sorted(set(left.index) & set(right.index))


def _refuse_strangers(left: pd.DataFrame, right: pd.DataFrame, shares: Sequence[str]) -> None:
    for stream in shares:
        column = f"{stream}_hash"
        if column not in left or column not in right:
            continue
        hashes = pd.concat([left[column], right[column]], axis=1, keys=["left", "right"]).dropna()
        strange = hashes.index[hashes["left"] != hashes["right"]]
        if len(strange):
            raise PairingError(f"replicate {strange[0]}: {column} differs, so the two runs are no pair")

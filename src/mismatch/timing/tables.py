"""From timed blocks to tables: the steps, every arm against the arm that differs in one factor, lines in T.

In: blocks and the settings of their arms. Out: data frames; no TensorFlow is needed to make them.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis.intervals import UnreliableInterval, mean_interval
from mismatch.timing.protocol import SEED, Block, quiet
from mismatch.timing.setting import Setting, Work

DRAWS = 2000
"""Bootstrap draws of the intervals of a line."""
FEWEST_VALID = 5
"""Void blocks enter a ratio or a line only where fewer rounds than this would be left without them."""
PLAIN: dict[str, dict[str, Any]] = {
    "length": {"steps": 64},
    "features": {"width": 8},
    "mask": {"mask": "none"},
    "reduction": {"reduction": "none", "pool": None, "kernel": None},
    "engine": {"engine": "graph"},
    "control": {"control": "none", "delay_ms": None},
}
"""Factor: what to set an arm to, to get the arm it is compared with."""


def control_arm(setting: Setting) -> Setting:
    """The arm that all arms of an engine are compared with in `steps.csv`."""
    plain = {key: value for factor, values in PLAIN.items() if factor != "engine" for key, value in values.items()}
    return replace(setting, padded=0.0, **plain)


def steps_table(
    blocks: Sequence[Block],
    settings: Sequence[Setting],
    known: Mapping[str, Mapping[str, Any]],
    machine: Mapping[str, Any],
) -> pd.DataFrame:
    """One row per arm x round: the arm, its block, and the ratio to the control arm of its engine in that round.

    known: what is told of each arm, by name. machine: columns that are the same in every row.
    """
    arms = pd.DataFrame([{"arm": each.name, **each.columns(), **known[each.name]} for each in settings])
    table = pd.DataFrame([asdict(block) for block in blocks]).merge(arms, on="arm", validate="many_to_one")
    own = table["arm"].map({each.name: control_arm(each).name for each in settings})
    ms = table.set_index(["replicate", "arm"])["step_ms"]
    controls = ms.reindex(pd.MultiIndex.from_arrays([table["replicate"], own])).to_numpy()
    table["ratio"] = table["step_ms"] / controls
    table = table.assign(timing_valid=quiet(table), experiment="timing", status="ok", **machine)
    first = ["experiment", "arm", "replicate", "status", *settings[0].columns(), "step_ms", "ratio"]
    return table[[*first, *table.columns.difference(first, sort=False)]]


def ratio_table(work: Mapping[Setting, Work], steps: pd.DataFrame) -> pd.DataFrame:
    """Every arm over its control of every factor it differs in, where that control is an arm too.

    Columns: `factor`, `arm`, `control_arm`, the arm's columns, `ratio` and `difference_ms` (geometric mean over rounds
    of the paired ratio, mean of the difference, with 95% bounds `_low`, `_high`: the numbers that claims are judged
    by), `rounds` used and `valid_rounds`, `flops_ratio`, and `useful_fraction` and `control_useful_fraction`.
    """
    wide = steps.pivot(index="replicate", columns="arm", values="step_ms")
    valid = steps.pivot(index="replicate", columns="arm", values="timing_valid").astype(bool)
    rows = []
    for factor, arm in product(PLAIN, work):
        control = replace(arm, **PLAIN[factor])
        if control == arm or control not in work or (arm.control != "none" and factor != "control"):
            continue
        pair = [arm.name, control.name]
        both = valid[pair].all(axis=1)
        treated, plain = wide.loc[_used(both), pair].to_numpy().T
        row = {"factor": factor, "arm": arm.name, "control_arm": control.name, **arm.columns()}
        row |= {name: float(np.exp(value)) for name, value in _mean("ratio", np.log(treated / plain)).items()}
        row |= _mean("difference_ms", treated - plain)
        row |= {"rounds": len(plain), "valid_rounds": both.sum()}
        row |= {"flops_ratio": work[arm].flops / work[control].flops}
        shares = {"useful_fraction": arm, "control_useful_fraction": control}
        rows.append(row | {name: work[who].useful_fraction for name, who in shares.items()})
    return pd.DataFrame(rows)


def fit_lines(steps: pd.DataFrame, rest: Sequence[str] = ()) -> pd.DataFrame:
    """Least squares step_ms = a + b T over valid rounds, for each engine, D and mask with two lengths or more.

    rest: other columns in which arms differ; each of their values gets lines of its own.

    Columns: `a_ms` (ms per step of training whatever T), `b_ms` (ms per timestep), 95% bounds of both from resampled
    rounds, `n` rows, `rounds` used, `lengths`, `r2`, `valid_rounds`.
    """
    plain = steps[(steps["reduction"] == "none") & (steps["control"] == "none") & (steps["padded_fraction"] == 0)]
    rows = []
    keys = ["engine", "features.width", "mask", *rest]
    for values, group in plain.groupby(keys, sort=False):
        wide = group.pivot(index="replicate", columns="length.steps", values="step_ms")
        if wide.shape[1] > 1:
            valid = group.groupby("replicate")["timing_valid"].all()
            row = dict(zip(keys, values, strict=True))
            row |= _fit(wide.columns.to_numpy(float), wide[_used(valid)].to_numpy())
            rows.append(row | {"valid_rounds": valid.sum()})
    return pd.DataFrame(rows)


def _used(valid: pd.Series) -> pd.Series:
    """Which rounds enter: the valid ones, or all where those are too few."""
    return valid if valid.sum() >= FEWEST_VALID else pd.Series(True, index=valid.index)


def _mean(name: str, values: np.ndarray) -> dict[str, float]:
    """Mean of `values` (R,) and the bounds that a claim has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreliableInterval)  # claims.csv has the remark
        found = mean_interval(values)
    return {name: found.estimate, f"{name}_low": found.low, f"{name}_high": found.high}


def _fit(lengths: np.ndarray, ms: np.ndarray) -> dict[str, float]:
    """The line through `ms` (R, K) at `lengths` (K,): with every length in every round, that of the column means."""
    centred = lengths - lengths.mean()

    def line(means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        slope = means @ centred / (centred @ centred)
        return means.mean(-1) - slope * lengths.mean(), slope

    a, b = line(ms.mean(0))
    draws = np.random.default_rng(SEED).integers(len(ms), size=(DRAWS, len(ms)))
    resampled = line(ms[draws].mean(1))
    result: dict[str, float] = {}
    for name, value, drawn in (("a_ms", a, resampled[0]), ("b_ms", b, resampled[1])):
        low, high = np.percentile(drawn, [2.5, 97.5])
        result |= {name: float(value), f"{name}_low": float(low), f"{name}_high": float(high)}
    unexplained, total = ((ms - a - b * lengths) ** 2).sum(), ((ms - ms.mean()) ** 2).sum()
    return result | {"n": ms.size, "rounds": len(ms), "lengths": len(lengths), "r2": float(1 - unexplained / total)}

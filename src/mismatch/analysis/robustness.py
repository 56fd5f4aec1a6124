"""Where else a claim holds: setting by setting, over learning rate, size, budget, cell, optimiser and dropout.

In: the contrasts of kind `tuned` that a claims file registers, and a table of runs at several settings. Out: one row
per claim and setting with effect, interval and whether the claim's prediction holds there. A setting has few
replicates and is corrected for nothing: a row is a look at how far a verdict carries, not a verdict.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import pandas as pd

from mismatch.analysis.circumstances import within
from mismatch.analysis.intervals import UnreliableInterval, mean_interval
from mismatch.analysis.pairs import ON_THE_WAY, Pairs, pair
from mismatch.analysis.registry import Registry
from mismatch.analysis.select import arms_where
from mismatch.analysis.tests.tuned import TunedContrast
from mismatch.analysis.tuned import RATE, UPDATES, tuned

CELLS = {"model.units": "units", "model.cell": "cell", "train.optimizer": "optimizer", "model.dropout": "dropout"}
"""Parameters whose levels make a setting, beside the learning rate and the budget, and their columns here."""
FACTORS = ("data", "learning_rate", "units", "budget", *list(CELLS.values())[1:])
"""Columns that tell the settings of a contrast apart."""
BY_BUDGET = ("accuracy", "exact_accuracy")
"""Metrics that the probe records on the way; any other is known after the last update alone."""
FILE = "robustness.csv"
COLUMNS = {
    "claim": "number of the claim",
    "contrast": "what was compared",
    "data": "dataset",
    "learning_rate": "learning rate of both arms; blank where each has its own, chosen on the probe part",
    "units": "H, units of the recurrent layer",
    "budget": "updates after which the two are compared, read from one long run",
    "cell": "recurrent cell",
    "optimizer": "optimizer",
    "dropout": "dropout on the inputs of the recurrent layer",
    "metric": "column of runs.csv that is compared; probe accuracy along the way, test accuracy at tuned rates",
    "predicts": "what the claim predicts: less | greater | different | equal",
    "margin": "smallest difference that matters",
    "n": "pairs",
    "effect": "mean paired difference",
    "low": "95% interval, lower end",
    "high": "95% interval, upper end",
    "sign": "less | greater where the interval excludes 0, equal where it lies within the margin, else unclear",
    "holds": "whether that is what the claim predicts",
    "primary": "whether the arms of the setting have the rate, size and budget that verdicts are given at",
}
SHARED: dict[str, Any] = {
    "learning_rate": 0.005, "units": 16, "budget": 400, "cell": "gru", "optimizer": "adam", "dropout": 0.0,
}  # fmt: skip
"""The setting of all other experiments."""


@dataclass(frozen=True)
class _Setting:
    """Where two arms are compared; learning_rate None: tuned for each."""

    learning_rate: float | None
    units: Any
    budget: int
    cell: Any
    optimizer: Any
    dropout: Any


def table_of(registered: Registry, runs: pd.DataFrame) -> pd.DataFrame:
    """One row per contrast of kind `tuned` and setting in which both of its arms ran; empty where there is none."""
    if runs.empty or RATE not in runs:
        return pd.DataFrame(columns=list(COLUMNS))
    rows = [
        {"claim": claim.id, "contrast": contrast.name, **row}
        for claim in registered.claims
        for contrast in claim.contrasts
        if isinstance(contrast, TunedContrast)
        for row in _rows(contrast, registered.base, runs)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def sign_of(low: float, high: float, margin: float) -> str:
    """What an interval says, by the rule of a verdict: practically nothing goes before a difference."""
    if margin > 0 and -margin < low and high < margin:
        return "equal"
    return "greater" if low > 0 else "less" if high < 0 else "unclear"


def fulfilled(predicts: str, sign: str) -> bool:
    """Whether `sign` is what a claim predicts."""
    return sign in ("less", "greater") if predicts == "different" else sign == predicts


def runs_of(runs: pd.DataFrame, described: dict[str, Any]) -> pd.DataFrame:
    """The runs of an arm in every setting; none where a setting holds several arms that fit, or a parameter is new."""
    levels = {name: runs[name].dropna().unique().tolist() for name in (RATE, *CELLS) if name in runs}
    if not set(described) <= set(runs):
        return runs.iloc[:0]
    found = runs[runs["arm"].isin(arms_where(runs, described | levels)["arm"])]
    several = found.groupby(list(levels), dropna=False)["arm"].nunique().gt(1).any()
    return found.iloc[:0] if several else found


def _rows(contrast: TunedContrast, base: dict[str, Any], runs: pd.DataFrame) -> Iterator[dict[str, Any]]:
    known = {name: level for name, level in base.items() if name in runs}
    sides = [runs_of(runs, known | contrast.where | side) for side in (contrast.arm, contrast.against)]
    if any(side.empty for side in sides):
        return
    asked = {"data": str(sides[0]["data"].iloc[0]), "predicts": contrast.predicts, "margin": contrast.margin}
    for setting, metric, pairs in _compared(contrast, sides):
        if len(pairs.differences) < 2:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnreliableInterval)  # of a few pairs, as the head of the module says
            interval = mean_interval(pairs.differences, within=within(metric, contrast.scale))
        sign = sign_of(interval.low, interval.high, contrast.margin)
        found = {"n": len(pairs.differences), "effect": interval.estimate, "low": interval.low, "high": interval.high}
        where = asdict(setting)
        told = {"sign": sign, "holds": fulfilled(contrast.predicts, sign), "primary": where == SHARED}
        yield asked | where | {"metric": metric} | found | told


def _compared(contrast: TunedContrast, sides: list[pd.DataFrame]) -> Iterator[tuple[_Setting, str, Pairs]]:
    """Every setting that both sides have: one rate after another along the way, then each side at its own rate."""
    known = [name for name in CELLS if all(name in side for side in sides)]
    for levels in product(*(_shared(sides, name) for name in known)):
        parts = [_at(side, dict(zip(known, levels, strict=True))) for side in sides]
        if any(part.empty for part in parts):
            continue
        cell = SHARED | {CELLS[name]: level for name, level in zip(known, levels, strict=True)}
        if all(cell[name] == SHARED[name] for name in ("cell", "optimizer", "dropout")):
            yield from _at_rates(contrast, parts, cell)
        chosen = [tuned(part) for part in parts]
        if chosen[0]["rates"].map(len).min() > 1 and set(chosen[0]["rates"]) == set(chosen[1]["rates"]):
            setting = _Setting(**cell | {"learning_rate": None, "budget": int(parts[0][UPDATES].max())})
            yield setting, contrast.metric, _pairs(contrast, chosen, contrast.metric)


def _at_rates(
    contrast: TunedContrast, parts: list[pd.DataFrame], cell: dict[str, Any]
) -> Iterator[tuple[_Setting, str, Pairs]]:
    for rate in _shared(parts, RATE):
        here = [_at(part, {RATE: rate}) for part in parts]
        for budget, metric in _budgets(contrast.metric, here).items():
            yield _Setting(**cell | {"learning_rate": rate, "budget": budget}), metric, _pairs(contrast, here, metric)


def _budgets(metric: str, sides: Sequence[pd.DataFrame]) -> dict[int, str]:
    """The column to compare after every number of updates that was recorded; a side may have failed altogether."""
    last = min(int(side[UPDATES].max()) for side in sides)
    names = [name for name in map(str, sides[0].columns) if name.startswith(ON_THE_WAY) and metric in BY_BUDGET]
    known = [name for name in names if any(side[name].notna().any() for side in sides)]
    budgets = {int(name.removeprefix(ON_THE_WAY)): name for name in known}
    return {k: budgets[k] for k in sorted(budgets) if k <= last} or {last: metric}


def _pairs(contrast: TunedContrast, sides: list[pd.DataFrame], metric: str) -> Pairs:
    arm, against = (str(side["arm"].iloc[0]) for side in sides)
    return pair(pd.concat(sides, ignore_index=True), arm, against, metric, contrast.scale, contrast.shares)


def _shared(sides: Sequence[pd.DataFrame], name: str) -> list[Any]:
    first, second = (set(side[name].dropna().unique().tolist()) for side in sides)
    return sorted(first & second)


def _at(runs: pd.DataFrame, levels: dict[str, Any]) -> pd.DataFrame:
    for name, level in levels.items():
        runs = runs[runs[name].eq(level)]
    return runs

"""Effects in plain words: what a contrast says in points of accuracy, in times as many updates, in time of a step.

In: rows of claims.csv. Out: text without markup, every number of it from the row.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import pandas as pd

from mismatch.analysis.tests.base import metric_name
from mismatch.analysis.words import drawn, effect

POINTS = ("accuracy", "exact_accuracy", "balanced_accuracy", "macro_f1", "auc", "skill")
"""Metrics of which less is worse, told in points: hundredths."""
LOST = {
    "learnability_loss": "of accuracy left unlearnt",
    "information_loss": "of accuracy that cannot be learnt",
    "generalisation_gap": "of gap between training and test accuracy",
}
"""Metrics of which more is worse, told in points."""
TIMES = {
    "delay": "as many updates to learn",
    "step_ms": "the time of a step",
    "step_cpu_ms": "the processor time of a step",
    "roughness": "the roughness of the loss",
    "gradient_norm": "the gradient before training",
}
DIFFERENCES = {"excess_loss": "log loss beyond the least possible", "log_loss": "log loss"}
LENGTHS = (
    (re.compile(r"\b1 L_max\b|(?<!\d )\bL_max\b"), "the longest length"),
    (re.compile(r"\b([\d.]+) L_max\b"), r"\1 times the longest length"),
)
MINUS = "\u2212"


@dataclass(frozen=True)
class Effect:
    """An effect in words. kind: which effects it is listed with; size: how large it is among these, 0 or more.

    low, middle, high: where it is drawn, in points or in factors; None where only a count is known. shown: whether its
    interval leaves out no effect at all.
    """

    kind: str
    text: str
    size: float
    shown: bool
    worse: bool
    low: float | None = None
    middle: float | None = None
    high: float | None = None


def spoken(row: pd.Series) -> Effect | None:
    """The effect of a contrast in words; None where there is none."""
    kind = drawn(row)
    if not kind:
        return None
    metric = "" if pd.isna(row["metric"]) else str(row["metric"])
    if kind == "factor":
        return _factor(row, metric)
    if kind == "difference":
        return _points(row, metric) if _in_points(metric) else _difference(row, metric)
    return Effect("counts", effect(row), float(row["effect"]), True, False)


def plainly(contrast: str) -> str:
    """The name of a contrast without the symbols of the config."""
    for symbol, words in LENGTHS:
        contrast = symbol.sub(words, contrast)
    return contrast


def points(value: float, signed: bool = False) -> str:
    """``65.1``: hundredths, with a sign where it matters."""
    text = f"{abs(100 * value):.1f}"
    if not signed or float(text) == 0:
        return text
    return (MINUS if value < 0 else "+") + text


def percent(value: float) -> str:
    """``25.0%``, or ``90%`` where that is all there is."""
    return f"{100 * value:.1f}%"


def factor(value: float) -> str:
    """``3.84`` in three digits."""
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def unclear(text: str) -> str:
    """What is said of an effect whose interval holds no effect at all."""
    return f"no clear difference ({text})"


def bounds(row: pd.Series) -> tuple[float, float, float]:
    """Low end, effect, high end; both ends are the effect where no interval is known."""
    middle = float(row["effect"])
    low, high = (middle if pd.isna(row[name]) else float(row[name]) for name in ("low", "high"))
    return low, middle, high


def _in_points(metric: str) -> bool:
    return metric in POINTS or metric in LOST or metric.startswith("probe_accuracy_")


def _points(row: pd.Series, metric: str) -> Effect:
    low, middle, high = bounds(row)
    shown = low > 0 or high < 0
    what = LOST.get(metric, "of accuracy")
    worse = (middle > 0) == (metric in LOST)
    if not shown:
        text = unclear(f"{points(middle, True)} points [{points(low, True)}, {points(high, True)}]")
    else:
        verb = ("adds" if worse else "saves") if metric in LOST else ("costs" if worse else "gains")
        ends = sorted((abs(low), abs(high)))
        text = f"{verb} {points(middle)} points {what} [{points(ends[0])}, {points(ends[1])}]"
    return Effect("accuracy", text, abs(middle), shown, worse, 100 * low, 100 * middle, 100 * high)


def _factor(row: pd.Series, metric: str) -> Effect:
    low, middle, high = bounds(row)
    shown = low > 1 or high < 1
    bound = next((words for words in ("at least ", "at most ") if effect(row).startswith(words)), "")
    what = TIMES.get(metric, metric_name(row))
    ends = f"[{factor(low)}, {factor(high)}]"
    text = f"{bound}{factor(middle)} times {what} {ends}"
    text = text if shown else unclear(text)
    kind = {"delay": "updates", "step_ms": "time", "step_cpu_ms": "time"}.get(metric, "other")
    return Effect(kind, text, abs(math.log(middle)), shown, middle > 1, low, middle, high)


def _difference(row: pd.Series, metric: str) -> Effect:
    low, middle, high = bounds(row)
    shown = low > 0 or high < 0
    text = f"{DIFFERENCES.get(metric, metric_name(row))} {effect(row)}"
    return Effect("other", text if shown else unclear(text), abs(middle), shown, middle > 0)

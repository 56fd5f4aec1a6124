"""Titles of the generic figures: what a table says by a rule, in plain words, with its numbers.

In: the summary and the layout of the figure. Out: text. Every title is computed from the table under it.
"""

from __future__ import annotations

import pandas as pd

from mismatch.analysis.axes import Layout
from mismatch.analysis.summary import learned
from mismatch.config.counting import counted

from . import message, words
from .message import Measure

ACCURACY = Measure(
    "accuracy",
    0.02,
    "high",
    "Accuracy is",
    "lower",
    "No way costs more than 0.02 of accuracy against the best at the same place",
)
DELAY = Measure(
    "delay", 1.5, "low", "Learning takes", "as long",
    "No way takes half as long again to learn as the fastest at the same place", factor=True,
)  # fmt: skip
ROUGHNESS = Measure(
    "roughness", 1.5, "low", "the loss is", "as rough as the smoothest",
    "no way that learned makes the loss half as rough again as another", factor=True,
)  # fmt: skip
TIME = Measure(
    "step_cpu_ms", 1.1, "low", "An update takes", "the CPU time of the fastest",
    "No way takes a tenth more CPU time than the fastest at the same place", factor=True,
)  # fmt: skip
LOST = 0.01
"""Losses of accuracy that are drawn."""


def accuracy_title(arms: pd.DataFrame, layout: Layout) -> str:
    """Which ways cost accuracy, and where; of datasets, how many are learnt; of one arm, what it scored."""
    if layout.x is not None and layout.x.name == "data":
        near = int((arms["learnability_loss"] <= ACCURACY.margin).sum()) if "learnability_loss" in arms else 0
        known = int(arms["learnability_loss"].notna().sum()) if "learnability_loss" in arms else 0
        if known:
            return f"Accuracy is within {ACCURACY.margin:g} of its ceiling on {near} of {known} datasets"
    if len(arms) == 1:
        row = arms.iloc[0]
        return f"Accuracy {_with_interval(row, 'accuracy')}{_bounds(row)} for {words.arm_name(row, arms, layout)}"
    return message.costs(arms, layout, ACCURACY)


def delay_title(arms: pd.DataFrame, layout: Layout) -> str:
    """Which ways learn late, and where; longer delays may be lower bounds."""
    late = int((arms["_censored"] > 0).sum())
    tail = f"{late} of {len(arms)} arms have runs that never got there (lower bounds)" if late else ""
    return "; ".join(filter(None, (message.costs(arms, layout, DELAY) or _single(arms, "delay", "updates"), tail)))


def stability_title(arms: pd.DataFrame, layout: Layout) -> str:
    """How many arms did not learn, and which of the others have a rough loss."""
    alive = learned(arms)
    if not alive.any():
        who = f"None of {len(arms)} arms" if len(arms) > 1 else "The only arm has not"
        return f"{who} learned: smooth losses say nothing about stability here"
    parts = (message.dead(arms, alive), message.costs(arms[alive & arms["roughness"].notna()], layout, ROUGHNESS))
    said = "; ".join(filter(None, parts)) or _single(arms, "roughness", "")
    return said[:1].upper() + said[1:]


def time_title(arms: pd.DataFrame, layout: Layout) -> str:
    """Which ways take longer for an update, and where."""
    return message.costs(arms, layout, TIME) or _single(arms, "step_cpu_ms", "ms")


def loss_title(arms: pd.DataFrame) -> str:
    """How many arms lose accuracy before training, and how many in training."""
    return message.losing(arms, LOST)


def curves_title(arms: pd.DataFrame, layout: Layout) -> str:
    """Which of the arms that are drawn did not learn."""
    alive = learned(arms)
    if alive.all():
        return f"All {len(arms)} arms drawn here learn" if len(arms) > 1 else "The only arm learns"
    names = list(dict.fromkeys(words.series_name(row, arms, layout) for _, row in arms[~alive].iterrows()))
    told = f": {' and '.join(names)}" if len(names) <= message.NAMED and all(names) else ""
    return f"{int((~alive).sum())} of {counted(len(arms), 'arm')} drawn here did not learn{told}"


def _single(arms: pd.DataFrame, metric: str, unit: str) -> str:
    """The value of the only arm."""
    return f"{metric.partition('_')[0].capitalize()} {words.significant(arms[metric].iloc[0])} {unit}".rstrip()


def _bounds(row: pd.Series) -> str:
    """` (ceiling 0.90, chance 0.25)`, as far as known."""
    known = [f"{name} {row[name]:.2f}" for name in ("ceiling", "chance") if name in row and pd.notna(row[name])]
    return f" ({', '.join(known)})" if known else ""


def _with_interval(row: pd.Series, metric: str) -> str:
    """`0.89 [0.87, 0.91]`, or the mean alone where one replicate gives no interval."""
    low, high = row[f"{metric}_low"], row[f"{metric}_high"]
    return f"{row[metric]:.2f}" if pd.isna(low) else f"{row[metric]:.2f} [{low:.2f}, {high:.2f}]"

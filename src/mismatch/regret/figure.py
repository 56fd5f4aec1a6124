"""The figure of the benchmark: regret of the advice and of every fixed rule, a dot for each dataset.

In: tables of `reading.py` and `summary.py`. Out: `regret.png`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mismatch.analysis.meaning import BAND, MEANING
from mismatch.regret.reading import ADVISED
from mismatch.regret.summary import files_of
from mismatch.regret.truth import NEAR
from mismatch.report import canvas, rows, save
from mismatch.report.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW_INCHES = 0.42


def draw(choices: pd.DataFrame, regret: pd.DataFrame, folder: Path) -> save.Drawing:
    """Write `regret.png` into `folder`."""
    with save.style():
        figure, grid = canvas.new_figure(1, 1, ROW_INCHES * len(regret), title(regret), _caption(choices), column=8.0)
        _panel(grid[0, 0], choices, regret)
        return save.save(figure, folder, "regret", vector=False)


def title(regret: pd.DataFrame) -> str:
    """What is to be seen, with its numbers."""
    ours = regret["rule"].str.startswith("advice")
    advice = regret[ours].sort_values("rule", key=lambda names: names != ADVISED).iloc[0]
    other = regret[~ours].iloc[0]
    return (
        f"{advice['rule'].replace('advice,', 'Advice of')} is {_number(advice)} below the best way on average, "
        f"the best fixed rule ({other['rule']}) {_number(other)}"
    )


def _number(of: pd.Series) -> str:
    """Mean regret with its interval, where there is one."""
    mean, low, high = (number(float(of[name])) for name in ("regret", "low", "high"))
    return mean + ("" if np.isnan(of["low"]) else f" [{low}, {high}]")


def _caption(choices: pd.DataFrame) -> str:
    files = files_of(choices)
    several = int((files > 1).sum())
    bar = f"the mean with its 95% interval over the files of {several} datasets" if several else "the mean"
    return (
        f"A dot is a dataset ({len(files)}, {files.sum()} files in all), a bar {bar}, "
        f"the band {NEAR} of accuracy. Judged on fresh sequences."
    )


def _panel(axes: Axes, choices: pd.DataFrame, regret: pd.DataFrame) -> None:
    axes.axvspan(0, NEAR, color=BAND, lw=0, zorder=-1)
    bounds = regret[["regret", "low", "high"]].to_numpy(float)
    for place, (rule, (mean, low, high)) in enumerate(zip(regret["rule"], bounds, strict=True)):
        each = choices[choices["rule"] == rule].groupby("dataset")["regret"].mean().to_numpy(float)
        ours = str(rule).startswith("advice")
        colour = MEANING["advice" if ours else "rule"]
        axes.scatter(each, np.full(len(each), place), s=16, color=colour, alpha=0.4, lw=0)
        half = np.nan_to_num(np.array([[mean - low], [high - mean]]))
        axes.errorbar(mean, place, xerr=half, fmt="D" if ours else "o", color=colour, ms=7, capsize=3, zorder=3)
        axes.annotate(number(mean), (1.01, place), xycoords=("axes fraction", "data"), va="center", color=colour)
    rows.name_rows(axes, list(regret["rule"]), np.arange(len(regret)), "accuracy below the best way")
    axes.set_ylim(len(regret) - 0.5, -0.5)

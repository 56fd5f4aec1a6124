"""The generic figures of any sweep: accuracy, delay of learning, stability, step time, the split of losses, curves.

In: runs, their summary and the layout of their axes. Out: figures in a folder; one whose numbers are missing is left
out. Means carry 95% intervals over replicates, replicates are faint dots, a cross on the x axis marks failed runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mismatch.analysis.axes import Layout, arrange, varied
from mismatch.analysis.summary import LEARNED_MARGIN, LEARNED_SKILL, learned

from . import curves, many, words
from .canvas import REFERENCE_COLOUR, SMALL, EndLabel, clamp, labelled, new_figure, wrap
from .marks import (
    BASELINES,
    REFERENCES,
    bar_lengths,
    draw_metric,
    draw_references,
    log_scale,
    log_view,
    mark_bounds,
    mark_failures,
)
from .panels import Panel, dress, panels, tall
from .save import Drawing, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_SERIES = 12
"""Lines that can still be told apart; of more, no figure of lines is drawn."""
MAX_BARS = many.DRAWN
"""Arms per panel in `loss_split`; of more, those that lose most are drawn."""
DEAD = "a dead arm looks stable"


def draw_figures(
    folder: Path,
    runs: pd.DataFrame,
    summary: pd.DataFrame,
    traces: Mapping[str, Any] | None = None,
    vector: bool = True,
) -> list[Drawing]:
    """Draw every figure the table has numbers for into `folder`.

    Args:
        folder: where the figures go.
        runs: one row per run.
        summary: `summarise(runs)`.
        traces: probe losses of runs, (probes,), or mappings that hold them as `probe_loss`, under
            the value of the column `run` or under `<arm>-<replicate>`.
        vector: whether each is saved as SVG, too.

    Returns:
        The figures drawn, none if no run is ok; of very many arms only the losses, of those that lose most.
    """
    crowded = many.too_many(summary)
    if crowded:
        summary = many.drawn(summary)
        runs = runs[runs["arm"].isin(summary["arm"])]
    layout = arrange(varied(runs))
    arms = summary[summary["n"] > 0]
    few = len(arms[[axis.name for axis in layout.series]].drop_duplicates()) <= MAX_SERIES if layout.series else True
    few = few and not crowded
    drawn = []
    for name, (needed, draw) in GENERIC.items():
        if (few or name == "loss_split") and needed in arms and arms[needed].notna().any():
            drawn.append(save(draw(summary, runs, layout), folder, name, vector))
    if few and traces and not arms.empty:
        figure = curves.curves(summary, runs, layout, traces)
        drawn += [save(figure, folder, "curves", vector)] if figure is not None else []
    return drawn


def accuracy(summary: pd.DataFrame, runs: pd.DataFrame, layout: Layout) -> Figure:
    """Mean accuracy with intervals and replicates, between chance and the ceiling of each arm."""
    title = words.accuracy_title(summary[summary["accuracy"].notna()], layout)
    caption = "Mean and 95% interval over replicates; faint dots are replicates." + _failures(summary)
    caption += _baselines(summary)
    split = panels(summary, runs, layout)
    figure, grid = new_figure(len(split), 1, tall(split, 3.9), title, caption)
    labels = []
    for panel, (axes,) in zip(split, grid, strict=True):
        dress(axes, panel, words.axis_label(layout.x), "accuracy")
        labels.append(draw_metric(axes, panel, "accuracy") + draw_references(axes, panel))
        clamp(axes, -0.03, 1.03)
        mark_failures(axes, panel)
    return labelled(figure, grid[:, 0], labels)


def delay(summary: pd.DataFrame, runs: pd.DataFrame, layout: Layout) -> Figure:
    """Updates until 90% of what can be learnt, on a log scale; arms with runs that never got there are hollow."""
    summary = _late(summary)
    title = words.delay_title(summary[summary["delay"].notna()], layout)
    caption = "Mean and 95% interval over replicates; faint dots are replicates." + _failures(summary)
    late, every = int(summary["_censored"].sum()), int(summary["n"].sum())
    if late:
        caption += f" Hollow: {late} of {every} runs ended before they got there and count with all their updates,"
        caption += " a lower bound (arrows)."
    split = panels(summary, runs, layout)
    figure, grid = new_figure(len(split), 1, tall(split, 3.9), title, caption)
    labels = []
    for panel, (axes,) in zip(split, grid, strict=True):
        dress(axes, panel, words.axis_label(layout.x), "updates until 90% of\nwhat can be learnt")
        log_scale(axes)
        labels.append(draw_metric(axes, panel, "delay", hollow=panel.arms["_censored"] > 0))
        log_view(axes, panel.arms["delay"])
        mark_bounds(axes, panel, "delay", panel.arms["_censored"] > 0)
        mark_failures(axes, panel)
    return labelled(figure, grid[:, 0], labels)


def stability(summary: pd.DataFrame, runs: pd.DataFrame, layout: Layout) -> Figure:
    """Roughness of the probe loss above the skill that gives it a meaning; dead arms are hollow."""
    title = words.stability_title(summary[summary["n"] > 0], layout)
    caption = f"Mean and 95% interval over replicates. Hollow: did not learn; {DEAD}." + _failures(summary)
    split = panels(summary, runs, layout)
    figure, grid = new_figure(len(split), 2, tall(split, 2.9), title, caption)
    labels = []
    for panel, (top, bottom) in zip(split, grid, strict=True):
        dress(top, panel, "", "roughness of\nprobe loss")
        log_scale(top)
        labels.append(draw_metric(top, panel, "roughness", hollow=~learned(panel.arms)))
        log_view(top, panel.arms["roughness"])
        labels.append(_draw_learning(bottom, panel, words.axis_label(layout.x)))
        mark_failures(bottom, panel)
    return labelled(figure, grid.ravel(), labels)


def step_time(summary: pd.DataFrame, runs: pd.DataFrame, layout: Layout) -> Figure:
    """CPU time per update, and faint beside it wall time per update."""
    caption = "Solid: CPU time, mean and 95% interval over replicates. Faint: wall time."
    if "timing_valid" in runs and runs["timing_valid"].astype(str).str.lower().isin(["false", "0", "0.0"]).any():
        caption += " Arms ran side by side (timing_valid = False): wall times are not a benchmark."
    split = panels(summary, runs, layout)
    figure, grid = new_figure(
        len(split), 1, tall(split, 3.6), words.time_title(summary[summary["n"] > 0], layout), caption
    )
    labels = []
    for panel, (axes,) in zip(split, grid, strict=True):
        dress(axes, panel, words.axis_label(layout.x), "ms per update")
        if "step_ms" in panel.arms:
            draw_metric(axes, panel, "step_ms", faint=True)
        labels.append(draw_metric(axes, panel, "step_cpu_ms"))
        clamp(axes, 0, 4 * panel.arms["step_cpu_ms"].max())
        axes.set_ylim(bottom=0)
    return labelled(figure, grid[:, 0], labels)


def loss_split(summary: pd.DataFrame, runs: pd.DataFrame, layout: Layout) -> Figure:
    """One bar per arm: accuracy that truncation took away, and accuracy training did not reach."""
    lost = summary.assign(_lost=summary["information_loss"] + summary["learnability_loss"])
    split = [panel for panel in panels(lost, runs, layout) if panel.arms["_lost"].notna().any()]
    shown = [_heaviest(panel.arms) for panel in split]
    caption = "What the arm misses of the ceiling of the full data; dot: both losses, 95% interval over replicates."
    if any(len(panel.arms) > MAX_BARS for panel in split):
        caption += f" Only the {MAX_BARS} arms that lose most are drawn."
    height = 1.9 + 0.24 * max(len(arms) for arms in shown)
    figure, grid = new_figure(len(split), 1, height, words.loss_title(lost[lost["_lost"].notna()], layout))
    before: list[str] = []
    for other in grid[1:, 0]:
        other.sharex(grid[0, 0])
    for panel, arms, (axes,) in zip(split, shown, grid, strict=True):
        names = [_bar_name(row, summary, layout) for _, row in arms.iterrows()]
        _draw_bars(axes, arms, [] if names == before else names)
        axes.set_title(panel.title)
        before = names
    key = {"title": wrap(caption, float(figure.get_figwidth()), SMALL), "title_fontsize": SMALL, "alignment": "left"}
    handles, texts = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="outside lower left", ncols=2, frameon=False, fontsize=SMALL, **key)
    return figure


def _draw_learning(axes: Axes, panel: Panel, xlabel: str) -> list[EndLabel]:
    """Skill, or accuracy above chance where the ceiling is unknown, with the line of having learned."""
    skilled = "skill" in panel.arms and panel.arms["skill"].notna().any()
    name, limit = ("skill", LEARNED_SKILL) if skilled else ("accuracy above\nchance", LEARNED_MARGIN)
    panel = replace(panel if skilled else _above_chance(panel), title="")
    dress(axes, panel, xlabel, name)
    draw_metric(axes, panel, "skill" if skilled else "_above", hollow=~learned(panel.arms))
    axes.axhline(limit, color=REFERENCE_COLOUR, lw=0.9, ls=(0, (1, 1.5)))
    clamp(axes, -0.4, 1.4)
    return [EndLabel(axes.get_xlim()[1], limit, f"below: did not learn,\n{DEAD}", REFERENCE_COLOUR)]


def _above_chance(panel: Panel) -> Panel:
    """`panel` with the metric `_above`: accuracy above chance."""
    arms, runs = panel.arms, panel.runs
    above = {f"_above{end}": arms[f"accuracy{end}"] - arms["chance"] for end in ("", "_low", "_high")}
    return replace(panel, arms=arms.assign(**above), runs=runs.assign(_above=runs["accuracy"] - runs["chance"]))


def _draw_bars(axes: Axes, arms: pd.DataFrame, names: list[str]) -> None:
    """Stacked horizontal bars, first arm on top; negative parts grow to the left of zero.

    No `names`: the panel to the left names the same arms.
    """
    y = np.arange(len(arms))
    ends = {True: np.zeros(len(arms)), False: np.zeros(len(arms))}
    parts = (("information_loss", "information loss (cut away)", "#56B4E9"), ("learnability_loss", "", "#D55E00"))
    for metric, label, colour in parts:
        width = arms[metric].to_numpy(float)
        start = np.where(width >= 0, ends[True], ends[False])
        axes.barh(y, width, 0.7, start, color=colour, label=label or "learnability loss (not reached by training)")
        for positive, end in ends.items():
            end += np.where((width >= 0) == positive, width, 0)
    whiskers = bar_lengths(arms, "learnability_loss")
    axes.errorbar(arms["_lost"], y, xerr=whiskers, fmt="o", ms=3, color="black", lw=1, capsize=2)
    left, right = axes.get_xlim()
    axes.set_xlim(max(left, -0.25), min(right, 1.03))
    axes.axvline(0, color="black", lw=0.8)
    axes.set_yticks(y, names or [""] * len(y), fontsize=8.5)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(arms) - 0.4, -0.6)
    axes.set_xlabel("accuracy lost")
    axes.spines[["top", "right", "left"]].set_visible(False)


def _bar_name(row: pd.Series, arms: pd.DataFrame, layout: Layout) -> str:
    """Name of one bar within its panel: its place on x, then its series."""
    parts = (words.place(row, layout, panel=False), words.series_name(row, arms, layout))
    return ", ".join(filter(None, parts)) or "all runs"


def _late(summary: pd.DataFrame) -> pd.DataFrame:
    """`summary` with `_censored`: how many runs of each arm have a delay that is a lower bound."""
    share = summary["delay_censored"].fillna(0) if "delay_censored" in summary else 0.0
    return summary.assign(_censored=(share * summary["n"]).round().astype(int))


def _heaviest(arms: pd.DataFrame) -> pd.DataFrame:
    """Arms with known losses from left to right, at most `MAX_BARS` of them."""
    arms = arms[arms["_lost"].notna()].nlargest(MAX_BARS, "_lost")
    return arms.sort_values(["_x", "_series"], kind="stable")


def _failures(summary: pd.DataFrame) -> str:
    """Sentence on the runs that enter no mean; empty if all are ok."""
    failed, every = int(summary["failures"].sum()), int((summary["failures"] + summary["n"]).sum())
    return f" {failed} of {every} runs failed: not in the means, a cross marks their arms." if failed else ""


def _baselines(summary: pd.DataFrame) -> str:
    """Sentence on the lines of baselines; empty where there are none."""
    found = [REFERENCES[name][0] for name in BASELINES if name in summary and summary[name].notna().any()]
    return f" Lines of {', '.join(found)}: baselines without recurrence, on the same sequences." if found else ""


GENERIC: dict[str, tuple[str, Callable[[pd.DataFrame, pd.DataFrame, Layout], Figure]]] = {
    "accuracy": ("accuracy", accuracy),
    "delay": ("delay", delay),
    "stability": ("roughness", stability),
    "step_time": ("step_cpu_ms", step_time),
    "loss_split": ("learnability_loss", loss_split),
}
"""Each figure of runs with the metric it cannot do without."""
NAMES = (*GENERIC, "curves")
"""The figures any sweep can have; all others are an experiment's own."""

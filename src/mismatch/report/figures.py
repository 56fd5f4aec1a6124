"""The generic figures of any sweep: accuracy, delay of learning, stability, step time, the split of losses, curves.

In: runs, their summary and the layout of their axes. Out: figures in a folder; one whose numbers are missing is left
out. Means carry 95% intervals over replicates, replicates are faint dots, arms that did not learn are grey, a cross on
the x axis marks failed runs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mismatch.analysis.axes import Layout, arrange, varied
from mismatch.analysis.meaning import INK, MEANING
from mismatch.analysis.select import true
from mismatch.analysis.summary import LEARNED_MARGIN, LEARNED_SKILL, learned
from mismatch.config.counting import counted

from . import curves, many, titles, words
from .canvas import SHARES, SMALL, EndLabel, hold, in_two_groups, labelled, new_figure, wrap
from .marks import (
    BASELINES,
    FEWEST,
    REFERENCES,
    bar_lengths,
    draw_metric,
    draw_references,
    extent,
    geometric,
    log_scale,
    mark_bounds,
    mark_failures,
)
from .panels import Panel, dress, panels, tall
from .save import Drawing, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_SERIES = 8
"""Lines that can still be told apart; of more, no figure of lines is drawn."""
MAX_BARS = many.DRAWN
"""Arms per panel in `loss_split`; of more, those that lose most are drawn."""
LOSSES: dict[str, tuple[str, dict[str, Any]]] = {
    "information_loss": ("information loss (cut away)", {"color": MEANING["information"]}),
    "learnability_loss": (
        "learnability loss (not reached by training)",
        {"facecolor": "white", "edgecolor": MEANING["learnability"], "hatch": "///"},
    ),
}
"""Each part of a loss: its words, and how its bars are filled."""
SLIVER = 0.002
"""Losses too small for a bar."""
INTERVAL = f"95% interval over replicates (from {FEWEST} on); faint dots are replicates."


def draw_figures(
    folder: Path,
    runs: pd.DataFrame,
    summary: pd.DataFrame,
    traces: Mapping[str, Any] | None = None,
    vector: bool = True,
    wanted: Collection[str] | None = None,
) -> list[Drawing]:
    """Draw every figure the table has numbers for into `folder`.

    Args:
        folder: where the figures go.
        runs: one row per run.
        summary: `summarise(runs)`.
        traces: probe losses of runs, (probes,), or mappings that hold them as `probe_loss`, under
            the value of the column `run` or under `<arm>-<replicate>`.
        vector: whether each is saved as SVG, too.
        wanted: names of figures; default: all.

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
    wanted = NAMES if wanted is None else wanted
    for name, (needed, draw) in GENERIC.items():
        if name in wanted and (few or name == "loss_split") and needed in arms and arms[needed].notna().any():
            figure = draw(summary, runs, layout)
            drawn += [save(figure, folder, name, vector)] if figure is not None else []
    if "curves" in wanted and few and traces and not arms.empty:
        figure = curves.curves(summary, runs, layout, traces)
        drawn += [save(figure, folder, "curves", vector)] if figure is not None else []
    return drawn


def accuracy(summary: pd.DataFrame, runs: pd.DataFrame, layout: Layout) -> Figure:
    """Mean accuracy with intervals and replicates, between chance and the ceiling of each arm.

    Exact where it is known: that of one test set may lie above the ceiling by chance.
    """
    summary, runs, exact = _exact(summary, runs)
    title = titles.accuracy_title(summary[summary["accuracy"].notna()], layout)
    caption = f"{exact}Mean and {INTERVAL}" + _dead(summary) + _groups(summary, runs, "accuracy") + _failures(summary)
    caption += _references(summary)
    split = panels(summary, runs, layout)
    figure, grid = new_figure(len(split), 1, tall(split, 3.9), title, caption)
    labels = []
    for panel, (axes,) in zip(split, grid, strict=True):
        dress(axes, panel, words.axis_label(layout.x), "accuracy")
        labels.append(draw_metric(axes, panel, "accuracy") + draw_references(axes, panel))
        known = panel.arms[[name for name in REFERENCES if name in panel.arms]].to_numpy(float).ravel()
        low, high = extent(panel, "accuracy")
        hold(axes, np.append(low, known), np.append(high, known))
        mark_failures(axes, panel)
    return labelled(figure, grid[:, 0], labels)


def delay(summary: pd.DataFrame, runs: pd.DataFrame, layout: Layout) -> Figure | None:
    """Updates until 90% of what can be learnt, on a log scale; arms with runs that never got there are hollow."""
    summary, runs, left_out = _probed(_late(summary), runs)
    if not summary["delay"].notna().any():
        return None
    split = [geometric(panel, "delay") for panel in panels(summary, runs, layout)]
    arms = pd.concat([panel.arms for panel in split])
    arms = arms[~arms.index.duplicated() & arms["delay"].notna()]
    caption = f"Geometric mean and {INTERVAL}" + _dead(summary) + _groups(summary, runs, "delay")
    caption += _failures(summary) + left_out
    late, every = int(summary["_censored"].sum()), int(summary["n"].sum())
    if late:
        caption += f" Hollow, arrow: lower bound; {late} of {counted(every, 'run')} ended before they got there and"
        caption += " count with all their updates."
    figure, grid = new_figure(len(split), 1, tall(split, 3.9), titles.delay_title(arms, layout), caption)
    labels = []
    for panel, (axes,) in zip(split, grid, strict=True):
        dress(axes, panel, words.axis_label(layout.x), "updates until 90% of\nwhat can be learnt")
        labels.append(draw_metric(axes, panel, "delay", hollow=panel.arms["_censored"] > 0))
        hold(axes, *extent(panel, "delay"), log=True)
        log_scale(axes)
        mark_bounds(axes, panel, "delay", panel.arms["_censored"] > 0)
        mark_failures(axes, panel)
    return labelled(figure, grid[:, 0], labels)


def stability(summary: pd.DataFrame, runs: pd.DataFrame, layout: Layout) -> Figure | None:
    """Roughness of the probe loss above the skill that gives it a meaning; dead arms are grey and hollow."""
    summary, runs, left_out = _probed(*_exact(summary, runs)[:2])
    if not summary["roughness"].notna().any():
        return None
    split = [geometric(_skilled(panel), "roughness") for panel in panels(summary, runs, layout)]
    arms = pd.concat([panel.arms for panel in split])
    title = titles.stability_title(arms[~arms.index.duplicated() & (arms["n"] > 0)], layout)
    caption = f"Mean (of roughness: geometric) and {INTERVAL}" + _dead(summary) + _failures(summary) + left_out
    figure, grid = new_figure(len(split), 2, tall(split, 2.9), title, caption)
    labels = []
    for panel, (top, bottom) in zip(split, grid, strict=True):
        dress(top, panel, "", "roughness of the\nprobe loss (nats)")
        labels.append(draw_metric(top, panel, "roughness"))
        hold(top, *extent(panel, "roughness"), log=True)
        log_scale(top)
        labels.append(_draw_learning(bottom, panel, words.axis_label(layout.x)))
        mark_failures(bottom, panel)
    return labelled(figure, grid.ravel(), labels)


def step_time(summary: pd.DataFrame, runs: pd.DataFrame, layout: Layout) -> Figure | None:
    """CPU time per update; None where runs stood side by side: their times are no benchmark, those of timing are."""
    if "timing_valid" not in runs or not true(runs["timing_valid"]).all():
        return None
    caption = f"Geometric mean and {INTERVAL}" + _failures(summary)
    split = [geometric(panel, "step_cpu_ms") for panel in panels(summary, runs, layout)]
    arms = pd.concat([panel.arms for panel in split])
    title = titles.time_title(arms[~arms.index.duplicated() & arms["step_cpu_ms"].notna()], layout)
    figure, grid = new_figure(len(split), 1, tall(split, 3.6), title, caption)
    labels = []
    for panel, (axes,) in zip(split, grid, strict=True):
        dress(axes, panel, words.axis_label(layout.x), "CPU time in ms per update")
        labels.append(draw_metric(axes, panel, "step_cpu_ms"))
        low, high = extent(panel, "step_cpu_ms")
        hold(axes, np.append(low, 0.0), high)
        axes.set_ylim(bottom=0)
    return labelled(figure, grid[:, 0], labels)


def loss_split(summary: pd.DataFrame, runs: pd.DataFrame, layout: Layout) -> Figure | None:
    """One bar per arm that loses something: accuracy that truncation took away, and accuracy training did not reach."""
    from matplotlib.patches import Patch

    lost = summary.assign(_lost=summary["information_loss"] + summary["learnability_loss"])
    known = lost[lost["_lost"].notna()]
    big = known[["information_loss", "learnability_loss"]].max(axis=1) > titles.LOST
    split = [panel for panel in panels(known[big], runs, replace(layout, split=None)) if not panel.arms.empty]
    if not split:
        return None
    shown = [_heaviest(panel.arms) for panel in split]
    caption = "What the arm misses of the ceiling of the full data; dot: both losses, 95% interval over replicates."
    caption += f" Arms that lose no more than {titles.LOST:g} are left out." if not big.all() else ""
    if any(len(panel.arms) > MAX_BARS for panel in split):
        caption += f" Only the {MAX_BARS} arms that lose most are drawn."
    height = 1.5 + 0.3 * max(len(arms) for arms in shown)
    figure, grid = new_figure(len(split), 1, height, titles.loss_title(known))
    for panel, arms, (axes,) in zip(split, shown, grid, strict=True):
        _draw_bars(axes, arms, [_bar_name(row, summary, layout) for _, row in arms.iterrows()])
        axes.set(title=panel.title, ylim=(max(map(len, shown)) - 0.4, -0.6))
    _share_limits([axes for (axes,) in grid], shown)
    key = {"title": wrap(caption, float(figure.get_figwidth()), SMALL), "title_fontsize": SMALL, "alignment": "left"}
    handles = [Patch(label=label, **look) for label, look in LOSSES.values()]
    figure.legend(handles=handles, loc="outside lower left", ncols=2, frameon=False, fontsize=SMALL, **key)
    return figure


def _share_limits(grid: list[Axes], shown: list[pd.DataFrame]) -> None:
    """The same x axis for all panels, wide enough for every bar and every whisker of any of them."""
    ends = [0.0]
    for arms in shown:
        below, above = np.nan_to_num(bar_lengths(arms, "learnability_loss"))
        middle = arms["_lost"].to_numpy(float)
        ends += [*(middle - below), *(middle + above), *arms["information_loss"]]
    room = 0.04 * (max(ends) - min(ends))
    for axes in grid:
        axes.set_xlim(min(ends) - room, max(ends) + room)


def _skilled(panel: Panel) -> Panel:
    """`panel` with the metric `_learnt`: skill, or accuracy above chance where the ceiling is unknown."""
    arms, runs = panel.arms, panel.runs
    if "skill" in arms and arms["skill"].notna().any():
        reach = arms["ceiling"] - arms["chance"] if "ceiling" in arms else pd.Series(np.nan, index=arms.index)
        whole = runs["arm"].map(dict(zip(arms["arm"], reach, strict=True)))
        known = {f"_learnt{end}": (arms[f"accuracy{end}"] - arms["chance"]) / reach for end in ("", "_low", "_high")}
        return replace(
            panel, arms=arms.assign(**known), runs=runs.assign(_learnt=(runs["accuracy"] - runs["chance"]) / whole)
        )
    above = {f"_learnt{end}": arms[f"accuracy{end}"] - arms["chance"] for end in ("", "_low", "_high")}
    return replace(panel, arms=arms.assign(**above), runs=runs.assign(_learnt=runs["accuracy"] - runs["chance"]))


def _draw_learning(axes: Axes, panel: Panel, xlabel: str) -> list[EndLabel]:
    """Skill, or accuracy above chance where the ceiling is unknown, with the line of having learned."""
    skilled = "skill" in panel.arms and panel.arms["skill"].notna().any()
    name, limit = ("skill: share of what\ncan be learnt", LEARNED_SKILL) if skilled else (
        "accuracy above\nchance", LEARNED_MARGIN
    )  # fmt: skip
    panel = replace(panel, title="")
    dress(axes, panel, xlabel, name)
    draw_metric(axes, panel, "_learnt")
    axes.axhline(limit, color=MEANING["dead"], lw=0.9, ls=(0, (1, 1.5)))
    low, high = extent(panel, "_learnt")
    hold(axes, np.append(low, min(0.0, limit)), np.append(high, limit))
    return [EndLabel(axes.get_xlim()[1], limit, "below: did not learn", MEANING["dead"], line=(0, (1, 1.5)))]


def _draw_bars(axes: Axes, arms: pd.DataFrame, names: list[str]) -> None:
    """Stacked horizontal bars, first arm on top; negative parts grow to the left of zero."""
    y = np.arange(len(arms))
    ends = {True: np.zeros(len(arms)), False: np.zeros(len(arms))}
    for metric, (_, look) in LOSSES.items():
        width = arms[metric].to_numpy(float)
        start = np.where(width >= 0, ends[True], ends[False])
        seen = np.abs(width) > SLIVER
        axes.barh(y[seen], width[seen], 0.7, start[seen], **look)
        for positive, end in ends.items():
            end += np.where((width >= 0) == positive, width, 0)
    whiskers = bar_lengths(arms, "learnability_loss")
    axes.errorbar(arms["_lost"], y, xerr=whiskers, fmt="o", ms=4, color=INK, lw=1.2, capsize=3)
    axes.axvline(0, color=INK, lw=0.8)
    axes.set_yticks(y, names, fontsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("accuracy lost")
    axes.spines[["top", "right", "left"]].set_visible(False)


def _bar_name(row: pd.Series, arms: pd.DataFrame, layout: Layout) -> str:
    """Name of one bar within its panel: its place on x, then its series."""
    parts = (words.place(row, layout, panel=False), words.series_name(row, arms, layout))
    return ", ".join(filter(None, parts)) or "all runs"


def _exact(summary: pd.DataFrame, runs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """The same with the exact accuracy in place of that of the test set, where it is known; and what to say of it."""
    if not {"exact_accuracy", "exact_accuracy_low"} <= set(summary) or summary["exact_accuracy"].isna().all():
        return summary, runs, ""
    known = summary["exact_accuracy"].notna()
    ends = {f"accuracy{end}": summary[f"exact_accuracy{end}"] for end in ("", "_low", "_high")}
    ends = {name: column.where(known, summary[name]) for name, column in ends.items()}
    exact = pd.to_numeric(runs["exact_accuracy"], errors="coerce")
    whole = "Accuracy over all sequences that there can be" if known.all() else "Accuracy is exact where that is known"
    return summary.assign(**ends), runs.assign(accuracy=exact.fillna(runs["accuracy"])), f"{whole}. "


def _probed(summary: pd.DataFrame, runs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """The arms whose probes see what was done to them, their runs, and what to say of the others.

    A fault in the test part alone leaves training and its probes as they are: such an arm looks perfect there.
    """
    blind = curves.unseen(summary)
    if not blind.any():
        return summary, runs, ""
    left = counted(int(blind.sum()), "arm")
    said = f" Left out: {left} with a fault in the test part alone, which the probe does not see."
    return summary[~blind], runs[~runs["arm"].isin(summary.loc[blind, "arm"])], said


def _late(summary: pd.DataFrame) -> pd.DataFrame:
    """`summary` with `_censored`: how many runs of each arm have a delay that is a lower bound."""
    share = summary["delay_censored"].fillna(0) if "delay_censored" in summary else 0.0
    return summary.assign(_censored=(share * summary["n"]).round().astype(int))


def _heaviest(arms: pd.DataFrame) -> pd.DataFrame:
    """Arms with known losses from left to right, at most `MAX_BARS` of them."""
    arms = arms[arms["_lost"].notna()].nlargest(MAX_BARS, "_lost")
    return arms.sort_values(["_x", "_series"], kind="stable")


def _dead(summary: pd.DataFrame) -> str:
    """Sentence on the arms that did not learn, which are drawn grey; empty where all did."""
    found = summary[summary["n"] > 0]
    count = int((~learned(found)).sum())
    return f" Grey, hollow: did not learn ({count} of {counted(len(found), 'arm')})." if count else ""


def _groups(summary: pd.DataFrame, runs: pd.DataFrame, metric: str) -> str:
    """Sentence on arms whose replicates fall into two groups; empty where none do."""
    ok = runs[runs["status"].eq("ok") & runs["arm"].isin(summary["arm"])]
    values = pd.to_numeric(ok[metric], errors="coerce").groupby(ok["arm"])
    factor = not metric.endswith(SHARES)
    count = sum(in_two_groups(part.to_numpy(float), factor) for _, part in values)
    return f" Large dots: replicates in two groups, between which no run is ({counted(count, 'arm')})." if count else ""


def _failures(summary: pd.DataFrame) -> str:
    """Sentence on the runs that enter no mean; empty if all are ok."""
    failed, every = int(summary["failures"].sum()), int((summary["failures"] + summary["n"]).sum())
    return f" {failed} of {counted(every, 'run')} failed: not in the means, a cross marks their arms." if failed else ""


def _references(summary: pd.DataFrame) -> str:
    """Sentence on the lines of baselines; empty where there are none."""
    found = [REFERENCES[name][0] for name in BASELINES if name in summary and summary[name].notna().any()]
    return f" Lines of {', '.join(found)}: baselines without recurrence, on the same sequences." if found else ""


GENERIC: dict[str, tuple[str, Callable[[pd.DataFrame, pd.DataFrame, Layout], Figure | None]]] = {
    "accuracy": ("accuracy", accuracy),
    "delay": ("delay", delay),
    "stability": ("roughness", stability),
    "step_time": ("step_cpu_ms", step_time),
    "loss_split": ("learnability_loss", loss_split),
}
"""Each figure of runs with the metric it cannot do without."""
NAMES = (*GENERIC, "curves")
"""The figures any sweep can have; all others are an experiment's own."""

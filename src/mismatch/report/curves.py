"""Probe loss against updates: how each series got where it ended.

In come traces (one per run) beside the summary; out goes one figure, at the place on x where the
series end furthest apart. A mean over all of x would mix easy and hopeless lengths.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mismatch.analysis.axes import Layout

from . import words
from .canvas import EndLabel, half_width, labelled, new_figure
from .panels import Panel, panels, tall

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def curves(summary: pd.DataFrame, runs: pd.DataFrame, layout: Layout, traces: Mapping[str, Any]) -> Figure | None:
    """Mean probe loss per series with its pointwise 95% interval; None if no trace fits an arm.

    Args:
        summary: `summarise(runs)`.
        runs: one row per run.
        layout: where the axes go.
        traces: see `figures.draw_figures`.
    """
    losses = by_arm(traces, runs)
    arms = summary[summary["arm"].isin(list(losses))]
    if arms.empty:
        return None
    ends = pd.Series({arm: float(np.nanmean(loss[:, -1])) for arm, loss in losses.items()})
    arms = arms.assign(_end=arms["arm"].map(ends))
    title = words.curves_title(arms, layout)
    arms = _at_widest(arms, layout)
    split = [panel for panel in panels(arms, runs, layout) if not panel.arms.empty]
    caption = "Mean over replicates; band: pointwise 95% interval."
    figure, grid = new_figure(len(split), 1, tall(split, 3.6), title, caption)
    labels = [_draw(axes, panel, losses) for panel, (axes,) in zip(split, grid, strict=True)]
    return labelled(figure, grid[:, 0], labels)


def by_arm(traces: Mapping[str, Any], runs: pd.DataFrame) -> dict[str, np.ndarray]:
    """Probe losses of the ok runs of each arm stacked to (replicates, probes), cut to the shortest."""
    stacks: dict[str, list[np.ndarray]] = {}
    for _, run in runs[runs["status"] == "ok"].iterrows():
        trace = traces.get(str(run.get("run")), traces.get(f"{run['arm']}-{run['replicate']}"))
        losses = trace.get("probe_loss") if isinstance(trace, Mapping) else trace
        if losses is not None and len(losses):
            stacks.setdefault(run["arm"], []).append(np.asarray(losses, float))
    return {arm: np.array([row[: min(map(len, rows))] for row in rows]) for arm, rows in stacks.items()}


def updates_of(arm: pd.Series, probes: int) -> np.ndarray:
    """After how many updates each probe was taken, (probes,): before training, then block by block.

    Where the table does not say how long a block is, or there are more probes than blocks, every
    probe is one update.
    """
    block, updates = arm.get("train.block", np.nan), arm.get("train.updates", np.nan)
    if pd.notna(block) and pd.notna(updates) and probes <= updates / block + 1:
        return np.arange(probes) * float(block)
    return np.arange(1.0, probes + 1)


def _at_widest(arms: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """The arms at the x where final losses differ most; all arms if nothing but x varies."""
    pair = words.widest_pair(arms, layout, "_end")
    if layout.x is None or not layout.series or pair is None:
        return arms
    level = pair[0][layout.x.name]
    return arms[arms[layout.x.name].isna() if pd.isna(level) else arms[layout.x.name] == level]


def _draw(axes: Axes, panel: Panel, losses: dict[str, np.ndarray]) -> list[EndLabel]:
    """Draw the curves of one panel; returns the labels of their ends."""
    labels = []
    for style, arms in panel.groups():
        for _, arm in arms.iterrows():
            loss = losses[arm["arm"]]
            mean, half = loss.mean(axis=0), half_width(loss)
            updates = updates_of(arm, loss.shape[1])
            axes.plot(updates, mean, color=style.colour, ls=style.line, lw=1.4)
            axes.fill_between(updates, mean - half, mean + half, color=style.colour, alpha=0.15, lw=0)
            text = style.label or panel.ticks[float(arm["_x"])]
            labels.append(EndLabel(float(updates[-1]), float(mean[-1]), text, style.colour))
    axes.set_xlabel("updates")
    axes.set_ylabel("probe loss")
    axes.set_title(panel.title)
    return labels

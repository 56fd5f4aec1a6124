"""Probe loss against updates: how each series got where it ended.

In come traces (one per run) beside the summary; out goes one figure, at the place on x where the
series end furthest apart. A mean over all of x would mix easy and hopeless lengths, and a mean over replicates those
that learn with those that do not: every replicate is a thin line, their median a thick one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mismatch.analysis.axes import Layout
from mismatch.analysis.meaning import MEANING
from mismatch.analysis.summary import learned
from mismatch.config.counting import counted

from . import titles, words
from .canvas import EndLabel, labelled, new_figure
from .panels import Panel, panels, tall

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


RISEN, LEAST = 1.2, 0.05
"""Times its lowest value at which a loss has risen again; a loss below this has nothing left to learn."""


def curves(summary: pd.DataFrame, runs: pd.DataFrame, layout: Layout, traces: Mapping[str, Any]) -> Figure | None:
    """Median probe loss per series over its replicates; None if no trace fits an arm that the probe can see.

    Args:
        summary: `summarise(runs)`.
        runs: one row per run.
        layout: where the axes go.
        traces: see `figures.draw_figures`.
    """
    losses = by_arm(traces, runs)
    arms = summary[summary["arm"].isin(list(losses))]
    blind = unseen(arms)
    arms = arms[~blind]
    if arms.empty:
        return None
    ends = pd.Series({arm: float(np.nanmedian(loss[:, -1])) for arm, loss in losses.items()})
    arms = _at_widest(arms.assign(_end=arms["arm"].map(ends)), layout)
    split = [panel for panel in panels(arms, runs, layout) if not panel.arms.empty]
    title = titles.curves_title(arms, layout) + _rising(split, losses)
    figure, grid = new_figure(len(split), 1, tall(split, 3.6), title, _caption(arms, layout, int(blind.sum())))
    labels = [_draw(axes, panel, losses) for panel, (axes,) in zip(split, grid, strict=True)]
    return labelled(figure, grid[:, 0], labels)


def unseen(arms: pd.DataFrame) -> pd.Series:
    """Which arms have a fault in the test part alone: neither training nor its probes see that."""
    if "layout.at" not in arms or "layout" not in arms:
        return pd.Series(False, index=arms.index)
    return arms["layout.at"].eq("test") & arms["layout"].ne("correct")


def _rising(split: list[Panel], losses: dict[str, np.ndarray]) -> str:
    """Where most losses end well above their lowest point: more training does harm there."""
    found = []
    for panel in split:
        middle = [np.median(losses[arm], axis=0) for arm in panel.arms["arm"]]
        if np.mean([loss[-1] > RISEN * loss.min() for loss in middle if loss.min() > LEAST] or [False]) > 0.5:
            found.append(f" on {panel.title}" if panel.title else "")
    return f"; the loss rises again{' and'.join(found)}: more training does harm" if found else ""


def _caption(arms: pd.DataFrame, layout: Layout, blind: int) -> str:
    said = "Thin: every replicate; thick: their median."
    if layout.x is not None and layout.series and arms[layout.x.name].nunique(dropna=False) == 1:
        said += f" Only {words.place(arms.iloc[0], layout, panel=False)}, where the losses end furthest apart."
    said += f" Grey: did not learn ({counted(int((~learned(arms)).sum()), 'arm')})." if not learned(arms).all() else ""
    return said + (
        f" Left out: {counted(blind, 'arm')} with a fault in the test part alone, unseen by the probe." if blind else ""
    )


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
    if layout.x is None or not layout.series:
        return arms
    others = [layout.panels.name] if layout.panels is not None else []
    cells = [cell for _, cell in arms.groupby([*others, layout.x.name], dropna=False) if len(cell) > 1]
    if not cells:
        return arms
    level = max(cells, key=lambda cell: np.ptp(cell["_end"]))[layout.x.name].iloc[0]
    return arms[arms[layout.x.name].isna() if pd.isna(level) else arms[layout.x.name] == level]


def _draw(axes: Axes, panel: Panel, losses: dict[str, np.ndarray]) -> list[EndLabel]:
    """Draw the curves of one panel; returns the labels of their ends."""
    labels = []
    for style, arms in panel.groups():
        for (_, arm), alive in zip(arms.iterrows(), learned(arms), strict=True):
            loss = losses[arm["arm"]]
            updates, middle = updates_of(arm, loss.shape[1]), np.median(loss, axis=0)
            colour = style.colour if alive else MEANING["dead"]
            axes.plot(updates, loss.T, color=colour, lw=0.6, alpha=0.3)
            marks: dict[str, Any] = {"marker": style.marker, "ms": 5, "markevery": max(1, len(updates) // 8)}
            axes.plot(updates, middle, color=colour, ls=style.line, lw=1.8, **marks)
            text = style.label or panel.ticks[float(arm["_x"])]
            labels.append(EndLabel(float(updates[-1]), float(middle[-1]), text, colour, style.marker, style.line))
    axes.set(xlabel="updates", ylabel="loss on the probe part (nats)", title=panel.title)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    return labels

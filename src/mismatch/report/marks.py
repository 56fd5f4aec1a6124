"""What is drawn inside a panel: means, intervals, replicates, references and failures.

In come matplotlib axes and a `Panel`; the marks go onto the axes, and out go the labels of the
line ends, to be placed when everything is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .canvas import INERT_COLOUR, REFERENCE_COLOUR, EndLabel, clamp
from .panels import Panel, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes


SAME = 0.005
"""Reference values closer than this are drawn as one line."""
REFERENCES: dict[str, tuple[str, object]] = {
    "ceiling": ("ceiling", (0, (5, 2))),
    "chance": ("chance", (0, (1, 1.5))),
    "majority": ("majority", (0, (2, 3))),
    "tfidf_logistic": ("TF-IDF", (0, (6, 1.5, 1, 1.5))),
    "bag_of_steps": ("bag of steps", (0, (3, 1.5, 1, 1.5, 1, 1.5))),
}
"""What arms are held against, a column of their summary each: its words and its line."""
BASELINES = ("majority", "tfidf_logistic", "bag_of_steps")


def draw_metric(
    axes: Axes, panel: Panel, metric: str, hollow: pd.Series | None = None, faint: bool = False
) -> list[EndLabel]:
    """Draw `metric` of every series: replicates, means, intervals; returns the labels of line ends.

    hollow: which of the panel's arms have an open mark, by the index of their rows.
    """
    labels = []
    for style, arms in panel.groups():
        arms = arms[arms[metric].notna()]
        if arms.empty:
            continue
        alpha = 0.3 if faint else 1.0
        if panel.connected:
            joined = arms[arms["_x"].isin(_finite_ticks(panel))]
            axes.plot(joined["_at"], joined[metric], color=style.colour, ls=style.line, lw=1.5, alpha=alpha)
        if not faint:
            _draw_replicates(axes, panel, style, arms, metric)
        bars: dict[str, Any] = {"yerr": bar_lengths(arms, metric), "fmt": "none", "color": style.colour, "alpha": alpha}
        axes.errorbar(arms["_at"], arms[metric], **bars, lw=1.4, capsize=3)
        edges = np.where(arms["_x"].isin(_finite_ticks(panel)), style.colour, INERT_COLOUR)
        faces = edges if hollow is None else np.where(hollow.reindex(arms.index), "white", edges)
        axes.scatter(
            arms["_at"], arms[metric], s=24, c=list(faces), marker=style.marker, alpha=alpha, zorder=3, ec=list(edges)
        )
        last = arms.iloc[-1]
        if style.label:
            labels.append(EndLabel(last["_at"], last[metric], style.label, style.colour))
    return labels


def draw_references(axes: Axes, panel: Panel) -> list[EndLabel]:
    """Draw the ceiling as each series sees it, one line where series agree, chance and baselines; returns labels."""
    labels: list[EndLabel] = []
    for name, (words, line) in REFERENCES.items():
        if name == "majority" and _is_chance(panel):
            continue
        for colour, points in reference_curves(panel, name):
            end = _draw_reference(axes, panel, points, colour, line)
            if (words, colour) not in [(label.text, label.colour) for label in labels]:
                labels.append(EndLabel(end, float(points.iloc[-1]), words, colour))
    return labels


def _is_chance(panel: Panel) -> bool:
    """Whether the majority class is guessed right as often as any: one line for both."""
    if not {"majority", "chance"} <= set(panel.arms):
        return True
    return bool((panel.arms["majority"] - panel.arms["chance"]).abs().max() < SAME)


def reference_curves(panel: Panel, name: str) -> list[tuple[str, pd.Series]]:
    """Distinct curves of the reference `name` over x, each with its colour.

    Series whose values agree wherever both are known share a curve; it is black unless all its
    series have one colour of their own.
    """
    clusters: list[tuple[set[str], pd.Series]] = []
    for style, arms in panel.groups():
        points = arms.dropna(subset=[name]).groupby("_x")[name].mean() if name in arms else pd.Series(dtype=float)
        if points.empty:
            continue
        for index, (colours, curve) in enumerate(clusters):
            if (curve - points).abs().fillna(0).max() < SAME:
                clusters[index] = (colours | {style.colour}, curve.combine_first(points).sort_index())
                break
        else:
            clusters.append(({style.colour}, points))
    alone = len(clusters) == 1
    result = []
    for colours, curve in clusters:
        own = colours - {INERT_COLOUR}
        result.append((REFERENCE_COLOUR if alone or len(own) != 1 else own.pop(), curve))
    return result


def mark_failures(axes: Axes, panel: Panel) -> None:
    """A cross on the x axis for every arm with runs that are not ok."""
    for style, arms in panel.groups():
        failed = arms[arms["failures"] > 0]
        heights = np.full(len(failed), 0.02)
        transform = axes.get_xaxis_transform()
        axes.scatter(
            failed["_at"], heights, s=30, color=style.colour, marker="x", transform=transform, clip_on=False, zorder=4
        )


def mark_bounds(axes: Axes, panel: Panel, metric: str, bounds: pd.Series) -> None:
    """An arrow upwards on every arm whose value is a lower bound."""
    for style, arms in panel.groups():
        for _, arm in arms[bounds.reindex(arms.index) & arms[metric].notna()].iterrows():
            look = {"arrowstyle": "<-", "color": style.colour, "lw": 1.2}
            axes.annotate("", (arm["_at"], arm[metric]), (0, 17), textcoords="offset points", arrowprops=look)


def log_scale(axes: Axes) -> None:
    """Log y axis with plain numbers at 1, 2 and 5."""
    from matplotlib.ticker import FormatStrFormatter, LogLocator, NullLocator

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))
    axes.yaxis.set_minor_locator(NullLocator())


def log_view(axes: Axes, means: pd.Series) -> None:
    """Show from 1.5 up to 4 times beyond the means: no wide interval, and no single value, sets the scale."""
    low, high = means.min(), means.max()
    if low > 0:
        clamp(axes, low / 4, high * 4)
        bottom, top = axes.get_ylim()
        axes.set_ylim(min(bottom, low / 1.5), max(top, high * 1.5))


def _draw_replicates(axes: Axes, panel: Panel, style: Series, arms: pd.DataFrame, metric: str) -> None:
    """Faint dots for the runs of `arms`, spread a little along x by replicate."""
    runs = panel.runs.merge(arms[["arm", "_at"]], on="arm")
    order = runs["replicate"].rank(method="dense")
    spread = (order - order.mean()) / max(1.0, float(order.max()) - 1) * 0.05 * panel.gap
    axes.scatter(runs["_at"] + spread, runs[metric].astype(float), s=9, color=style.colour, alpha=0.25, lw=0, zorder=1)


def _draw_reference(axes: Axes, panel: Panel, points: pd.Series, colour: str, line: object) -> float:
    """A reference over x: a line along numbers, a step at each name; returns where it ends on x."""
    style: dict[str, Any] = {"color": colour, "ls": line, "lw": 1.2, "zorder": 2}
    if np.ptp(points) < SAME and len(points) == len(panel.ticks):
        axes.axhline(points.mean(), **style)
        return float(axes.get_xlim()[1])
    joined = points[points.index.isin(_finite_ticks(panel))] if panel.connected else points.iloc[:0]
    if len(joined) > 1:
        axes.plot(joined.index, joined, **style)
        points = points.drop(joined.index)
    steps, reach = points.index.to_numpy(float), 0.45 * panel.gap
    axes.hlines(points, steps - reach, steps + reach, **style)
    return float(joined.index[-1]) if len(joined) > 1 else float(steps[-1] + reach)


def bar_lengths(arms: pd.DataFrame, metric: str) -> np.ndarray:
    """Lengths of the interval bars, (2, N): below and above the mean; NaN where there is no interval."""
    below = arms[metric] - arms[f"{metric}_low"]
    above = arms[f"{metric}_high"] - arms[metric]
    return np.array([below, above], float).clip(0)


def _finite_ticks(panel: Panel) -> list[float]:
    """Positions of true levels, without the place of arms in which x could not act."""
    return [place for place, name in panel.ticks.items() if name != "n/a"]

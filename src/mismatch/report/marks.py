"""What is drawn inside a panel: means, intervals, replicates, references, dead arms and failures.

In come matplotlib axes and a `Panel`; the marks go onto the axes, and out go the labels of the
line ends, to be placed when everything is drawn.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mismatch.analysis.meaning import MEANING
from mismatch.analysis.summary import learned

from .canvas import SHARES, EndLabel, half_width, in_two_groups
from .panels import Panel, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes


SAME = 0.005
"""Reference values closer than this are drawn as one line."""
REFERENCES: dict[str, tuple[str, object, str]] = {
    "ceiling": ("ceiling", (0, (5, 2)), "ceiling"),
    "chance": ("chance", (0, (1, 1.5)), "chance"),
    "majority": ("majority", (0, (2, 3)), "baseline"),
    "tfidf_logistic": ("TF-IDF", (0, (6, 1.5, 1, 1.5)), "baseline"),
    "bag_of_steps": ("bag of steps", (0, (3, 1.5, 1, 1.5, 1, 1.5)), "baseline"),
}
"""What arms are held against, a column of their summary each: its words, its line and its meaning."""
BASELINES = ("majority", "tfidf_logistic", "bag_of_steps")
WIDE, NARROW = 300, 6
"""Ratios of the ends of a log axis beyond which powers of ten are marked, and below which more than 1, 2 and 5."""
FEWEST = 3
"""Of fewer replicates no interval is drawn: Student's t of one degree of freedom spans everything."""


def draw_metric(
    axes: Axes, panel: Panel, metric: str, hollow: pd.Series | None = None, faint: bool = False
) -> list[EndLabel]:
    """Draw `metric` of every series: replicates, means, intervals; returns the labels of line ends.

    An arm that did not learn is grey and hollow; one whose replicates fall into two groups shows these larger.
    hollow: which other arms of the panel have an open mark, by the index of their rows.
    """
    labels, alive = [], learned(panel.arms)
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
        open_marks = ~alive if hollow is None else hollow | ~alive
        _draw_means(axes, style, arms, metric, (alive, open_marks), alpha)
        last = arms.iloc[-1]
        if style.label:
            line = style.line if panel.connected else ""
            labels.append(EndLabel(last["_at"], last[metric], style.label, style.colour, style.marker, line))
    return labels


def _draw_means(
    axes: Axes, style: Series, arms: pd.DataFrame, metric: str, told: tuple[pd.Series, pd.Series], alpha: float
) -> None:
    """The mean of every arm with its interval. told: which arms learned, and which have an open mark."""
    edges = np.where(told[0].reindex(arms.index), style.colour, MEANING["dead"])
    faces = np.where(told[1].reindex(arms.index), "white", edges)
    for (_, arm), colour, bars in zip(arms.iterrows(), edges, bar_lengths(arms, metric).T, strict=True):
        if np.isfinite(bars).all():
            length: Any = bars.reshape(2, 1)
            axes.errorbar(arm["_at"], arm[metric], length, fmt="none", color=colour, alpha=alpha, lw=1.4, capsize=3)
    marks: dict[str, Any] = {"marker": style.marker, "alpha": alpha, "zorder": 3}
    axes.scatter(arms["_at"], arms[metric], s=30, c=list(faces), ec=list(edges), **marks)


def draw_references(axes: Axes, panel: Panel) -> list[EndLabel]:
    """Draw the ceiling as each series sees it, one line where series agree, chance and baselines; returns labels."""
    labels: list[EndLabel] = []
    for name, (words, line, meaning) in REFERENCES.items():
        if name == "majority" and _is_chance(panel):
            continue
        for colour, points in reference_curves(panel, name):
            end = _draw_reference(axes, panel, points, colour or MEANING[meaning], line)
            if words not in [label.text for label in labels]:
                labels.append(EndLabel(end, float(points.iloc[-1]), words, MEANING[meaning], line=line))
    return labels


def _is_chance(panel: Panel) -> bool:
    """Whether the majority class is guessed right as often as any: one line for both."""
    if not {"majority", "chance"} <= set(panel.arms):
        return True
    return bool((panel.arms["majority"] - panel.arms["chance"]).abs().max() < SAME)


def reference_curves(panel: Panel, name: str) -> list[tuple[str, pd.Series]]:
    """Distinct curves of the reference `name` over x, each with its colour.

    Series whose values agree wherever both are known share a curve; it has no colour of its own unless all its
    series have one, which no other curve has.
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
        own = colours - {MEANING["untouched"]}
        result.append(("" if alone or len(own) != 1 else own.pop(), curve))
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
        late = arms[bounds.reindex(arms.index) & arms[metric].notna()]
        for (_, arm), alive in zip(late.iterrows(), learned(late), strict=True):
            look = {"arrowstyle": "<-", "color": style.colour if alive else MEANING["dead"], "lw": 1.2}
            axes.annotate("", (arm["_at"], arm[metric]), (0, 17), textcoords="offset points", arrowprops=look)


def geometric(panel: Panel, metric: str) -> Panel:
    """`panel` with the geometric mean of a positive metric and the interval of its logarithm, as claims compare it."""
    runs = panel.runs.assign(_log=np.log(panel.runs[metric].astype(float).where(panel.runs[metric] > 0)))
    logs = {arm: values.dropna().to_numpy(float) for arm, values in runs.groupby("arm")["_log"]}
    found = [logs.get(arm, np.array([])) for arm in panel.arms["arm"]]
    middle = np.array([values.mean() if len(values) else np.nan for values in found])
    half = np.array([half_width(values) if len(values) > 1 else np.nan for values in found], float)
    ends = {"": middle, "_low": middle - half, "_high": middle + half}
    return replace(panel, arms=panel.arms.assign(**{metric + end: np.exp(values) for end, values in ends.items()}))


def log_scale(axes: Axes) -> None:
    """Log y axis with plain numbers, as many as there is room for."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    low, high = axes.get_ylim()
    axes.set_yscale("log")
    span = high / low if low > 0 else 10.0
    marks = (1,) if span > WIDE else (1, 2, 5) if span > NARROW else (1, 1.5, 2, 3, 4, 5, 7)
    axes.yaxis.set_major_locator(LogLocator(subs=marks))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.12f}".rstrip("0").rstrip(".")))
    axes.yaxis.set_minor_locator(NullLocator())


def extent(panel: Panel, *metrics: str) -> tuple[np.ndarray, np.ndarray]:
    """The lower and the upper ends of all that `draw_metric` draws: means, replicates, and intervals where drawn."""
    lows, highs = [], []
    for metric in metrics:
        middle = panel.arms[metric].to_numpy(float)
        below, above = bar_lengths(panel.arms, metric)
        runs = pd.to_numeric(panel.runs[metric], errors="coerce").to_numpy(float)
        lows += [middle, middle - np.nan_to_num(below), runs]
        highs += [middle, middle + np.nan_to_num(above), runs]
    return np.concatenate(lows), np.concatenate(highs)


def _draw_replicates(axes: Axes, panel: Panel, style: Series, arms: pd.DataFrame, metric: str) -> None:
    """Faint dots for the runs of `arms`, spread a little along x by replicate; large where they are in two groups."""
    runs = panel.runs.merge(arms[["arm", "_at"]], on="arm")
    order = runs["replicate"].rank(method="dense")
    spread = (order - order.mean()) / max(1.0, float(order.max()) - 1) * 0.05 * panel.gap
    values = pd.to_numeric(runs[metric], errors="coerce")
    alive = dict(zip(panel.arms["arm"], learned(panel.arms), strict=True))
    colours = [style.colour if alive[arm] else MEANING["dead"] for arm in runs["arm"]]
    split = values.groupby(runs["arm"]).transform(
        lambda part: in_two_groups(part.to_numpy(float), not metric.endswith(SHARES))
    )
    sizes = np.where(split.astype(bool), 26, 10)
    axes.scatter(runs["_at"] + spread, values, s=sizes, c=colours, alpha=0.35, lw=0, zorder=1)


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
    """Lengths of the interval bars, (2, N): below and above the mean; NaN where there is no interval to draw.

    Accuracies end at 0 and 1.
    """
    low, high = arms[f"{metric}_low"].astype(float), arms[f"{metric}_high"].astype(float)
    if metric.endswith("accuracy"):
        low, high = low.clip(lower=0), high.clip(upper=1)
    bars = np.array([arms[metric] - low, high - arms[metric]], float).clip(0)
    bars[:, (arms["n"] < FEWEST).to_numpy()] = np.nan
    return bars


def _finite_ticks(panel: Panel) -> list[float]:
    """Positions of true levels, without the place of arms in which x could not act."""
    return [place for place, name in panel.ticks.items() if name != "n/a"]

"""What extra features cost when sequences are few: noise against zeros, over width and number of sequences.

In: `runs.csv`. Out: the figure `sample_size`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from mismatch.analysis.meaning import MEANING
from mismatch.report.canvas import EndLabel, half_width, labelled, new_figure
from mismatch.report.lines import Line, Look, in_doublings, mean_line, reference_lines
from mismatch.report.trained import trained

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ADDED = {
    "noise": Line("noise: {:.2f}", Look(MEANING["noise"]), {"features.adapter": ("native", "noise")}),
    "zero": Line("zeros: {:.2f}", Look(MEANING["zeros"], "--", marker="s"), {"features.adapter": ("native", "zero")}),
}
GENERIC = ("accuracy",)
"""Generic figures beside this one: they show other data and adapters."""
X, Y = "features.width", "exact_accuracy"
PLAIN = {"model.kernel_init": "glorot", "length.ratio": 1}


def figures(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """The figure of the runs on `sparse_features`; none where fewer than two sizes were trained."""
    needed = ("data.train", "features.adapter", X, Y, "model.kernel_init", "ceiling", "chance")
    runs = trained(tables, needed, data="sparse_features", **PLAIN)
    adapters = runs.groupby("data.train")["features.adapter"].agg(set)
    sizes = [size for size, names in adapters.items() if {"native", *ADDED} <= names]
    return {"sample_size": sample_size(runs, sizes)} if len(sizes) > 1 else {}


def sample_size(runs: pd.DataFrame, sizes: list[float]) -> Figure:
    """Accuracy against width, a panel per number of training sequences."""
    caption = (
        "Mean and 95% interval over replicates; faint dots are replicates. Black diamond: 8 features, nothing added; "
        "grey, hollow: did not learn."
    )
    figure, grid = new_figure(len(sizes), 1, 3.6, title(runs, sizes[0]), caption)
    labels = [_draw(axes, runs[runs["data.train"].eq(size)]) for axes, size in zip(grid[:, 0], sizes, strict=True)]
    ticks = runs.loc[runs["features.adapter"].isin(["native", *ADDED]), X].unique()
    low = min(axes.get_ylim()[0] for axes in grid[:, 0])
    for axes, size in zip(grid[:, 0], sizes, strict=True):
        fresh = size == sizes[-1] and size >= 64 * runs["train.updates"].iloc[0]
        axes.set_title("fresh sequences at every update" if fresh else f"{size:.0f} training sequences")
        axes.set_ylim(low, 1)
        in_doublings(axes, ticks)
    return labelled(figure, grid[:, 0], labels)


def title(runs: pd.DataFrame, fewest: float) -> str:
    """What the widest inputs leave at the fewest sequences."""
    few = runs[runs["data.train"].eq(fewest)]
    widest = few[X].max()
    means = few[few[X].eq(widest)].groupby("features.adapter")[Y].mean()
    native = float(few.loc[few["features.adapter"].eq("native"), Y].mean())
    return (
        f"With {fewest:.0f} sequences, noise features up to D = {widest:.0f} leave accuracy {means['noise']:.2f} of "
        f"{native:.2f} at D = 8; as many zero features leave {means['zero']:.2f}"
    )


def _draw(axes: Axes, runs: pd.DataFrame) -> list[EndLabel]:
    """One panel; returns the labels of the line ends."""
    runs = runs[runs["features.adapter"].isin(["native", *ADDED])]
    native = runs[runs["features.adapter"].eq("native")]
    labels = reference_lines(axes, runs.assign(ceiling=runs["ceiling"].max()), X)
    for line in ADDED.values():
        labels += mean_line(axes, line, runs, X, Y, dots=True)
    values = native[Y].to_numpy(float)
    axes.errorbar(native[X].iloc[:1], values.mean(), half_width(values), color=MEANING["untouched"], fmt="D", zorder=4)
    axes.set(xlabel="D in features  (features.width)", ylabel="accuracy")
    return labels

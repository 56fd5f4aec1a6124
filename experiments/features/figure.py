"""What extra features cost when sequences are few: noise against zeros, over width and number of sequences.

In: `runs.csv`. Out: the figure `sample_size`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mismatch.report.canvas import COLOURS, REFERENCE_COLOUR, EndLabel, end_labels, half_width, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ADDED = {"noise": COLOURS[4], "zero": COLOURS[0]}


def figures(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """The figure of the runs in `out`; none where fewer than two sizes were trained."""
    runs = tables.get("runs.csv", pd.DataFrame())
    if not {"data.train", "features.adapter", "features.width", "model.kernel_init", "exact_accuracy"} <= set(runs):
        return {}
    runs = runs[runs["status"].eq("ok") & runs["control"].eq("none") & runs["data"].eq("sparse_features")]
    runs = runs[runs["model.kernel_init"].eq("glorot")]
    adapters = runs.groupby("data.train")["features.adapter"].agg(set)
    sizes = [size for size, names in adapters.items() if {"native", *ADDED} <= names]
    return {"sample_size": sample_size(runs, sizes)} if len(sizes) > 1 else {}


def sample_size(runs: pd.DataFrame, sizes: list[float]) -> Figure:
    """Accuracy against width, a panel per number of training sequences."""
    few = runs[runs["data.train"].eq(sizes[0])]
    widest = few["features.width"].max()
    means = few[few["features.width"].eq(widest)].groupby("features.adapter")["exact_accuracy"].mean()
    native = float(few.loc[few["features.adapter"].eq("native"), "exact_accuracy"].mean())
    title = (
        f"With {sizes[0]:.0f} sequences, noise features up to D = {widest:.0f} leave accuracy {means['noise']:.2f} of "
        f"{native:.2f} at D = 8; as many zero features leave {means['zero']:.2f}"
    )
    caption = "Mean and 95% interval over replicates; faint dots are replicates. Black: 8 features, nothing added."
    figure, grid = new_figure(len(sizes), 1, 3.6, title, caption)
    labels = [_draw(axes, runs[runs["data.train"].eq(size)]) for axes, size in zip(grid[:, 0], sizes, strict=True)]
    low = min(axes.get_ylim()[0] for axes in grid[:, 0])
    ticks = sorted(runs.loc[runs["features.adapter"].isin(["native", *ADDED]), "features.width"].unique())
    for axes, size in zip(grid[:, 0], sizes, strict=True):
        fresh = size == sizes[-1] and size >= 64 * runs["train.updates"].iloc[0]
        words = "fresh sequences at every update" if fresh else f"{size:.0f} training sequences"
        axes.set_title(words, loc="left", fontsize=11, fontweight="bold")
        axes.set_ylim(low, 1)
        axes.set_xticks(ticks, [f"{tick:.0f}" for tick in ticks])
        axes.minorticks_off()
    figure.draw_without_rendering()
    for axes, ends in zip(grid[:, 0], labels, strict=True):
        end_labels(figure, axes, ends)
    return figure


def _draw(axes: Axes, runs: pd.DataFrame) -> list[EndLabel]:
    """One panel; returns the labels of the line ends."""
    axes.set_xscale("log", base=2)
    labels = []
    native = runs.loc[runs["features.adapter"].eq("native")]
    for name, level in (("ceiling", runs["ceiling"].max()), ("chance", runs["chance"].mean())):
        axes.axhline(level, color=REFERENCE_COLOUR, ls=(0, (1, 1.5)), lw=1)
        labels.append(EndLabel(float(runs["features.width"].max()), float(level), name, REFERENCE_COLOUR))
    for adapter, colour in ADDED.items():
        arms = pd.concat([native, runs[runs["features.adapter"].eq(adapter)]])
        groups = [
            (float(str(width)), part.to_numpy()) for width, part in arms.groupby("features.width")["exact_accuracy"]
        ]
        widths = np.array([width for width, _ in groups])
        means = np.array([values.mean() for _, values in groups])
        half = np.array([float(half_width(values)) for _, values in groups])
        axes.plot(arms["features.width"], arms["exact_accuracy"], "o", color=colour, ms=3, mew=0, alpha=0.3)
        axes.errorbar(widths, means, half, color=colour, fmt="o-", ms=5, capsize=3)
        labels.append(EndLabel(widths[-1], means[-1], f"{adapter}: {means[-1]:.2f}", colour))
    values = native["exact_accuracy"].to_numpy()
    axes.errorbar(
        native["features.width"].iloc[:1], values.mean(), half_width(values), color="black", fmt="o", zorder=4
    )
    axes.set(xlabel="D in features  (features.width)", ylabel="accuracy")
    axes.spines[["top", "right"]].set_visible(False)
    return labels

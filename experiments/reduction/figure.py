"""Where a reduction loses the order of two markers, and what it costs when the mask is lost on the way.

In: `runs.csv`. Out: the figures `order` and `masks`, each where its runs are there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mismatch.report.canvas import COLOURS, REFERENCE_COLOUR, half_width, new_figure
from mismatch.report.rows import draw_row, draw_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

REDUCTIONS = {
    "none": "no reduction",
    "pool": "pool",
    "conv": "convolution",
    "strided": "strided convolution",
    "conv_pool": "convolution + pool",
}
MASKS = {"destroyed": COLOURS[1], "rebuilt": COLOURS[0]}
NEEDED = {"data", "data.gap", "control", "mask", "reduction", "reduction.kernel", "reduction.pool", "reduction.mask"}


def figures(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """The figures that the runs in `out` suffice for."""
    runs = tables.get("runs.csv", pd.DataFrame())
    if not NEEDED <= set(runs):
        return {}
    runs = runs[runs["status"].eq("ok") & runs["control"].eq("none")]
    order = runs[runs["data"].eq("pool_order") & runs["reduction"].eq("conv_pool")]
    masks = runs[runs["mask"].eq("masking") & runs["reduction.mask"].isin(list(MASKS))]
    whole = runs[runs["mask"].eq("masking") & runs["reduction"].eq("none")]
    found = {} if order.empty else {"order": order_figure(order)}
    both = masks.groupby(["data", "reduction"])["reduction.mask"].nunique().eq(2)
    return found if not both.any() else found | {"masks": masks_figure(masks, whole)}


def order_figure(runs: pd.DataFrame) -> Figure:
    """Accuracy per kernel and pool, a panel per distance of the two markers; below it the ceiling of that reduction."""
    cells = runs.groupby(["data.gap", "reduction.kernel", "reduction.pool"])["accuracy"].agg(["mean", list])
    cells["ceiling"] = runs.groupby(["data.gap", "reduction.kernel", "reduction.pool"])["ceiling"].mean()
    gap, kernel, pool = cells["mean"].idxmin()
    worst = cells.loc[(gap, kernel, pool)]
    lost = int(cells["ceiling"].lt(0.995).sum())
    title = (
        f"{lost} of {len(cells)} reductions lose the order of two markers before the GRU sees it: accuracy "
        f"{worst['mean']:.2f} (ceiling {worst['ceiling']:.2f}) with kernel {kernel:.0f} and pools of {pool:.0f}"
    )
    widest = max(float(half_width(np.array(scores))) for scores in cells["list"])
    caption = (
        f"Mean accuracy, 95% intervals over replicates at most ±{widest:.2f}; in brackets the ceiling after the "
        "reduction. Chance 0.50."
    )
    gaps = sorted(runs["data.gap"].unique())
    figure, grid = new_figure(len(gaps), 1, 2.9, title, caption, column=3.6)
    for axes, level in zip(grid[:, 0], gaps, strict=True):
        _draw_tiles(axes, cells.loc[level])
        axes.set_title(f"{level:.0f} steps apart" if level > 1 else "neighbours", loc="left", fontweight="bold")
    return figure


def _draw_tiles(axes: Axes, cells: pd.DataFrame) -> None:
    """One tile per kernel (down) and pool (right), darker where less is left."""
    table = cells["mean"].unstack()
    ceilings = cells["ceiling"].unstack()
    axes.imshow(table, cmap="Blues_r", vmin=0.35, vmax=1.0, aspect="auto")
    for (row, column), value in np.ndenumerate(table.to_numpy()):
        words = f"{value:.2f}\n({ceilings.iloc[row, column]:.2f})"
        axes.text(column, row, words, ha="center", va="center", color="white" if value < 0.7 else "black")
    axes.set_xticks(range(table.shape[1]), [f"{pool:.0f}" for pool in table.columns])
    axes.set_yticks(range(table.shape[0]), [f"{kernel:.0f}" for kernel in table.index])
    axes.tick_params(length=0)
    axes.set(xlabel="pool", ylabel="kernel")
    axes.spines[:].set_visible(False)


def masks_figure(runs: pd.DataFrame, whole: pd.DataFrame) -> Figure:
    """Accuracy of every reduction with the mask destroyed and rebuilt, a panel per dataset."""
    datasets = [str(name) for name in runs["data"].unique()]
    means = runs.groupby(["data", "reduction", "reduction.mask"])["accuracy"].mean().unstack()
    costs = (means["rebuilt"] - means["destroyed"]).dropna()
    data, reduction = costs.idxmax()
    title = (
        f"The mask lost behind a reduction costs up to {costs.max():.2f}: {REDUCTIONS[reduction]} on {data}, "
        f"{means.loc[(data, reduction), 'destroyed']:.2f} against {means.loc[(data, reduction), 'rebuilt']:.2f} rebuilt"
    )
    caption = (
        "Pads after the data, masked. Orange: mask destroyed (what Keras does); blue: rebuilt; black: no reduction. "
        "Mean and 95% interval over replicates; faint dots are replicates."
    )
    present = [name for name in REDUCTIONS if name == "none" or name in set(runs["reduction"])]
    figure, grid = new_figure(len(datasets), 1, 1.0 + 0.5 * len(present), title, caption)
    for axes, name in zip(grid[:, 0], datasets, strict=True):
        part = runs[runs["data"].eq(name)]
        axes.set_xlim(float(part["chance"].mean()) - 0.06, float(part["accuracy"].max()) + 0.06)
        for y, reduction in enumerate(present):
            if reduction == "none":
                scores = whole.loc[whole["data"].eq(name), "accuracy"].to_numpy(float)
                if len(scores):
                    draw_row(axes, y, scores, REFERENCE_COLOUR)
            for shift, (mask, colour) in zip((0.16, -0.16), MASKS.items(), strict=True):
                same = part["reduction"].eq(reduction) & part["reduction.mask"].eq(mask)
                if same.any():
                    draw_row(axes, y + shift, part.loc[same, "accuracy"].to_numpy(float), colour)
        draw_rows(axes, [REDUCTIONS[item] if name == datasets[0] else "" for item in present], part["chance"].mean())
        axes.set_title(name, loc="left", fontsize=11, fontweight="bold")
    return figure

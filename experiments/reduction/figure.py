"""Where a reduction loses the order of two markers, and what it costs when the mask is lost on the way.

In: `runs.csv`. Out: the figures `order` and `masks`, each where its runs are there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mismatch.analysis.axes import in_order
from mismatch.analysis.meaning import MEANING
from mismatch.analysis.summary import learned
from mismatch.report.canvas import half_width, new_figure
from mismatch.report.rows import draw_pair, draw_row, draw_rows, draw_tiles
from mismatch.report.trained import trained
from mismatch.report.words import level_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MASKS = {"destroyed": (MEANING["mask lost"], "o"), "rebuilt": (MEANING["masked"], "s")}
CELL = ["data.gap", "reduction.kernel", "reduction.pool"]


def figures(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """The figures that the runs suffice for."""
    runs = trained(tables, ("data", "mask", "reduction", "reduction.mask", "accuracy", "ceiling", "chance", *CELL))
    order = runs[runs["data"].eq("pool_order") & runs["reduction"].eq("conv_pool")]
    masked = runs[runs["mask"].eq("masking")]
    lost = masked[masked["reduction.mask"].isin(list(MASKS))]
    found = {} if order.empty else {"order": order_figure(order)}
    both = lost.groupby(["data", "reduction"])["reduction.mask"].nunique().eq(2)
    return found | ({"masks": masks_figure(lost, masked[masked["reduction"].eq("none")])} if both.any() else {})


def order_figure(runs: pd.DataFrame) -> Figure:
    """Accuracy per kernel and pool, a panel per distance of the two markers; below it the ceiling of that reduction."""
    cells = runs.groupby(CELL)["accuracy"].agg(["mean", list]).assign(ceiling=runs.groupby(CELL)["ceiling"].mean())
    lost = cells[cells["ceiling"].lt(0.995)]
    kernels = ", ".join(f"{count} with kernel {size:.0f}" for size, count in lost.groupby(level=1).size().items())
    short = float((lost["ceiling"] - lost["mean"]).max()) if len(lost) else 0.0
    title = (
        f"{len(lost)} of {len(cells)} reductions lose the order of two markers before the GRU sees it ({kernels}); "
        f"of what is left to learn the GRU misses no more than {max(short, 0.01):.2f} of accuracy"
    )
    widest = max(float(half_width(np.array(scores))) for scores in cells["list"])
    caption = (
        f"Mean accuracy, 95% intervals over replicates at most ±{widest:.2f}; in brackets the ceiling after the "
        f"reduction. Chance {runs['chance'].mean():.2f}."
    )
    gaps = sorted(runs["data.gap"].unique())
    figure, grid = new_figure(len(gaps), 1, 2.9, title, caption, column=3.6)
    for axes, level in zip(grid[:, 0], gaps, strict=True):
        draw_tiles(axes, cells.loc[level, "mean"].unstack(), cells.loc[level, "ceiling"].unstack())
        axes.set(xlabel="pool", ylabel="kernel", title=f"{level:.0f} steps apart" if level > 1 else "neighbours")
    return figure


def masks_figure(runs: pd.DataFrame, whole: pd.DataFrame) -> Figure:
    """Accuracy of every reduction with the mask destroyed and rebuilt, a panel per dataset."""
    caption = (
        "Pads after the data, masked. Round: mask destroyed (what Keras does); square: rebuilt; diamond: no reduction. "
        "Grey, hollow: did not learn. Mean and 95% interval over replicates; faint dots are replicates."
    )
    datasets, fronts = list(runs["data"].unique()), in_order("reduction", runs["reduction"].unique())
    names = [level_name("reduction", front) for front in ("none", *fronts)]
    figure, grid = new_figure(len(datasets), 1, 1.0 + 0.5 * len(names), masks_title(runs), caption)
    for axes, name in zip(grid[:, 0], datasets, strict=True):
        part, scores = runs[runs["data"].eq(name)], whole.loc[whole["data"].eq(name), "accuracy"].to_numpy(float)
        axes.set_xlim(float(part["chance"].mean()) - 0.06, float(part["accuracy"].max()) + 0.06)
        if len(scores):
            draw_row(axes, 0, scores, MEANING["untouched"], "D")
        for y, front in enumerate(fronts, 1):
            draw_pair(axes, y, part[part["reduction"].eq(front)], "reduction.mask", MASKS)
        draw_rows(axes, names if name == datasets[0] else [""] * len(names), part["chance"].mean())
        axes.set_title(name)
    return figure


def masks_title(runs: pd.DataFrame) -> str:
    """On every dataset, how many reductions learn nothing once the mask is lost, or what that costs at most."""
    known = [name for name in ("skill", "accuracy", "chance") if name in runs]
    means = runs.groupby(["data", "reduction", "reduction.mask"])[known].mean()
    told = []
    for data, part in means.groupby(level="data", sort=False):
        lost, rebuilt = (part.xs(level, level="reduction.mask").loc[data] for level in MASKS)
        dead = int((~learned(lost)).sum())
        costs = (rebuilt["accuracy"] - lost["accuracy"]).dropna()
        most = f"up to {costs.max():.2f} of accuracy is lost, behind {level_name('reduction', costs.idxmax())}"
        told.append(f"on {data} " + (f"{dead} of {len(lost)} reductions learn nothing" if dead else most))
    return f"Once a reduction loses the mask, {'; '.join(told)}"

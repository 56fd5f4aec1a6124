"""Figures of step times: ms against T with fitted lines, and whether the machine held still.

In: the tables `steps.csv` and `fits.csv` of a timing measurement. Out: figures, not yet on disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mismatch.analysis.meaning import COLOURS, INK, MEANING

from .canvas import SMALL, EndLabel, labelled, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


ENGINES = {"graph": "graph", "xla": "XLA"}
"""Engines and their names, in the order of panels."""


def step_by_length(steps: pd.DataFrame, fits: pd.DataFrame) -> Figure:
    """Ms per step against T, a panel per engine: a colour per D, dashed and hollow with a mask."""
    plain = steps[(steps["reduction"] == "none") & (steps["control"] == "none") & (steps["padded_fraction"] == 0)]
    plain = plain.merge(fits[["engine", "features.width", "mask"]])
    engines = [engine for engine in ENGINES if engine in set(fits["engine"])]
    caption = "Point: median over all rounds, bar: their quartiles. Line: least squares a + b T over valid rounds."
    figure, grid = new_figure(len(engines), 1, 3.8, _length_title(fits), caption + rounds(fits))
    colours = dict(zip(sorted(plain["features.width"].unique()), COLOURS, strict=False))
    labels = []
    for engine, (axes,) in zip(engines, grid, strict=True):
        axes.set_title(ENGINES[engine], loc="left", fontsize=11, fontweight="bold")
        own = fits[fits["engine"] == engine]
        arms = plain.merge(own[["engine", "features.width", "mask"]]).groupby(["features.width", "mask"])
        labels.append(
            [
                _draw_line(axes, arms.get_group((fit["features.width"], fit["mask"])), fit, colours)
                for _, fit in own.iterrows()
            ]
        )
        ticks = sorted(plain["length.steps"].unique())
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.set(xlabel="T, timesteps", ylabel="ms per training step", xlim=(0, 1.04 * max(ticks)))
        axes.set_ylim(0, 1.06 * plain.groupby("arm")["step_ms"].quantile(0.75).max())
        axes.spines[["top", "right"]].set_visible(False)
    return labelled(figure, grid[:, 0], labels)


def _draw_line(axes: Axes, group: pd.DataFrame, fit: pd.Series, colours: dict[int, str]) -> EndLabel:
    """Points, quartiles and fitted line of one D and mask; returns the label of its end."""
    width, mask = group["features.width"].iloc[0], group["mask"].iloc[0]
    colour, masked = colours[width], mask != "none"
    quartiles = group.groupby("length.steps")["step_ms"].quantile(np.array([0.25, 0.5, 0.75])).unstack()
    low, middle, high = quartiles.to_numpy().T
    style: dict[str, Any] = {"fmt": "s" if masked else "o", "ms": 5, "mfc": "white" if masked else colour}
    bars = np.maximum(0, [middle - low, high - middle])
    axes.errorbar(quartiles.index, middle, yerr=bars, color=colour, lw=1.2, capsize=3, zorder=3, **style)
    ends = np.array([0, quartiles.index.max()])
    axes.plot(ends, fit["a_ms"] + fit["b_ms"] * ends, color=colour, lw=1.5, ls="--" if masked else "-")
    text = f"D {width}{', masking' if masked else ''}: {fit['b_ms']:.3f} ms per T"
    return EndLabel(float(ends[1]), float(middle[-1]), text, colour, style["fmt"], "--" if masked else "-", masked)


def _length_title(fits: pd.DataFrame) -> str:
    """What a timestep costs at the smallest D without a mask, and how well lines fit where rounds can be believed."""
    sound = fits[fits["valid_rounds"] >= fits["rounds"]]
    fits = fits if sound[sound["mask"] == "none"].empty else sound
    row = fits[fits["mask"] == "none"].sort_values(["engine", "features.width"]).iloc[0]
    least = fits["r2"].min()
    shape = "A training step's time is a line in T" if least >= 0.95 else "A line in T fits step time loosely"
    bounds = f"[{row['b_ms_low']:.3f}, {row['b_ms_high']:.3f}]"
    return (
        f"{shape} (R² ≥ {np.floor(100 * least) / 100:.2f}): {row['b_ms']:.3f} ms per timestep {bounds} and "
        f"{row['a_ms']:.1f} ms besides at D = {row['features.width']} ({ENGINES[row['engine']]})"
    )


def drift(steps: pd.DataFrame) -> Figure:
    """The reference kernel and the load average over time; blocks that may not be believed are crossed."""
    middle = np.median(steps[["reference_before_ms", "reference_after_ms"]])
    spread = np.percentile((steps["reference_before_ms"] / middle - 1).abs(), 90)
    title = f"The machine held still, 90% of reference timings within {spread:.0%} of their median; {_void(steps)}"
    figure, grid = new_figure(1, 2, 1.7, title, "A cross is a block with timing_valid = False.")
    minutes, valid = steps["started_s"] / 60, steps["timing_valid"].astype(bool)
    top, bottom = grid[0]
    for axes, name in ((top, "reference_before_ms"), (bottom, "loadavg")):
        axes.plot(minutes[valid], steps.loc[valid, name], ".", color=MEANING["valid"], ms=4)
        axes.plot(minutes[~valid], steps.loc[~valid, name], "x", color=MEANING["void"], ms=4.5, mew=0.8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_ylim(bottom=0)
    top.axhline(middle, color=INK, lw=0.8)
    top.set_ylabel("reference\nkernel, ms")
    top.tick_params(labelbottom=False)
    bottom.axhline(1, color=INK, lw=0.8)
    bottom.annotate("ours", (1, 1), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=SMALL)
    bottom.set(xlabel="minutes since the first block", ylabel="load average\nof 1 minute")
    return figure


def rounds(table: pd.DataFrame) -> str:
    """How many rounds stand behind a table's intervals, and whether some of them may not be believed."""
    low, high = table["rounds"].min(), table["rounds"].max()
    text = f" {low} rounds." if low == high else f" {low} to {high} rounds."
    doubtful = int((table["valid_rounds"] < table["rounds"]).sum())
    return text + (f" {doubtful} of {len(table)} rest on rounds with other load or drift." if doubtful else "")


def _void(steps: pd.DataFrame) -> str:
    void = int((~steps["timing_valid"].astype(bool)).sum())
    return f"{void} of {len(steps)} blocks saw other load or drift" if void else "no block saw other load or drift"

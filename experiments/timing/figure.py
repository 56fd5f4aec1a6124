"""Figures of the timing experiment: ms against T, every factor as a ratio, and whether the machine held still.

In: the tables that `measure.py` wrote. Out: figures, not yet on disk. Only the tables are read; nothing is timed and
no TensorFlow is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mismatch.report.canvas import COLOURS, REFERENCE_COLOUR, SMALL, EndLabel, end_labels, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ENGINES = {"graph": (COLOURS[0], "o"), "xla": (COLOURS[1], "s")}
NAMES = {"graph": "graph", "xla": "XLA"}
SECTIONS = {
    "mask": "Masking / none, same data",
    "length": "T / T = 64",
    "features": "D / D = 8",
    "control": "Controls / control arm",
    "reduction": "Reduction / none, same D",
    "engine": "XLA / graph",
}
COLUMNS = (("mask", "length", "features", "control"), ("reduction", "engine"))
"""Sections of the left and of the right panel of `overheads`."""
TEXT_ENDS = (34, 68)
"""Right ends of the two columns of numbers, in points from the right edge of the panel."""
REDUCTIONS = {"conv": "conv", "pool": "pool", "conv_pool": "conv + pool"}
SOFT = "#444444"


def figures(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """Draw `step_by_length`, `overheads` and `drift` from the tables in `out`."""
    if not {"steps.csv", "ratios.csv", "fits.csv"} <= set(tables):
        return {}
    steps, ratios, fits = (tables[f"{name}.csv"] for name in ("steps", "ratios", "fits"))
    return {"step_by_length": step_by_length(steps, fits), "overheads": overheads(ratios), "drift": drift(steps)}


def step_by_length(steps: pd.DataFrame, fits: pd.DataFrame) -> Figure:
    """Ms per step against T, a panel per engine: a colour per D, dashed and hollow with a mask."""
    plain = steps[(steps["reduction"] == "none") & (steps["control"] == "none") & (steps["padded_fraction"] == 0)]
    plain = plain.merge(fits[["engine", "features.width", "mask"]])
    engines = [engine for engine in ENGINES if engine in set(fits["engine"])]
    caption = "Point: median over all rounds, bar: their quartiles. Line: least squares a + b T over valid rounds."
    figure, grid = new_figure(len(engines), 1, 3.8, _length_title(fits), caption + _rounds(fits))
    colours = dict(zip(sorted(plain["features.width"].unique()), COLOURS, strict=False))
    labels = []
    for engine, (axes,) in zip(engines, grid, strict=True):
        axes.set_title(NAMES[engine], loc="left", fontsize=11, fontweight="bold")
        arms = plain[plain["engine"] == engine].groupby(["features.width", "mask"], sort=False)
        lines = fits[fits["engine"] == engine].set_index(["features.width", "mask"])
        labels.append([_draw_line(axes, group, lines, colours) for _, group in arms])
        ticks = sorted(plain["length.steps"].unique())
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.set(xlabel="T, timesteps", ylabel="ms per training step", xlim=(0, 1.04 * max(ticks)))
        axes.set_ylim(0, 1.06 * plain.groupby("arm")["step_ms"].quantile(0.75).max())
        axes.spines[["top", "right"]].set_visible(False)
    figure.draw_without_rendering()
    for (axes,), ends in zip(grid, labels, strict=True):
        end_labels(figure, axes, ends)
    return figure


def _draw_line(axes: Axes, group: pd.DataFrame, lines: pd.DataFrame, colours: dict[int, str]) -> EndLabel:
    """Points, quartiles and fitted line of one D and mask; returns the label of its end."""
    width, mask = group["features.width"].iloc[0], group["mask"].iloc[0]
    colour, masked = colours[width], mask != "none"
    quartiles = group.groupby("length.steps")["step_ms"].quantile(np.array([0.25, 0.5, 0.75])).unstack()
    low, middle, high = quartiles.to_numpy().T
    style: dict[str, Any] = {"fmt": "s" if masked else "o", "ms": 5, "mfc": "white" if masked else colour}
    bars = np.maximum(0, [middle - low, high - middle])
    axes.errorbar(quartiles.index, middle, yerr=bars, color=colour, lw=1.2, capsize=3, zorder=3, **style)
    fit = lines.loc[(width, mask)]
    ends = np.array([0, quartiles.index.max()])
    axes.plot(ends, fit["a_ms"] + fit["b_ms"] * ends, color=colour, lw=1.5, ls="--" if masked else "-")
    text = f"D {width}{', masking' if masked else ''}: {fit['b_ms']:.3f} ms per T"
    return EndLabel(float(ends[1]), float(middle[-1]), text, colour)


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
        f"{row['a_ms']:.1f} ms besides at D = {row['features.width']} ({NAMES[row['engine']]})"
    )


def overheads(ratios: pd.DataFrame) -> Figure:
    """Per-round ratio of every arm to its natural control, beside what FLOPs predict and the useful share U."""
    rows = _rows(ratios)
    columns = [rows[rows["factor"].isin(factors)] for factors in COLUMNS]
    lines = max(len(column) + column["factor"].nunique() for column in columns)
    caption = (
        "Blue circles: graph, orange squares: XLA; median of the ratios of each round with 95% bootstrap interval. "
        "Black tick: the ratio of forward FLOPs, or what the planted delay should give. U: share of the arm's "
        "FLOPs spent on real steps and real features (8 of D). T = 64, D = 8 unless said." + _rounds(rows)
    )
    figure, grid = new_figure(2, 1, 1.2 + 0.235 * lines, _overheads_title(rows), caption)
    figure.set_size_inches(12.2, figure.get_figheight())
    shown = np.concatenate([rows["ratio_low"], rows["ratio_high"], rows["expected"]])
    for (axes,), column, factors in zip(grid, columns, COLUMNS, strict=True):
        _draw_ratios(axes, column, factors, lines)
        ticks = 2.0 ** np.arange(np.floor(np.log2(shown.min())), np.ceil(np.log2(shown.max())) + 1)
        axes.set_xscale("log", base=2)
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xlim(shown.min() / 1.2, shown.max() * 1.2)
        axes.set_xlabel("step time / step time of the control, log scale")
    return figure


def _rows(ratios: pd.DataFrame) -> pd.DataFrame:
    """The contrasts shown, in order, with `label` and `expected`, the ratio of FLOPs or of the planted delay."""
    base = (ratios["length.steps"] == 64) & (ratios["mask"] == "none")
    narrow = ratios["features.width"] == ratios["features.width"].min()
    shown = {
        "mask": (ratios["length.steps"] == 64) & narrow,
        "length": narrow & (ratios["mask"] == "none"),
        "features": base & (ratios["reduction"] == "none"),
        "control": base,
        "reduction": base,
        "engine": (ratios["mask"] == "none") & (ratios["padded_fraction"] == 0) & (narrow | base),
    }
    order = ["engine", "features.width", "length.steps", "padded_fraction", "reduction.pool"]
    parts = [ratios[(ratios["factor"] == factor) & rows] for factor, rows in shown.items()]
    rows = pd.concat([part.sort_values(order, kind="stable", na_position="first") for part in parts])
    planted = 1 + rows["control.delay_ms"] / (rows["difference_ms"] / (rows["ratio"] - 1))
    return rows.assign(label=[_label(row) for _, row in rows.iterrows()], expected=planted.fillna(rows["flops_ratio"]))


def _label(row: pd.Series) -> str:
    """Words for the arm of one contrast, without what its section already says."""
    reduction = REDUCTIONS.get(row["reduction"], "")
    reduction += "" if pd.isna(row["reduction.pool"]) else f" {row['reduction.pool']:.0f}"
    width, steps = f"D {row['features.width']}", f"T {row['length.steps']}"
    delay = "" if pd.isna(row["control.delay_ms"]) else f"{row['control.delay_ms']:g} ms delay planted"
    words = {
        "mask": f"{row['padded_fraction']:.0%} padding",
        "length": steps,
        "features": width,
        "control": delay or "sham (same arm again)",
        "reduction": f"{reduction}, {width}",
        "engine": ", ".join(filter(None, (reduction, steps, width))),
    }
    xla = ", XLA" if row["engine"] == "xla" and row["factor"] != "engine" else ""
    return words[row["factor"]] + xla


def _draw_ratios(axes: Axes, rows: pd.DataFrame, factors: tuple[str, ...], lines: int) -> None:
    """One panel: a heading per factor, then its contrasts from top to bottom, numbers to the right."""
    across = axes.get_yaxis_transform()
    side: dict[str, Any] = {"xycoords": across, "textcoords": "offset points", "ha": "right", "va": "center"}
    side |= {"fontsize": SMALL, "annotation_clip": False}

    def numbers(y: float, *texts: str) -> None:
        for end, text, colour in zip(TEXT_ENDS, texts, (REFERENCE_COLOUR, SOFT), strict=True):
            axes.annotate(text, (1, y), (end, 0), color=colour, **side)

    places, names, y = [], [], 0
    numbers(-1, "ratio", "U")
    for factor in factors:
        section = rows[rows["factor"] == factor]
        if section.empty:
            continue
        axes.annotate(SECTIONS[factor], (0, y), (-3.5, 0), fontweight="bold", **side)
        for _, row in section.iterrows():
            y += 1
            _draw_ratio(axes, row, y)
            numbers(y, f"{row['ratio']:.2f}", f"{row['useful_fraction']:.0%}")
            places.append(y)
            names.append(row["label"])
        y += 1
    axes.axvline(1, color=REFERENCE_COLOUR, lw=0.8)
    axes.set_yticks(places, names, fontsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(lines - 0.4, -0.7)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _draw_ratio(axes: Axes, row: pd.Series, y: float) -> None:
    """Median, interval and expectation of one contrast at height `y`."""
    colour, marker = ENGINES[row["engine"]]
    bars = [[row["ratio"] - row["ratio_low"]], [row["ratio_high"] - row["ratio"]]]
    axes.axhline(y, color="#e6e6e6", lw=0.6, zorder=0)
    axes.plot([row["expected"]], [y], "|", color=REFERENCE_COLOUR, ms=11, mew=1.6)
    axes.errorbar([row["ratio"]], [y], xerr=bars, fmt=marker, color=colour, ms=5.5, lw=1.5, capsize=3, zorder=3)


def _overheads_title(rows: pd.DataFrame) -> str:
    """Masking at the largest share of padding, and the strongest reduction at the largest D, in graph mode."""
    graph = rows[rows["engine"] == "graph"]
    mask = graph[graph["factor"] == "mask"].sort_values("padded_fraction").iloc[-1]
    pooled = (
        graph[graph["factor"] == "reduction"]
        .sort_values(["reduction.pool", "features.width"])
        .dropna(subset="reduction.pool")
    )
    if mask["ratio_low"] >= 1:
        verdict = "Masking skips no work"
    else:
        verdict = "Masking saves time" if mask["ratio_high"] < 1 else "Masking leaves step time about where it was"
    text = f"{verdict}: {mask['ratio']:.2f} of the unmasked time at {mask['padded_fraction']:.0%} padding"
    last = pooled.iloc[-1]
    return f"{text}; {last['label'].replace(', D', ' at D =')}: {last['ratio']:.2f} of the time without"


def drift(steps: pd.DataFrame) -> Figure:
    """The reference kernel and the load average over time; blocks that may not be believed are crossed."""
    middle = np.median(steps[["reference_before_ms", "reference_after_ms"]])
    spread = np.percentile((steps["reference_before_ms"] / middle - 1).abs(), 90)
    title = f"90% of reference timings lie within {spread:.0%} of their median; {_void(steps)}"
    figure, grid = new_figure(1, 2, 1.7, title, "A cross is a block with timing_valid = False.")
    minutes, valid = steps["started_s"] / 60, steps["timing_valid"].astype(bool)
    top, bottom = grid[0]
    for axes, name in ((top, "reference_before_ms"), (bottom, "loadavg")):
        axes.plot(minutes[valid], steps.loc[valid, name], ".", color=COLOURS[0], ms=4)
        axes.plot(minutes[~valid], steps.loc[~valid, name], "x", color=COLOURS[1], ms=3.5, mew=0.8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_ylim(bottom=0)
    top.axhline(middle, color=REFERENCE_COLOUR, lw=0.8)
    top.set_ylabel("reference\nkernel, ms")
    top.tick_params(labelbottom=False)
    bottom.axhline(1, color=REFERENCE_COLOUR, lw=0.8)
    bottom.annotate("ours", (1, 1), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=SMALL)
    bottom.set(xlabel="minutes since the first block", ylabel="load average\nof 1 minute")
    return figure


def _void(steps: pd.DataFrame) -> str:
    """How many blocks may not be believed."""
    void = int((~steps["timing_valid"].astype(bool)).sum())
    return f"{void} of {len(steps)} blocks saw other load or drift" if void else "no block saw other load or drift"


def _rounds(table: pd.DataFrame) -> str:
    """How many rounds stand behind a table's intervals, and whether some of them may not be believed."""
    low, high = table["rounds"].min(), table["rounds"].max()
    text = f" {low} rounds." if low == high else f" {low} to {high} rounds."
    doubtful = int((table["valid_rounds"] < table["rounds"]).sum())
    return text + (f" {doubtful} of {len(table)} rest on rounds with other load or drift." if doubtful else "")

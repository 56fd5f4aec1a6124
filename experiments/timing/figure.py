"""Figures of timing: ms against T, every factor as a ratio, and whether the machine held still.

In: `steps.csv`, `ratios.csv` and `fits.csv`. Out: figures, not yet on disk.
"""

import pandas as pd
from matplotlib.figure import Figure

from mismatch.analysis.meaning import MEANING
from mismatch.report.canvas import new_figure
from mismatch.report.ratios import ROW_INCHES, Ratio, draw_ratios, lines
from mismatch.report.timed import drift, rounds, step_by_length

STYLES = {"graph": (MEANING["graph"], "o"), "xla": (MEANING["xla"], "s")}
REDUCTIONS = {"conv": "conv", "pool": "pool", "conv_pool": "conv + pool"}
ORDER = ["engine", "features.width", "length.steps", "padded_fraction", "reduction.pool"]
BASE, NARROW = "`length.steps` == 64 and mask == 'none'", "`features.width` == 8"
# Of the left panel of `overheads` and of the right one: factor -> heading, and which of its contrasts are shown.
PANELS = (
    {
        "mask": ("Masking / none, same data", f"`length.steps` == 64 and {NARROW}"),
        "length": ("T / T = 64", f"mask == 'none' and {NARROW}"),
        "features": ("D / D = 8", f"{BASE} and reduction == 'none'"),
        "control": ("Controls / control arm", BASE),
    },
    {
        "reduction": ("Reduction / none, same D", BASE),
        "engine": ("XLA / graph", f"mask == 'none' and padded_fraction == 0 and ({NARROW} or `length.steps` == 64)"),
    },
)


def figures(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """Draw `step_by_length`, `overheads` and `drift`."""
    if not {"steps.csv", "ratios.csv", "fits.csv"} <= set(tables):
        return {}
    steps, ratios, fits = (tables[f"{name}.csv"] for name in ("steps", "ratios", "fits"))
    return {"step_by_length": step_by_length(steps, fits), "overheads": overheads(ratios), "drift": drift(steps)}


def overheads(ratios: pd.DataFrame) -> Figure:
    """Ratio of every arm to its natural control, beside what FLOPs predict and the useful share U."""
    parts = [[ratios[ratios["factor"] == name].query(which) for name, (_, which) in p.items()] for p in PANELS]
    shown = [pd.concat(t.sort_values(ORDER, kind="stable", na_position="first") for t in part) for part in parts]
    columns = [[_ratio(row) for _, row in part.iterrows()] for part in shown]
    caption = (
        "Blue circles: graph, orange squares: XLA; geometric mean of the ratios of the rounds, 95% interval. "
        "Black tick: the ratio of forward FLOPs, or what the planted delay should give. U: share of the arm's FLOPs "
        "spent on real steps and real features (8 of D). T = 64, D = 8 unless said." + rounds(pd.concat(shown))
    )
    height = 1.2 + ROW_INCHES * max(lines(rows) for rows in columns)
    figure, grid = new_figure(2, 1, height, _title(pd.concat(shown)), caption, column=6.1)
    draw_ratios(grid[:, 0], columns, ("ratio", "U"))
    for axes in grid[:, 0]:
        axes.set_xlabel("step time / step time of the control, log scale")
    return figure


def _ratio(row: pd.Series) -> Ratio:
    """One contrast; what to expect of a planted delay follows from the control's own time."""
    heading = next(panel[row["factor"]][0] for panel in PANELS if row["factor"] in panel)
    planted = 1 + row["control.delay_ms"] * (row["ratio"] - 1) / row["difference_ms"]
    expected = row["flops_ratio"] if pd.isna(planted) else planted
    numbers = (f"{row['ratio']:.2f}", f"{row['useful_fraction']:.0%}")
    bounds = (row["ratio"], row["ratio_low"], row["ratio_high"])
    return Ratio(heading, _label(row), *bounds, expected, *STYLES[row["engine"]], numbers)


def _label(row: pd.Series) -> str:
    """Words for the arm of one contrast, without what its section already says."""
    pool = "" if pd.isna(row["reduction.pool"]) else f" {row['reduction.pool']:.0f}"
    front, width = REDUCTIONS.get(row["reduction"], "") + pool, f"D {row['features.width']}"
    delay = "sham (same arm again)" if row["control"] == "sham" else f"{row['control.delay_ms']:g} ms delay planted"
    words = {"mask": f"{row['padded_fraction']:.0%} padding", "length": f"T {row['length.steps']}", "features": width}
    words |= {"control": delay, "reduction": f"{front}, {width}"}
    words["engine"] = ", ".join(filter(None, (front, words["length"], width)))
    return words[row["factor"]] + (", XLA" if row["engine"] == "xla" and row["factor"] != "engine" else "")


def _title(rows: pd.DataFrame) -> str:
    """Masking at the largest share of padding, and the strongest reduction at the largest D, in graph mode."""
    rows = rows[rows["engine"] == "graph"]
    mask = rows[rows["factor"] == "mask"].sort_values("padded_fraction").iloc[-1]
    pooled = rows[rows["factor"] == "reduction"].dropna(subset="reduction.pool")
    last = pooled.sort_values(["reduction.pool", "features.width"]).iloc[-1]
    unclear = "Masking leaves step time about where it was" if mask["ratio_low"] < 1 else "Masking skips no work"
    said = "Masking saves time" if mask["ratio_high"] < 1 else unclear
    share = f"{said}: x{mask['ratio']:.2f} the unmasked time at {mask['padded_fraction']:.0%} padding"
    return f"{share}; {_label(last).replace(', D', ' at D =')}: x{last['ratio']:.2f} the time without"

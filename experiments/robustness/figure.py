"""Where the claims hold, a map for each, and what pads cost by their number and the learning rate.

In: `robustness.csv`, `runs.csv` and `gradient.csv`, each as far as it is there. Out: a figure `robustness_<claim>` per
claim, and `doses`: delay and accuracy against pads, with what the decay of the gradient would make of the delay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mismatch.analysis.meaning import COLOURS, LINES, MARKERS, MEANING
from mismatch.analysis.select import true
from mismatch.report import heat
from mismatch.report.canvas import labelled, new_figure
from mismatch.report.lines import Line, Look, guide, mean_line, reference_lines
from mismatch.report.marks import log_scale
from mismatch.report.trained import trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

T, RATE, Y = "length.steps", "train.learning_rate", "exact_accuracy"
PLAIN = {
    "data": "early", "length.padding": "post", "mask": "none", "model.bias_init": "zeros", "model.units": 16,
    "model.cell": "gru", "train.optimizer": "adam", "model.dropout": 0.0,
}  # fmt: skip
SHARED, PADS = 0.005, 20
"""Learning rate that theory's line starts from; pads over which the decay of the gradient is taken."""
CAPTION = (
    "Pads: T less the mean length of the sequences. A run that never learns counts with all of its updates, so that "
    "means near the dotted line are lower bounds. Dashed: the delay at {} with the fewest pads, over the share of the "
    "gradient that is left before training (halved every {:.1f} pads). Means (of delays: geometric), 95% "
    "intervals, replicates (dots, large in two groups); grey, hollow: did not learn."
)


def figures(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """What the tables allow."""
    maps = heat.figures(tables["robustness.csv"]) if "robustness.csv" in tables else {}
    runs = doses(tables)
    return maps | ({"doses": draw(runs, halving(tables))} if runs["pads"].nunique() > 2 else {})


def doses(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Runs on `early` with pads after the data and nothing else varied but the learning rate."""
    runs = trained(tables, (T, RATE, "delay", Y, "length.ratio", "data.min_length", "data.max_length"), **PLAIN)
    whole = runs[runs["length.ratio"].ge(1)] if len(runs) else runs
    return whole.assign(pads=whole[T] - (whole["data.min_length"] + whole["data.max_length"]) / 2)


def halving(tables: dict[str, pd.DataFrame]) -> float:
    """Pads after the data that halve the gradient of the input kernel before training; NaN where it is not measured."""
    table = tables.get("gradient.csv")
    if table is None:
        return float("nan")
    plain = {"length.padding": "post", "mask": "none", "model.bias_init": "zeros"}
    rows = table[table["pads"].eq(table.loc[table["pads"].le(PADS), "pads"].max())]
    for column, level in plain.items():
        rows = rows[rows[column].eq(level)]
    return float(-rows["pads"].iloc[0] / np.log2(rows["gradient_share"]).mean())


def draw(runs: pd.DataFrame, half: float) -> Figure:
    """Delay above, accuracy below, a line for each learning rate."""
    rates = sorted(runs[RATE].unique())
    looks = [Look(COLOURS[k % 7], LINES[k % 4], marker=MARKERS[k % 6]) for k in range(len(rates))]
    lines = [Line(f"rate {rate:g}", look, {RATE: rate}) for rate, look in zip(rates, looks, strict=True)]
    start = SHARED if SHARED in rates else rates[0]
    figure, grid = new_figure(
        2, 1, 4.0, title(runs[runs["pads"].eq(runs["pads"].max())]), CAPTION.format(f"{start:g}", half)
    )
    upper, lower = grid[0, 0], grid[1, 0]
    upper.set(xlabel="pads after the data per sequence, mean", ylabel="updates to 90% of\nwhat can be learnt")
    longest = float(runs["train.updates"].max()) if "train.updates" in runs else float(runs["delay"].max())
    upper.axhline(longest, color=MEANING["dead"], ls=":", lw=1)
    labels = [end for line in lines for end in mean_line(upper, line, runs, "pads", "delay", 1.0, dots=True)]
    first = runs[runs[RATE].eq(start) & runs["pads"].eq(runs["pads"].min())]
    if np.isfinite(half) and len(first):
        pads = np.linspace(runs["pads"].min(), runs["pads"].max(), 50)
        delay = np.exp(np.log(first["delay"]).mean()) * 2 ** ((pads - pads[0]) / half)
        seen = delay <= 2 * longest
        guide(upper, pads[seen], delay[seen], 0, "")
    log_scale(upper)
    lower.set(xlabel="pads after the data per sequence, mean", ylabel="accuracy after training", ylim=(-0.02, 1.02))
    below = [end for line in lines for end in mean_line(lower, line, runs, "pads", Y, dots=True)]
    return labelled(figure, grid[:, 0], [labels, [*below, *reference_lines(lower, runs, "pads")]])


def title(most: pd.DataFrame) -> str:
    """How many runs learn at each rate with the most pads."""
    late = true(most["delay_censored"]) if "delay_censored" in most else pd.Series(False, index=most.index)
    got = (~late).groupby(most[RATE]).agg(["sum", "size"])
    told = [f"{found['sum']} of {found['size']} at rate {rate:g}" for rate, found in got.iterrows() if found["sum"]]
    rest = [f"{rate:g}" for rate, found in got.iterrows() if not found["sum"]]
    none = f"none at rate{'s' * (len(rest) > 1)} {', '.join(rest)}" if rest else ""
    return (
        f"With {most['pads'].iloc[0]:.0f} pads after the data hardly any run gets to 90% of what can be learnt: "
        + "; ".join(filter(None, (", ".join(told), none)))
    )

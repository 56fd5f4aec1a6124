"""Where the claims hold, a map for each, and what pads cost by their number and the learning rate.

In: `robustness.csv`, `runs.csv` and `gradient.csv`, each as far as it is there. Out: a figure `robustness_<claim>` per
claim, and `doses`: delay and accuracy against pads, with what the decay of the gradient would make of the delay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mismatch.analysis.select import true
from mismatch.report import heat
from mismatch.report.canvas import COLOURS, REFERENCE_COLOUR, labelled, new_figure
from mismatch.report.lines import Line, Look, guide, mean_line, reference_lines
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
    "gradient that is left before training (halved every {:.1f} pads). Geometric mean, 95% interval, replicates (dots)."
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
    lines = [Line(f"rate {rate:g}", Look(COLOURS[k % len(COLOURS)]), {RATE: rate}) for k, rate in enumerate(rates)]
    most = runs[runs["pads"].eq(runs["pads"].max())]
    title = f"Pads after the data delay learning: with {most['pads'].iloc[0]:.0f} it takes {_ends(most, rates)}."
    start = SHARED if SHARED in rates else rates[0]
    figure, grid = new_figure(2, 1, 4.0, title, CAPTION.format(f"{start:g}", half))
    upper, lower = grid[0, 0], grid[1, 0]
    upper.set(yscale="log", xlabel="pads per sequence, mean", ylabel="delay: updates to 90% of what can be learnt")
    longest = float(runs["train.updates"].max()) if "train.updates" in runs else float(runs["delay"].max())
    upper.axhline(longest, color=REFERENCE_COLOUR, ls=":", lw=1)
    labels = [end for line in lines for end in mean_line(upper, line, runs, "pads", "delay", 1.0, dots=True)]
    first = runs[runs[RATE].eq(start) & runs["pads"].eq(runs["pads"].min())]
    if np.isfinite(half) and len(first):
        pads = np.linspace(runs["pads"].min(), runs["pads"].max(), 50)
        delay = np.exp(np.log(first["delay"]).mean()) * 2 ** ((pads - pads[0]) / half)
        seen = delay <= 2 * longest
        guide(upper, pads[seen], delay[seen], int(seen.sum()) - 1, "were it 1 / gradient", above=True)
    lower.set(xlabel="pads per sequence, mean", ylabel="accuracy after training", ylim=(0, 1))
    below = [end for line in lines for end in mean_line(lower, line, runs, "pads", Y, dots=True)]
    return labelled(figure, grid[:, 0], [labels, [*below, *reference_lines(lower, runs, "pads")]])


def _ends(most: pd.DataFrame, rates: list[float]) -> str:
    """``120 updates at rate 0.1, at least 1,600 at 0.005``: geometric means, lower bounds where a run never did."""
    told = []
    for rate in rates:
        runs = most[most[RATE].eq(rate)]
        least = "at least " if "delay_censored" in runs and true(runs["delay_censored"]).any() else ""
        unit = "" if told else " updates"
        told.append(f"{least}{np.exp(np.log(runs['delay']).mean()):,.0f}{unit} at rate {rate:g}")
    return ", ".join(told)

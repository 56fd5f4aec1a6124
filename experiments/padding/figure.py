"""The mechanism and what it costs: gradient against the number of pads, and accuracy after training.

In: `gradient.csv` and, if the sweep has trained the arms, `runs.csv`. Out: the figure `gradient`, with a second panel
where there are runs to fill it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mismatch.analysis.meaning import MEANING
from mismatch.report.canvas import EndLabel, labelled, new_figure
from mismatch.report.lines import Line, Look, guide, in_doublings, mean_line, reference_lines
from mismatch.report.trained import trained
from mismatch.report.words import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GENERIC = ("accuracy", "delay")
"""Generic figures beside this one: they show other data, too."""
PADS, LOWEST = 20, 1e-9
"""Pads at which the title says what is left; bottom of the y axis, where shares of zero (underflow) are drawn."""
RATE = 0.005
"""The learning rate of the runs that are drawn; others are there to see how far the cost is one of the rate."""
T, Y, SHARE = "length.steps", "exact_accuracy", "gradient_share"
CAPTION = (
    "Gradient before training, over that without pads under the same weights: geometric mean of {} replicates, "
    "95% t interval of its logarithm. Mid: pads halve the sequence; the steps after them still reach the kernel, "
    "the cue before them does not.{}"
)


def _line(label: str, look: Look, side: str, mask: str = "none", bias: str = "zeros") -> Line:
    return Line(label, look, {"length.padding": side, "mask": mask, "model.bias_init": bias})


POST = _line("post, no mask", Look(MEANING["after"], width=2.2), "post")
CHRONO = _line("post, no mask, chrono bias", Look(MEANING["open gates"], "-.", marker="^"), "post", bias="chrono")
MASKED = _line("post, masked", Look(MEANING["masked"], width=3.6, marker="s"), "post", "masking")
PRE = _line("pre, no mask", Look(MEANING["before"], "--"), "pre")
MID = _line("mid, no mask", Look(MEANING["between"]), "mid")
CUE = _line("mid, no mask: the cue's rows", Look(MEANING["between"], ":"), "mid")
TRAINED = {"no mask": POST, "chrono": CHRONO, "masked": MASKED}


def figures(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """The figure `gradient`; none without a `gradient.csv`."""
    if "gradient.csv" not in tables:
        return {}
    table, runs = tables["gradient.csv"], accuracies(tables)
    right = "" if runs.empty else " Right: mean, 95% t interval, replicates (dots); grey, hollow: did not learn."
    caption = CAPTION.format(table["replicate"].nunique(), right)
    figure, grid = new_figure(2 - runs.empty, 1, 4.0, title(table, runs), caption)
    labels = [_draw_gradient(grid[0, 0], table), *([_draw_accuracy(grid[1, 0], runs)] if len(runs) else [])]
    return {"gradient": labelled(figure, grid[:, 0], labels)}


def accuracies(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Runs on `early` with nothing else varied; empty where no line has two T."""
    plain = {"length.fill": "constant", "length.pad_value": 0, "model.bidirectional": False}
    if "train.learning_rate" in tables.get("runs.csv", ()):
        plain["train.learning_rate"] = RATE
    runs = trained(tables, ("data", "length.padding", "mask", "model.bias_init", T, Y), data="early", **plain)
    kept = pd.concat([line.of(runs[runs[Y].notna()]) for line in TRAINED.values()])
    return kept if any(line.of(kept)[T].nunique() > 1 for line in TRAINED.values()) else kept.iloc[:0]


def title(table: pd.DataFrame, runs: pd.DataFrame) -> str:
    """What the figure says, every number computed from the tables."""
    pads = int(table.loc[table["pads"] <= PADS, "pads"].max())
    at = table[table["pads"].eq(pads)].assign(log=lambda rows: np.log(rows[SHARE].clip(lower=LOWEST)))
    post, chrono, *others = (float(np.exp(line.of(at)["log"].mean())) for line in (POST, CHRONO, PRE, MASKED))
    text = (
        f"Post-padding without a mask halves the gradient every {-pads / np.log2(post):.1f} pads: {percent(post)} is "
        f"left after {pads}, with chrono bias {percent(chrono)}, pre-padded or masked {percent(min(others))}."
    )
    ends = runs[runs[T].eq(runs[T].max())]
    scores = [f"{word} {line.of(ends)[Y].mean():.2f}" for word, line in TRAINED.items() if len(line.of(ends))]
    return text + (f" Accuracy after training at T = {ends[T].max():.0f}: {', '.join(scores)}." if scores else "")


def _draw_gradient(axes: Axes, table: pd.DataFrame) -> list[EndLabel]:
    """Share of the unpadded gradient against pads, and half per pad: what a gate of 1/2 on zero input would leave."""
    most, raw = int(table["pads"].max()), int((table[T] - table["pads"]).min())
    axes.set(yscale="log", xlabel=f"pads added to each sequence of {raw} steps", xlim=(0, max(most, 1)))
    axes.set(ylabel="gradient of the input kernel,\nshare of unpadded", ylim=(LOWEST, 4))
    steps = np.arange(most + 1)
    guide(axes, steps, 0.5**steps, int(0.8 * min(most, 30)), "half per pad")
    columns = {MASKED: SHARE, PRE: SHARE, MID: SHARE, CHRONO: SHARE, CUE: "cue_gradient_share", POST: SHARE}
    return [end for line, column in columns.items() for end in mean_line(axes, line, table, "pads", column, 1e-10)]


def _draw_accuracy(axes: Axes, runs: pd.DataFrame) -> list[EndLabel]:
    """Accuracy after training against T between ceiling and chance."""
    in_doublings(axes, runs[T].unique())
    axes.set(ylim=(0, 1), xlabel="T in timesteps  (length.steps)", ylabel="accuracy after training")
    lines = [end for line in TRAINED.values() for end in mean_line(axes, line, runs, T, Y, dots=True)]
    return reference_lines(axes, runs, T) + lines

"""The mechanism and what it costs: gradient against the number of pads, and accuracy after training.

In: `gradient.csv` of `measure.py` and, if the sweep has trained the arms, `runs.csv` beside it.
Out: the figure `gradient`, with a second panel where there are runs to fill it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mismatch.report.canvas import COLOURS, REFERENCE_COLOUR, SMALL, EndLabel, end_labels, half_width, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, VERMILLION, GREEN, PURPLE, _, SKY, _ = COLOURS
QUOTED_PADS = 20
"""The title quotes what is left at this many pads, or at the most below it that was measured."""
LOWEST = 1e-9
"""Bottom of the y axis; shares of exactly zero (float32 underflow) are drawn there."""
CAPTION = (
    "Gradient before training, over that without pads under the same weights: geometric mean of {} replicates, "
    "95% t interval of its logarithm. Mid: pads halve the sequence; the steps after them still reach the kernel, "
    "the cue before them does not."
)
TRAINED = " Right: mean, 95% t interval, replicates (dots)."


@dataclass(frozen=True)
class Line:
    """One line of either panel: which cells it stands for and how it is drawn."""

    side: str
    mask: str
    bias: str
    label: str
    colour: str
    style: str = "-"
    width: float = 1.6
    column: str = "gradient_share"

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of `table` that belong to the line."""
        same = table["length.padding"].eq(self.side) & table["mask"].eq(self.mask)
        return table[same & table["model.bias_init"].eq(self.bias)]


POST = Line("post", "none", "zeros", "post, no mask", VERMILLION, width=2.2)
CHRONO = Line("post", "none", "chrono", "post, no mask, chrono bias", GREEN)
MASKED = Line("post", "masking", "zeros", "post, masked", SKY, width=3.6)
PRE = Line("pre", "none", "zeros", "pre, no mask", BLUE, "--")
MID = Line("mid", "none", "zeros", "mid, no mask", PURPLE)
MID_CUE = Line("mid", "none", "zeros", "mid, no mask: the cue's rows", PURPLE, ":", column="cue_gradient_share")
MECHANISM = (MASKED, PRE, MID, CHRONO, MID_CUE, POST)
ACCURACY = (MASKED, CHRONO, POST)


def figures(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """The figure `gradient` of the results folder `out`; none without a `gradient.csv`."""
    if "gradient.csv" not in tables:
        return {}
    table = tables["gradient.csv"]
    runs = trained(tables)
    several = not runs.empty
    caption = CAPTION.format(table["replicate"].nunique()) + TRAINED * several
    figure, grid = new_figure(1 + several, 1, 4.0, title(table, runs), caption)
    labels = [_draw_gradient(grid[0, 0], table)]
    if several:
        labels.append(_draw_accuracy(grid[1, 0], runs))
    figure.draw_without_rendering()
    for axes, ends in zip(grid[:, 0], labels, strict=True):
        end_labels(figure, axes, ends)
    return {"gradient": figure}


def trained(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Runs on `early` that the right panel can draw, with T as `length.steps`; empty if no line has two T."""
    runs = tables.get("runs.csv", pd.DataFrame()).copy()
    needed = {"status", "data", "length.padding", "mask", "length.steps", "exact_accuracy"}
    if not needed <= set(runs.columns):
        return pd.DataFrame()
    for column, usual in (("model.bias_init", "zeros"), ("control", "none"), ("ceiling", np.nan), ("chance", np.nan)):
        runs[column] = runs[column].fillna(usual) if column in runs else usual
    runs = runs[runs["status"].eq("ok") & runs["data"].eq("early") & runs["control"].eq("none")]
    runs = runs[runs["exact_accuracy"].notna() & runs["length.steps"].notna()]
    for column, plain in (("length.fill", "constant"), ("length.pad_value", 0), ("model.bidirectional", False)):
        if column in runs:  # other blocks of the sweep vary these
            runs = runs[runs[column].isna() | runs[column].eq(plain)]
    kept = pd.concat([line.of(runs) for line in ACCURACY])
    several = any(line.of(kept)["length.steps"].nunique() > 1 for line in ACCURACY)
    return kept if several else pd.DataFrame()


def title(table: pd.DataFrame, runs: pd.DataFrame) -> str:
    """What the figure says, every number computed from the tables."""
    pads = int(table.loc[table["pads"] <= QUOTED_PADS, "pads"].max())
    left = {line.label: _share(table, line, pads) for line in (POST, CHRONO, PRE, MASKED)}
    halving = pads / -np.log2(left[POST.label]) if pads else np.nan
    kept = min(left[PRE.label], left[MASKED.label])
    text = (
        f"Post-padding without a mask halves the gradient every {halving:.1f} pads: {_percent(left[POST.label])} is "
        f"left after {pads}, with chrono bias {_percent(left[CHRONO.label])}, pre-padded or masked {_percent(kept)}"
    )
    longest = POST.of(runs)["length.steps"].max() if not runs.empty else np.nan
    if np.isnan(longest):
        return text + "."
    at = runs[runs["length.steps"].eq(longest)]
    ends = [(line, line.of(at)["exact_accuracy"].mean()) for line in (POST, CHRONO, MASKED) if len(line.of(at))]
    words = {POST: "no mask", CHRONO: "chrono", MASKED: "masked"}
    scores = ", ".join(f"{words[line]} {accuracy:.2f}" for line, accuracy in ends)
    return f"{text}. Accuracy after training at T = {longest:.0f}: {scores}."


def _share(table: pd.DataFrame, line: Line, pads: int) -> float:
    """Geometric mean of what is left on `line` at `pads`; NaN where it was not measured."""
    rows = line.of(table)
    shares = rows.loc[rows["pads"].eq(pads), line.column]
    return float(np.exp(_logs(shares).mean())) if len(shares) else float("nan")


def _percent(share: float) -> str:
    """`0.0044%`, `18%`, `100%`: two significant digits, never in powers of ten."""
    return f"{float(f'{100 * share:.2g}'):.12f}".rstrip("0").rstrip(".") + "%"


def _logs(shares: pd.Series) -> np.ndarray:
    return np.log(np.maximum(shares.to_numpy(float), LOWEST / 10))


def _draw_gradient(axes: Axes, table: pd.DataFrame) -> list[EndLabel]:
    """Share of the unpadded gradient against pads, on a log axis; returns the labels of the line ends."""
    labels = []
    most = int(table["pads"].max())
    axes.set_yscale("log")
    for line in MECHANISM:
        groups = [(pads, _logs(part[line.column])) for pads, part in line.of(table).groupby("pads")]
        if not groups:
            continue
        pads = np.array([float(str(x)) for x, _ in groups])
        middle = np.array([logs.mean() for _, logs in groups])
        half = np.array([float(half_width(logs)) for _, logs in groups])
        axes.plot(pads, np.exp(middle), color=line.colour, ls=line.style, lw=line.width)
        axes.fill_between(pads, np.exp(middle - half), np.exp(middle + half), color=line.colour, alpha=0.2, lw=0)
        labels.append(EndLabel(float(pads[-1]), float(np.exp(middle[-1])), line.label, line.colour))
    _draw_guide(axes, most)
    axes.set_xlim(0, max(most, 1))
    axes.set_ylim(LOWEST, 4)
    raw = int((table["length.steps"] - table["pads"]).min())
    axes.set_xlabel(f"pads added to each sequence of {raw} steps")
    axes.set_ylabel("gradient of the input kernel,\nshare of unpadded")
    axes.spines[["top", "right"]].set_visible(False)
    return labels


def _draw_guide(axes: Axes, most: int) -> None:
    """What half per pad would leave: the update gate is 1/2 on a zero input with zero bias."""
    pads = np.linspace(0, most, 200)
    axes.plot(pads, 0.5**pads, color=REFERENCE_COLOUR, ls=(0, (4, 3)), lw=0.9)
    at = 0.62 * min(most, -np.log2(LOWEST))
    style: dict[str, Any] = {"ha": "right", "va": "top", "fontsize": SMALL, "color": REFERENCE_COLOUR}
    axes.annotate("half per pad", (at, 0.5**at), (-8, -8), textcoords="offset points", **style)


def _draw_accuracy(axes: Axes, runs: pd.DataFrame) -> list[EndLabel]:
    """Accuracy after training against T between ceiling and chance; returns the labels of the line ends."""
    labels = []
    axes.set_xscale("log", base=2)
    for name in ("ceiling", "chance"):
        level = runs.groupby("length.steps")[name].mean().dropna()
        if len(level):
            axes.plot(level.index, level, color=REFERENCE_COLOUR, ls=(0, (1, 1.5)), lw=1)
            labels.append(EndLabel(float(level.index[-1]), float(level.iloc[-1]), name, REFERENCE_COLOUR))
    for line in ACCURACY:
        arms = line.of(runs)
        axes.plot(arms["length.steps"], arms["exact_accuracy"], "o", color=line.colour, ms=3, mew=0, alpha=0.5)
        groups = [(steps, part.to_numpy()) for steps, part in arms.groupby("length.steps")["exact_accuracy"]]
        if not groups:
            continue
        steps = np.array([float(str(x)) for x, _ in groups])
        middle = np.array([values.mean() for _, values in groups])
        half = np.array([float(half_width(values)) for _, values in groups])
        axes.plot(steps, middle, color=line.colour, ls=line.style, lw=line.width, marker="o", ms=4)
        axes.fill_between(steps, middle - half, middle + half, color=line.colour, alpha=0.2, lw=0)
        labels.append(EndLabel(float(steps[-1]), float(middle[-1]), line.label, line.colour))
    ticks = sorted(runs["length.steps"].unique())
    axes.set_xticks(ticks, [f"{tick:.0f}" for tick in ticks])
    axes.minorticks_off()
    axes.set_ylim(0, 1)
    axes.set_xlabel("T in timesteps  (length.steps)")
    axes.set_ylabel("accuracy after training")
    axes.spines[["top", "right"]].set_visible(False)
    return labels

"""Paper to draw on: a figure with title and caption, its colours, and labels of line ends that do not overlap.

In: how many panels of which size, and labels in data units. Out: matplotlib figures. Colours are those of Okabe and
Ito (2008), told apart by colour-blind readers; grey is kept for inert arms, black for references.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import stdtrit

from mismatch.analysis.summary import CONFIDENCE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C510A")
MARKERS = ("o", "s", "^", "D", "v", "P")
LINES = ("-", "--", ":", "-.")
INERT_COLOUR = "#808080"
REFERENCE_COLOUR = "#000000"
SMALL = 9.0
"""Font size of labels in points; titles are larger."""


@dataclass(frozen=True)
class EndLabel:
    """Text at the right edge of a panel for the thing that ends at (x, y), in data units."""

    x: float
    y: float
    text: str
    colour: str


def new_figure(
    panels: int, rows: int, height: float, title: str, caption: str = "", column: float = 5.4
) -> tuple[Figure, np.ndarray]:
    """Figure with `panels` columns (at most 3, then more bands) of `rows` axes, `height` by `column` inches each.

    Returns:
        The figure and its axes as an array (panels, rows).
    """
    from matplotlib.figure import Figure

    bands = -(-panels // 3)
    columns = -(-panels // bands)
    width = max(7.0, column * columns)
    figure = Figure(figsize=(width, 0.9 + height * bands * rows), layout="constrained")
    grid = figure.subplots(bands * rows, columns, squeeze=False)
    axes = grid.reshape(bands, rows, columns).transpose(0, 2, 1).reshape(bands * columns, rows)
    for unused in axes[panels:].ravel():
        unused.set_axis_off()
    figure.suptitle(wrap(title, width, 12), x=0.01, ha="left")
    if caption:
        figure.supxlabel(wrap(caption, width, SMALL), x=0.01, ha="left", color="#444444")
    return figure, axes[:panels]


def wrap(text: str, width: float, size: float) -> str:
    """Break `text` to fit `width` inches at font size `size`; a letter is about half as wide as high."""
    import textwrap

    text = text.replace(" = ", "\u00a0=\u00a0")
    return "\n".join(textwrap.wrap(text, max(20, int(width * 72 / (0.53 * size))), break_on_hyphens=False))


def clamp(axes: Axes, low: float, high: float) -> None:
    """Keep the y axis within [low, high]: the wide intervals of few replicates run off the edge."""
    bottom, top = axes.get_ylim()
    axes.set_ylim(max(bottom, low), min(top, high))


def end_labels(figure: Figure, axes: Axes, labels: list[EndLabel]) -> None:
    """Write `labels` right of `axes`, each as near to its line end as the others allow."""
    if not labels:
        return
    height = axes.get_window_extent().height / figure.dpi * 72
    ends = axes.transData.transform([(label.x, label.y) for label in labels])
    places = axes.transAxes.inverted().transform(ends).clip(0, 1)
    for label, place, y in zip(labels, places, nudge(places[:, 1], 1.3 * SMALL / height), strict=True):
        axes.annotate(
            label.text,
            tuple(place),
            (1.03, y),
            xycoords="axes fraction",
            annotation_clip=False,
            va="center",
            color=label.colour,
            fontsize=SMALL,
            arrowprops={"arrowstyle": "-", "color": label.colour, "lw": 0.6, "alpha": 0.45, "relpos": (0, 0.5)},
        )


def labelled(figure: Figure, grid: Sequence[Axes] | np.ndarray, labels: Sequence[list[EndLabel]]) -> Figure:
    """Lay out `figure`, then write the labels of each axes where they do not overlap."""
    figure.draw_without_rendering()
    for axes, ends in zip(grid, labels, strict=True):
        end_labels(figure, axes, ends)
    return figure


def nudge(wanted: np.ndarray, apart: float, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Heights nearest to `wanted` (least squares) that are `apart` from each other and within bounds.

    Subtracting `apart` times the rank turns the spacing into an order, which isotonic regression
    keeps. If the labels do not fit between `low` and `high` they run over the upper bound.
    """
    order = np.argsort(wanted, kind="stable")
    steps = apart * np.arange(len(wanted))
    fitted = isotonic_regression(wanted[order] - steps).x
    fitted = np.clip(fitted, low, max(low, high - apart * (len(wanted) - 1))) + steps
    result = np.empty_like(fitted)
    result[order] = fitted
    return result


def half_width(values: np.ndarray) -> np.ndarray:
    """Half of the 95% t interval of the mean over the first axis; 0 for a single replicate."""
    n = len(values)
    if n < 2:
        return np.zeros(values.shape[1:])
    return np.asarray(stdtrit(n - 1, 0.5 + CONFIDENCE / 2) * values.std(axis=0, ddof=1) / np.sqrt(n))

"""Paper to draw on: a figure with title and caption, limits that hold what is drawn, and labels that do not overlap.

In: how many panels of which size, and labels in data units. Out: matplotlib figures. A label stands right of its panel
at the height of its line, behind a sample of it; no leader crosses a panel. Colours are those of `analysis/meaning.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import stdtrit

from mismatch.analysis.intervals import in_two_clumps
from mismatch.analysis.meaning import PALE
from mismatch.analysis.summary import CONFIDENCE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SMALL = 10.0
"""Font size of labels in points; titles are larger."""
TITLE = 13.0
KEY, GAP = 26.0, 5.0
"""Points that the sample of a line takes before its label, and between the two."""
FEW, APART, TWICE = 3, 0.05, 2.0
"""Replicates in which no groups can be told, and the least distance of two groups: of shares, and as a factor."""
SHARES = ("accuracy", "_learnt")
"""How the names of metrics end that are shares."""
NEAR_EDGE = 0.75
"""Where all lines of a panel end left of this share of its width, their labels stand there."""


@dataclass(frozen=True)
class EndLabel:
    """Text right of a panel for the thing that ends at (x, y), in data units; marker, line: of the sample before it."""

    x: float
    y: float
    text: str
    colour: str
    marker: str = ""
    line: object = "-"
    hollow: bool = False


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
    figure.suptitle(wrap(title, width, TITLE), x=0.01, ha="left")
    if caption:
        figure.supxlabel(wrap(caption, width, SMALL), x=0.01, ha="left", color=PALE)
    return figure, axes[:panels]


def wrap(text: str, width: float, size: float) -> str:
    """Break `text` to fit `width` inches at font size `size`; a letter is about half as wide as high."""
    import textwrap

    text = text.replace(" = ", "\u00a0=\u00a0")
    return "\n".join(textwrap.wrap(text, max(20, int(width * 72 / (0.53 * size))), break_on_hyphens=False))


def hold(axes: Axes, lows: object, highs: object, log: bool = False, room: float = 0.05) -> None:
    """Set the y axis so that all of `lows` and `highs` are within, with some room; NaN are left out."""
    values = np.concatenate([np.ravel(np.asarray(part, float)) for part in (lows, highs)])
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not len(values):
        return
    low, high = float(values.min()), float(values.max())
    if log:
        factor = max((high / low) ** room, 1.3)
        axes.set_ylim(low / factor, high * factor)
    else:
        margin = room * (high - low) or 0.05
        axes.set_ylim(low - margin, high + margin)


def end_labels(figure: Figure, axes: Axes, labels: list[EndLabel]) -> None:
    """Write `labels` right of `axes`, or of where all lines end, each as near to its line as the others allow."""
    labels = [label for place, label in enumerate(labels) if label not in labels[:place]]
    if not labels:
        return
    height = axes.get_window_extent().height / figure.dpi * 72
    ends = axes.transData.transform([(label.x, label.y) for label in labels])
    places = axes.transAxes.inverted().transform(ends).clip(0, 1)
    last = float(places[:, 0].max())
    edge = last + 0.03 if last < NEAR_EDGE else 1.0
    tall = np.array([1.3 * SMALL * (1 + label.text.count("\n")) for label in labels]) / height
    for label, y in zip(labels, nudge(places[:, 1], tall), strict=True):
        _sample(axes, label, (edge, y))
        axes.annotate(
            label.text,
            (edge, y),
            (GAP + KEY + GAP, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            annotation_clip=False,
            va="center",
            color=label.colour,
            fontsize=SMALL,
        )


def _sample(axes: Axes, label: EndLabel, place: tuple[float, float]) -> None:
    """A piece of the line of `label`, with its marker, right of `place`."""
    from matplotlib.lines import Line2D
    from matplotlib.offsetbox import AnnotationBbox, DrawingArea

    area = DrawingArea(KEY, SMALL)
    style: Any = {"color": label.colour, "ls": label.line, "marker": label.marker, "ms": 5, "lw": 1.5}
    style |= {"mfc": "white"} if label.hollow else {}
    area.add_artist(Line2D([0, KEY / 2, KEY], [SMALL / 2] * 3, markevery=[1], **style))
    at: Any = {"xycoords": "axes fraction", "boxcoords": "offset points", "frameon": False, "pad": 0}
    box = AnnotationBbox(area, place, (GAP, 0), box_alignment=(0, 0.5), annotation_clip=False, **at)
    axes.add_artist(box)


def labelled(figure: Figure, grid: Sequence[Axes] | np.ndarray, labels: Sequence[list[EndLabel]]) -> Figure:
    """Lay out `figure`, then write the labels of each axes where they do not overlap."""
    figure.draw_without_rendering()
    for axes, ends in zip(grid, labels, strict=True):
        end_labels(figure, axes, ends)
    return figure


def nudge(wanted: np.ndarray, apart: float | np.ndarray, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Heights nearest to `wanted` (least squares) of labels that are `apart` high, none over another, within bounds.

    Subtracting what the labels below take turns the spacing into an order, which isotonic regression
    keeps. If the labels do not fit between `low` and `high` they run over the upper bound.
    """
    order = np.argsort(wanted, kind="stable")
    tall = np.broadcast_to(apart, np.shape(wanted))[order]
    steps = np.concatenate([[0.0], np.cumsum((tall[1:] + tall[:-1]) / 2)])
    fitted = isotonic_regression(wanted[order] - steps).x
    fitted = np.clip(fitted, low, max(low, high - float(steps[-1]))) + steps
    result = np.empty_like(fitted)
    result[order] = fitted
    return result


def half_width(values: np.ndarray) -> np.ndarray:
    """Half of the 95% t interval of the mean over the first axis; 0 for a single replicate."""
    n = len(values)
    if n < 2:
        return np.zeros(values.shape[1:])
    return np.asarray(stdtrit(n - 1, 0.5 + CONFIDENCE / 2) * values.std(axis=0, ddof=1) / np.sqrt(n))


def in_two_groups(values: np.ndarray, factor: bool) -> bool:
    """Whether replicates fall into two groups with nothing between them: their mean is a value that none has.

    factor: groups must be apart by a factor of `TWICE`, not by a difference of `APART`.
    """
    values = np.sort(values[np.isfinite(values)])
    if factor:
        values = np.log(values[values > 0])
    return len(values) > FEW and bool(np.ptp(values) > (np.log(TWICE) if factor else APART)) and in_two_clumps(values)

"""Figures of an advice: accuracy against the time of an update, and accuracy over T.

In: `Evidence`. Out: matplotlib figures, small enough for a phone, and their text as SVG that takes on the colours of
the page around it. Colours are those of `analysis/meaning.py`.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from mismatch.advise.evidence import KERAS, Evidence, Finalist
from mismatch.advise.naming import KEPT, apart
from mismatch.advise.sections import dose
from mismatch.advise.words import three
from mismatch.analysis.meaning import COLOURS, MEANING, colours, contrast
from mismatch.analysis.meaning import MARKERS as EVERY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, PALE, MARKED = "#222222", "#767676", MEANING["advice"].lower()
"""Text and frames, what is beside the point, and the advised way."""
INKS = {colour.lower(): f"--ink{place}" for place, colour in enumerate(COLOURS) if colour.lower() != MARKED}
"""Names by which a page may say other colours for series."""
READABLE = 4.5
"""Contrast of letters (WCAG 2.1, 1.4.3)."""
DARK = "#14171a"
"""The paper of a page in dark, on which all letters have to stand out."""
ADVISED = "D"
MARKERS = tuple(marker for marker in EVERY if marker != ADVISED)
"""Of the advised way, and of the others."""
SIZE = (4.3, 3.9)
"""Inches: at 390 pixels its letters can still be read."""
STYLE: Any = {
    "font.size": 8.5,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "none",
    "text.parse_math": False,
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
}
LEFT, WIDE = 0.6, 19
"""Where the panel ends and labels begin, as a share of the width; characters of a line of a label."""
TALL, LINE = 0.77, 0.148
"""Height of the panel as a share of the figure's, and of a line of a label in inches."""


@dataclass(frozen=True)
class Label:
    """Text beside the panel for the point (x, y), behind a sample of its marker."""

    x: float
    y: float
    text: str
    colour: str = INK
    marker: str = ""
    line: str = ""

    @property
    def lines(self) -> list[str]:
        whole = self.text.replace(" = ", "\u00a0=\u00a0")  # T stays beside its number
        return [line.replace("\u00a0", " ") for line in textwrap.wrap(whole, WIDE)]


def accuracy(told: Evidence) -> Figure:
    """Accuracy of the finalists against the time of an update, with intervals and the front; where too few were timed,
    that of all ways in the race, which says so."""
    timed = [one for one in told.finalists if one.tested and one.step_ms is not None]
    return _final(told, timed) if len(timed) > 1 and timed[0] is told.advised else _race(told)


def lengths(told: Evidence) -> Figure | None:
    """Accuracy in the race over T, a line for what is left of longer sequences; None where there is one T alone."""
    found = dose(told)
    if len({one.way.steps for one in found}) < 2:
        return None
    with _drawn("Accuracy in the race over T, all else as advised") as (figure, axes):
        ends = []
        sides = tuple(dict.fromkeys(one.way.truncating for one in found))
        inks = colours("length.truncating", sides)
        for side, marker in zip(sides, MARKERS, strict=False):
            line = [one for one in found if one.way.truncating == side]
            look: Any = {"color": inks[side], "marker": marker, "ms": 4.5, "lw": 1.4}
            axes.plot([one.way.steps for one in line], [one.accuracy for one in line], **look)
            words = KEPT.get(side, "resample")
            ends.append(Label(line[-1].way.steps, line[-1].accuracy, words, inks[side], marker, "-"))
        axes.axvline(told.advised.way.steps, color=PALE, lw=0.8, ls=":", zorder=0)
        axes.set_xlabel("T (dotted: as advised)")
        axes.set_ylabel("accuracy in the race")
        _labels(figure, axes, ends)
    return figure


def svg(figure: Figure, name: str, title: str) -> str:
    """The figure as an element of a page, in the page's colours. name: of no other figure there. title: what it is."""
    from html import escape

    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context(STYLE | {"svg.hashsalt": name}):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = text.replace(INK, "currentColor").replace(PALE, "var(--pale)").replace(MARKED, "var(--accent)")
    for colour, ink in INKS.items():
        text = text.replace(colour, f"var({ink}, {colour})")
    text = re.sub(r' id="\w+_\d+"', "", text)  # nothing refers to these, and another figure has the same
    said = f'<svg role="img" aria-label="{escape(title, quote=True)}"'
    return re.sub(r' (?:width|height)="[\d.]+pt"', "", text.replace("<svg", said, 1), count=2)


def on_dark() -> dict[str, str]:
    """The inks of `INKS` for a page in dark: each mixed with as little white as has a contrast of 4.5 to 1 there."""
    return {ink: _lighter(colour) for colour, ink in INKS.items()}


def _lighter(colour: str) -> str:
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    for white in range(0, 101, 5):
        mixed = "#" + "".join(f"{round(part + (255 - part) * white / 100):02x}" for part in parts)
        if contrast(mixed, DARK) >= READABLE:
            return mixed
    raise ValueError(f"no tint of {colour} can be read on {DARK}")


def _final(told: Evidence, timed: Sequence[Finalist]) -> Figure:
    best = told.advised
    title = f"Advised: {three(best.accuracy.estimate)} at {best.step_ms:.1f} ms per update"
    with _drawn(title) as (figure, axes):
        ends = []
        points = [(float(one.step_ms or 0), one.accuracy.estimate) for one in timed]
        _front(axes, points)
        others = iter(MARKERS * len(timed))
        for (x, y), one in zip(points, timed, strict=True):
            colour, marker = (MARKED, ADVISED) if one is best else (INK, next(others))
            bars = [[y - one.accuracy.low], [one.accuracy.high - y]]
            axes.errorbar([x], [y], yerr=bars, fmt=marker, color=colour, ms=6, lw=1.2, capsize=2.5)
            ends.append(Label(x, y, _label(one, told), colour, marker))
        _framed(axes, told.chance)
        axes.set_xlabel("ms per update")
        axes.set_ylabel(f"accuracy on {told.aside:,} {told.nouns} set aside, 95%")
        _labels(figure, axes, ends)
    return figure


def _race(told: Evidence) -> Figure:
    with _drawn("In the race: accuracy and time of an update") as (figure, axes):
        known = [one for one in told.entered if isfinite(one.step_ms)]
        _front(axes, [(one.step_ms, one.accuracy) for one in known])
        axes.plot([one.step_ms for one in known], [one.accuracy for one in known], "o", color=INK, ms=4, alpha=0.6)
        _framed(axes, told.chance)
        mine = told.raced(told.advised.way)
        if mine is not None and isfinite(mine.step_ms):
            axes.plot([mine.step_ms], [mine.accuracy], ADVISED, color=MARKED, ms=7)
            _labels(figure, axes, [Label(mine.step_ms, mine.accuracy, "advised", MARKED, ADVISED)])
        axes.set_xlabel("ms per update, taken while others trained")
        axes.set_ylabel("accuracy in the race")
    return figure


def _label(one: Finalist, told: Evidence) -> str:
    if one is told.advised:
        return f"advised: T = {one.way.steps}"
    words = apart(one.way, told.advised.way, told.longest)
    return f"Keras's default: {words}" if one.role == KERAS else words


@contextmanager
def _drawn(title: str) -> Iterator[tuple[Figure, Axes]]:
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        figure = Figure(SIZE)
        axes = figure.add_axes((0.17, 0.12, LEFT - 0.17, TALL))
        figure.text(0.01, 0.985, title, va="top", fontsize=9.5, fontweight="bold")
        yield figure, axes


def _framed(axes: Axes, chance: float) -> None:
    """Times from 0 on, accuracies within what there can be, and a dotted line for guessing where that is near."""
    low, high = axes.get_ylim()
    axes.set_xlim(0, 1.04 * axes.get_xlim()[1])
    axes.set_ylim(max(low, -0.02), min(high, 1.02))
    if low < chance < high:
        axes.axhline(chance, color=PALE, lw=0.8, ls=":", zorder=0)
        axes.text(0.02, chance, "guessing", transform=axes.get_yaxis_transform(), va="bottom", fontsize=7.5, color=PALE)


def _front(axes: Axes, points: Sequence[tuple[float, float]]) -> None:
    """A line through the points to which none is both faster and more accurate."""
    best, front = float("-inf"), []
    for x, y in sorted(points, key=lambda point: (point[0], -point[1])):
        if y > best:
            best = y
            front.append((x, y))
    if len(front) > 1:
        axes.plot(*zip(*front, strict=True), color=PALE, lw=1, ls="--", zorder=0)


def _labels(figure: Figure, axes: Axes, labels: Sequence[Label]) -> None:
    """Labels right of the panel, each as near to the height of its point as the others allow; the figure grows until
    all have room."""
    from matplotlib.lines import Line2D

    inches = [(len(label.lines) + 0.35) * LINE for label in labels]
    tall = max(SIZE[1], sum(inches) / TALL)
    figure.set_size_inches(SIZE[0], tall)
    figure.draw_without_rendering()
    places = axes.transAxes.inverted().transform(axes.transData.transform([(each.x, each.y) for each in labels]))
    heights = spread([float(place[1]) for place in places], [each / (TALL * tall) for each in inches])
    for label, y in zip(labels, heights, strict=True):
        sample: Any = {"transform": axes.transAxes, "clip_on": False, "color": label.colour, "ms": 5.5, "lw": 1.4}
        line: Any = {"ls": label.line or "none", "marker": label.marker, "markevery": [1]}
        axes.add_artist(Line2D([1.04, 1.07, 1.10], [y] * 3, **line, **sample))
        where: Any = {"xycoords": "axes fraction", "va": "center", "annotation_clip": False}
        colour = MARKED if label.colour == MARKED else INK
        axes.annotate("\n".join(label.lines), (1.14, y), color=colour, fontsize=8.5, **where)


def spread(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Middles of labels of these heights, in the order of `wanted`, near them, none over another; within 0..1 where all
    fit."""
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    found, floor = dict.fromkeys(order, 0.0), -0.05
    for k in order:
        found[k] = max(wanted[k], floor + heights[k] / 2)
        floor = found[k] + heights[k] / 2
    ceiling = 1.05
    for k in reversed(order):
        found[k] = min(found[k], ceiling - heights[k] / 2)
        ceiling = found[k] - heights[k] / 2
    return [found[k] for k in range(len(wanted))]

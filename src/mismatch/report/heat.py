"""Where a claim holds, as a map: effect by learning rate and budget, a panel for each dataset and size.

In: the rows of robustness.csv on one claim. Out: a matplotlib figure; colour is the effect, a filled dot says that the
prediction holds there. Beside the maps stand the comparisons at tuned rates, other cells and optimisers among them.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mismatch.analysis.conditions import SPOKEN, share, summary
from mismatch.analysis.meaning import INK, MEANING, ink_on
from mismatch.analysis.pairs import ON_THE_WAY
from mismatch.analysis.robustness import SHARED
from mismatch.analysis.tests.base import SHORT

from .canvas import SMALL, new_figure
from .rows import draw_differences, draw_effect

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "Mean paired difference on the probe part after so many updates, by learning rate. Filled dot: the claim's "
    "prediction ({}) holds there, by the rule of a verdict for that setting alone ({} pairs). {}"
)
TUNED = (
    "Last: on the test part, each arm at its own learning rate, chosen on the probe part; 95% intervals; grey and "
    "hollow where the prediction does not hold."
)
SAID = {
    "less": "is lower by more than {:g}",
    "greater": "is higher by more than {:g}",
    "equal": "is the same within {:g}",
    "different": "differs by more than {:g}",
}
"""What a claim predicts of its difference."""
LETTERS = 42
"""Of a line of a panel's title."""
LEAST, FAINT = 0.02, 5.0
"""Colours span at least this much, and so many margins: what is within one is pale."""


def figures(robustness: pd.DataFrame) -> dict[str, Figure]:
    """A map for every claim, under the name ``robustness_<claim>``."""
    return {f"robustness_{str(claim).lower()}": draw(rows) for claim, rows in robustness.groupby("claim", sort=False)}


def draw(rows: pd.DataFrame) -> Figure:
    """The map of one claim."""
    at_rates, tuned = rows[rows["learning_rate"].notna()], rows[rows["learning_rate"].isna()]
    panels = list(at_rates.groupby(["contrast", "data", "units"], sort=False))
    predicted = f"{rows['predicts'].iloc[0]}, margin {rows['margin'].iloc[0]:g}"
    counts = f"{rows['n'].min()} to {rows['n'].max()}" if rows["n"].nunique() > 1 else str(rows["n"].iloc[0])
    failed = summary(rows).iloc[0]["fails_where"]
    where = "It holds nowhere. " if failed == "everywhere" else f"It does not hold {failed}. " if failed else ""
    caption = where + CAPTION.format(predicted, counts, TUNED if len(tuned) else "")
    own = [part for _, part in tuned.groupby("contrast", sort=False)] if _several(rows) else [tuned] * bool(len(tuned))
    count = len(panels) + len(own)
    tall = max(3.6, 0.9 + 0.42 * max(map(len, own), default=0))
    figure, grid = new_figure(max(1, count), 1, tall, title(rows), caption, column=4.6)
    least = max(LEAST, FAINT * float(rows["margin"].max()))
    scale = max(least, float(at_rates["effect"].abs().max()) if len(at_rates) else least)
    for axes, ((_, _, units), part) in zip(grid[:, 0], panels, strict=False):
        _map(axes, part, scale)
        name = _apart(str(part["contrast"].iloc[0]), at_rates) if _several(at_rates) else ""
        axes.set_title(
            "\n".join([f"{part['data'].iloc[0]}, {units} units", *textwrap.wrap(name, LETTERS)]), fontsize=SMALL
        )
    for axes, part in zip(grid[len(panels) :, 0], own, strict=True):
        _tuned(axes, part)
        name = _apart(str(part["contrast"].iloc[0]), rows) if len(own) > 1 else ""
        _name_panel(axes, "each at its tuned rate", name)
    return figure


def _name_panel(axes: Axes, first: str, contrast: str) -> None:
    axes.set_title("\n".join([first, *textwrap.wrap(contrast, LETTERS)]), fontsize=SMALL)


def title(rows: pd.DataFrame) -> str:
    """What the figure says, in numbers of the table."""
    row = summary(rows).iloc[0]
    unclear = f", unclear in {row['unclear']}" if row["unclear"] else ""
    told = SAID[str(rows["predicts"].iloc[0])].format(float(rows["margin"].iloc[0]))
    every = [_parts(str(name)) for name in rows["contrast"].unique()]
    about = ", ".join(_common(every)) or ", ".join(every[0]) + f" (and {len(every) - 1} like it)"
    metric = measured(rows)
    return f"{row['claim']}, {about}: {metric} {told} in {share(row)} settings{unclear}"


def measured(rows: pd.DataFrame) -> str:
    """What is compared, in a word or two: that of the end of training where it was compared on the way, too."""
    names = [str(name) for name in rows["metric"] if not str(name).startswith(ON_THE_WAY)]
    return SHORT.get(names[0], names[0]) if names else "accuracy"


def _parts(contrast: str) -> list[str]:
    return [part for part in contrast.split(", ") if part != "tuned"]


def _common(contrasts: list[list[str]]) -> list[str]:
    """What all contrasts begin with."""
    found = []
    for parts in zip(*contrasts, strict=False):
        if len(set(parts)) > 1:
            break
        found.append(parts[0])
    return found


def _several(rows: pd.DataFrame) -> bool:
    """Whether a dataset has several contrasts."""
    return bool(rows.groupby("data")["contrast"].nunique().gt(1).any())


def _apart(contrast: str, rows: pd.DataFrame) -> str:
    """What tells a contrast from the others."""
    every = [_parts(str(name)) for name in rows["contrast"].unique()]
    return ", ".join(_parts(contrast)[len(_common(every)) :])


def _map(axes: Axes, part: pd.DataFrame, scale: float) -> None:
    table = part.pivot_table(index="learning_rate", columns="budget", values="effect").sort_index(ascending=False)
    holds = part.pivot_table(index="learning_rate", columns="budget", values="holds", aggfunc="all")
    holds = holds.reindex(index=table.index, columns=table.columns)
    from matplotlib.colors import to_hex

    image = axes.imshow(table, cmap="RdBu", vmin=-scale, vmax=scale, aspect="auto")
    for y, rate in enumerate(table.index):
        for x, budget in enumerate(table.columns):
            value = table.loc[rate, budget]
            if pd.isna(value):
                continue
            colour = ink_on(to_hex(tuple(image.to_rgba(value))))
            axes.text(x, y - 0.12, _signed(float(value)), ha="center", va="center", color=colour, fontsize=SMALL)
            face = colour if bool(holds.loc[rate, budget]) else "none"
            axes.plot(x, y + 0.28, "o", ms=5, mec=colour, mfc=face, mew=0.8)
    axes.set_xticks(range(table.shape[1]), [f"{budget:g}" for budget in table.columns])
    axes.set_yticks(range(table.shape[0]), [f"{float(rate):g}" for rate in table.index])
    axes.set(xlabel="updates", ylabel="learning rate")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _tuned(axes: Axes, tuned: pd.DataFrame) -> None:
    """A row per comparison at tuned rates, its name above it; grey and hollow where the prediction does not hold."""
    renamed = tuned.rename(columns={"effect": "estimate"})
    names = {}
    for y, (_, row) in enumerate(renamed.iterrows()):
        colour = MEANING["supported"] if row["holds"] else MEANING["no effect"]
        draw_effect(axes, y, row, colour, hollow=not row["holds"])
        names[y] = _name(row, renamed["data"].nunique() > 1)
    draw_differences(axes, [], np.array([]), "difference at tuned rates")
    style: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "fontsize": SMALL, "color": INK, "va": "center"}
    for y, name in names.items():
        axes.text(0, y - 0.42, name, **style)
    axes.set_yticks([])
    axes.set_ylim(len(names) - 0.5, -0.8)
    axes.margins(x=0.3)
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, -2 * LEAST), max(high, 2 * LEAST))


def _name(row: pd.Series, data: bool) -> str:
    """What tells a setting from the shared one: ``64 units``, ``LSTM``, ``early, SGD``."""
    differ = [_word(name, row[name]) for name in ("units", "cell", "optimizer", "dropout") if row[name] != SHARED[name]]
    return ", ".join([*([str(row["data"])] if data else []), *(differ or ["16 units"])])


def _word(name: str, level: Any) -> str:
    text = f"{level:g}" if isinstance(level, (int, float)) else SPOKEN.get(str(level), str(level))
    return {"units": f"{text} units", "dropout": f"dropout {text}"}.get(name, text)


def _signed(value: float) -> str:
    return f"{value + 0.0:+.2f}".replace("-0.00", "+0.00").replace("0.", ".", 1)

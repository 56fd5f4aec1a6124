"""Where a claim holds, as a map: effect by learning rate and budget, a panel for each dataset and size.

In: the rows of robustness.csv on one claim. Out: a matplotlib figure; colour is the effect, a filled dot says that the
prediction holds there. Beside the maps stand the comparisons at tuned rates, other cells and optimisers among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from mismatch.analysis.conditions import SPOKEN, share, summary
from mismatch.analysis.robustness import SHARED
from mismatch.analysis.tuned import shown

from .canvas import COLOURS, INERT_COLOUR, SMALL, new_figure
from .rows import draw_differences, draw_effect

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "Mean paired difference on the probe part after so many updates, by learning rate. Filled dot: the claim's "
    "prediction ({}) holds there, by the rule of a verdict for that setting alone ({} pairs). {}"
)
TUNED = "Right: on the test part, each arm at its own learning rate, chosen on the probe part; 95% intervals."
LEAST = 0.02
"""Colours span at least this much."""


def figures(robustness: pd.DataFrame) -> dict[str, Figure]:
    """A map for every claim, under the name ``robustness_<claim>``."""
    return {f"robustness_{str(claim).lower()}": draw(rows) for claim, rows in robustness.groupby("claim", sort=False)}


def draw(rows: pd.DataFrame) -> Figure:
    """The map of one claim."""
    at_rates, tuned = rows[rows["learning_rate"].notna()], rows[rows["learning_rate"].isna()]
    panels = list(at_rates.groupby(["contrast", "data", "units"], sort=False))
    predicted = f"{rows['predicts'].iloc[0]}, margin {rows['margin'].iloc[0]:g}"
    counts = f"{rows['n'].min()} to {rows['n'].max()}" if rows["n"].nunique() > 1 else str(rows["n"].iloc[0])
    caption = CAPTION.format(predicted, counts, TUNED if len(tuned) else "")
    count = len(panels) + (len(tuned) > 0)
    figure, grid = new_figure(max(1, count), 1, 3.4, title(rows), caption, column=4.4)
    scale = max(LEAST, float(at_rates["effect"].abs().max()) if len(at_rates) else LEAST)
    for axes, ((_, _, units), part) in zip(grid[:, 0], panels, strict=False):
        _map(axes, part, scale)
        several = at_rates["contrast"].nunique() > at_rates["data"].nunique()
        name = str(part["contrast"].iloc[0]).split(",")[1 if several else 0].strip() if several else ""
        axes.set_title(f"{part['data'].iloc[0]}, {units} units" + (f"\n{name}" if name else ""), fontsize=10)
    if len(tuned):
        _tuned(grid[len(panels), 0], tuned)
    return figure


def title(rows: pd.DataFrame) -> str:
    """What the figure says, in numbers of the table."""
    row = summary(rows).iloc[0]
    unclear = f", is unclear in {row['unclear']}" if row["unclear"] else ""
    failed = f"; it fails {row['fails_where']}" if row["fails_where"] else ""
    return f"{row['claim']} holds in {share(row)} settings{unclear}{failed}."


def _map(axes: Axes, part: pd.DataFrame, scale: float) -> None:
    table = part.pivot_table(index="learning_rate", columns="budget", values="effect").sort_index(ascending=False)
    holds = part.pivot_table(index="learning_rate", columns="budget", values="holds", aggfunc="all")
    holds = holds.reindex(index=table.index, columns=table.columns)
    axes.imshow(table, cmap="RdBu", vmin=-scale, vmax=scale, aspect="auto")
    for y, rate in enumerate(table.index):
        for x, budget in enumerate(table.columns):
            value = table.loc[rate, budget]
            if pd.isna(value):
                continue
            colour = "white" if abs(float(value)) > 0.6 * scale else "black"
            axes.text(x, y - 0.12, _signed(float(value)), ha="center", va="center", color=colour, fontsize=SMALL)
            face = colour if bool(holds.loc[rate, budget]) else "none"
            axes.plot(x, y + 0.28, "o", ms=4, mec=colour, mfc=face, mew=0.8)
    axes.set_xticks(range(table.shape[1]), [f"{budget:g}" for budget in table.columns])
    axes.set_yticks(range(table.shape[0]), [shown(float(rate)) for rate in table.index])
    axes.set(xlabel="updates", ylabel="learning rate")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _tuned(axes: Axes, tuned: pd.DataFrame) -> None:
    """A row per comparison at tuned rates; hollow where the prediction does not hold."""
    renamed = tuned.rename(columns={"effect": "estimate"})
    for y, (_, row) in enumerate(renamed.iterrows()):
        draw_effect(axes, -float(y), row, COLOURS[0] if row["holds"] else INERT_COLOUR, hollow=not row["holds"])
    names = [_name(row, renamed["data"].nunique() > 1) for _, row in renamed.iterrows()]
    places = pd.Series([-float(y) for y in range(len(names))]).to_numpy()
    draw_differences(axes, names, places, "difference at tuned rates")
    axes.set_ylim(-len(names) + 0.4, 0.6)
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

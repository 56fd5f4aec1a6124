"""What happens to a wrong shape: counts of what raises and what passes in silence, and what silence costs.

In: `mismatches.csv` and, if the sweep has trained the arms, `runs.csv`. Out: `outcomes` and `silent_layouts`.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mismatch.analysis.meaning import COLOURS, MEANING
from mismatch.analysis.select import true
from mismatch.analysis.summary import learned
from mismatch.report.canvas import SMALL, new_figure
from mismatch.report.rows import draw_counts, draw_row, draw_rows

OUTCOMES = {"raises": MEANING["raises"], "silent": MEANING["silent"], "silent and learns wrong": MEANING["wrong"]}
KINDS = {
    "features": "number of features",
    "time": "number of steps",
    "rank": "number of axes",
    "layout": "order of axes",
    "label": "labels and losses",
    "mask": "masks",
    "example": "the article's examples",
    "fact": "other habits of Keras",
}
MISTAKES = {
    "correct": "correct",
    "transpose": "transpose: time and features swapped",
    "scramble": "scramble: memory read in the wrong order",
    "time_major": "time_major: time before samples",
}
PLACES = {"both": ("training and test", "o"), "test": ("test alone", "s")}


def figures(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """The figures that the tables suffice for."""
    found, runs = {}, trained(tables)
    if "mismatches.csv" in tables:
        found["outcomes"] = outcomes(tables["mismatches.csv"])
    if {"correct"} < set(runs.get("layout", [])):
        found["silent_layouts"] = silent_layouts(runs)
    return found


def outcomes(cases: pd.DataFrame) -> Figure:
    """How many mismatches of each kind raise, pass in silence, or pass and learn wrong."""
    cases = cases[~true(cases["legal"]) & cases["outcome"].isin(list(OUTCOMES))]
    counts = cases.groupby(["kind", "outcome"]).size().unstack(fill_value=0)
    counts = counts.loc[[k for k in KINDS if k in counts.index], [name for name in OUTCOMES if name in counts]]
    silent, wrong = cases["outcome"].str.startswith("silent").sum(), cases["outcome"].str.contains("wrong").sum()
    title = f"{silent} of {len(cases)} mismatches pass in silence; {wrong} of them are shown to learn wrong"
    caption = (
        "Cases as run in Keras, without the legal controls. Silent: no error, whether or not it matters. Learns wrong: "
        "less accurate than the same model on correct data."
    )
    figure, ((axes,),) = new_figure(1, 1, 0.6 + 0.42 * len(counts), title, caption, column=9.0)
    draw_counts(axes, counts, [KINDS[kind] for kind in counts.index], OUTCOMES)
    axes.set_xlabel("cases")
    return figure


def trained(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Ok runs on `digits`, one row per arm and replicate; empty where there are none."""
    runs = tables.get("runs.csv", pd.DataFrame())
    if not {"data", "layout", "data.steps", "accuracy", "status", "control"} <= set(runs):
        return pd.DataFrame()
    return runs[runs["data"].eq("digits") & runs["status"].eq("ok") & runs["control"].eq("none")]


def silent_layouts(runs: pd.DataFrame) -> Figure:
    """Accuracy of every layout mistake that raises nothing, beside the correct layout and chance."""
    steps = sorted(runs["data.steps"].unique())
    wrong = runs[runs["layout"].ne("correct")].groupby(["layout", "layout.at", "data.steps"])[["accuracy", "chance"]]
    means = wrong.mean().reset_index()
    guess = means[~learned(means)]
    test = int(guess["layout.at"].eq("test").sum())
    caption = (
        "Handwritten digits. Mean and 95% interval over replicates; faint dots are replicates. Grey, hollow: no better "
        "than guessing by 0.05. Round: the mistake is in training and test; square: in the test alone."
    )
    tried = {("correct", "both"), *runs[["layout", "layout.at"]].itertuples(index=False, name=None)}
    rows = [(name, at) for name in MISTAKES for at in PLACES if (name, at) in tried]
    of_test = int(means["layout.at"].eq("test").sum())
    title = (
        f"No wrong layout raises: {len(guess)} of {len(means)} guess, among them {test} of the {of_test} that are in "
        "the test alone, where training looks perfect"
    )
    figure, grid = new_figure(len(steps), 1, 0.9 + 0.36 * len(rows), title, caption)
    for axes, level in zip(grid[:, 0], steps, strict=True):
        _draw(axes, runs[runs["data.steps"].eq(level)], rows, first=level == steps[0])
        axes.set_title(f"T = {level:.0f}, D = {64 // int(level)}")
    return figure


def _draw(axes: Axes, runs: pd.DataFrame, rows: list[tuple[str, str]], first: bool) -> None:
    """One panel: a row per mistake and place."""
    axes.set_xlim(0, 1.02)
    for y, (name, at) in enumerate(rows):
        right = name == "correct"
        part = runs[runs["layout"].eq(name) & (right | runs["layout.at"].eq(at))]
        if len(part):
            dead = not bool(learned(part[["accuracy", "chance"]].mean().to_frame().T).iloc[0])
            colour = MEANING["untouched"] if right else COLOURS[list(MISTAKES).index(name) - 1]
            draw_row(axes, y, part["accuracy"].to_numpy(float), colour, PLACES[at][1], dead)
        else:
            axes.text(0.14, y, "not run at this T", va="center", fontsize=SMALL, color=MEANING["no effect"])
    names = [MISTAKES[name] + ("" if name == "correct" else f", {PLACES[at][0]}") for name, at in rows]
    draw_rows(axes, names if first else [""] * len(rows), float(runs["chance"].mean()))

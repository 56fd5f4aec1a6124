"""Who finds a mismatch before a weight moves: Keras, a check of model and arrays, both or neither, by kind.

In: `linter.csv`. Out: `found_by`.
"""

import pandas as pd
from matplotlib.figure import Figure

from mismatch.analysis.meaning import MEANING
from mismatch.analysis.select import true
from mismatch.report.canvas import new_figure
from mismatch.report.rows import draw_counts

FINDERS = {
    "Keras": MEANING["raises"],
    "both": MEANING["both"],
    "check": MEANING["check"],
    "neither": MEANING["neither"],
}
KINDS = {
    "features": "number of features",
    "time": "number of steps",
    "rank": "number of axes",
    "layout": "order of axes",
    "label": "labels and losses",
    "mask": "masks",
    "example": "an article's examples",
    "fact": "other habits of Keras",
}
PARTS = {"development": "rules were written on these", "kept": "kept for the test"}


def figures(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """The figure, if the table is there."""
    return {"found_by": found_by(tables["linter.csv"])} if "linter.csv" in tables else {}


def found_by(cases: pd.DataFrame) -> Figure:
    """A bar per kind, in its parts: found by whom; one panel for each half of the catalogue."""
    wrong = cases[~true(cases["legal"])]
    silent = wrong[~true(wrong["raised"])]
    correct = cases[true(cases["legal"]) & true(cases["has_correct"])]
    alarms = int((~true(correct["quiet"])).sum())
    title = (
        f"Keras lets {len(silent)} of {len(wrong)} mismatches pass; the check finds {int(true(silent['found']).sum())} "
        f"of them, and something in {alarms} of {len(correct)} correct set-ups"
    )
    caption = (
        "Found by Keras: it raised before a weight moved. Found by the check: a finding of severity error or warning "
        f"on the model and the arrays, before Keras acted on them. All {len(cases)} cases are run, none is looked up."
    )
    kinds = [kind for kind in KINDS if kind in set(wrong["kind"])]
    figure, grid = new_figure(len(PARTS), 1, 1.1 + 0.42 * len(kinds), title, caption, column=6.4)
    for axes, (part, said) in zip(grid[:, 0], PARTS.items(), strict=True):
        inside = wrong[wrong["part"].eq(part)]
        counts = inside.groupby(["kind", "found_by"]).size().unstack(fill_value=0)
        counts = counts.reindex(index=kinds, columns=list(FINDERS), fill_value=0)
        draw_counts(axes, counts, [KINDS[kind] for kind in kinds], FINDERS)
        axes.set_title(f"{len(inside)} cases: {said}", pad=26)
        axes.set_xlabel("cases")
    return figure

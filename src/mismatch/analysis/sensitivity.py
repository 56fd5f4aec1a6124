"""Whether a deficit planted on purpose was seen on a dataset in a metric: without that, no difference means little.

In: the runs, among them arms that are copies of another but for a tenth of its learning rate (`control=slow`) or half
of its updates (`short`), and what a contrast compares. Out: a `Seen`. Label noise is no such deficit: it lowers the
ceiling itself, and is seen where training could do anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mismatch.analysis.controls import original_of
from mismatch.analysis.pairs import pair
from mismatch.analysis.statistics import LEAST, difference_p

PLANTED = ("slow", "short")
LEVEL = 0.05
REACH = 10.0
"""A deficit of at most so many margins is taken to show that one of the margin might be seen; a larger one is not."""


@dataclass(frozen=True)
class Seen:
    """shown: whether a deficit of about the margin was seen. text: which, or why not."""

    shown: bool
    text: str


def sensitivity(table: pd.DataFrame, arms: Sequence[str], metric: str, scale: str, margin: float) -> Seen:
    """What the deficits planted on the datasets of `arms` came to, in a metric."""
    datasets = sorted(set(table.loc[table["arm"].isin(arms), "data"])) if "data" in table else []
    found = [_planted(table, data, metric, scale, margin) for data in datasets]
    return Seen(bool(found) and all(one.shown for one in found), "; ".join(one.text for one in found))


def _planted(table: pd.DataFrame, data: str, metric: str, scale: str, margin: float) -> Seen:
    said, shown = [], False
    for kind, copy in _copies(table, data):
        original = original_of(table, copy)
        if original is None:
            continue
        try:
            differences = pair(table, str(copy["arm"].iloc[0]), original, metric, scale).differences
        except ValueError:  # no such metric, or no pair
            continue
        if len(differences) < LEAST:
            continue
        effect, p = float(np.mean(differences)), difference_p(differences)
        large = abs(effect) > REACH * margin
        shown = shown or (p <= LEVEL and not large)
        size = f"x{np.exp(effect):.3g}" if scale == "ratio" else f"{effect:+.3f}"
        said.append(f"{kind} {size} (p = {p:.2g}{', too large to tell' if large else ''})")
    if not said:
        return Seen(False, f"no deficit was planted on {data}")
    return Seen(shown, f"{'seen' if shown else 'not seen'} on {data}: {', '.join(said)}")


def _copies(table: pd.DataFrame, data: str) -> list[tuple[str, pd.DataFrame]]:
    """The arms on a dataset that carry a planted deficit, by its kind."""
    if "control" not in table:
        return []
    planted = table[table["control"].isin(PLANTED) & table["data"].eq(data)]
    return [(str(kind), part) for (kind, _), part in planted.groupby(["control", "arm"], sort=True)]

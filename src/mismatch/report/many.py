"""What a report shows of very many arms: a part, chosen by what they scored, and a line that says what is left out.

In: the summary of all arms. Out: the part of it that the page lists or draws; all of it where the arms are few.
"""

from __future__ import annotations

import pandas as pd

MOST = 500
"""Arms that a page lists and draws one by one."""
LISTED = 200
"""Of more, so many are listed: half of them the most accurate, half the least."""
DRAWN = 40
"""Of more, so many are drawn in a panel: those that lose most accuracy."""
REASONS = 20
"""Reasons of failed runs that are listed, the most frequent first."""


def too_many(summary: pd.DataFrame) -> bool:
    """Whether there are more arms than are shown one by one."""
    return len(summary) > MOST


def listed(summary: pd.DataFrame) -> pd.DataFrame:
    """The arms that the page lists, in the order of the summary."""
    if not too_many(summary):
        return summary
    ranked = summary["accuracy"].rank(method="first", na_option="keep") if "accuracy" in summary else None
    if ranked is None or ranked.notna().sum() < LISTED:
        return summary.head(LISTED)
    ends = (ranked <= LISTED / 2) | (ranked > ranked.max() - LISTED / 2)
    return summary[ends]


def drawn(summary: pd.DataFrame) -> pd.DataFrame:
    """Of each dataset the arms that lose most accuracy, twice as many as are drawn; none where losses are not known."""
    if not {"information_loss", "learnability_loss"} <= set(summary):
        return summary.head(0)
    lost = (summary["information_loss"] + summary["learnability_loss"]).dropna()
    by = summary["data"] if "data" in summary else pd.Series("", index=summary.index)
    places = [place for _, part in lost.groupby(by) for place in part.nlargest(2 * DRAWN).index]
    return summary.loc[sorted(places)]


def said(arms: int) -> list[str]:
    """A line on what a page leaves out of so many arms; none where it shows all."""
    if arms <= MOST:
        return []
    return [
        f"{arms} arms: the page lists {LISTED} of them, half the most accurate and half the least, and draws the "
        f"{DRAWN} that lose most accuracy; arms.csv has all"
    ]

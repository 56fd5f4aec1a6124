"""A row of claims.csv in words, for tables, pages and the chain behind a verdict.

In: a row, as read from the file. Out: text. What a kind of test calls its effect is written in its own module; this
one finds the kind, and says what a blank means.
"""

from typing import Any

import pandas as pd

from mismatch.analysis.tests.base import ClaimTest
from mismatch.config.registry import CLAIM_TESTS


def kind(row: pd.Series) -> ClaimTest[Any] | None:
    """The kind of test of `row`; None where nothing was tested.

    Raises:
        ConfigError: for a kind that is not installed here.
    """
    if pd.isna(row["test"]):
        return None
    test: ClaimTest[Any] = CLAIM_TESTS.get(str(row["test"]))()
    return test


def effect(row: pd.Series) -> str:
    """``-0.643 [-0.661, -0.625]``, ``14 of 14``; a dash where there is none."""
    test = kind(row)
    return "-" if test is None or pd.isna(row["effect"]) else test.effect(row)


def measure(row: pd.Series) -> str:
    """What a contrast is measured in, in a word or two."""
    test = kind(row)
    return "" if test is None else test.measure(row)


def predicted(row: pd.Series) -> str:
    """``less``, ``at least 0.5``, ``all: raises``."""
    test = kind(row)
    return "" if test is None or pd.isna(row["predicts"]) else test.predicted(row)


def predicted_short(row: pd.Series) -> str:
    """`predicted` where there is no room."""
    test = kind(row)
    return "" if test is None or pd.isna(row["predicts"]) else test.predicted_short(row)


def margin(row: pd.Series) -> str:
    """The smallest difference that matters; empty where the test has none."""
    test = kind(row)
    return "" if test is None or pd.isna(row["margin"]) else test.margin(row)


def drawn(row: pd.Series) -> str:
    """How the figure of verdicts shows the effect (`tests.base.DRAWN`); empty where there is none to show."""
    test = kind(row)
    return "" if test is None or pd.isna(row["effect"]) else test.drawn(row)


def region(row: pd.Series) -> list[tuple[float, float]]:
    """Where the claim says the effect lies."""
    test = kind(row)
    return [] if test is None else test.region(row)


def details(row: pd.Series) -> list[str]:
    """Lines on p values and power."""
    test = kind(row)
    return [] if test is None else test.details(row)


def rests_on(row: pd.Series) -> str:
    """What the ids in the column `runs` are: ``pairs``, ``runs``, ``rows``; empty where nothing was tested."""
    test = kind(row)
    return "" if test is None else test.rests_on

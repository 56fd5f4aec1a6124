"""The largest contrasts of a sweep in words, as its last lines say them.

In: the table of effects and the summary of the arms. Out: lines; none where no arms were set against each other.
"""

from __future__ import annotations

import pandas as pd

from mismatch.analysis.effects import ACCURACIES
from mismatch.analysis.effects import settings as settings_of
from mismatch.report.words import level_name

MOST = 5
"""Contrasts that are named."""
HEAD = "largest contrasts in accuracy, with 95% intervals (exploratory, not corrected for their number):"


def top(effects: pd.DataFrame, summary: pd.DataFrame) -> tuple[str, ...]:
    """Two levels of one setting at a time, largest difference first, where it is largest; no interval holds zero."""
    known = effects[effects["metric"].isin(ACCURACIES)]
    if known.empty:
        return ()
    clear = known[(known["low"] > 0) | (known["high"] < 0)]
    if clear.empty:
        return (f"no contrast in accuracy of {len(known)} has an interval without zero; see effects.csv",)
    pairs = known.groupby(["factor", "level", "against"], sort=False, dropna=False).size()
    ordered = clear.sort_values("effect", key=abs, ascending=False, kind="stable")
    first = ordered.drop_duplicates(["factor", "level", "against"]).head(MOST)
    means, others = summary.set_index("arm"), settings_of(effects)
    tried = [int(pairs[row["factor"], row["level"], row["against"]]) for _, row in first.iterrows()]
    said = [_said(row, others, means, count) for (_, row), count in zip(first.iterrows(), tried, strict=True)]
    return (HEAD, *said)


def _said(row: pd.Series, others: list[str], means: pd.DataFrame, tried: int) -> str:
    """``  post-padding 0.583, pre-padding 0.890: -0.307 [-0.331, -0.283]  (early, no mask; largest of 4 settings)``."""
    sides = [
        f"{level_name(row['factor'], row[level])} {means.loc[arm, row['metric']]:.3f}"
        for level, arm in (("level", row["arm"]), ("against", row["against_arm"]))
    ]
    where = [level_name(name, row[name]) for name in others if pd.notna(row[name])]
    rest = [", ".join(where)] if where else []
    rest += [f"largest of {tried} settings"] if tried > 1 else []
    numbers = f"{row['effect']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"
    return f"  {', '.join(sides)}: {numbers}" + (f"  ({'; '.join(rest)})" if rest else "")

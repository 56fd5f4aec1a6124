"""Holm's correction over the primary contrasts of all experiments, beside that within each experiment.

In: the rows of claims.csv of several experiments. Out: the same rows with `p_holm_project`, and a remark in `why` where
a verdict stands in its experiment but not among all.
"""

from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis.statistics import holm

LEVEL = 0.05
COLUMN = "p_holm_project"
EQUAL = "equal"


def corrected(claims: pd.DataFrame) -> pd.DataFrame:
    """`claims` with the column `p_holm_project` behind `p_holm`.

    Every primary row with a p counts once: that of a difference, or of equivalence where equal is predicted; of a claim
    about several cases its own (`p_claim`), which is corrected within its family already.
    """
    primary = claims["primary"].astype(bool)
    raw = claims[primary].apply(_of_claim, axis=1) if primary.any() else pd.Series(dtype=float)
    adjusted = pd.Series(np.nan, index=claims.index)
    adjusted[primary] = holm(raw.astype(float).to_numpy())
    table = claims.drop(columns=COLUMN, errors="ignore")
    table.insert(list(table).index("p_holm") + 1, COLUMN, adjusted)
    falls = table["verdict"].isin(["SUPPORTED", "REFUTED"]) & (adjusted > LEVEL)
    count = int(raw.notna().sum())
    for at in table.index[falls]:
        said = f"not below {LEVEL:g} among the {count} primary contrasts of all experiments (p = {adjusted[at]:.2g})"
        told = table.loc[at, "why"]
        table.loc[at, "why"] = said if pd.isna(told) or not told else f"{said}; {told}"
    return table


def _of_claim(row: pd.Series) -> Any:
    several = row.get("quantifier") in ("always", "can", "never") and pd.notna(row.get("p_claim"))
    return row["p_claim"] if several else row["p_equivalence" if row["predicts"] == EQUAL else "p"]

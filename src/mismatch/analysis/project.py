"""Holm's correction over the primary contrasts of all experiments, beside that within each experiment.

In: the rows of claims.csv of several experiments. Out: the same rows with `p_holm_project`, and a remark in `why` where
a verdict stands in its experiment but not among all.
"""

from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis.quantifiers import CORRECTED_APART, p_of
from mismatch.analysis.statistics import holm

LEVEL = 0.05
COLUMN = "p_holm_project"
SAME_P = 1e-9
"""Relative difference of p values of the same numbers, one with the opposite sign: rounding alone."""


def corrected(claims: pd.DataFrame) -> pd.DataFrame:
    """`claims` with the column `p_holm_project` behind `p_holm`.

    Every primary row with a p counts once: that of what its word says, of a difference or of equivalence; of a claim
    about several cases its own (`p_claim`), see `quantifiers.py`. Twins with the same p are one piece of evidence and
    count once; with another p they ask something else of it.
    """
    primary = claims["primary"].astype(bool)
    rows = claims[primary]
    raw = rows.apply(_of_claim, axis=1).astype(float) if len(rows) else pd.Series(dtype=float)
    first = _firsts(rows, raw)
    alone = raw[first == first.index].dropna()
    once = pd.Series(holm(alone.to_numpy()), index=alone.index, dtype=float)
    adjusted = first.map(once).reindex(claims.index)
    table = claims.drop(columns=COLUMN, errors="ignore")
    table.insert(list(table).index("p_holm") + 1, COLUMN, adjusted)
    falls = table["verdict"].isin(["SUPPORTED", "REFUTED"]) & (adjusted > LEVEL)
    count = len(alone)
    for at in table.index[falls]:
        said = f"not below {LEVEL:g} among the {count} primary contrasts of all experiments (p = {adjusted[at]:.2g})"
        told = table.loc[at, "why"]
        table.loc[at, "why"] = said if pd.isna(told) or not told else f"{said}; {told}"
    return table


def _of_claim(row: pd.Series) -> Any:
    if row.get("quantifier") in CORRECTED_APART and pd.notna(row.get("decided_by")) and row["decided_by"]:
        return row["p_claim"]
    alone = row.get("contrast_verdict")
    name = p_of(str(row["verdict"] if pd.isna(alone) else alone), str(row["predicts"]))
    return row[name] if name else np.nan


def _firsts(rows: pd.DataFrame, raw: pd.Series) -> pd.Series:
    """For each row, the label of the first that is its twin (named in `twins`, of the same experiment) with its p."""
    found: list[int] = []
    known = rows.to_dict("records")
    p = raw.tolist()
    for at, row in enumerate(known):
        told = row.get("twins")
        named = f"; {told}; " if isinstance(told, str) and told else ""
        twins = (
            other
            for other in range(at)
            if found[other] == other
            and known[other]["experiment"] == row["experiment"]
            and f"; {known[other]['claim']}: {known[other]['contrast']}; " in named
            and np.isclose(p[other], p[at], rtol=SAME_P, atol=0)
        )
        found.append(next(twins, at) if named else at)
    return pd.Series([rows.index[at] for at in found], index=rows.index)

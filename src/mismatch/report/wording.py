"""Small words on rows of claims.csv that text, pages and figures share: remarks, counts, the order of claims.

In: rows of the table. Out: text without any markup.
"""

from typing import Any

import pandas as pd

from mismatch.analysis.conditions import elsewhere

VERDICTS = ("SUPPORTED", "REFUTED", "EQUIVALENT", "IDENTICAL", "INCONCLUSIVE", "WITHHELD", "UNTESTED")
"""In the order they are counted."""


def reason(row: pd.Series) -> str:
    """How much a difference matters, why a verdict is withheld, a remark on it; empty if there is nothing to say."""
    said = (row.get("size"), row["why"])
    return "; ".join(str(part) for part in said if pd.notna(part) and part)


def said_of(row: pd.Series) -> str:
    """``can; any kernel, any budget; holds in 3 of 40 settings``: the quantifier of a claim, its scope, and where else
    it was tried, as far as the row says."""
    parts = [row.get(name) for name in ("quantifier", "scope")] + ([elsewhere(row)] if "settings" in row else [])
    return "; ".join(str(part) for part in parts if pd.notna(part) and part)


def decided_by(row: pd.Series) -> str:
    """How the verdict follows from the claim's family; empty where its primary contrast alone gives it."""
    found = row.get("decided_by")
    return "" if pd.isna(found) else str(found)


def registration(table: pd.DataFrame) -> str:
    """``exploratory: no confirming seed``, or how many claims are, where some are confirmed."""
    if "registration" not in table:
        return ""
    found = table["registration"].dropna().value_counts()
    return "; ".join(str(name) if len(found) == 1 else f"{name} ({count} rows)" for name, count in found.items())


def earlier(table: pd.DataFrame) -> str:
    """One sentence where verdicts were made under an earlier rule, which knew no registration; else empty."""
    old = table["registration"].isna() if "registration" in table else pd.Series(True, index=table.index)
    names = sorted(table.loc[old, "experiment"].astype(str).unique())
    if not names:
        return ""
    which = "These verdicts" if old.all() else f"The verdicts of {', '.join(names)}"
    return f"{which} were made under an earlier rule than the present one; the two are not to be compared."


def by_number(claim: str) -> tuple[str, int]:
    digits = "".join(filter(str.isdigit, claim))
    return claim.rstrip(digits), int(digits or 0)


def count(value: Any) -> str:
    return "" if pd.isna(value) else str(int(value))


def primary(table: pd.DataFrame) -> pd.DataFrame:
    """The contrasts that give the claims their verdicts."""
    return table[table["primary"].astype(bool)]


def counts(rows: pd.DataFrame) -> str:
    """``8 SUPPORTED, 7 REFUTED``."""
    found = rows["verdict"].value_counts()
    return ", ".join(f"{found[word]} {word}" for word in VERDICTS if word in found)

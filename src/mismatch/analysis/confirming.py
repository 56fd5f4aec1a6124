"""Whether the runs that a verdict rests on are those of a confirming run: the registered claims, the confirming seed.

In: a registry, the table and the ids of the runs. Out: why they are not, or nothing. Both are asked for as soon as a
claims file names its confirming seed; until then all verdicts are exploratory, and are called so.
"""

from collections.abc import Collection

import pandas as pd

from mismatch.analysis.registry import Registry

EXPLORATORY = "exploratory: no confirming seed"


def status(registry: Registry) -> str:
    """``exploratory: no confirming seed`` or ``confirming: seed 7``."""
    return EXPLORATORY if registry.confirming is None else f"confirming: seed {registry.confirming}"


def unfit(registry: Registry, table: pd.DataFrame, runs: Collection[str], stamped: str | None = None) -> str:
    """Why the `runs` of `table` confirm nothing, or nothing.

    Args:
        table: runs, with a seed and the hash of the claims on each row, or a table of a measurement, without.
        stamped: hash of the claims that the measurement was made for.
    """
    if registry.confirming is None:
        return ""
    if "seed" not in table or "run" not in table:
        return _claims({stamped}, registry.hash)
    rows = table[table["run"].astype(str).isin(set(runs))]
    hashes = rows["claims_hash"] if "claims_hash" in rows else pd.Series([None] * len(rows), dtype=object)
    seeds = pd.to_numeric(rows["seed"], errors="coerce")
    return _claims({None if pd.isna(each) else str(each) for each in hashes}, registry.hash) or _seeds(seeds, registry)


def _claims(found: set[str | None], registered: str) -> str:
    others = sorted(found - {registered}, key=str)
    if not others:
        return ""
    return f"not the registered claims: made for {others[0] or 'none'}, registered are {registered}"


def _seeds(seeds: pd.Series, registry: Registry) -> str:
    others = seeds[seeds != registry.confirming]
    return f"not the confirming seed: {others.iloc[0]:g} in place of {registry.confirming}" if len(others) else ""

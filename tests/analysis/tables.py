"""Tables of runs for the tests of the analysis."""

import itertools

import pandas as pd


def table(arms: list[dict], replicates: int = 2, **metrics: float) -> pd.DataFrame:
    """One row per arm and replicate; an arm is named by its place in the list."""
    rows = []
    for (number, arm), replicate in itertools.product(enumerate(arms), range(replicates)):
        start = {"experiment": "x", "arm": f"{number:012x}", "replicate": replicate, "status": "ok", "error": None}
        rows.append({**start, **arm, "accuracy": 0.8, "chance": 0.5, **metrics})
    return pd.DataFrame(rows)


def grid(**axes: list) -> list[dict]:
    """Every combination of `axes`; two underscores stand for a dot."""
    names = [name.replace("__", ".") for name in axes]
    return [dict(zip(names, levels, strict=True)) for levels in itertools.product(*axes.values())]

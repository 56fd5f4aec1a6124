"""Each arm at the learning rate that suits it: chosen replicate by replicate, on a part that the test never sees.

In: a table of runs in which arms were trained at several learning rates. Out: one row per arm without its rate and
replicate, the run at the rate with the highest probe accuracy after the last update (ties: lower probe loss, then the
lower rate). The probe part is neither trained nor tested on, so the test accuracy of the chosen run is an honest one.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis.axes import parameter_columns, varied
from mismatch.analysis.pairs import outcome

RATE = "train.learning_rate"
UPDATES = "train.updates"
CHOSEN = {
    "arm": "hash of the parameters without the learning rate; equal for all replicates and rates of an arm",
    "replicate": "number of the paired repetition",
    "learning_rate": "the rate chosen for this replicate: highest probe accuracy, then lower probe loss, then lower",
    "rates": "learning rates that were there to choose from",
    "edge": "whether the choice is the lowest or the highest of them, beyond which a better one may lie",
    "probe_accuracy": "accuracy on the probe part after the last update at that rate; blank where it was not recorded",
    "probe_loss": "cross-entropy on the probe part there, in nats",
    "accuracy": "test accuracy of the chosen run on the drawn labels; chance where it failed",
    "exact_accuracy": "the same without the noise of the labels; blank where the posterior is not known",
    "run": "id of the chosen run",
    "status": "how it ended; a run that failed is chosen only where all rates failed",
}
"""Columns of tuned.csv beside the parameters that vary."""


def tuned(runs: pd.DataFrame) -> pd.DataFrame:
    """The chosen run of every arm without its rate and every replicate, as a table of runs.

    `arm` is the hash of its parameters without the rate, the rate itself is blank; added are `chosen_rate`, `rates`
    (all there were, in order), `arms` (all of these rates), `validation` and `validation_loss`.
    """
    names = [name for name in parameter_columns(runs) if name != RATE]
    table = runs.assign(
        arm=_without_rate(runs, names),
        own=runs["arm"].astype(str),
        chosen_rate=pd.to_numeric(runs[RATE]),
        validation=validation(runs),
        validation_loss=_number(runs, "loss_final"),
    )
    order = table.sort_values(
        ["validation", "validation_loss", "chosen_rate"], ascending=[False, True, True], na_position="last"
    )
    best = order.drop_duplicates(["arm", "replicate"]).sort_index()
    rates, arms = _levels(table, ["arm", "replicate"], "chosen_rate"), _levels(table, ["arm"], "own")
    best["rates"] = [rates[arm, replicate] for arm, replicate in zip(best["arm"], best["replicate"], strict=True)]
    best["arms"] = [arms[(arm,)] for arm in best["arm"]]
    best[RATE] = np.nan
    return best.drop(columns="own").reset_index(drop=True)


def _levels(table: pd.DataFrame, keys: list[str], column: str) -> dict[Any, tuple[Any, ...]]:
    """The distinct values of `column`, sorted, for every combination of `keys`."""
    found: dict[Any, list[Any]] = {}
    for *key, level in table[[*keys, column]].drop_duplicates().sort_values(column).itertuples(index=False, name=None):
        found.setdefault(tuple(key), []).append(level)
    return {key: tuple(levels) for key, levels in found.items()}


def validation(runs: pd.DataFrame) -> pd.Series:
    """Probe accuracy after the last update, NaN where it was not recorded or the run failed."""
    values = pd.Series(np.nan, index=runs.index)
    for updates in pd.to_numeric(runs[UPDATES]).unique():
        rows = runs[UPDATES].eq(updates)
        values = values.where(~rows, _number(runs, f"probe_accuracy_{updates:.0f}"))
    return values.where(runs["status"].eq("ok"))


def table_of(runs: pd.DataFrame) -> pd.DataFrame:
    """tuned.csv: one row per arm and replicate, and what was chosen; empty where no arm has two rates."""
    if RATE not in runs or runs[RATE].nunique() < 2:
        return pd.DataFrame(columns=list(CHOSEN))
    scored = {name: outcome(runs, name) for name in ("accuracy", "exact_accuracy") if name in runs}
    found = tuned(runs.assign(**scored))
    found = found[found["rates"].map(len) > 1]
    axes = [axis.name for axis in varied(found)] if len(found) else []
    table = found.assign(
        learning_rate=found["chosen_rate"],
        edge=[rate in (rates[0], rates[-1]) for rate, rates in zip(found["chosen_rate"], found["rates"], strict=True)],
        rates=found["rates"].map(lambda rates: " ".join(f"{rate:g}" for rate in rates)),
        probe_accuracy=found["validation"],
        probe_loss=found["validation_loss"],
    )
    return table[["arm", *axes, *(name for name in list(CHOSEN)[1:] if name in table)]].reset_index(drop=True)


def chosen(rates: Iterable[float]) -> str:
    """How often each rate was chosen: ``.005 (3), .02 (2)``."""
    counts = pd.Series(list(rates), dtype=float).value_counts().sort_index()
    return ", ".join(f"{shown(rate)} ({count})" for rate, count in zip(counts.index.tolist(), counts, strict=True))


def shown(rate: float) -> str:
    """A learning rate as it is printed: ``.005``."""
    return f"{rate:g}".replace("0.", ".", 1) if 0 < rate < 1 else f"{rate:g}"


def _without_rate(runs: pd.DataFrame, names: list[str]) -> pd.Series:
    """12 hex digits over all parameters but the rate, made once per arm."""
    arms = runs.drop_duplicates("arm")
    words = {
        str(arm): hashlib.sha256("|".join(map(repr, values)).encode()).hexdigest()[:12]
        for arm, *values in arms[["arm", *names]].astype(object).where(arms[["arm", *names]].notna(), None).to_numpy()
    }
    return runs["arm"].astype(str).map(words)


def _number(runs: pd.DataFrame, column: str) -> pd.Series:
    """A column as numbers; all NaN where the table does not have it."""
    if column not in runs:
        return pd.Series(np.nan, index=runs.index)
    return pd.to_numeric(runs[column], errors="coerce").astype(float)

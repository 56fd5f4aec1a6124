"""What the runs of a paired contrast say beside their differences: identity, failures, censoring, what may come.

In: the table, the pairs and the metric. Out: switches, bounds and short remarks, all for `tests/paired.py`.
"""

import math

import numpy as np
import pandas as pd

from mismatch.analysis.failures import NONE, Drop, drop_between
from mismatch.analysis.intervals import ANYWHERE
from mismatch.analysis.pairs import CHANCE_METRICS, DELAY, Pairs
from mismatch.analysis.select import true
from mismatch.analysis.summary import learned
from mismatch.config.counting import counted
from mismatch.run import metrics

WITNESSES = ("log_loss", "loss_final", "exact_accuracy", "accuracy", "auc", "train_accuracy", "roughness")
"""Columns in which identical runs agree; those with many digits come first, one of them must be there."""
ROUNDING = 1e-4
"""Relative difference up to which a number agrees. One training run whose sums are taken in another order (more pads,
the other side) ends within 1e-5 of itself; runs that really differ do so by 1e-3 and more in one of the witnesses."""
MOST, ENLARGED = 0.75, 0.05
"""Training enlarges that rounding now and then: when masked pads were added to `ends_xor`, 8 of 10 runs stayed within
1e-4 on one processor, one moved by .001 and one by .016 of its roughness (by .0002 in its loss); on another processor
all 10 were the same to the last digit. What kernels a processor has shall give no verdict: where `MOST` of the runs
agree, the others may differ by `ENLARGED`. Arms that compute different things differ in every run, as each has weights
and data of its own."""
FINE = 2
"""So many of the witnesses are fine enough to show a difference in the last digit of a weight."""
SAME = "the runs are identical in every number measured"
ROUNDED = f"{SAME}, but for rounding"

PROCESSOR = ("cpu", "cpu_family", "cpu_model", "cpu_extensions")
"""Columns that say which kernels computed a run's numbers, in their last digits."""


def both(table: pd.DataFrame, arm: str, against: str, pairs: Pairs) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of each side, in the order of the pairs."""
    found = [table[table["arm"].astype(str) == name].drop_duplicates("replicate") for name in (arm, against)]
    left, right = (rows.set_index("replicate").reindex(list(pairs.replicates)) for rows in found)
    return left, right


def identical(left: pd.DataFrame, right: pd.DataFrame, pairs: Pairs, metric: str) -> str:
    """How far the runs of both sides are the same in all numbers that the table holds of them; empty where they differ.

    Equal accuracies alone show nothing: many different runs share one. In a table without a loss, the metric itself
    must be one that can be anything, not a share of cases.
    """
    if pairs.failures or not len(pairs.differences):
        return ""
    known = [name for name in WITNESSES if name in left and left[name].notna().any()]
    if not set(known) & set(WITNESSES[:FINE]):
        return SAME if bounds(metric) == ANYWHERE and not np.any(pairs.differences) else ""
    columns = [(left[name].to_numpy(float), right[name].to_numpy(float)) for name in known]
    tested = (pairs.arm, pairs.against)
    if all(np.array_equal(a, b, equal_nan=True) for a, b in [*columns, tested]):
        return SAME
    apart = int((~_close([*columns, tested], ROUNDING)).sum())
    if not apart:
        return ROUNDED
    chosen = "run" in left and bool((left["run"] == right["run"]).any())  # one run on both sides says nothing of arms
    if chosen or apart > (1 - MOST) * len(pairs.differences) or not _close(columns, ENLARGED).all():
        return ""
    return f"{ROUNDED}, which training enlarged in {apart} of {len(pairs.differences)}"


def _close(columns: list[tuple[np.ndarray, np.ndarray]], share: float) -> np.ndarray:
    """By pair, whether both sides agree in all columns but for so small a share."""
    found = [np.isclose(a, b, rtol=share, atol=0, equal_nan=True) for a, b in columns]
    return np.asarray(np.logical_and.reduce(found))


def bounds(metric: str) -> tuple[float, float]:
    """Least and greatest value of a metric."""
    column = metrics.columns().get(metric)
    return ANYWHERE if column is None else column.within


def within(metric: str, scale: str) -> tuple[float, float]:
    """Least and greatest difference in a metric."""
    low, high = bounds(metric)
    reach = high - low if scale == "difference" else math.inf
    return -reach, reach


def drop(left: pd.DataFrame, pairs: Pairs, metric: str, declared: float | None) -> Drop | None:
    """The difference that a failing run leaves: as declared, or from chance, or the range of the metric; else None.

    A run that fails to learn has a delay of all its updates, the lower bound with which it counts.
    """
    if declared is not None:
        return Drop(-declared, declared)
    if metric == DELAY and pairs.scale == "ratio" and "train.updates" in left:
        whole = float(np.log(left["train.updates"].astype(float)).mean())
        return drop_between(np.log(pairs.arm), np.log(pairs.against), (whole, whole))
    if pairs.scale != "difference":
        return None
    if (metric in CHANCE_METRICS or metric.startswith("probe_accuracy")) and "chance" in left:
        chance = float(left["chance"].mean())
        if math.isfinite(chance):
            return drop_between(pairs.arm, pairs.against, (chance, chance))
    worst = bounds(metric)
    return drop_between(pairs.arm, pairs.against, worst) if math.isfinite(worst[0] + worst[1]) else None


UNFAILING = NONE
"""The drop of what is measured without training, or of times: nothing fails there as a training run does."""


def remarks(left: pd.DataFrame, right: pd.DataFrame, failures: int) -> str:
    """Runs that failed, that did not learn while others of their arm did, or whose pair had another processor."""
    said = [f"{failures} failed runs score chance"] if failures else []
    for name, rows in (("the arm", left), ("the other side", right)):
        dead = int((~learned(rows)).sum())
        if 0 < dead < len(rows):
            said.append(f"{dead} of {counted(len(rows), 'run')} of {name} did not learn")
    apart = elsewhere(left, right)
    said += (
        [f"{apart} of {len(left)} pairs ran on two processor models: last digits may differ by that"] if apart else []
    )
    return "; ".join(said)


def elsewhere(left: pd.DataFrame, right: pd.DataFrame) -> int:
    """Pairs whose two runs were trained on processors of different models; what is not known does not differ."""
    apart = pd.Series(False, index=left.index)
    for name in PROCESSOR:
        if name in left and name in right:
            one, other = left[name].astype("string"), right[name].astype("string")
            apart |= (one != other).fillna(False)
    return int(apart.sum())


def censored(left: pd.DataFrame, right: pd.DataFrame, metric: str) -> str:
    """``arm 3, against 0``: runs of each side whose value is a lower bound; empty where there are none."""
    name = f"{metric}_censored"
    if name not in left:
        return ""
    counts = [int(true(rows[name]).sum()) for rows in (left, right)]
    return f"arm {counts[0]}, against {counts[1]}" if any(counts) else ""

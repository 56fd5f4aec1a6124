"""What choosing brings: the best of some arms, minus the arm that one has without choosing.

The choice is made for each replicate on the others (leave one out), so that no arm is called best for the luck of the
runs it is then measured by: where all arms are equal, the mean difference is 0. The differences are judged as those
of two arms are (`paired.py`); `why` names what was chosen, and how often.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis.pairs import Pairs, pair
from mismatch.analysis.select import arm_where, described_by
from mismatch.analysis.tests.base import Evidence, Result, members_of
from mismatch.analysis.tests.paired import Paired, PairedContrast, missing
from mismatch.run import metrics

CHOICE = "_choice"
"""The column that tells the two sides apart: the default, and what was chosen in its place."""


@dataclass(frozen=True, kw_only=True)
class BestContrast(PairedContrast):
    """As a paired contrast, without `arm`: that is chosen among the arms of `among`; against: the default.

    factors: what tells the arms apart, to name what was chosen.
    """

    among: dict[str, Any] = field(default_factory=dict)
    factors: tuple[str, ...] = ()
    predicts: str = "greater"


class Best(Paired):
    name = "best"
    contrast = BestContrast
    meaning = "mean of the best arm, chosen on the other replicates, minus the default one; judged as paired"
    counts = "pairs"
    by_looks = False

    def wrong(self, contrast: PairedContrast) -> Iterator[tuple[str, str]]:
        for key in ("among", "factors"):
            if not getattr(contrast, key):
                yield key, f"must be given for test {self.name}"
        if contrast.arm:
            yield "arm", "must be left out: it is chosen among the arms of `among`"
        yield from super().wrong(contrast)

    def judge(self, contrast: PairedContrast, evidence: Evidence) -> Result:
        assert isinstance(contrast, BestContrast)
        found = members_of(evidence, contrast.where | contrast.among, contrast.factors)
        if found.withheld:
            return Result(found.withheld, arms=found.arms, runs=found.ids)
        described = evidence.base | contrast.where | contrast.against
        default = arm_where(evidence.table, described)
        if default is None:
            return Result(f"no arm {described_by(described)}", arms=found.arms)
        others = [arm for arm in found.arms if arm != default]
        if not others:
            return Result("nothing to choose from", arms=found.arms)
        pairs = [_pairs(arm, default, contrast, evidence) for arm in others]
        places = leave_one_out(np.stack([each.differences for each in pairs]), _sign(contrast.metric))
        chosen = dict(zip(pairs[0].replicates, places, strict=True))
        table = _table(evidence.table, [default, *others], chosen)
        sides: dict[str, Any] = {"arm": {CHOICE: "best"}, "against": {CHOICE: "default"}, "where": {}}
        made = super().judge(replace(contrast, **sides), Evidence(table, {}))
        names = ["the default", *(_name(found.runs, arm, contrast.factors) for arm in others)]
        why = "; ".join(filter(None, (made.why, _said([names[place] for place in places]))))
        return replace(made, arms=tuple(dict.fromkeys([*found.arms, default])), why=why)

    def measure(self, row: pd.Series) -> str:
        return f"{super().measure(row)}, best - default"


def leave_one_out(differences: np.ndarray, sign: int = 1) -> np.ndarray:
    """The place of the arm that is best in the other replicates, for each replicate; 0 is the default.

    Args:
        differences: (arms, replicates) of arms 1, 2, ... to the default. sign: 1 where higher is better, else -1.

    Returns:
        (replicates,) places.
    """
    n = differences.shape[1]
    others = (differences.sum(axis=1, keepdims=True) - differences) / max(n - 1, 1)
    places: np.ndarray = np.vstack([np.zeros((1, n)), sign * others]).argmax(axis=0)
    return places


def _pairs(arm: str, default: str, contrast: PairedContrast, evidence: Evidence) -> Pairs:
    """An arm and the default.

    Raises:
        ValueError: they are no pair, or a planned one is missing.
    """
    found = pair(evidence.table, arm, default, contrast.metric, contrast.scale, contrast.shares, evidence.planned)
    if found.missing or len(found.differences) < 2:
        raise ValueError(missing(found) or f"fewer than two pairs of {arm} and {default}")
    return found


def _table(runs: pd.DataFrame, arms: list[str], chosen: dict[int, int]) -> pd.DataFrame:
    """The runs of the default, and those of what was chosen in its place, as two arms told apart by `CHOICE`."""
    default = runs[runs["arm"].eq(arms[0]) & runs["replicate"].isin(chosen)]
    right = runs["replicate"].map({k: arms[place] for k, place in chosen.items()}).eq(runs["arm"])
    best = runs[right].assign(arm="best")
    return pd.concat([default.assign(**{CHOICE: "default"}), best.assign(**{CHOICE: "best"})], ignore_index=True)


def _sign(metric: str) -> int:
    column = metrics.columns().get(metric)
    return -1 if column is not None and column.lower_is_better else 1


def _name(runs: pd.DataFrame, arm: str, factors: tuple[str, ...]) -> str:
    row = runs[runs["arm"].eq(arm)].iloc[0]
    return " ".join(f"{factor}={row[factor]}" for factor in factors if pd.notna(row[factor]))


def _said(names: list[str]) -> str:
    """``chosen: reduction.kernel=3 reduction.pool=2 (8 of 10), the default (2 of 10)``."""
    return "chosen: " + ", ".join(f"{name} ({n} of {len(names)})" for name, n in Counter(names).most_common(3))

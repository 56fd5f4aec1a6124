"""Two arms in one metric, replicate by replicate: `arm` minus `against`, both written as what differs from the base."""

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis import verdict
from mismatch.analysis.controls import TIMES
from mismatch.analysis.intervals import UnreliableInterval
from mismatch.analysis.pairs import SCALES, SHARED, STREAMS, Pairs, pair
from mismatch.analysis.select import arm_where, described_by, true
from mismatch.analysis.statistics import replicates_needed
from mismatch.analysis.tests.base import (
    ClaimTest,
    Contrast,
    Evidence,
    Question,
    Result,
    in_brackets,
    metric_name,
)


@dataclass(frozen=True, kw_only=True)
class PairedContrast(Contrast):
    """scale: difference | ratio (of logarithms). predicts: less | greater | different | equal.

    margin: smallest difference that matters. shares: streams the pair shares. where: parameters of both sides.
    """

    arm: dict[str, Any] = field(default_factory=dict)
    against: dict[str, Any] = field(default_factory=dict)
    where: dict[str, Any] = field(default_factory=dict)
    metric: str = "exact_accuracy"
    scale: str = "difference"
    predicts: str = "less"
    margin: float = 0.0
    shares: tuple[str, ...] = SHARED


class Paired(ClaimTest[PairedContrast]):
    name = "paired"
    contrast = PairedContrast
    meaning = "mean paired difference of two arms, with an exact sign-flip test and two one-sided tests of equivalence"
    counts = "pairs"
    differences = True
    rests_on = "pairs"

    def wrong(self, contrast: PairedContrast) -> Iterator[tuple[str, str]]:
        if contrast.predicts not in verdict.DIRECTIONS:
            yield "predicts", "must be one of " + ", ".join(verdict.DIRECTIONS)
        yield from wrong_pairing(contrast.scale, contrast.shares, contrast.margin)
        if contrast.predicts == "equal" and not contrast.margin > 0:
            yield "margin", "must be above 0 where equal is predicted"

    def asks(self, contrast: PairedContrast) -> Question:
        return Question(contrast.predicts, contrast.metric, contrast.scale, contrast.margin)

    def judge(self, contrast: PairedContrast, evidence: Evidence) -> Result:
        table = evidence.table
        sides = [evidence.base | contrast.where | side for side in (contrast.arm, contrast.against)]
        ids = [arm_where(table, side) for side in sides]
        for side, found in zip(sides, ids, strict=True):
            if found is None:
                return Result(f"no arm {described_by(side)}")
        arm, against = map(str, ids)
        if arm == against:
            text = f"both sides are arm {arm}: what should tell them apart cannot act there"
            return Result(text, arms=(arm, against))
        try:
            pairs = pair(table, arm, against, contrast.metric, contrast.scale, contrast.shares, evidence.planned)
        except ValueError as error:  # no pair, or no such metric: the controls of both arms are named all the same
            return Result(str(error), arms=(arm, against))
        withheld = missing(pairs) or _noisy_times(table, contrast.metric, (arm, against))
        if len(pairs.differences) < 2:
            return Result(withheld or "fewer than two pairs", arms=(arm, against), n=len(pairs.differences))
        return _result(pairs, contrast, withheld, (arm, against))

    def effect(self, row: pd.Series) -> str:
        """``-0.643 [-0.661, -0.625]``; a ratio as the factor ``x1.42 [1.23, 1.69]``."""
        values = [float(row[name]) for name in ("effect", "low", "high")]
        if row["scale"] == "ratio":
            return "x" + " ".join(in_brackets([f"{math.exp(value):.3g}" for value in values]))
        return " ".join(in_brackets([f"{value + 0.0:+.3f}".replace("-0.000", "+0.000") for value in values]))

    def measure(self, row: pd.Series) -> str:
        return metric_name(row)

    def margin(self, row: pd.Series) -> str:
        return f"{row['margin']:g}"

    def drawn(self, row: pd.Series) -> str:
        return "factor" if row["scale"] == "ratio" else "difference"

    def region(self, row: pd.Series) -> list[tuple[float, float]]:
        margin = float(row["margin"])
        sides = {"less": [(-np.inf, -margin)], "greater": [(margin, np.inf)], "equal": [(-margin, margin)]}
        sides["different"] = sides["less"] + sides["greater"]
        return sides.get(str(row["predicts"]), [])

    def details(self, row: pd.Series) -> list[str]:
        if pd.isna(row["p"]):
            return []
        return [
            f"difference p = {row['p']:.2g} (Holm, {row['family']}: {row['p_holm']:.2g}); "
            f"equivalence p = {row['p_equivalence']:.2g} (Holm: {row['p_equivalence_holm']:.2g})",
            f"higher in {row['superiority']:.0%} of pairs, ties half; "
            f"80% power for {row['minimum_detectable_effect']:.2g}",
        ]


def wrong_pairing(scale: str, shares: Sequence[str], margin: float) -> Iterator[tuple[str, str]]:
    """What is wrong with how arms are to be paired, as `ClaimTest.wrong`."""
    if scale not in SCALES:
        yield "scale", "must be one of " + ", ".join(SCALES)
    if not set(shares) <= set(STREAMS):
        yield "shares", "must be some of " + ", ".join(STREAMS)
    if not 0 <= margin < math.inf:
        yield "margin", "must be 0 or more"


def missing(pairs: Pairs) -> str:
    """Which planned pairs there are not, or nothing."""
    return f"{len(pairs.missing)} planned pairs missing ({pairs.missing[0]})" if pairs.missing else ""


def _noisy_times(table: pd.DataFrame, metric: str, arms: Sequence[str]) -> str:
    """Why times of these arms may not be claimed, or nothing."""
    if metric not in TIMES or "timing_valid" not in table:
        return ""
    quiet = true(table.loc[table["arm"].isin(arms), "timing_valid"])
    return "" if quiet.all() else "times of runs side by side, which share caches and memory, decide nothing"


def _result(pairs: Pairs, contrast: PairedContrast, withheld: str, arms: tuple[str, str]) -> Result:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreliableInterval)  # the remark goes into the table
        judged = verdict.judge(pairs.differences, contrast.predicts, contrast.margin)
    enough = None
    if judged.margin:
        with suppress(ValueError):  # no number of replicates would be enough
            enough = replicates_needed(float(np.std(pairs.differences, ddof=1)), judged.margin)
    same = ("n", "effect", "low", "high", "p", "p_equivalence", "superiority", "minimum_detectable_effect")
    return Result(
        withheld=withheld,
        judgement=judged,
        arms=arms,
        replicates_for_margin=enough,
        failures=pairs.failures,
        why=judged.note,
        runs=pairs.runs,
        differences=tuple(map(float, pairs.differences)),
        **{name: getattr(judged, name) for name in same},
    )

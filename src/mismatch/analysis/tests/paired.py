"""Two arms in one metric, replicate by replicate: `arm` minus `against`, both written as what differs from the base."""

import math
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis import circumstances, looks, verdict
from mismatch.analysis.controls import TIMES
from mismatch.analysis.intervals import UnreliableInterval
from mismatch.analysis.pairs import SCALES, SHARED, STREAMS, Pairs, pair
from mismatch.analysis.select import arm_where, described_by, true
from mismatch.analysis.sensitivity import Seen, sensitivity
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
    """scale: difference | ratio (tested in logarithms, told as factors). predicts: less | greater | different | equal.

    margin: smallest difference that matters. shares: streams the pair shares. where: parameters of both sides.
    drop: largest difference that a failing run makes, where the metric's own range does not say.
    """

    arm: dict[str, Any] = field(default_factory=dict)
    against: dict[str, Any] = field(default_factory=dict)
    where: dict[str, Any] = field(default_factory=dict)
    metric: str = "exact_accuracy"
    scale: str = "difference"
    predicts: str = "less"
    margin: float = 0.0
    drop: float | None = None
    shares: tuple[str, ...] = SHARED


class Paired(ClaimTest[PairedContrast]):
    name = "paired"
    contrast = PairedContrast
    meaning = "mean paired difference of two arms, tested for difference, and for equivalence even if runs fail unseen"
    counts = "pairs"
    differences = True
    by_looks = True
    rests_on = "pairs"

    def wrong(self, contrast: PairedContrast) -> Iterator[tuple[str, str]]:
        if contrast.predicts not in verdict.DIRECTIONS:
            yield "predicts", "must be one of " + ", ".join(verdict.DIRECTIONS)
        yield from wrong_pairing(contrast.scale, contrast.shares, contrast.margin)
        if contrast.predicts == "equal" and not contrast.margin > 0:
            yield "margin", "must be above 0 where equal is predicted"
        if contrast.drop is not None and not 0 < contrast.drop < math.inf:
            yield "drop", "must be above 0"

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
        return _result(evidence, pairs, contrast, withheld, (arm, against))

    def effect(self, row: pd.Series) -> str:
        """``-0.643 [-0.661, -0.625]``; a ratio as the factor ``x1.42 [1.23, 1.69]``, or at least that if censored."""
        values = [float(row[name]) for name in ("effect", "low", "high")]
        if row["scale"] == "ratio":
            return _at_least(row) + "x" + " ".join(in_brackets([f"{value:.3g}" for value in values]))
        return " ".join(in_brackets([f"{value + 0.0:+.3f}".replace("-0.000", "+0.000") for value in values]))

    def measure(self, row: pd.Series) -> str:
        return metric_name(row)

    def margin(self, row: pd.Series) -> str:
        return f"x{row['margin']:.3g}" if row["scale"] == "ratio" else f"{row['margin']:g}"

    def drawn(self, row: pd.Series) -> str:
        return "factor" if row["scale"] == "ratio" else "difference"

    def region(self, row: pd.Series) -> list[tuple[float, float]]:
        margin = float(row["margin"])
        least, opposite = (0.0, 1 / margin) if row["scale"] == "ratio" else (-np.inf, -margin)
        sides = {"less": [(least, opposite)], "greater": [(margin, np.inf)], "equal": [(opposite, margin)]}
        sides["different"] = sides["less"] + sides["greater"]
        return sides.get(str(row["predicts"]), [])

    def details(self, row: pd.Series) -> list[str]:
        if pd.isna(row["p"]):
            return []
        return [
            f"difference p = {row['p']:.2g} (Holm, {row['family']}: {row['p_holm']:.2g}); "
            f"equivalence p = {row['p_equivalence']:.2g} (Holm: {row['p_equivalence_holm']:.2g})",
            f"higher in {row['superiority']:.0%} of pairs, ties half; "
            f"80% power for {'x' * (row['scale'] == 'ratio')}{row['minimum_detectable_effect']:.3g}",
            *_if_failing(row),
            *_at_look(row),
        ]


def _at_look(row: pd.Series) -> list[str]:
    """What a look spends, where replicates were added at looks."""
    look = row.get("look", "")
    known = isinstance(look, str) and look
    return [f"look {look}: interval and verdict at its share of the 5%, see docs/statistics.md"] if known else []


def _if_failing(row: pd.Series) -> list[str]:
    """The bounds that count failures which no replicate showed, where they are known and not those of the interval."""
    low, high = (row.get(name, math.nan) for name in ("low_failing", "high_failing"))
    if pd.isna(low) or pd.isna(high) or row["scale"] == "ratio":
        return []
    return [f"with the failures that {int(row['n'])} replicates cannot rule out: {low:+.3f} to {high:+.3f}"]


def _at_least(row: pd.Series) -> str:
    """``at least `` where runs of the arm alone are censored, ``at most `` where those of the other side are."""
    found = re.fullmatch(r"arm (\d+), against (\d+)", str(row.get("censored")))
    if found is None:
        return ""
    arm, against = (int(count) > 0 for count in found.groups())
    return "about " if arm and against else "at least " if arm else "at most "


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


def _result(evidence: Evidence, pairs: Pairs, contrast: PairedContrast, withheld: str, arms: tuple[str, str]) -> Result:
    seen = _seen(evidence.table, contrast, arms)
    judged, remark, censored = _judged(evidence, pairs, contrast, arms, seen)
    enough = None
    if judged.margin:
        with suppress(ValueError):  # no number of replicates would be enough
            enough = replicates_needed(float(np.std(pairs.differences, ddof=1)), judged.margin)
    same = ("n", "effect", "low", "high", "low_failing", "high_failing", "p", "p_equivalence", "superiority",
            "minimum_detectable_effect")  # fmt: skip
    return Result(
        withheld=withheld,
        judgement=judged,
        look=looks.said(judged.n, evidence.looks),
        arms=arms,
        replicates_for_margin=enough,
        failures=pairs.failures,
        censored=censored,
        sensitivity=seen.text,
        why=remark,
        runs=pairs.runs,
        differences=tuple(map(float, pairs.differences)),
        **{name: getattr(judged, name) for name in same},
    )


def _trained(contrast: PairedContrast) -> bool:
    """Whether the contrast is one of training runs, which may fail, or be too easy to differ; not of times."""
    return contrast.table == "runs.csv" and contrast.metric not in TIMES


def _seen(table: pd.DataFrame, contrast: PairedContrast, arms: tuple[str, str]) -> Seen:
    """Whether a planted deficit was seen, where equivalence asks for that."""
    if not _trained(contrast) or not contrast.margin:
        return Seen(True, "")
    return sensitivity(table, arms, contrast.metric, contrast.scale, contrast.margin)


def _judged(
    evidence: Evidence, pairs: Pairs, contrast: PairedContrast, arms: tuple[str, str], seen: Seen
) -> tuple[verdict.Judgement, str, str]:
    """The judgement, a remark on the runs behind it, and which of them are censored."""
    left, right = circumstances.both(evidence.table, *arms, pairs)
    trained = _trained(contrast)
    drop = circumstances.drop(left, pairs, contrast.metric, contrast.drop) if trained else circumstances.UNFAILING
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreliableInterval)  # the remark goes into the table
        judged = verdict.judge(
            pairs.differences,
            contrast.predicts,
            contrast.margin,
            drop,
            circumstances.within(contrast.metric, contrast.scale),
            circumstances.identical(left, right, pairs, contrast.metric),
            "" if seen.shown else seen.text,
            looks.level(len(pairs.differences), evidence.looks),
            contrast.scale == "ratio",
        )
    remark = circumstances.remarks(left, right, pairs.failures) if trained else ""
    return judged, remark, circumstances.censored(left, right, contrast.metric)

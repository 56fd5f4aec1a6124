"""Which arms need more replicates, where claims are to be decided and not just looked at.

In: registered claims, the runs so far, the look they came to. Out: a `Need` for every primary contrast of two arms that
asks for more: its interval reaches further than the margin to either side, or it leaves out 0 where so few replicates
have no p small enough for the contrast's family. One without a margin never asks, nor one that cannot be judged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from mismatch.analysis.claims import Examined, Tables, examine
from mismatch.analysis.controls import original_of
from mismatch.analysis.registry import Claim, Registry
from mismatch.analysis.statistics import ENUMERATED, FLIPS
from mismatch.analysis.tests.base import Contrast
from mismatch.analysis.verdict import Judgement
from mismatch.config.registry import CLAIM_TESTS


@dataclass(frozen=True)
class Need:
    """A contrast that needs more replicates, the arms it rests on, and why, in words."""

    contrast: str
    arms: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Looked:
    """What a look found. arms: all that need more, with their control copies. contrasts: how many were looked at."""

    needs: tuple[Need, ...]
    arms: frozenset[str]
    contrasts: int


def askers(registry: Registry) -> list[tuple[Claim, Contrast]]:
    """The contrasts that may ask for more replicates."""
    primary = [(claim, each) for claim in registry.claims for each in claim.contrasts if each.primary]
    return [(claim, each) for claim, each in primary if _asks(each)]


def look(registry: Registry, runs: pd.DataFrame, planned: dict[str, int], looks: Sequence[int], number: int) -> Looked:
    """Look at the contrasts that have come to look `number`, from 1 on; those that stopped before are left alone."""
    examined = examine(registry, Tables({"runs.csv": runs}, planned, None, tuple(looks)))
    families = [one.family for one in examined if one.result.judgement is not None]
    here = [one for one in examined if _comes_to(one, looks[number - 1])]
    found = [(one, _why(one.result.judgement, families.count(one.family))) for one in here if one.result.judgement]
    needs = tuple(Need(f"{one.claim.id}: {one.contrast.name}", one.result.arms, why) for one, why in found if why)
    arms = {arm for need in needs for arm in need.arms}
    return Looked(needs, frozenset(arms | _copies(runs, arms)), len(here))


def _asks(contrast: Contrast) -> bool:
    test = CLAIM_TESTS.get(contrast.test)
    return bool(test.by_looks and contrast.table == "runs.csv" and test().asks(contrast).margin > 0)


def _comes_to(one: Examined, n: int) -> bool:
    asks = one.contrast.primary and _asks(one.contrast)
    return asks and one.result.judgement is not None and not one.result.withheld and one.result.n == n


def _why(judgement: Judgement, family: int) -> str:
    """Why more replicates are needed, or nothing."""
    half = (judgement.high - judgement.low) / 2
    if judgement.identical:
        return ""
    if half > judgement.margin:
        return f"+-{half:.2g}, margin {judgement.margin:g}"
    apart = judgement.low > 0 or judgement.high < 0
    least = 2 / 2**judgement.n if judgement.n <= ENUMERATED else 1 / (FLIPS + 1)
    if apart and least * family > judgement.level:
        return f"p of {judgement.level / family:.2g} needed, one of {family}; {judgement.n} have none below {least:.2g}"
    return ""


def _copies(runs: pd.DataFrame, arms: Iterable[str]) -> set[str]:
    """The control copies of these arms: planted deficits and the like, which stand behind their verdicts."""
    if "control" not in runs:
        return set()
    wanted, copies = set(arms), runs[runs["control"].fillna("none").ne("none")]
    return {str(arm) for arm, rows in copies.groupby("arm") if original_of(runs, rows) in wanted}

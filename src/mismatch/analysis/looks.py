"""Looks at the replicates: where more of them are added until intervals are narrow enough, each look spends its share.

In: numbers of replicates at the looks (`config.groups.LOOKS`), and how many a contrast has. Out: levels, words, and
what a test sees that takes no part. The shares sum to .05, so no choice of when to stop errs more often (Bonferroni),
whatever the differences and in every family: p values times .05 over the share can go through Holm's correction.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from mismatch.analysis.spending import shares
from mismatch.analysis.tests.base import Evidence
from mismatch.analysis.verdict import LEVEL


def levels(looks: Sequence[int]) -> tuple[float, ...]:
    """What each look may spend of `LEVEL`."""
    return shares(LEVEL, looks)


def place(n: int, looks: Sequence[int]) -> int:
    """The look, from 1 on, at which `n` replicates stand: the first with as many."""
    return min(bisect_left(looks, n), len(looks) - 1) + 1


def level(n: int, looks: Sequence[int]) -> float:
    """The level of a verdict on `n` replicates; all of it where their number was fixed."""
    return levels(looks)[place(n, looks) - 1] if looks else LEVEL


def said(n: int, looks: Sequence[int]) -> str:
    """``2 of 4``; empty where the number of replicates was fixed."""
    return f"{place(n, looks)} of {len(looks)}" if looks else ""


def first_of(evidence: Evidence) -> Evidence:
    """The replicates of the first look, as if no other had followed: a number that no result had a say in."""
    if not evidence.looks:
        return evidence
    n, table = evidence.looks[0], evidence.table
    planned = evidence.planned and {arm: min(count, n) for arm, count in evidence.planned.items()}
    return replace(evidence, table=table[table["replicate"] < n], planned=planned, looks=())

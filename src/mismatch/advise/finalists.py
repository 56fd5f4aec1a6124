"""Who is in the final, and what the final came to.

In: the field of the race, then runs on the sequences set aside. Out: `Finalist`s, the advised one first, and whether a
deficit planted on purpose was seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mismatch.advise import final
from mismatch.advise.candidates import OWN, Way
from mismatch.advise.choosing import choose
from mismatch.advise.delays import Delayed, delay
from mismatch.advise.evidence import ADVISED, CUT, KERAS, LEADER, Finalist, Sensitivity
from mismatch.advise.field import ERRORS, Field
from mismatch.advise.stepping import Timed
from mismatch.analysis.intervals import Interval
from mismatch.config.arm import Arm
from mismatch.config.groups import Settings
from mismatch.config.rules import resolve

MOST = 7
PLANTED = 0.25
"""Share of the training labels that the planted deficit changes."""
UNTESTED = Interval(float("nan"), float("nan"), float("nan"), valid=False, note="there was no time to test it")


@dataclass(frozen=True)
class Chosen:
    """Why a way is in the final, and its arm there."""

    role: str
    way: Way
    arm: Arm


def chosen(field: Field, tested: Settings, margin: float, longest: int = 0) -> list[Chosen]:
    """The advised way, the leader, and ways that people ask about.

    tested: the settings that all share in the final. longest: steps of the longest sequence.
    """
    best = field.raced()
    left = [arm.id for arm in best.values() if arm.id not in field.out] or [arm.id for arm in best.values()]
    means = {arm.id: field.score(arm) for arm in best.values()}
    costs = {arm.id: field.runs.step_ms(arm) for arm in best.values()}
    if not any(np.isfinite(costs[arm]) for arm in left):  # nothing is known of what they cost
        costs = dict.fromkeys(costs, 1.0)
    known = {arm.id: arm for arm in best.values()}
    among = [arm for arm in left if np.isfinite(costs[arm])]
    found = choose(means, costs, margin, among, error=lambda one, other: field.error(known[one], known[other]))
    asked = roles(field.way_of(found.arm), field.way_of(found.leader), list(best), longest)
    return [Chosen(role, way, arm_of(way, best[way], tested)) for role, way in asked][:MOST]


def kinds(among: Sequence[Chosen]) -> int:
    """In how many of them an update does other work."""
    return len({(each.way.steps, each.way.mask, each.way.reduction, each.way.pool) for each in among})


def roles(advised: Way, leader: Way, known: Sequence[Way], longest: int = 0) -> list[tuple[str, Way]]:
    """Why a way is in the final: each of `known` once, by its first reason. longest: steps of the longest sequence."""
    start = Way(max(way.steps for way in known), reduction=OWN if advised.reduction == OWN else "none")
    mask = next((way.mask for way in known if way.mask != "none"), "none")
    alike = [way for way in known if way != advised and way.like(advised, "length") == advised]
    shorter = sorted((way for way in alike if way.steps < advised.steps), key=lambda way: -way.steps)
    longer = sorted((way for way in alike if way.steps > advised.steps), key=lambda way: way.steps)
    asked = [
        (ADVISED, advised),
        (LEADER, leader),
        (KERAS if start.steps >= longest else CUT, start),
        ("padding after, no mask", replace(start, padding="post")),
        ("padding after, masked", replace(start, padding="post", mask=mask)),
        *(("shorter", way) for way in shorter[:1]),
        *(("longer", way) for way in longer[:1]),
        ("no reduction", replace(advised, reduction="none", pool=None)),
    ]
    found: dict[Way, str] = {}
    for role, way in asked:
        if way in known:
            found.setdefault(way, role)
    return [(role, way) for way, role in found.items()]


def arm_of(way: Way, raced: Arm, tested: Settings, control: str = "none") -> Arm:
    """The arm of the final: as it was raced, but on all sequences that are not set aside."""
    asked = way.settings(tested)
    train = replace(asked.train, learning_rate=raced.train.learning_rate, updates=raced.train.updates)
    return resolve(replace(asked, train=train, control=replace(asked.control, kind=control, rate=PLANTED)))


def told(
    among: Sequence[Chosen],
    right: Mapping[str, np.ndarray],
    delays: Mapping[str, Mapping[int, Delayed]],
    timed: Timed,
    margin: float,
    chance: float,
    groups: np.ndarray | None = None,
) -> tuple[Finalist, ...]:
    """What the final came to; where the advised way was not tested, it alone is told, as what was chosen.

    right: which sequences each replicate of an arm got right. delays: updates until it had learnt, by replicate.
    groups: (M,) of the sequences, which then count by group.
    """
    first = right[among[0].arm.id]
    shown = among if len(first) > 1 else among[:1]
    found = [_told(each, right[each.arm.id], first, margin, chance, groups) for each in shown]
    return tuple(
        replace(
            one,
            step_ms=timed.step_ms.get(one.arm.id),
            untimed=timed.why.get(one.arm.id, ""),
            delay=delay(delays[one.arm.id], None if one is found[0] else delays[found[0].arm.id]),
        )
        for one in found
    )


def unsure(right: Sequence[np.ndarray], margin: float) -> list[bool]:
    """Whether more replicates would say more of what each of these is behind the first: whether `ERRORS` standard
    errors over replicates are above the margin. That, not what the difference is, so that its interval keeps its level.

    right: as in `told`, in the order of the arms.
    """
    found = []
    for each in right:
        own, base = _paired(each, right[0])
        runs = len(own)
        behind = base.mean(1) - own.mean(1) if runs > 1 else np.zeros(2)
        found.append(bool(ERRORS * behind.std(ddof=1) > margin * np.sqrt(runs)))
    return found


def sensitivity(
    advised: np.ndarray, planted: np.ndarray, margin: float, groups: np.ndarray | None = None
) -> Sensitivity:
    """Whether the planted deficit was seen, and how many sequences set aside would show one of the margin."""
    if min(len(planted), len(advised)) < 2:
        return Sensitivity(False, "there was no time to plant a deficit", planted=False)
    base, other = _paired(advised, planted)
    found = final.difference(base, other, groups)
    text = f"{PLANTED:.0%} wrong training labels cost {found.estimate:.3f} [{found.low:.3f}, {found.high:.3f}]"
    return Sensitivity(found.low > 0, text, final.enough(base, other, margin, groups).sequences)


def _told(
    each: Chosen, right: np.ndarray, first: np.ndarray, margin: float, chance: float, groups: np.ndarray | None
) -> Finalist:
    if len(right) < 2:
        return Finalist(each.way, each.arm, each.role, UNTESTED, UNTESTED, None, each.role == ADVISED)
    own, base = _paired(right, first)
    alike = each.role == ADVISED or final.equivalent(base, own, margin, groups)
    below, reached = final.difference(base, own, groups), final.accuracy(right, groups)
    enough = None if each.role == ADVISED else final.enough(base, own, margin, groups).sequences
    runs, failed = len(right), final.failed(right, chance)
    return Finalist(each.way, each.arm, each.role, reached, below, None, alike, enough, trainings=runs, failed=failed)


def _paired(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    count = min(len(one), len(other))
    return one[:count], other[:count]

"""`replicates=auto`: after each look more replicates for the arms whose claims need them, until none does or the last.

In: a request, and what `report` found at a look. Out: the request of the next look. Nothing is remembered between two
commands: the same records lead through the same looks, so an interrupted sweep goes on where it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mismatch.config.counting import counted
from mismatch.config.groups import LOOKS
from mismatch.sweep.plan import Request

NAMED = 4
"""Arms or contrasts that a line names before it counts the others."""


@dataclass(frozen=True)
class More:
    """What a look found. arms: ids of those that need more replicates. why: a line for each contrast that asks.

    looked: how many contrasts were looked at.
    """

    arms: frozenset[str] = frozenset()
    why: tuple[str, ...] = ()
    looked: int = 0


def grown(asked: Request, found: More) -> Request | None:
    """The request of the next look; None where there is none, or no arm would get more."""
    grow = {each.names.arm for each in asked.wanted if each.auto and each.names.arm in found.arms}
    if not grow or asked.look >= len(LOOKS):
        return None
    most = LOOKS[asked.look]
    wanted = tuple(replace(each, replicates=most) if each.names.arm in grow else each for each in asked.wanted)
    return replace(asked, wanted=wanted, look=asked.look + 1)


def said(asked: Request, found: More, following: Request | None) -> str:
    """What a look at `asked` came to, in one line."""
    n = LOOKS[asked.look - 1]
    head = f"{asked.name}, look {asked.look} of {len(LOOKS)}: "
    if not found.why:
        return f"{head}no contrast of {found.looked} with {n} replicates needs more"
    of = counted(found.looked, "contrast")
    head += f"{len(found.why)} of {of} with {n} replicates need more ({_some(found.why, '; ')})"
    if following is None:
        last = asked.look == len(LOOKS)
        return head + (f", but {n} replicates are the most there are" if last else ", but their arms have a number")
    arms = [now.names.arm for was, now in zip(asked.wanted, following.wanted, strict=True) if now != was]
    return f"{head}; {LOOKS[asked.look]} replicates of {counted(len(arms), 'arm')}: {_some(arms, ', ')}"


def _some(names: Sequence[str], between: str) -> str:
    rest = len(names) - NAMED
    return between.join([*names[:NAMED], *([f"{rest} more"] if rest > 0 else [])])

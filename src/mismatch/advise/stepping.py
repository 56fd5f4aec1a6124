"""Step times of the finalists by the protocol of `timing`: in turns, in random order, in a process of its own.

In: arms, and seconds. Out: milliseconds of an update by plain Keras, by arm, or why there are none. Arms in which an
update does the same work are one: the side of the pads, say, takes no time. The first ones are timed where there is no
time for all.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from mismatch.config.arm import Arm
from mismatch.sweep import child

if TYPE_CHECKING:
    from mismatch.timing.protocol import Program

WARM_UP, LEAST_STEPS, FEWEST = 5, 4, 4
"""Updates before the first block, those of the shortest block, and quiet blocks from which on a time is told."""
LATE, NOISY = "there was no time", "the machine was not quiet"


@dataclass(frozen=True)
class Timed:
    """Milliseconds of an update by the id of the arm; of every other arm why there are none."""

    step_ms: Mapping[str, float]
    why: Mapping[str, str]


def step_times(arms: Sequence[Arm], seconds: float) -> Timed:
    """Median milliseconds of an update of each of `arms`, the most important ones first, within so many seconds."""
    timed = [replace(arm, train=replace(arm.train, engine="fit")) for arm in arms]
    answer = child.ask("mismatch.advise.stepping", [], (timed, time.time() + seconds), limit=seconds)
    made: dict[int, float | str] = answer.made or {}
    missing = LATE if answer.status < 0 else f"measuring them failed ({answer.last})"
    found = {arm.id: made.get(place, missing) for place, arm in enumerate(arms)}
    return Timed(
        {arm: value for arm, value in found.items() if isinstance(value, float)},
        {arm: value for arm, value in found.items() if isinstance(value, str)},
    )


def alike(arms: Sequence[Arm]) -> list[int]:
    """For each arm, the place of the first one in which an update does the same work."""
    from mismatch.timing.setting import settings

    kinds = [settings([arm])[0] for arm in arms]
    return [kinds.index(kind) for kind in kinds]


def measured(errand: tuple[list[Arm], float]) -> dict[int, float | str]:
    """``python -m mismatch.advise.stepping``: milliseconds, or why not, by the arm's place among those asked for.

    errand: the arms, and when to be done, by `time.time`.
    """
    import pandas as pd
    from threadpoolctl import threadpool_limits

    from mismatch.timing import protocol
    from mismatch.timing.programs import programs
    from mismatch.timing.setting import settings

    arms, done = errand
    end, first = time.perf_counter() + done - time.time(), alike(arms)
    places = list(dict.fromkeys(first))
    kinds = [settings([arms[place]])[0] for place in places]
    size = replace(protocol.SMOKE, rounds=10, fewest=FEWEST, block_ms=40, warm_up=WARM_UP)
    with threadpool_limits(1):
        made = _in_time(programs([arms[place] for place in places], kinds, WARM_UP), end)
        steps = protocol.plan_blocks(made, size, end - time.perf_counter())
        table = pd.DataFrame([asdict(block) for block in protocol.blocks(made, steps, size, end)])
    names = {place: program.setting.name for place, program in zip(places, made, strict=False)}
    believed = table[protocol.quiet(table)].groupby("arm")["step_ms"]
    known = believed.median()[believed.size() >= FEWEST]
    told = {place: float(known[name]) if name in known else NOISY for place, name in names.items()}
    return {place: told.get(same, LATE) for place, same in enumerate(first)}


def _in_time(programs: Iterable[Program], end: float) -> list[Program]:
    """As many of the programs as can be made and then timed until `end`; the first in any case."""
    from mismatch.timing.protocol import REFERENCE_COST_MS

    made: list[Program] = []
    begin = time.perf_counter()
    for program in programs:
        made.append(program)
        now = time.perf_counter()
        least = FEWEST * sum(LEAST_STEPS * each.estimate_ms + REFERENCE_COST_MS for each in made) / 1000
        if now + (now - begin) + (1 + 1 / len(made)) * least > end:
            break
        begin = now
    return made


if __name__ == "__main__":
    child.answer(measured)

"""Step times of the finalists by the protocol of `timing`: in turns, in random order, in a process of its own.

In: arms, and seconds. Out: milliseconds of an update by plain Keras, by arm; none where the machine was not quiet.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace

from mismatch.config.arm import Arm
from mismatch.sweep import child

WARM_UP = 5
FEWEST = 4
"""Quiet blocks from which on a time is told."""


def step_times(arms: Sequence[Arm], budget_s: float) -> dict[str, float]:
    """Median milliseconds of an update, by the id of the arm; empty where nothing could be measured."""
    timed = [replace(arm, train=replace(arm.train, engine="fit")) for arm in arms]
    made = child.ask("mismatch.advise.stepping", [], (timed, budget_s)).made or {}
    return {arm.id: made[place] for place, arm in enumerate(arms) if place in made}


def measured(errand: tuple[list[Arm], float]) -> dict[int, float]:
    """``python -m mismatch.advise.stepping``: by the arm's place among those asked for."""
    import pandas as pd
    from threadpoolctl import threadpool_limits

    from mismatch.timing import protocol
    from mismatch.timing.programs import programs
    from mismatch.timing.setting import settings

    arms, budget_s = errand
    size = replace(protocol.SMOKE, rounds=10, fewest=FEWEST, block_ms=40, budget_s=budget_s, warm_up=WARM_UP)
    kinds, end = settings(arms), time.perf_counter() + budget_s
    names = {kind.name: place for place, kind in enumerate(kinds)}
    with threadpool_limits(1):
        made = programs(arms, kinds, size.warm_up)
        steps = protocol.plan_blocks(made, size, end - time.perf_counter())
        table = pd.DataFrame([asdict(block) for block in protocol.blocks(made, steps, size, end)])
    believed = table[protocol.quiet(table)].groupby("arm")["step_ms"]
    known = believed.median()[believed.size() >= FEWEST]
    return {names[str(name)]: float(value) for name, value in known.items()}


if __name__ == "__main__":
    child.answer(measured)

"""How step time is taken: arms take turns in one process, in fresh random order every round.

In: programs. Out: one `Block` per program and round, between two timings of a fixed kernel that tell a slower arm
from a slower machine, and whether a block may be believed.
"""

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mismatch.timing.setting import Setting, Work

SEED = 0
DRIFT = 0.15
"""A block is void if a reference timing is further than this share from its partner or from the median of all."""
BUSY = 0.9
"""A block is void if the process had a core for less than this share of its wall time."""
REFERENCE_COST_MS = 12.0
"""Of a block's cost, this much is the reference kernel's."""


@dataclass(frozen=True)
class Protocol:
    """How long to measure. Blocks aim at `block_ms` within `least`..`most` steps; no round starts after `budget_s`."""

    rounds: int
    fewest: int
    block_ms: float
    least: int
    most: int
    budget_s: float
    warm_up: int = 10


FULL = Protocol(rounds=20, fewest=10, block_ms=100, least=5, most=25, budget_s=230)
SMOKE = Protocol(rounds=5, fewest=4, block_ms=15, least=3, most=7, budget_s=8, warm_up=4)


@dataclass(frozen=True)
class Program:
    """A traced training step. run: one forced step. estimate_ms: what it takes, from the warm-up."""

    setting: Setting
    work: Work
    run: Callable[[], object]
    first_call_s: float
    estimate_ms: float

    def columns(self) -> dict[str, float]:
        """What `steps.csv` says of it besides its setting."""
        return {
            "first_call_s": self.first_call_s,
            "flops_per_sample": self.work.flops,
            "useful_fraction": self.work.useful_fraction,
        }


@dataclass(frozen=True)
class Block:
    """The steps of one arm in one round; the columns of the same names are explained in `measurement.py`."""

    arm: str
    replicate: int
    started_s: float
    block_steps: int
    step_ms: float
    step_cpu_ms: float
    busy_fraction: float
    reference_before_ms: float
    reference_after_ms: float
    loadavg: float


def plan_blocks(programs: Sequence[Program], protocol: Protocol, left_s: float) -> list[int]:
    """Steps per block: equal time for every arm within bounds, less if `left_s` would not hold all rounds."""
    wanted = [
        int(np.clip(round(protocol.block_ms / program.estimate_ms), protocol.least, protocol.most))
        for program in programs
    ]
    costs = [
        (steps + 1) * program.estimate_ms + REFERENCE_COST_MS for steps, program in zip(wanted, programs, strict=True)
    ]
    scale = min(1.0, max(0.0, left_s) / (protocol.rounds * sum(costs) / 1000))
    return [max(3, int(scale * steps)) for steps in wanted]


def blocks(programs: Sequence[Program], steps: Sequence[int], protocol: Protocol, end: float) -> Iterator[Block]:
    """Rounds of all programs in fresh random order; after `fewest` rounds none starts later than `end`."""
    rng = np.random.default_rng(SEED)
    reference_ms = _reference(rng)
    gc.collect()
    gc.disable()
    try:
        reference_ms()
        begin = time.perf_counter()
        for number in range(protocol.rounds):
            if number >= protocol.fewest and time.perf_counter() > end:
                return
            for place in rng.permutation(len(programs)):
                yield _block(programs[place], steps[place], number, begin, reference_ms)
    finally:
        gc.enable()


def _reference(rng: np.random.Generator) -> Callable[[], float]:
    """Ms of a fixed matrix product, the mean of five in a row."""
    side = rng.standard_normal((384, 384)).astype(np.float32)
    product = np.empty_like(side)
    return lambda: milliseconds(lambda: [np.matmul(side, side, out=product) for _ in range(5)]) / 5


def _block(program: Program, steps: int, number: int, begin: float, reference_ms: Callable[[], float]) -> Block:
    """Median of the steps of one block. A step goes before it, untimed, to bring the arm's data into the caches."""
    started_s = time.perf_counter() - begin
    before = reference_ms()
    program.run()
    start = time.process_time()
    times = [milliseconds(program.run) for _ in range(steps)]
    cpu_ms = 1000 * (time.process_time() - start)
    return Block(
        arm=program.setting.name,
        replicate=number,
        started_s=started_s,
        block_steps=steps,
        step_ms=float(np.median(times)),
        step_cpu_ms=cpu_ms / steps,
        busy_fraction=cpu_ms / sum(times),
        reference_before_ms=before,
        reference_after_ms=reference_ms(),
        loadavg=os.getloadavg()[0],
    )


def quiet(table: pd.DataFrame) -> pd.Series:
    """Whether each block may be believed: a core to itself, and a reference that held still.

    The load average is reported, not judged: it remembers a minute, and so what ran before.
    """
    references = table[["reference_before_ms", "reference_after_ms"]]
    from_median = (references / np.median(references) - 1).abs().max(axis=1)
    drift = references.max(axis=1) / references.min(axis=1) - 1
    alone: pd.Series = table["busy_fraction"] >= BUSY
    return alone & (drift < DRIFT) & (from_median < DRIFT)


def milliseconds(run: Callable[[], object]) -> float:
    """Wall time of one call."""
    begin = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - begin)

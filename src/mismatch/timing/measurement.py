"""What a training step of stock Keras layers costs: in T, in D, under masking, behind convolution and pooling.

In: the arms of the sweep, which are timed and not trained. Out: `steps.csv`, one row per arm x round; `ratios.csv`,
every arm against the arm that differs from it in one factor; `fits.csv`, milliseconds as a line in T.
"""

import time
from collections.abc import Sequence
from typing import Any, ClassVar

import pandas as pd

from mismatch.config.arm import Arm
from mismatch.sweep.measurement import Measurement
from mismatch.timing.setting import settings

DIGITS = 7
"""Significant digits of the tables."""


class Timing(Measurement):
    """Interleaved step times of stock Keras layers, on one thread."""

    name = "timing"
    alone = True
    tables: ClassVar[dict[str, str]] = {
        "steps.csv": "ms per training step of stock Keras layers, one row per arm and round, arms interleaved",
        "ratios.csv": "each arm over the arm that differs in one factor, paired by round, beside what FLOPs predict",
        "fits.csv": "a + b T fitted to ms per step, for each engine, D and mask, with bootstrap intervals over rounds",
    }
    columns: ClassVar[dict[str, tuple[str, str]]] = {
        "experiment": ("", "experiment"),
        "arm": ("", "arm in words: engine, T, D, and what differs from an unmasked, unpadded, unreduced GRU"),
        "replicate": ("", "round; all arms take turns in each, in fresh random order"),
        "status": ("", "ok"),
        "engine": ("", "graph (tf.function) | xla (the same with jit_compile=True)"),
        "length.steps": ("timesteps", "T"),
        "features.width": ("", "D"),
        "mask": ("", "none | masking (Keras's own) | explicit"),
        "padded_fraction": ("", "share of the timesteps that are pads"),
        "reduction": ("", "what stands before the GRU"),
        "reduction.pool": ("timesteps", "steps that become one"),
        "reduction.kernel": ("timesteps", "steps a convolution sees"),
        "control": ("", "none | sham (the same arm built again) | delayed (a wait planted in each step)"),
        "control.delay_ms": ("ms", "the planted wait"),
        "step_ms": ("ms", "median wall time of a training step in the round's block"),
        "ratio": (
            "",
            "step_ms / that of the control arm in the same round; in ratios the geometric mean over rounds",
        ),
        "started_s": ("s", "start of the block, since the first one"),
        "block_steps": ("", "steps in the block"),
        "step_cpu_ms": ("ms", "CPU time per step"),
        "busy_fraction": ("", "CPU time / wall time of the block"),
        "reference_before_ms": ("ms", "a fixed matrix product before the block"),
        "reference_after_ms": ("ms", "the same after it"),
        "loadavg": ("", "load average of the last minute"),
        "first_call_s": ("s", "the arm's first step, with tracing and compiling"),
        "flops_per_sample": ("FLOP", "forward operations per sequence"),
        "useful_fraction": ("", "share of them on real steps and real features"),
        "timing_valid": ("", "whether the block had a core for itself and the reference held still"),
        "threads": ("", "threads TensorFlow used for one operation"),
        "cpu": ("", "processor, as it names itself"),
        "cpu_family": ("", "processor family"),
        "cpu_model": ("", "processor model within the family"),
        "cpu_extensions": ("", "its vector extensions"),
        "factor": ("", "what differs between the arm and its control"),
        "control_arm": ("", "the arm it is compared with"),
        "ratio_low": ("", "95% interval of the ratio, lower end"),
        "ratio_high": ("", "95% interval of the ratio, upper end"),
        "difference_ms": ("ms", "mean over rounds of the paired difference"),
        "difference_ms_low": ("ms", "95% interval of the difference, lower end"),
        "difference_ms_high": ("ms", "95% interval of the difference, upper end"),
        "rounds": ("", "rounds used"),
        "valid_rounds": ("", "rounds in which all blocks concerned are valid"),
        "flops_ratio": ("", "forward operations of the arm / of its control"),
        "control_useful_fraction": ("", "useful_fraction of the control"),
        "a_ms": ("ms", "time per step whatever T, least squares"),
        "a_ms_low": ("ms", "2.5th percentile over resampled rounds"),
        "a_ms_high": ("ms", "97.5th percentile"),
        "b_ms": ("ms", "time per step and timestep, least squares"),
        "b_ms_low": ("ms", "2.5th percentile over resampled rounds"),
        "b_ms_high": ("ms", "97.5th percentile"),
        "n": ("", "step times behind the line"),
        "lengths": ("", "values of T behind the line"),
        "r2": ("", "share of their variance on the line"),
    }

    def check(self, arms: Sequence[Arm]) -> None:
        settings(arms)

    def seconds(self, arms: Sequence[Arm], smoke: bool) -> float:
        return 20.0 if smoke else 270.0

    def measure(self, arms: Sequence[Arm], smoke: bool) -> dict[str, pd.DataFrame]:
        from threadpoolctl import threadpool_limits

        from mismatch.timing import protocol, tables
        from mismatch.timing.programs import machine, programs  # TensorFlow starts here, not before

        begin, kinds = time.perf_counter(), settings(arms)
        size = protocol.SMOKE if smoke else protocol.FULL
        with threadpool_limits(1):
            made = list(programs(arms, kinds, size.warm_up))
            end = begin + size.budget_s
            steps = protocol.plan_blocks(made, size, end - time.perf_counter())
            blocks = list(protocol.blocks(made, steps, size, end))
        known = {program.setting.name: program.columns() for program in made}
        timed = tables.steps_table(blocks, kinds, known, machine())
        ratios = tables.ratio_table({program.setting: program.work for program in made}, timed)
        fits = tables.fit_lines(timed, [key for key, _ in kinds[0].rest])
        return {"steps.csv": _rounded(timed), "ratios.csv": _rounded(ratios), "fits.csv": _rounded(fits)}


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    """`table` with floats of `DIGITS` significant digits."""

    def short(value: Any) -> Any:
        return float(f"{value:.{DIGITS}g}")

    floats = table.select_dtypes("float").columns
    return table.assign(**{name: table[name].map(short) for name in floats})

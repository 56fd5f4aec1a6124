"""How long training took: milliseconds per update, seconds to compile and in all, and the memory it came to."""

import resource
import sys
import time
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mismatch.run.metrics.base import Column, Finished, Metric

if TYPE_CHECKING:
    from mismatch.engine.trace import Trace


class Time(Metric):
    """Step time, and what the process came to."""

    name = "time"
    columns: ClassVar = {
        "step_ms": Column("ms", "median wall time of an update over blocks, the first left out"),
        "step_ms_iqr": Column("ms", "interquartile range of the same"),
        "step_cpu_ms": Column("ms", "median CPU time of an update over the same blocks"),
        "compile_s": Column("s", "building and compiling the program; 0 when an earlier run had compiled it"),
        "train_s": Column("s", "training with its probes, after compiling"),
        "run_s": Column("s", "the whole run: drawing and adapting data, compiling, training, testing", averaged=False),
        "peak_mib": Column("MiB", "largest resident memory of the process so far"),
    }

    def measure(self, run: Finished) -> dict[str, float | bool]:
        trace = run.outcome.trace
        return {
            **_step(trace, run.arm.train.block),
            "compile_s": trace.compile_s,
            "train_s": trace.train_s,
            "run_s": time.perf_counter() - run.start,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            / (1024 if sys.platform != "darwin" else 1024**2),
        }


def _step(trace: "Trace", block: int) -> dict[str, float]:
    later = slice(1, None) if len(trace.block_s) > 1 else slice(None)
    wall, cpu = trace.block_s[later] * 1000 / block, trace.block_cpu_s[later] * 1000 / block
    low, middle, high = np.percentile(wall, [25, 50, 75]) if len(wall) else (np.nan,) * 3
    return {
        "step_ms": float(middle),
        "step_ms_iqr": float(high - low),
        "step_cpu_ms": float(np.median(cpu)) if len(cpu) else float("nan"),
    }

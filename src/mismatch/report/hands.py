"""Reports made by processes of their own, several at once, while the one that asks goes on.

In: results folders. Out: what was made of each. Matplotlib and the tables are Python, of which one process does one
thing at a time.
"""

import gc
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from pathlib import Path

from mismatch.report.build import Rebuilt, rebuild, standing
from mismatch.sweep import origin
from mismatch.sweep.parent import die_with

DRAWING = ("matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg")
WRITING = ("mismatch.report.pages", "mismatch.report.verdicts")
COUNT = 2
"""Processes: each has a copy of what it imports, and a machine has little else to do with a third."""


def prepare(figures: bool) -> None:
    """Import what `rebuild` will need."""
    for name in (*WRITING, *(DRAWING if figures else ())):
        import_module(name)


class Hands:
    """Processes that make reports; they import what they need at once."""

    def __init__(self, figures: bool) -> None:
        self._pool = ProcessPoolExecutor(COUNT, origin.context(), _begin, (figures,))
        for _ in range(COUNT):
            self._pool.submit(os.getpid)  # a process is started for each of these

    def refresh(self, out: Path, figures: bool, vector: bool) -> Rebuilt:
        """As `mismatch.report.refresh`."""
        return standing(out, figures, vector) or self._pool.submit(rebuild, out, figures, vector=vector).result()

    def stop(self) -> None:
        """End the processes at once; what they were making is as it was before."""
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()


def _begin(figures: bool) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the one that asked, which ends this one
    die_with(os.getppid())
    prepare(figures)
    gc.freeze()  # what is imported stays: none of it need be looked at

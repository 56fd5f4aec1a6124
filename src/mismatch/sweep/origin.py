"""The process that others are forked from: on Linux TensorFlow is imported once a command, not by each of them.

In: nothing. Out: the context of `multiprocessing` that starts them. The first of them starts the fork server, which
imports `mismatch.sweep.imports`; elsewhere each process starts afresh and imports what it needs.
"""

import multiprocessing
import sys
from multiprocessing.context import ForkServerContext, SpawnContext

FORKED = sys.platform == "linux"

_asked = False


def context() -> ForkServerContext | SpawnContext:
    """Starts processes that are going to need TensorFlow."""
    global _asked
    if not FORKED:
        return multiprocessing.get_context("spawn")
    _asked = True
    forked = multiprocessing.get_context("forkserver")
    forked.set_forkserver_preload(["mismatch.sweep.imports"])
    return forked


def asked() -> bool:
    """Whether there is a process to fork from already."""
    return _asked

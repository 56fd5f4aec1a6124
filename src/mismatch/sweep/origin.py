"""The process that others are forked from: on Linux TensorFlow is imported once a command, not by each of them.

In: nothing. Out: the context of `multiprocessing` that starts them. The first of them starts the fork server, which
imports `mismatch.sweep.imports`; elsewhere each process starts afresh and imports what it needs.
"""

import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext, SpawnContext
from types import ModuleType

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


@contextmanager
def without_main() -> Iterator[None]:
    """Processes import the script that is running, as Python would have it, which runs it again where it has no guard:
    meanwhile there is none to import. For a caller in Python, in its main thread."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main

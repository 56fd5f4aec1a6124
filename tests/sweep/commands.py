"""A small sweep as a command, and a look at a command that is under way."""

import subprocess
import sys
import time
from pathlib import Path

from mismatch.sweep import origin, store

SMALL = ["data.train=512", "data.test=256", "train.updates=40", "replicates=2", "name=small"]
AXES = ["-m", "length.padding=pre,post", "mask=none,masking", *SMALL]
PLAIN = ["figures=false"]  # tables alone
ONE = ["hydra.launcher.n_jobs=1", *PLAIN]  # and one worker, where it matters not how many: each imports TensorFlow

# A process started in the background inherits that Ctrl-C is ignored; a person's is not started there.
IN_FRONT = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from mismatch.cli import main
main()
"""


def start(*words: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", IN_FRONT, *words],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def records(folder: Path) -> list[str]:
    """Ids of the runs kept below `folder`/results, read while a sweep may be writing."""
    outs = folder.glob("results/*/")
    return [brief.run for out in outs if store.there(out) for brief in store.briefs(out)]


def wait_for_records(folder: Path, count: int, timeout: float = 120) -> None:
    end = time.time() + timeout
    while len(records(folder)) < count:
        assert time.time() < end, "no records appeared"
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    """Workers of the process `pid`: forked from a child of it on Linux, its own children elsewhere."""
    if origin.FORKED:
        return [worker for server in _named(pid, "forkserver") for worker in _named(server, "")]
    return _named(pid, "spawn_main")


def _named(pid: int, words: str) -> list[int]:
    """Children of `pid` whose command holds `words`."""
    found = subprocess.run(["pgrep", "-P", str(pid), "-f", words], capture_output=True, text=True).stdout
    return [int(word) for word in found.split()]

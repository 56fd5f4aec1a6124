"""Warm, single-threaded worker processes on this machine, one per core, that outlive the death of any of them.

They start with the first call of `start` and stay warm from one sweep to the next. One that has grown too large is
replaced. They die with this process, and Ctrl-C does not reach them: it reaches this process, which then stops them.
On Linux all are forked from one process, which imports TensorFlow while Hydra composes the jobs, once for all of them.
"""

import os
import queue
import resource
import signal
import sys
import threading
from collections.abc import Collection
from concurrent.futures import TimeoutError
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from mismatch.config.fields import ConfigError
from mismatch.run.pipeline import warm
from mismatch.run.record import Record
from mismatch.sweep import origin
from mismatch.sweep.executors.base import Died, Done, Executor, Outcome, Task
from mismatch.sweep.parent import die_with

GRACE_S = 60.0  # beyond its own time limit a run gets this long before its worker is killed
WORKER_MIB = 1200  # TensorFlow keeps every compiled program: a worker that holds more than this is replaced


@dataclass(frozen=True)
class _Ended:
    """A future of `worker` that is done, one way or another."""

    worker: int
    time_limit: float
    future: Any


class Local(Executor):
    """`n_jobs` processes, or one per usable core when it is -1.

    Raises:
        ConfigError: for any other number below 1.
    """

    name = "local"

    def __init__(self, n_jobs: int = -1) -> None:
        super().__init__(_count(n_jobs))
        self._pools: list[Any] = []  # a pool of one process survives the death of that process
        self._begun: list[Any] = []  # futures that are done when a process has imported TensorFlow
        self._leaving: list[threading.Thread] = []  # each ends a process that was replaced
        self._worn: set[int] = set()  # to be replaced before their next run
        self._ended: queue.Queue[_Ended] = queue.Queue()

    def start(self, count: int) -> None:
        """Start processes; they import TensorFlow while the caller goes on."""
        while len(self._pools) < count:
            pool, begun = _new_pool()
            self._pools.append(pool)
            self._begun.append(begun)

    def ready(self, count: int) -> Collection[int]:
        """All processes that there are: one of those that an earlier plan needed may have compiled what is wanted."""
        return range(max(count, len(self._pools)))

    def awake(self) -> bool:
        """Whether one of the processes is ready."""
        return any(begun.done() for begun in self._begun)

    def submit(self, worker: int, task: Task) -> None:
        """Send the run to its process; it is killed when it overstays its limit."""
        if worker in self._worn:
            self._renew(worker)
        limit = task.time_limit
        try:
            future = self._pools[worker].schedule(_train, args=[task], timeout=limit + GRACE_S)
        except RuntimeError:  # its process died while it had nothing to do
            self._renew(worker)
            future = self._pools[worker].schedule(_train, args=[task], timeout=limit + GRACE_S)
        future.add_done_callback(lambda done, ended=self._ended: ended.put(_Ended(worker, limit, done)))

    def wait(self, seconds: float) -> Outcome | None:
        """The next record or death."""
        from concurrent.futures.process import BrokenProcessPool

        from pebble import ProcessExpired

        try:
            ended = self._ended.get(timeout=seconds)
        except queue.Empty:
            return None
        try:
            record, mib = ended.future.result()
        except TimeoutError:
            error = f"exceeded time_limit={ended.time_limit:g} s and did not stop by itself"
            return Died(ended.worker, "timeout", error)
        except ProcessExpired as death:
            return Died(ended.worker, "killed", f"its worker died (exit code {death.exitcode})")
        except BrokenProcessPool:  # a pool whose process dies without a run is of no more use
            self._worn.add(ended.worker)
            return Died(ended.worker, "killed", "its worker died before the run began")
        if mib > WORKER_MIB:
            self._worn.add(ended.worker)
        return Done(ended.worker, record)

    def stop(self) -> None:
        """Kill all processes and wait until they are gone."""
        pools, leaving = self._pools, self._leaving
        self._pools, self._leaving, self._ended = [], [], queue.Queue()
        self._begun.clear()
        self._worn.clear()
        self.made.clear()
        for pool in pools:
            pool.stop()
        for pool in pools:
            pool.join()
        for thread in leaving:
            thread.join()

    def _renew(self, worker: int) -> None:
        """Replace a process that has grown too large, or a pool that is broken; it is idle."""
        worn = self._pools[worker]
        worn.stop()
        # Only `join` ends its process, which takes a while: no run need wait for that, but the memory must come back.
        self._leaving = [thread for thread in self._leaving if thread.is_alive()]
        self._leaving.append(threading.Thread(target=worn.join, daemon=True))
        self._leaving[-1].start()
        self._pools[worker], _ = _new_pool()
        self._worn.discard(worker)
        self.made.pop(worker, None)


def _count(n_jobs: int) -> int:
    if n_jobs < 1 and n_jobs != -1:
        raise ConfigError("hydra.launcher.n_jobs", n_jobs, "must be at least 1, or -1 for one worker per core")
    if n_jobs > 0:
        return n_jobs
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _new_pool() -> tuple[Any, Any]:
    """A pool of one process, and a future that is done when it is ready."""
    from pebble import ProcessPool

    # Threads and processes inherit the mask: Ctrl-C reaches this process alone, which then stops its workers.
    # (Starting the resource tracker would lift the mask, so it comes first.)
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pool = ProcessPool(max_workers=1, context=origin.context(), initializer=_start_worker)
        begun = pool.schedule(_ready)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pool, begun


def _ready() -> None:
    """Nothing: a task that makes a pool start its process."""


def _start_worker() -> None:
    """Die with the parent, and import TensorFlow ahead of the first run."""
    die_with(os.getppid())
    warm()


def _train(task: Task) -> tuple[Record, float]:
    """In the worker: the record of the run, and the memory that the process holds after it in MiB."""
    from mismatch.run.pipeline import run

    record = run(task.arm, task.replicate, task.experiment, task.time_limit)
    return record, held_mib()


def held_mib() -> float:
    """Memory that this process holds for itself; the largest it ever had in all where the system tells no more.

    What a run needed for a moment is no reason to replace its worker, nor are libraries, which all processes share.
    """
    statm = Path("/proc/self/statm")
    if statm.is_file():
        _, resident, shared, *_ = map(int, statm.read_text().split())
        return (resident - shared) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)

"""Warm, single-threaded workers, one per core, that outlive the death of any of them.

In: a `Plan`. Out: records on disk. Arms that share a compiled program go to
the same worker; an idle worker helps the busiest one when compiling once more pays.
"""

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from concurrent.futures import CancelledError, TimeoutError
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from mismatch.config.fields import ConfigError
from mismatch.run.record import Record
from mismatch.sweep import store
from mismatch.sweep.parent import die_with
from mismatch.sweep.plan import COMPILE_S, Plan, Run

GRACE_S = 60.0  # beyond its own time limit a run gets this long before its worker is killed
WORKER_MIB = 1200  # TensorFlow keeps every compiled program: a worker that has grown beyond this is replaced
TRIES = 2  # a run whose worker died is tried once more: the death may have been aimed at another


@dataclass
class Schedule:
    """Hands out runs, program by program. Safe to share between threads."""

    groups: list[deque[Run]]
    taken: dict[int, deque[Run]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, runs: list[Run]) -> "Schedule":
        """Largest group first, so that the sweep does not end on it."""
        groups: dict[Any, deque[Run]] = {}
        for run in runs:
            groups.setdefault(run.arm.program, deque()).append(run)
        return cls(sorted(groups.values(), key=_load, reverse=True))

    def next(self, worker: int) -> Run | None:
        """The next run for `worker`, or None when nothing is worth starting."""
        with self.lock:
            if not self.taken.get(worker):
                group = self.groups.pop(0) if self.groups else self._share()
                if not group:
                    return None
                self.taken[worker] = group
            return self.taken[worker].popleft()

    def _share(self) -> deque[Run]:
        """Half of the largest group in progress, if that saves more than another compilation costs."""
        largest = max((group for group in self.taken.values() if len(group) > 1), key=_load, default=deque())
        if _load(largest) < 2 * COMPILE_S:
            return deque()
        return deque(largest.pop() for _ in range(len(largest) // 2))


def _load(runs: deque[Run]) -> float:
    return sum(run.seconds for run in runs)


def workers(n_jobs: int) -> int:
    """Number of workers: `n_jobs`, or one per usable core when it is -1.

    Raises:
        ConfigError: for any other number below 1.
    """
    if n_jobs < 1 and n_jobs != -1:
        raise ConfigError("hydra.launcher.n_jobs", n_jobs, "must be at least 1, or -1 for one worker per core")
    if n_jobs > 0:
        return n_jobs
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_POOLS: list[Any] = []  # kept warm from one sweep to the next; a pool of one survives the death of its worker
_LOCK = threading.Lock()  # guards _POOLS while it changes


def _new_pool() -> Any:
    from pebble import ProcessPool

    context = multiprocessing.get_context("spawn")
    # Threads and processes inherit the mask: Ctrl-C reaches this process alone, which then stops its workers.
    # (Starting the resource tracker would lift the mask, so it comes first.)
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    pool = ProcessPool(max_workers=1, context=context, initializer=_start_worker, initargs=[os.getpid()])
    pool.schedule(_ready)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pool


def warm(count: int) -> None:
    """Start workers up to `count`; they import TensorFlow while the caller goes on."""
    while len(_POOLS) < count:
        _POOLS.append(_new_pool())


def stop() -> None:
    """Stop all workers at once; what they were training is lost."""
    with _LOCK:
        for pool in _POOLS:
            pool.stop()
        for pool in _POOLS:
            pool.join()
        _POOLS.clear()


def execute(plan: Plan, n_jobs: int) -> None:
    """Train every run of `plan`. Any error, Ctrl-C included, stops the workers and leaves finished runs in place."""
    schedule, halt = Schedule.of(plan.runs), threading.Event()
    errors: list[Exception] = []
    count = min(workers(n_jobs), len(plan.runs))
    warm(count)
    threading.Thread(target=_preload, args=[plan.figures], daemon=True).start()
    with _Bar(plan) as bar:

        def drive(worker: int) -> None:
            try:
                _drive(worker, schedule, plan, bar, halt)
            except Exception as error:  # a thread's exception reaches nobody by itself
                errors.append(error)
                halt.set()

        drivers = [threading.Thread(target=drive, args=(worker,), daemon=True) for worker in range(count)]
        try:
            for driver in drivers:
                driver.start()
            while any(driver.is_alive() for driver in drivers) and not errors:
                time.sleep(0.2)
                bar.refresh()
            if errors:
                raise errors[0]
        except BaseException:
            halt.set()
            stop()
            raise


def _preload(figures: bool) -> None:
    """Import what the report will need while the workers train."""
    drawing = ("matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg") if figures else ()
    for name in ("mismatch.report.build", "mismatch.analysis.claims", *drawing):
        import_module(name)


def _ready() -> None:
    """Nothing: a task that makes a pool start its worker."""


def _start_worker(parent: int) -> None:
    """Die with the parent, and import TensorFlow ahead of the first run."""
    die_with(parent)
    import mismatch.engine  # noqa: F401

    gc.freeze()  # TensorFlow's million objects stay: no garbage collection need walk them again


def _drive(worker: int, schedule: Schedule, plan: Plan, bar: "_Bar", halt: threading.Event) -> None:
    """Feed one worker until nothing is left for it."""
    pool, peak = _POOLS[worker], 0.0
    while not halt.is_set() and (run := schedule.next(worker)) is not None:
        if peak > WORKER_MIB:
            pool = _renew(worker, pool, halt)
        record = _attempt(pool, run, plan, halt)
        if record is None:
            return
        store.write(Path(plan.out), record)
        bar.add(record.row(), run.seconds)
        peak = record.metrics.get("peak_mib", 0.0)


def _renew(worker: int, pool: Any, halt: threading.Event) -> Any:
    """Replace a worker that has grown too large, unless the sweep is being stopped."""
    pool.stop()
    pool.join()
    with _LOCK:
        if not halt.is_set():
            _POOLS[worker] = pool = _new_pool()
    return pool


def _attempt(pool: Any, run: Run, plan: Plan, halt: threading.Event) -> Record | None:
    from pebble import ProcessExpired

    from mismatch.run import pipeline

    what = (run.arm, run.replicate, plan.name)
    for attempt in range(TRIES):
        try:
            future = pool.schedule(pipeline.run, args=[*what, plan.time_limit], timeout=plan.time_limit + GRACE_S)
            record: Record = future.result()
            return record
        except TimeoutError:
            return pipeline.lost(
                *what, "timeout", f"exceeded time_limit={plan.time_limit:g} s and did not stop by itself"
            )
        except ProcessExpired as death:
            if halt.is_set():
                return None
            if attempt == TRIES - 1:
                return pipeline.lost(*what, "killed", f"its worker died twice (exit code {death.exitcode})")
        except (CancelledError, RuntimeError):
            if halt.is_set():  # the sweep is being stopped
                return None
            raise
    return None


class _Bar:
    """Runs done, failed and time left: a bar on a terminal, a line every tenth elsewhere."""

    def __init__(self, plan: Plan) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self.plan, self.done, self.failed = plan, 0, 0
        self.lock, self.begin = threading.Lock(), time.perf_counter()
        self.spent, self.all = 0.0, sum(run.seconds for run in plan.runs)
        console = Console(stderr=True)
        self.live = console.is_terminal
        columns = [
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
        ]
        self.progress = Progress(*columns, console=console, disable=not self.live)
        self.task = self.progress.add_task(plan.name, total=len(plan.runs), note="")

    def __enter__(self) -> "_Bar":
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    @property
    def left(self) -> str:
        """Time left, from the share of the estimated work done so far."""
        if not self.spent:
            return "time left unknown yet"
        seconds = (time.perf_counter() - self.begin) * max(self.all - self.spent, 0.0) / self.spent
        return f"{seconds / 60:.0f} min left" if seconds >= 90 else f"{seconds:.0f} s left"

    def refresh(self) -> None:
        self.progress.update(self.task, note=f"{self.failed} failed, {self.left}")

    def add(self, row: dict[str, Any], seconds: float) -> None:
        with self.lock:
            self.done += 1
            self.failed += row["status"] != "ok"
            self.spent += seconds
            done, total = self.done, len(self.plan.runs)
            self.progress.update(self.task, completed=done)
            if row["status"] != "ok":
                self._say(f"{row['status']}: arm {row['arm']} replicate {row['replicate']}: {row['error']}")
            if not self.live and done * 10 // total > (done - 1) * 10 // total:
                self._say(f"{self.plan.name}: {done}/{total} runs, {self.failed} failed, {self.left}")

    def _say(self, line: str) -> None:
        self.progress.console.print(line, highlight=False, soft_wrap=True)

"""The local executor with real processes: deaths, limits, renewal, and a stop that leaves nobody behind."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from mismatch.config.fields import ConfigError
from mismatch.run import pipeline
from mismatch.sweep.executors import local
from mismatch.sweep.executors.base import Died, Done, Task
from mismatch.sweep.executors.inline import Inline
from mismatch.sweep.executors.local import Local
from tests.helpers import make_arm


def task(seconds: float = 600.0, **overrides: object) -> Task:
    return Task(make_arm(**overrides), 0, "test", seconds)


def outcome(executor: Local, seconds: float = 120.0) -> Done | Died:
    end = time.time() + seconds
    while time.time() < end:
        found = executor.wait(0.2)
        if found is not None:
            return found
    raise AssertionError("no outcome")


def process(executor: Local) -> int:
    """The process of worker 0."""
    end = time.time() + 30
    while time.time() < end:
        found = list(executor._pools[0]._pool_manager.worker_manager.workers)
        if found:
            return int(found[0])
        time.sleep(0.05)
    raise AssertionError("no process")


def wait_until_it_trains(executor: Local) -> None:
    """Until worker 0 has taken up its run: it imports TensorFlow before."""
    end = time.time() + 60
    while time.time() < end:
        tasks = executor._pools[0]._pool_manager.task_manager.tasks
        if any(task.worker_id for task in list(tasks.values()) if task.payload.function is local._train):
            return
        time.sleep(0.05)
    raise AssertionError("it does not train")


@pytest.fixture
def executor():
    """An executor of a test's own."""
    made = Local(1)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def warm():
    """One that tests share, whatever they did to its worker: it must always be fit for the next run."""
    made = Local(1)
    made.start(1)
    yield made
    made.stop()


def test_numbers_of_workers_are_checked():
    assert Local(3).workers == 3 and Local(-1).workers >= 1
    for wrong in (0, -2):
        with pytest.raises(ConfigError, match=rf"hydra.launcher.n_jobs={wrong}: must be at least 1, or -1"):
            Local(wrong)


@pytest.mark.slow
def test_a_record_from_a_worker_equals_one_made_in_this_process(warm):
    warm.submit(0, task())
    theirs = outcome(warm)
    assert list(warm.ready(0)) == [0], "a process that is there can be given runs of any plan"
    ours = Inline()
    ours.submit(0, task())
    mine = ours.wait(0)
    assert isinstance(theirs, Done) and isinstance(mine, Done) and mine.record.status == "ok"
    for name in ("accuracy", "loss_final"):
        assert theirs.record.metrics[name] == mine.record.metrics[name]
    assert theirs.record.provenance["init_hash"] == mine.record.provenance["init_hash"]


@pytest.mark.slow
def test_a_killed_worker_is_a_death_and_the_next_run_finds_a_new_one(warm):
    warm.submit(0, task(train__updates=100_000))
    wait_until_it_trains(warm)
    os.kill(process(warm), signal.SIGKILL)
    died = outcome(warm)
    assert isinstance(died, Died) and died.status == "killed" and "-9" in died.error
    warm.submit(0, task())
    assert isinstance(outcome(warm), Done)


@pytest.mark.slow
def test_a_worker_killed_while_it_has_nothing_to_do_is_replaced(warm):
    warm.submit(0, task())
    assert isinstance(outcome(warm), Done)
    os.kill(process(warm), signal.SIGKILL)
    time.sleep(1)  # the pool notices
    warm.submit(0, task())
    found = outcome(warm)
    if isinstance(found, Died):  # it had not noticed yet: the run is lost once, as the driver expects
        assert found.status == "killed"
        warm.submit(0, task())
        found = outcome(warm)
    assert isinstance(found, Done)


@pytest.mark.slow
def test_a_worker_that_hangs_beyond_its_limit_is_killed(executor, monkeypatch):
    monkeypatch.setattr(local, "GRACE_S", 0.0)
    executor.start(1)
    executor.submit(0, task(seconds=0.5))  # less than the import of TensorFlow: nothing can stop by itself
    died = outcome(executor)
    assert isinstance(died, Died) and died.status == "timeout"
    assert died.error == "exceeded time_limit=0.5 s and did not stop by itself"


@pytest.mark.slow
def test_a_worker_that_has_grown_is_replaced_before_its_next_run(warm, monkeypatch):
    monkeypatch.setattr(local, "WORKER_MIB", 1.0)
    warm.submit(0, task())
    assert isinstance(outcome(warm), Done)
    first = process(warm)
    warm.submit(0, task())
    assert isinstance(outcome(warm), Done)
    assert process(warm) != first
    gives_up = time.monotonic() + 60
    while Path(f"/proc/{first}").exists() and time.monotonic() < gives_up:  # a process kept is memory lost
        time.sleep(0.1)
    assert not Path(f"/proc/{first}").exists()


@pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="the system tells only the largest memory so far")
def test_memory_that_was_needed_for_a_moment_does_not_count():
    before = local.held_mib()
    block = np.ones(2**24)  # 128 MiB
    held = local.held_mib()
    del block
    assert held > before + 100 and local.held_mib() < before + 60


def test_stop_ends_the_processes_and_may_be_called_twice(executor):
    executor.start(1)
    pid = process(executor)
    executor.stop()
    executor.stop()
    assert not Path(f"/proc/{pid}").exists()


def test_a_run_within_this_process_stops_by_itself_at_its_limit():
    record = pipeline.run(make_arm(train__updates=10_000, train__block=10), 0, "test", 0.0)
    assert record.status == "timeout"

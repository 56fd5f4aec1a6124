"""The driver against executors that fail in every way: what is tried again, what becomes a row, what stops all."""

from collections import Counter
from pathlib import Path

import pytest

from mismatch.config import claims
from mismatch.run import pipeline
from mismatch.sweep import plan
from mismatch.sweep.drive import Part, drive, drive_all
from mismatch.sweep.executors.base import Died, Done, Executor, Said, Task
from tests.helpers import make_settings


class Scripted(Executor):
    """Answers every task at once; `fate` says how the n-th try of a replicate ends: ok, killed or timeout."""

    name = "scripted"

    def __init__(self, fate=lambda replicate, number: "ok", workers: int = 2) -> None:
        super().__init__(workers)
        self.fate, self.tries, self.ended, self.workers_used = fate, Counter(), [], set()

    def start(self, count: int) -> None:
        self.count = count

    def submit(self, worker: int, task: Task) -> None:
        self.workers_used.add(worker)
        self.tries[task.replicate] += 1
        status = self.fate(task.replicate, self.tries[task.replicate])
        if status == "ok":
            self.ended.append(Done(worker, pipeline.lost(task.arm, task.replicate, task.experiment, "ok", "")))
        else:
            self.ended.append(Died(worker, status, f"{status} in the test"))

    def wait(self, seconds: float) -> Done | Died | None:
        return self.ended.pop(0) if self.ended else None

    def stop(self) -> None:
        self.ended.clear()


def driven(tmp_path: Path, executor: Scripted, replicates: int = 3) -> dict[int, str]:
    """Status by replicate of what the driver kept."""
    kept = {}
    made = plan.make([make_settings(out=str(tmp_path), replicates=replicates)])
    drive(made, executor, lambda record, run: kept.update({record.replicate: record.status}))
    return kept


def test_every_run_is_kept_once_and_no_more_workers_start_than_there_are_runs(tmp_path):
    executor = Scripted(workers=9)
    assert driven(tmp_path, executor) == {0: "ok", 1: "ok", 2: "ok"}
    assert executor.count == 3 and set(executor.tries.values()) == {1}


class Asked(Scripted):
    """Gives up where nothing happens. there: the workers that runs can be given to."""

    def __init__(self, there: list[int]) -> None:
        super().__init__()
        self.there, self.waited = there, 0

    def ready(self, count: int) -> list[int]:
        return self.there

    def wait(self, seconds: float) -> Done | Died | None:
        self.waited += 1
        assert self.waited < 20, "nobody takes the run"
        return super().wait(seconds)


@pytest.mark.parametrize(("there", "used"), [([0], {0}), ([0, 1], {1})], ids=["gone", "idle"])
def test_a_run_is_trained_by_the_worker_that_compiled_its_program_for_an_earlier_plan_if_it_is_there(
    tmp_path, there, used
):
    executor = Asked(there)
    made = plan.make([make_settings(out=str(tmp_path), replicates=1)])
    executor.made[1] = {made.runs[0].program}
    assert driven(tmp_path, executor, 1) == {0: "ok"} and executor.workers_used == used


def test_a_run_whose_worker_died_is_tried_once_more_and_then_is_a_row(tmp_path):
    once = Scripted(lambda replicate, number: "killed" if (replicate, number) == (1, 1) else "ok")
    assert driven(tmp_path, once) == {0: "ok", 1: "ok", 2: "ok"} and once.tries[1] == 2
    always = Scripted(lambda replicate, number: "killed" if replicate == 1 else "ok")
    assert driven(tmp_path, always) == {0: "ok", 1: "killed", 2: "ok"} and always.tries[1] == 2


def test_a_run_that_overstayed_its_limit_is_not_tried_again(tmp_path):
    late = Scripted(lambda replicate, number: "timeout" if replicate == 0 else "ok")
    assert driven(tmp_path, late) == {0: "timeout", 1: "ok", 2: "ok"} and late.tries[0] == 1


def test_the_row_of_a_lost_run_says_how_often_it_was_tried(tmp_path):
    errors = []
    made = plan.make([make_settings(out=str(tmp_path), replicates=1)])
    dead = Scripted(lambda replicate, number: "killed")
    drive(made, dead, lambda record, run: errors.append(record.identity["error"]))
    assert errors == ["killed in the test, 2 times in a row"]


def test_an_error_outside_a_run_comes_out_and_is_not_swallowed(tmp_path):
    """A full disk, say: no run may be left untrained behind exit code 0."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    made = plan.make([make_settings(out=str(tmp_path), replicates=3)])
    with pytest.raises(OSError, match="No space left"):
        drive(made, Scripted(), full)


def test_every_record_of_an_experiment_carries_the_hash_of_its_claims_also_of_a_run_that_was_lost(tmp_path):
    kept = {}
    made = plan.make([make_settings(name="padding", out=str(tmp_path), replicates=2)])
    fate = Scripted(lambda replicate, number: "timeout" if replicate else "ok")
    drive(made, fate, lambda record, run: kept.update({record.replicate: record.row()["claims_hash"]}))
    assert set(kept.values()) == {claims.registered("padding")} and len(kept) == 2
    other = plan.make([make_settings(out=str(tmp_path), replicates=1)])
    assert other.claims is None and other.ids < made.ids, "the claims of an experiment change no run"


def test_plans_are_trained_in_turn_and_end_in_their_order_however_their_runs_do(tmp_path):
    """The only run of the first plan is tried twice; by then the worker has trained the second."""
    told = []

    def part(name, replicates, **settings):
        made = plan.make([make_settings(name=name, out=str(tmp_path / name), replicates=replicates, **settings)])
        return Part(
            made, lambda record, run: told.append((name, record.identity["experiment"])), lambda: told.append(name)
        )

    empty = part("empty", 1)
    empty.plan.runs.clear()
    lost_once = Scripted(lambda replicate, number: "killed" if (replicate, number) == (0, 1) else "ok", workers=1)
    drive_all([part("one", 1), empty, part("two", 2, length__steps=6)], lost_once)
    runs = [("one", "one"), ("two", "two"), ("two", "two")]
    assert sorted(each for each in told if isinstance(each, tuple)) == runs
    assert [each for each in told if isinstance(each, str)] == ["one", "empty", "two"]
    assert told.index("one") > told.index(("one", "one")) and told[-1] == "two"


class Changing(Scripted):
    """Its workers, by number, are what the test says before each outcome; `script` changes them, and may say a line."""

    def __init__(self, *script) -> None:
        super().__init__()
        self.script, self.there = list(script), []

    @property
    def workers(self) -> int:
        return len(self.there)

    def ready(self, count: int):
        return list(self.there)

    def wait(self, seconds: float):
        if self.script:
            return self.script.pop(0)(self)
        return super().wait(seconds)


def change(*there: int, line: str = ""):
    def step(executor: Changing):
        executor.there = list(there)
        return Said(line) if line else None

    return step


def lose(worker: int):
    def step(executor: Changing):
        executor.there.remove(worker)
        executor.ended.pop()
        return Died(worker, "killed", "lost in the test")

    return step


def test_workers_that_join_late_get_runs_and_lines_about_them_are_passed_on(tmp_path):
    executor, kept, said = Changing(change(), change(3, line="one joined"), change(3, 7)), {}, []
    made = plan.make([make_settings(out=str(tmp_path), replicates=4)])
    drive(made, executor, lambda record, run: kept.update({record.replicate: record.status}), said.append)
    assert kept == dict.fromkeys(range(4), "ok") and executor.workers_used >= {3} and said == ["one joined"]


def test_what_was_left_to_a_lost_worker_is_trained_by_another_and_its_run_is_tried_again(tmp_path):
    executor = Changing(change(0), lose(0), change(5))
    assert driven(tmp_path, executor, 3) == {0: "ok", 1: "ok", 2: "ok"}
    assert executor.tries[0] == 2 and executor.workers_used == {0, 5}

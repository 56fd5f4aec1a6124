"""A clock of its own for an advice: runs take the processor time that they took once, and are trained once.

In: runs, most of which are on record. Out: the same outcomes in the order in which so many workers with a core each
would have ended them. Calls of 1, 5 and 15 minutes on one file share nearly all of their runs, so that all three cost
little more than one; the code that decides is that of the product. Processor time, as what else the machine did while
they were trained must not change what an advice gets done.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mismatch.advise.runs import Runs
from mismatch.config.arm import Arm
from mismatch.run.record import Record
from mismatch.sweep import store
from mismatch.sweep.estimate import COMPILE_S
from mismatch.sweep.executors.base import Done, Executor, Outcome, Task
from mismatch.sweep.names import Names

START_S = 6.0
"""Until a worker has imported TensorFlow, beside the reading of the file."""
WORKERS = 2


class Library:
    """Every run that was ever trained for a file, in `folder`; what is missing is trained by `executor`."""

    def __init__(self, folder: Path, executor: Executor, say: Any = print) -> None:
        self.runs = Runs("advise", folder, executor, 600.0, say=say)
        self._names: dict[int, tuple[Arm, Names]] = {}
        for record in store.load(folder).records:
            if record.finished:
                self.runs.found.setdefault(record.arm, {})[record.replicate] = record

    def train(self, wanted: Sequence[tuple[Arm, int]]) -> None:
        """Have so many replicates of these arms on record."""
        missing = [(arm, count) for arm, count in wanted if any(self._known(arm, k) is None for k in range(count))]
        if missing:
            self.runs.train(missing)

    def record(self, arm: Arm, replicate: int) -> Record:
        """Of a run, trained if need be."""
        self.train([(arm, replicate + 1)])
        found = self._known(arm, replicate)
        assert found is not None
        return found

    def scores(self, arm: Arm, first: int, last: int) -> list[float]:
        """Accuracy of replicates `first` to `last` - 1; chance for a run that failed."""
        return self._accuracies(arm, [self.record(arm, replicate) for replicate in range(first, last)])

    def every(self, arm: Arm) -> list[float]:
        """Accuracies of all replicates that are there; chance for a run that failed."""
        return self._accuracies(arm, list(self.runs.found.get(arm.id, {}).values()))

    @staticmethod
    def _accuracies(arm: Arm, rows: Sequence[Record]) -> list[float]:
        return [float(one.metrics["accuracy"]) if one.status == "ok" else arm.data.chance for one in rows]

    def _known(self, arm: Arm, replicate: int) -> Record | None:
        if id(arm) not in self._names:
            self._names[id(arm)] = (arm, Names.of(arm))  # the arm is kept, so that its id stays its own
        names = self._names[id(arm)][1]
        found = self.runs.found.get(names.arm, {}).get(replicate)
        return found if found is not None and found.run == names.run(replicate) else None


class Replay(Executor):
    """Workers whose clock moves by what runs took; each compiles a program when it first needs it."""

    name = "replay"

    def __init__(self, library: Library, workers: int = WORKERS) -> None:
        super().__init__(workers)
        self.library = library
        self.time = 0.0
        self.busy: dict[int, tuple[float, Record]] = {}
        self.compiled: list[set[Any]] = [set() for _ in range(workers)]

    def now(self) -> float:
        return self.time

    def start(self, count: int) -> None:
        """They have begun to start when the clock did."""

    def submit(self, worker: int, task: Task) -> None:
        """Look the run up, and when it ends."""
        record = self.library.record(task.arm, task.replicate)
        compiling = 0.0 if task.arm.program in self.compiled[worker] else COMPILE_S
        self.compiled[worker].add(task.arm.program)
        trained = processor_s(record)
        took = {"run_s": trained + compiling, "compile_s": compiling}
        made = record.ended(record.status, record.identity["error"], {**record.metrics, **took}, None, record.trace)
        self.busy[worker] = (max(self.time, START_S) + trained + compiling, made)

    def wait(self, seconds: float) -> Outcome | None:
        """The run that ends first; time passes until it does."""
        if not self.busy:
            self.time += seconds
            return None
        worker = min(self.busy, key=lambda one: self.busy[one][0])
        end, record = self.busy.pop(worker)
        self.time = max(self.time, end)
        return Done(worker, record)

    def stop(self) -> None:
        """Nothing runs on."""
        self.busy.clear()


def processor_s(record: Record) -> float:
    """Seconds of a run on a core of its own, compiling apart: wall time, times the share of it that an update had."""
    wall = float(record.metrics.get("run_s") or 0.0) - float(record.metrics.get("compile_s") or 0.0)
    step, own = (float(record.metrics.get(name) or 0.0) for name in ("step_ms", "step_cpu_ms"))
    return wall * min(own / step, 1.0) if own > 0 and step > 0 else wall

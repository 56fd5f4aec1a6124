"""How far a sweep has come: a bar on a terminal, a line every tenth of the runs elsewhere.

In: records as they come. Out: lines on stderr. What is left is rich's own estimate, in seconds of estimated work, not
in runs, as some take a hundred times as long as others.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mismatch.run.record import Record
from mismatch.sweep.plan import Plan, Run

if TYPE_CHECKING:
    from rich.progress import Task


STARTING, COMPILING = "TensorFlow starts", "first programs compile"
"""What is said before the first run has ended."""


class Progress:
    """A context manager around the training of plans.

    tenths: whether there are lines where there is no terminal. awake: whether a worker has imported TensorFlow.
    """

    def __init__(self, plans: Sequence[Plan], tenths: bool = True, awake: Callable[[], bool] = lambda: True) -> None:
        from rich import progress
        from rich.console import Console

        console = Console(stderr=True)
        self.live, self.tenths, self.awake = console.is_terminal, tenths, awake
        columns = [
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            _count(awake),
            progress.TimeRemainingColumn(),
            progress.TextColumn("{task.fields[failed]} failed"),
        ]
        # The pace of all that was done so far: one run may take longer than rich's usual half minute.
        self.bar = progress.Progress(*columns, console=console, disable=not self.live, speed_estimate_period=1e9)
        self.tasks = {plan.name: self._task(plan) for plan in plans if plan.runs}
        for task in list(self.tasks.values())[:1]:
            task.visible = True

    def __enter__(self) -> "Progress":
        self.bar.start()
        if self.tasks and not self.live and not self.awake():
            self.say(f"{STARTING} and {COMPILING}; runs follow")
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def add(self, plan: Plan, record: Record, run: Run) -> None:
        """Count a run, and say so if it did not end ok."""
        task = self.tasks[plan.name]
        total, done = task.fields["runs"], task.fields["done"] + 1
        failed = task.fields["failed"] + (record.status != "ok")
        self.bar.update(task.id, advance=run.seconds, visible=done < total, done=done, failed=failed)
        if record.status != "ok":
            error = record.identity["error"]
            self.say(f"{record.status}: arm {record.arm} replicate {record.replicate}: {error}")
        if self.tenths and not self.live and done * 10 // total > (done - 1) * 10 // total:
            self.say(f"{plan.name}: {done}/{total} runs, {failed} failed, {_left(task)}")

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self.bar.console.print(line, highlight=False, soft_wrap=True, markup=False)

    def _task(self, plan: Plan) -> "Task":
        """Shown from its first run on; that of the first plan from the start."""
        work, runs = sum(run.seconds for run in plan.runs), len(plan.runs)
        place = self.bar.add_task(plan.name, total=work, visible=False, runs=runs, done=0, failed=0)
        return next(task for task in self.bar.tasks if task.id == place)


def _count(awake: Callable[[], bool]) -> Any:
    """The column that says how many runs are done, and before the first one what is waited for."""
    from rich.progress import ProgressColumn
    from rich.text import Text

    class Count(ProgressColumn):
        """Said anew whenever the bar is drawn."""

        def render(self, task: "Task") -> Text:
            waiting = COMPILING if awake() else STARTING
            return Text(f"{task.fields['done']}/{task.fields['runs']}" if task.fields["done"] else waiting)

    return Count()


def _left(task: "Task") -> str:
    left = task.time_remaining
    if left is None:
        return "time left unknown yet"
    return f"{left / 60:.0f} min left" if left >= 90 else f"{left:.0f} s left"

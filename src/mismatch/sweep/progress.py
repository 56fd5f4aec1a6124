"""How far a sweep has come: a bar on a terminal, a line every tenth of the runs elsewhere.

In: records as they come. Out: lines on stderr. What is left is rich's own estimate, in seconds of estimated work, not
in runs, as some take a hundred times as long as others.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mismatch.run.record import Record
from mismatch.sweep.plan import Plan, Run

if TYPE_CHECKING:
    from rich.progress import Task


class Progress:
    """A context manager around the training of plans. tenths: whether there are lines where there is no terminal."""

    def __init__(self, plans: Sequence[Plan], tenths: bool = True) -> None:
        from rich import progress
        from rich.console import Console

        console = Console(stderr=True)
        self.live, self.tenths = console.is_terminal, tenths
        columns = [
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.TextColumn("{task.fields[done]}/{task.fields[runs]}"),
            progress.TimeRemainingColumn(),
            progress.TextColumn("{task.fields[failed]} failed"),
        ]
        # The pace of all that was done so far: one run may take longer than rich's usual half minute.
        self.bar = progress.Progress(*columns, console=console, disable=not self.live, speed_estimate_period=1e9)
        self.tasks = {plan.name: self._task(plan) for plan in plans if plan.runs}

    def __enter__(self) -> "Progress":
        self.bar.start()
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
        """Shown from its first run on."""
        work, runs = sum(run.seconds for run in plan.runs), len(plan.runs)
        place = self.bar.add_task(plan.name, total=work, visible=False, runs=runs, done=0, failed=0)
        return next(task for task in self.bar.tasks if task.id == place)


def _left(task: "Task") -> str:
    left = task.time_remaining
    if left is None:
        return "time left unknown yet"
    return f"{left / 60:.0f} min left" if left >= 90 else f"{left:.0f} s left"

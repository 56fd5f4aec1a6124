"""How far a sweep has come: a bar on a terminal, a line every tenth of the runs elsewhere.

In: records as they come. Out: lines on stderr. What is left is rich's own estimate, in seconds of estimated work, not
in runs, as some take a hundred times as long as others.
"""

from mismatch.run.record import Record
from mismatch.sweep.plan import Plan, Run


class Progress:
    """A context manager around the training of one plan. tenths: whether there are lines where there is no terminal."""

    def __init__(self, plan: Plan, tenths: bool = True) -> None:
        from rich import progress
        from rich.console import Console

        self.plan, self.done, self.failed = plan, 0, 0
        console = Console(stderr=True)
        self.live, self.tenths = console.is_terminal, tenths
        columns = [
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.TextColumn(f"{{task.fields[done]}}/{len(plan.runs)}"),
            progress.TimeRemainingColumn(),
            progress.TextColumn("{task.fields[failed]} failed"),
        ]
        # The pace of all that was done so far: one run may take longer than rich's usual half minute.
        self.bar = progress.Progress(*columns, console=console, disable=not self.live, speed_estimate_period=1e9)
        work = sum(run.seconds for run in plan.runs)
        self.task = self.bar.add_task(plan.name, total=work, done=0, failed=0)

    def __enter__(self) -> "Progress":
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def add(self, record: Record, run: Run) -> None:
        """Count a run, and say so if it did not end ok."""
        self.done += 1
        self.failed += record.status != "ok"
        self.bar.update(self.task, advance=run.seconds, done=self.done, failed=self.failed)
        if record.status != "ok":
            error = record.identity["error"]
            self.say(f"{record.status}: arm {record.arm} replicate {record.replicate}: {error}")
        total = len(self.plan.runs)
        if self.tenths and not self.live and self.done * 10 // total > (self.done - 1) * 10 // total:
            self.say(f"{self.plan.name}: {self.done}/{total} runs, {self.failed} failed, {self._left()}")

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self.bar.console.print(line, highlight=False, soft_wrap=True, markup=False)

    def _left(self) -> str:
        left = self.bar.tasks[0].time_remaining
        if left is None:
            return "time left unknown yet"
        return f"{left / 60:.0f} min left" if left >= 90 else f"{left:.0f} s left"

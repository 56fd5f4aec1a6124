"""How far an advice has come: a bar on a terminal, a line now and then elsewhere, both with the time that is left.

In: stages in words, runs as they end. Out: lines on stderr. What is left is what the stages to come should take, and no
more than the minutes that were given.
"""

from collections.abc import Callable

from mismatch.advise.budget import Budget
from mismatch.config.fields import plain
from mismatch.sweep.plan import about

EVERY = 0.1
"""Share of the minutes from one line to the next where there is no terminal."""
OFTEN_S = 10.0
"""They come no more often."""


class Progress:
    """A context manager around an advice. say: takes lines; where it is None they go to stderr, apart from the bar."""

    def __init__(self, budget: Budget, say: Callable[[str], None] | None = None) -> None:
        from rich import progress
        from rich.console import Console

        console = Console(stderr=True)
        self.budget, self._say = budget, say
        self.live = console.is_terminal and say is None
        columns = [
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.TextColumn("{task.fields[rest]}"),
        ]
        self.bar = progress.Progress(*columns, console=console, disable=not self.live)
        self.task = self.bar.add_task("", total=None, rest="")
        self._words, self._done, self._total, self._own_s, self._rest_s = "", 0, 0, 0.0, 0.0
        self._last = budget.now()

    def __enter__(self) -> "Progress":
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def stage(self, words: str, runs: int, own_s: float, rest_s: float) -> None:
        """Begin a stage of so many runs. own_s: what it should take; rest_s: what comes after it should."""
        fresh, self._words = words != self._words, words
        self._done, self._total, self._own_s, self._rest_s = 0, runs, own_s, rest_s
        self.bar.update(self.task, description=plain(words), completed=0, total=max(runs, 1), rest=self._rest())
        if not self.live and fresh:
            self._line()

    def ran(self) -> None:
        """A run has ended."""
        self._done += 1
        self.bar.update(self.task, completed=self._done, rest=self._rest())
        if not self.live and self.budget.now() - self._last > max(OFTEN_S, EVERY * self.budget.seconds):
            self._line()

    def say(self, line: str) -> None:
        """A line, above the bar."""
        if self._say is not None:
            self._say(line)
        else:
            self.bar.console.print(plain(line), highlight=False, soft_wrap=True, markup=False)

    @property
    def left_s(self) -> float:
        """Seconds that are left, as far as is known."""
        share = 1 - self._done / self._total if self._total else 1.0
        return max(min(share * self._own_s + self._rest_s, self.budget.seconds - self.budget.spent), 0.0)

    def _rest(self) -> str:
        runs = f"{self._done}/{self._total} runs, " if self._total else ""
        return f"{runs}{about(self.left_s / 60)} left"

    def _line(self) -> None:
        self._last = self.budget.now()
        self.say(f"{self._words}: {self._rest()}")

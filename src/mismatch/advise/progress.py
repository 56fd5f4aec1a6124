"""How far an advice has come: a bar on a terminal, a line now and then elsewhere, both with the time that is left.

In: stages in words, runs as they end. Out: lines on stderr. What is left is what the stages to come should take, and no
more than the minutes that were given.
"""

from collections.abc import Callable

from mismatch.advise.budget import Budget
from mismatch.config.counting import counted
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

        rest = self.rest

        class Rest(progress.ProgressColumn):
            max_refresh = 0.5

            def render(self, task: progress.Task) -> str:
                return rest()

        console = Console(stderr=True)
        self.budget, self._say = budget, say
        self.live = console.is_terminal and say is None
        columns = (progress.TextColumn("{task.description}", markup=False), progress.BarColumn(), Rest())
        self.bar = progress.Progress(*columns, console=console, disable=not self.live, refresh_per_second=2)
        self.task = self.bar.add_task("", total=None, visible=False)
        self._words, self._ways = "", 0
        self._done, self._left = 0, 0
        self._own_s, self._rest_s = 0.0, 0.0
        self._since = self._last = budget.now()

    def __enter__(self) -> "Progress":
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def stage(self, words: str, ways: int, runs: int, own_s: float, rest_s: float = 0.0) -> None:
        """Begin a stage with so many runs still to do, or see one anew. ways: that are in it.

        own_s: what these runs should take; rest_s: what comes after them should.
        """
        fresh, self._words, self._ways = words != self._words, words, ways
        self._done, self._left = 0 if fresh else self._done, runs
        self._own_s, self._rest_s, self._since = own_s, rest_s, self.budget.now()
        self._show(fresh)

    def ran(self) -> None:
        """A run has ended."""
        self._own_s -= self._own_s / max(self._left, 1)
        self._done, self._left, self._since = self._done + 1, max(self._left - 1, 0), self.budget.now()
        self._show(self.budget.now() - self._last > max(OFTEN_S, EVERY * self.budget.seconds))

    def say(self, line: str) -> None:
        """A line, above the bar."""
        if self._say is not None:
            self._say(line)
        else:
            self.bar.console.print(plain(line), highlight=False, soft_wrap=True, markup=False)

    def rest(self) -> str:
        """What there is left of the stage, and of the time."""
        total = self._done + self._left
        runs = f"{self._done}/{total} runs, " if total else ""
        return f"{counted(self._ways, 'way')}, {runs}{about(self.left_s / 60)} left"

    @property
    def left_s(self) -> float:
        """Seconds that are left, as far as is known, and no more than were given."""
        known = self._own_s + self._rest_s - (self.budget.now() - self._since)
        return max(min(known, self.budget.seconds - self.budget.spent), 0.0)

    def _show(self, due: bool) -> None:
        if self.live:
            total = self._done + self._left or None
            self.bar.update(
                self.task, description=plain(self._words), total=total, completed=self._done, visible=bool(self._words)
            )
        elif due:
            self._last = self.budget.now()
            self.say(f"{self._words}: {self.rest()}")

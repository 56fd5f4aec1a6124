"""How the minutes of an advice are shared: until when the race, the final and the step times may last.

In: minutes, a clock, how fast reading was, how much slower than foreseen the machine turns out to be. Out: times by
that clock. What comes last is reserved first: telling and writing always, step times where there is enough for two.
"""

from collections.abc import Callable
from dataclasses import dataclass

TELL_S, START_S, EACH_S = 2.0, 6.0, 2.0
"""On a server core of 2026: an answer is told, drawn and written; a process imports TensorFlow; a way is timed."""
FINAL, TIMED = 0.3, 0.15
"""Shares of the time that the final and the step times may take at the most."""
FEWEST_TIMED = 2
"""Step times of fewer ways compare nothing."""


@dataclass
class Budget:
    """seconds: from `begin` on, by the clock `now`. read_s: seconds that reading the sequences took.

    slow: seconds here for one of a server core of 2026, at least 1.
    """

    seconds: float
    now: Callable[[], float]
    begin: float
    read_s: float = 0.0
    slow: float = 1.0

    @property
    def spent(self) -> float:
        """Seconds since the command began."""
        return self.now() - self.begin

    @property
    def told(self) -> float:
        """When all must be known: then it is told and written; the script is tried on the file once more."""
        return self.begin + self.seconds - self.slow * TELL_S - self.read_s

    def timed(self, left: float) -> int:
        """How many ways can be timed in so many seconds; 0 where they are too few to compare."""
        count = int((left / self.slow - START_S) / EACH_S)
        return count if count >= FEWEST_TIMED else 0

    def final(self, ways: int) -> float:
        """When the final must end, so that step times of so many ways, or of some of them, can be taken."""
        count = min(ways, self.timed(TIMED * self.seconds))
        return self.told - (self.slow * (START_S + count * EACH_S) if count else 0.0)

    def after(self, ways: int) -> float:
        """Seconds that are kept for what comes after the final."""
        return self.begin + self.seconds - self.final(ways)

    def race(self, final_s: float, ways: int) -> float:
        """When the race must end. final_s: seconds that the final should take; it gets its share at the most."""
        return self.final(ways) - min(final_s, FINAL * self.seconds)

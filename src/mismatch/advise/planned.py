"""What will be done in the minutes, said before it is done.

In: who enters the race, the budget. Out: lines.
"""

from typing import Any

from mismatch.advise.budget import Budget
from mismatch.advise.candidates import OWN
from mismatch.advise.entering import Entering
from mismatch.advise.runs import Runs
from mismatch.config.counting import counted
from mismatch.sweep.plan import about

SLOWER = 1.5
"""So many times as long as foreseen is worth a word."""


def lines(minutes: float, workers: int, entering: Entering, data: Any, budget: Budget, runs: Runs) -> list[str]:
    """The plan, why it is smaller than it could be, and what is there already."""
    entrants = entering.entrants
    rates = f"{len(entering.rates)} learning rates" if len(entering.rates) > 1 else "one learning rate"
    race = max((budget.race(float("inf"), len(entrants)) - budget.now()) / 60, 0)
    found = [
        f"plan: {minutes:g} min on {counted(workers, 'worker')}: a race of {counted(len(entrants), 'way')} at {rates} "
        f"({about(race)} or more), a final of the best on {data.NOUN}s set aside, step times, the answer"
    ]
    if runs.pace > SLOWER:
        own = any(each.way.reduction == OWN for each in entrants)
        before = "as when your model was tried" if own else "here as on a free core of a server"
        found.append(f"  runs take {runs.pace:.1f} times as long {before}")
    if entering.untried:
        longest = max(each.way.steps for each in entrants)
        longer = any(way.steps > longest for way in entering.untried)
        more = f", none of them with more than {longest} steps" if longer else ""
        found.append(f"  there is no time for {counted(len(entering.untried), 'way')} more{more}")
    return found

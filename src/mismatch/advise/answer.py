"""What an advice says: the way to go, what others would cost, how sure that is, and what was not tried.

In: what was raced and measured. Out: an `Advice`, whose numbers all come from sequences set aside or say that they come
from the race. Words are in `words.py`, pages in `page.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mismatch.advise.candidates import Way

if TYPE_CHECKING:
    from mismatch.analysis.intervals import Interval
    from mismatch.check.outcome import Checked
    from mismatch.config.arm import Arm


@dataclass(frozen=True)
class Entered:
    """A way that was raced. accuracy: mean over `replicates` of its best learning rate, on parts of the data that the
    choice was made on. step_ms: processor time of an update while others trained, which decides nothing. out: number of
    the look at which it dropped out as clearly worse; 0: it did not. stopped: it was not raced on, for want of time.
    """

    way: Way
    learning_rate: float
    accuracy: float
    replicates: int
    step_ms: float
    out: int = 0
    stopped: bool = False


@dataclass(frozen=True)
class Finalist:
    """A way that was trained anew and tested on sequences that no choice was made on.

    role: why it is here. accuracy, below: with 95 % intervals, `below` being how much less accurate than the advised
    one it is. step_ms: of an update by Keras's `fit`, measured in turn with the others; None where it was not.
    """

    way: Way
    arm: Arm
    role: str
    accuracy: Interval
    below: Interval
    step_ms: float | None
    equivalent: bool


@dataclass(frozen=True)
class Sensitivity:
    """Whether a deficit planted on purpose was seen. text: what it came to. enough: sequences that would be enough."""

    seen: bool
    text: str
    enough: int | None = None


@dataclass(frozen=True)
class Advice:
    """The answer. finalists: the advised one first. effects: by factor, the advised way against others in it alone.

    settings: overrides of the command that make the advised arm. whole: whether all that was planned was done in time.
    """

    subject: str
    noun: str
    classes: int
    chance: float
    sequences: int
    aside: int
    margin: float
    minutes: float
    runs: int
    settings: Mapping[str, object]
    entered: tuple[Entered, ...]
    finalists: tuple[Finalist, ...]
    sensitivity: Sensitivity
    checked: Checked
    whole: bool
    untried: tuple[str, ...] = ()

    @property
    def advised(self) -> Finalist:
        return self.finalists[0]

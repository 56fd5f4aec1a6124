"""What an advice rests on: the ways that were raced, those that were tested, how sure that is, and what was not tried.

In: what was raced and measured. Out: `Evidence`, from which words, tables, figures and pages are made. Its numbers come
from sequences set aside, or say that they come from the race.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from mismatch.advise.candidates import Way

if TYPE_CHECKING:
    from mismatch.advise.delays import Delay
    from mismatch.advise.ownmodel import OwnModel
    from mismatch.analysis.intervals import Interval
    from mismatch.check.outcome import Checked
    from mismatch.config.arm import Arm

ADVISED, KERAS, LEADER = "advised", "what Keras does unless told", "the most accurate in the race"
CUT = "Keras's sides of padding and cutting, with a shorter T"
"""Roles of finalists that are named; the others say what they are by how they differ from the advised."""
DEFAULTS = (KERAS, CUT)
"""The one that Keras's users have: as long as the longest sequence, or where there is no time for that, shorter."""
RUNS, SEQUENCES = "runs", "sequences"
"""What it takes more of to tell a difference of the margin."""
EARLY = 0.85
"""Share of the minutes before which an end is early."""
EQUIVALENT, COSTS, GAINS, OPEN = "equivalent", "costs", "gains", "not told apart"
"""How a finalist stands to the advised one."""


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
    one it is; NaN where there was no time to test it. step_ms: of an update by Keras's `fit`, measured in turn with the
    others; None where it was not. enough: sequences set aside that would show a difference of the margin to the advised
    one; None where no number of them would, as that takes more runs, and where it was not tested. untimed: why there is
    no step time; empty where there is. delay: updates until it has learnt what it can; None where nobody can tell.
    trainings: of the final; failed: how many of them are nearer to guessing than to the best one.
    """

    way: Way
    arm: Arm
    role: str
    accuracy: Interval
    below: Interval
    step_ms: float | None
    equivalent: bool
    enough: int | None = None
    untimed: str = ""
    delay: Delay | None = None
    trainings: int = 0
    failed: int = 0

    @property
    def tested(self) -> bool:
        return isfinite(self.accuracy.estimate)

    @property
    def takes(self) -> str | None:
        """What more of it takes to show a difference of the margin to the advised one; None where none was looked
        for."""
        if self.role == ADVISED or not self.tested:
            return None
        return RUNS if self.enough is None else SEQUENCES

    @property
    def standing(self) -> str:
        """Of a tested one that is not the advised: ``equivalent`` goes before ``costs``, as what it costs is nothing
        that matters."""
        if self.equivalent:
            return EQUIVALENT
        if not self.below.valid:
            return OPEN
        return COSTS if self.below.low > 0 else GAINS if self.below.high < 0 else OPEN


@dataclass(frozen=True)
class Sensitivity:
    """Whether a deficit planted on purpose was seen. text: what it came to, or why there is none. enough: sequences
    that would be enough; None where no number of them would, and where none was `planted`: `takes` tells these apart.
    """

    seen: bool
    text: str
    enough: int | None = None
    planted: bool = True

    @property
    def standing(self) -> str:
        """``not planted``, ``seen`` or ``not seen``."""
        return ("seen" if self.seen else "not seen") if self.planted else "not planted"

    @property
    def takes(self) -> str | None:
        """What more of it takes to see a deficit of the margin; None where none was planted."""
        if not self.planted:
            return None
        return RUNS if self.enough is None else SEQUENCES


@dataclass(frozen=True)
class Evidence:
    """finalists: the advised one first. whole: whether all that was planned was done in time. settings: overrides of
    the command that make the advised arm.

    subject: what was read, as a person calls it. noun: what a sequence is called. aside: sequences that were set aside.
    margin: accuracy that is nothing to the person. runs: all that were trained. untried: ways of which none was.
    minutes: that it took; given: that it might have taken. own: the model, where it is one of the person's own.
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
    untried: tuple[Way, ...] = ()
    interrupted: bool = False
    given: float | None = None
    own: OwnModel | None = None

    @property
    def advised(self) -> Finalist:
        return self.finalists[0]

    @property
    def others(self) -> tuple[Finalist, ...]:
        """The tested ones beside the advised; none where that one was not tested itself."""
        return tuple(one for one in self.finalists[1:] if one.tested and self.advised.tested)

    @property
    def led(self) -> bool:
        """Whether the advised one was the most accurate in the race of those that did not drop out."""
        mine = self.raced(self.advised.way)
        if any(one.role == LEADER for one in self.finalists):  # as accurate, perhaps, but named
            return False
        return mine is None or all(one.accuracy <= mine.accuracy for one in self.entered if not one.out)

    @property
    def early(self) -> bool:
        """Whether it ended long before its minutes, as nothing was left to do."""
        return self.whole and not self.untried and self.given is not None and self.minutes < EARLY * self.given

    @property
    def stopped(self) -> tuple[Entered, ...]:
        """The ways that were not raced on, for want of time."""
        return tuple(one for one in self.entered if one.stopped)

    def raced(self, way: Way) -> Entered | None:
        """What the race says of a way."""
        return next((one for one in self.entered if one.way == way), None)

    @property
    def longest(self) -> int | None:
        """Steps of the longest sequence, where the check knows it."""
        return self.checked.longest

    @property
    def nouns(self) -> str:
        return f"{self.noun}s"

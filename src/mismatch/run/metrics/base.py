"""What a family of metrics is: the columns it adds to the table, and the code that fills them from a trained run.

A built-in family is a module of this package; one of another package is an entry point of ``mismatch.metrics``. The
columns of all families appear in the runs table, the data dictionary and, where averaged, in the summary.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from mismatch import ceilings
from mismatch.adapt import Adapted
from mismatch.config.arm import Arm
from mismatch.data.streams import Streams
from mismatch.run import controls
from mismatch.run.sections import Column

if TYPE_CHECKING:
    from mismatch.engine.outcome import Outcome  # TensorFlow: needed to run, not to know the columns

__all__ = ["SHARE", "SIGNED", "Column", "Finished", "Metric"]

SHARE, SIGNED = (0.0, 1.0), (-1.0, 1.0)
"""What a share can be, and a difference of two shares (`Column.within`)."""


@dataclass(frozen=True)
class Finished:
    """A run that trained to its end.

    parts: adapted data by ``train``, ``probe``, ``test``; outcome: logits and trace of the training;
    streams: of the replicate; start: `time.perf_counter` when the run began.
    """

    arm: Arm
    parts: dict[str, Adapted]
    outcome: "Outcome"
    streams: Streams
    start: float

    @cached_property
    def ceiling(self) -> float:
        """Bayes accuracy given what the arm lets the model see, NaN where unknown."""
        return controls.ceiling(self.arm, ceilings.ceiling(self.arm, self.streams))

    @cached_property
    def full_ceiling(self) -> float:
        """Bayes accuracy given the raw sequence, NaN where unknown."""
        return controls.ceiling(self.arm, ceilings.full_ceiling(self.arm))

    @cached_property
    def accuracy(self) -> float:
        """Share of the test sequences whose class is predicted."""
        return float((self.outcome.logits.argmax(1) == self.parts["test"].labels).mean())


class Metric(ABC):
    """A family of metrics. A class that leaves out one of its members cannot be used.

    name: of the family, that of its module
    columns: in the order of the table; a name has no dot, as settings have one
    """

    name: ClassVar[str]
    columns: ClassVar[Mapping[str, Column]]

    @abstractmethod
    def measure(self, run: Finished) -> dict[str, float | bool]:
        """One number, or NaN, for each of `columns`."""

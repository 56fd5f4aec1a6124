"""M206: a batch without rows, or sequences without a step."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.shapes import named
from mismatch.check.subject import Subject


class NoSteps(Rule):
    """Axes of size 0."""

    code = "M206"
    name = "no_steps"
    severity = "error"
    meaning = "An axis of an input has size 0."
    why = "A GRU cannot start on no step; Keras fails deep inside, with a message about slices."
    example = "(32, 0, 4)."
    instead = "Look at what was cut: filters, windows and splits leave nothing where sequences are short."

    def look(self, subject: Subject) -> Iterator[Finding]:
        names = ("row", "step", "feature")
        for fed in subject.inputs if subject.given else ():
            if 0 in fed.shape:
                axis = names[min(fed.shape.index(0), 2)]
                yield self.found(f"{fed.name} {named(fed.shape)} holds no {axis}", where=fed.name, shape=fed.shape)

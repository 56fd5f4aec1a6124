"""M234: a softmax over one unit."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject


class SoftmaxOneUnit(Rule):
    """The last activation and the size of the axis it runs over."""

    code = "M234"
    name = "softmax_one_unit"
    severity = "error"
    meaning = "The output is a softmax over one unit, which is 1 whatever goes in."
    why = "Training can look right, since Keras takes the numbers in front of the softmax; every prediction is 1."
    example = "Dense(1, 'softmax') with binary_crossentropy."
    instead = "Dense(1, 'sigmoid'), or Dense(2, 'softmax') with sparse_categorical_crossentropy."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for target in subject.targets:
            if target.activation == "softmax" and target.units == 1:
                yield self.found("the output is a softmax over 1 unit: it can only be 1", where=target.name or "output")

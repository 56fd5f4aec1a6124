"""M237: amounts that the last activation cannot reach."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject
from mismatch.check.targets import BOUNDS, CROSS


class OutOfReach(Rule):
    """Labels of a distance loss against the range of the output's activation."""

    code = "M237"
    name = "out_of_reach"
    severity = "error"
    meaning = "Labels lie outside what the output can be: units of the labels and of the output differ."
    why = "The output runs into its bound and stays there, and the loss falls all the same."
    example = "Prices up to 300 for a sigmoid; negative amounts for a ReLU."
    instead = "Dense(K) without activation for amounts, or scale the labels to the range."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for target in subject.targets:
            labels = target.labels
            low, high = BOUNDS.get(target.activation or "", (-np.inf, np.inf))
            if labels is None or target.loss is None or target.kind in CROSS or labels.dtype.kind not in "iuf":
                continue
            if "hinge" in target.kind or not labels.size:
                continue
            beyond = np.count_nonzero((labels < low) | (labels > high))
            if beyond:
                what = f"{beyond} of {labels.size} labels, from {labels.min():g} to {labels.max():g}, lie outside what "
                what += f"{target.activation} can give ({low:g} to {high:g})"
                yield self.found(what, where=target.where, count=beyond)

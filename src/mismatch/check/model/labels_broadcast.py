"""M231: labels and output of unequal width under a loss that broadcasts them."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.shapes import named
from mismatch.check.subject import Subject
from mismatch.check.targets import ELEMENTWISE, Target


class LabelsBroadcast(Rule):
    """Widths of labels and output where a loss of Keras gives a number all the same; one of your own may mean it."""

    code = "M231"
    name = "labels_broadcast"
    severity = "error"
    meaning = "Labels and output differ in shape, and the loss broadcasts one over the other in silence."
    why = "Every unit is compared with every label: the loss falls, and what is learnt is an average."
    example = "One-hot labels (N, 2) for one unit under mean_squared_error."
    instead = "One unit for each column of the labels."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for target in subject.targets:
            if target.own or target.kind not in ELEMENTWISE or target.some is None or target.predicted is None:
                continue
            if target.loss is None or not _uneven(target):
                continue
            value, refused = target.apply()
            if value is not None and not refused:
                given, out = named((None, *target.some.shape[1:])), named((None, *target.predicted.shape[1:]))
                what = f"labels {given} and output {out} under {target.kind}: Keras broadcasts them without a word"
                yield self.found(what, where=target.where, labels=given, output=out)


def _uneven(target: Target) -> bool:
    """Whether shapes differ after Keras has aligned the ranks: a last axis of 1 is added or dropped."""
    assert target.some is not None and target.predicted is not None
    labels, out = list(target.some.shape), list(target.predicted.shape)
    if len(labels) == len(out) + 1 and labels[-1] == 1:
        labels = labels[:-1]
    elif len(out) == len(labels) + 1 and out[-1] == 1:
        out = out[:-1]
    return labels != out

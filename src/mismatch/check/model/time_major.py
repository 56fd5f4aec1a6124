"""M203: rows and labels disagree in number, as in a batch that has time on its first axis."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.shapes import named
from mismatch.check.subject import Subject


class TimeMajor(Rule):
    """The number of rows against the number of labels."""

    code = "M203"
    name = "time_major"
    severity = "error"
    meaning = "There are not as many labels as rows; where axis 1 has as many, time stands first."
    why = "Keras takes axis 0 for the batch. It refuses unequal counts, and mixes sequences up where T equals N."
    example = "x (6, 32, 4) with 32 labels."
    instead = "Put the batch first: x = x.swapaxes(0, 1)."

    def look(self, subject: Subject) -> Iterator[Finding]:
        labels, main = subject.labels, subject.main
        if not subject.given or labels is None or main is None or not labels.ndim:
            return
        rows, count = main.shape[0], len(labels)
        if rows == count:
            return
        turned = len(main.shape) > 2 and main.shape[1] == count
        told = "time stands on axis 0" if turned else "one of them was cut or joined"
        what = f"{main.name} {named(main.shape)} has {rows} rows, labels {named(labels.shape)} have {count}: {told}"
        advice = None if turned else "Give one label for each row."
        yield self.found(what, where=main.name, advice=advice, rows=rows, labels=count)

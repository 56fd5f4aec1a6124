"""D118: the file is sorted by class, and its last rows, which Keras takes for validation, lack a class."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import named
from mismatch.config.counting import counted

LAST, EXPECTED = 0.2, 10.0
"""The share of rows looked at, and how many of a class chance would put there before its absence is remarkable."""


class SortedLabels(Rule):
    code, name, severity = "D118", "sorted_labels", "warning"
    meaning = "The last fifth of the training rows holds no row of a class that chance would put there ten times."
    why = "`validation_split=0.2` takes the last rows, before it shuffles: it validates on other classes."
    example = "A table with all negative reviews first, then all positive ones."
    instead = "Shuffle the rows once before fit. The datasets text and series draw their parts at random."

    def look(self, subject: Subject) -> Iterator[Finding]:
        labels = subject.items.labels
        labels = labels if subject.tested is None else labels[~subject.tested]
        size, classes = int(len(labels) * LAST), len(subject.items.classes)
        if not size:
            return
        shares = np.bincount(labels, minlength=classes) / len(labels)
        absent = np.flatnonzero((np.bincount(labels[-size:], minlength=classes) == 0) & (shares * size >= EXPECTED))
        if not len(absent):
            return
        names = [subject.items.classes[k] for k in absent]
        yield self.found(
            f"the last fifth, {counted(size, 'row')}, holds none of {counted(len(absent), 'class')}; chance would put "
            f"{shares[absent[0]] * size:.0f} of {named(names[:1])} there",
            where=named(names),
            keras="order = numpy.random.default_rng(0).permutation(len(x))\n"
            "model.fit(x[order], y[order], validation_split=0.2)",
            classes=names,
            rows=size,
        )

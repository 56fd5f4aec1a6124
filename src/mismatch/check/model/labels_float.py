"""M233: class numbers with fractions."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject
from mismatch.check.targets import SPARSE


class LabelsFloat(Rule):
    """Labels of the sparse loss that are no whole numbers."""

    code = "M233"
    name = "labels_float"
    severity = "error"
    meaning = "Labels of sparse_categorical_crossentropy are no whole numbers."
    why = "The loss cuts 0.5 to 0 and trains on that; accuracy compares 0.5 with 0 and reports nothing right."
    example = "Labels 0.5 and 1.5."
    instead = "Class numbers 0 to K-1, or a regression loss if the labels are amounts."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for target in subject.targets:
            labels = target.labels
            if target.kind != SPARSE or labels is None or labels.dtype.kind != "f":
                continue
            parts = labels[np.isfinite(labels) & (labels != np.floor(labels))]
            if parts.size:
                what = f"{parts.size} of {labels.size} class numbers have fractions, such as {parts.flat[0]:g}"
                yield self.found(what, where=target.where, count=int(parts.size))

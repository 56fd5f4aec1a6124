"""M232: labels that are no class, or no probability, of the output."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject
from mismatch.check.targets import BINARY, CROSS, DENSE, SPARSE, Target


class LabelsRange(Rule):
    """Values of the labels against the units of the output."""

    code = "M232"
    name = "labels_range"
    severity = "error"
    meaning = "A class number has no unit, or labels of a cross-entropy lie outside 0 and 1."
    why = "A CPU stops at a class without a unit, a GPU makes the loss NaN; labels of -1 or 2 drive a binary "
    why += "cross-entropy below zero without a word."
    example = "Classes 1 to 3 for Dense(3); labels -1 and 1 for a sigmoid."
    instead = "Number the classes from 0, with one unit for each."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for target in subject.targets:
            labels = target.labels
            if labels is None or labels.dtype.kind not in "iuf" or not labels.size or not np.isfinite(labels).all():
                continue
            what = _what(target, labels)
            if what:
                yield self.found(what, where=target.where, smallest=float(labels.min()), largest=float(labels.max()))


def _what(target: Target, labels: np.ndarray) -> str:
    units = target.units
    if target.kind == SPARSE and units:
        out = target.predicted
        one_hot = out is not None and labels.ndim == out.ndim and labels.shape[-1] != 1
        options = getattr(target.loss, "_fn_kwargs", None) or {}
        used = labels[labels != options.get("ignore_class")] if options.get("ignore_class") is not None else labels
        if not one_hot and used.size and (used.min() < 0 or used.max() >= units):
            bad = np.count_nonzero((used < 0) | (used >= units))
            low, high = labels.min(), labels.max()
            return f"class numbers run from {low:g} to {high:g}, the output has units 0 to {units - 1}: {bad} have none"
    labels = labels if target.weighed is None else target.weighed
    if not labels.size:
        return ""
    low, high = labels.min(), labels.max()
    if target.kind == BINARY and (low < 0 or high > 1):
        return f"labels run from {low:g} to {high:g}, {target.kind} takes 0 to 1"
    if target.kind in CROSS and target.kind in (DENSE, "categorical_focal_crossentropy") and labels.ndim >= 2:
        sums = labels.sum(-1)
        if labels.shape[-1] == units and (low < 0 or not np.allclose(sums, 1, atol=1e-3)):
            bad = np.count_nonzero(~np.isclose(sums, 1, atol=1e-3))
            return f"{bad} of {sums.size} label rows do not sum to 1, as shares of classes must"
    return ""

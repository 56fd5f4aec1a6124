"""M230: labels whose shape the loss refuses."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.shapes import named
from mismatch.check.subject import Subject
from mismatch.check.targets import BINARY, CROSS, DENSE, ELEMENTWISE, SPARSE, Target


class LabelsShape(Rule):
    """Each loss is called once on labels and outputs."""

    code = "M230"
    name = "labels_shape"
    severity = "error"
    meaning = "The loss cannot be computed from these labels and this output."
    why = "Class numbers and one-hot rows need different losses, and one label per sequence needs one output per row."
    example = "One-hot labels for sparse_categorical_crossentropy; return_sequences left on in the last GRU."
    instead = "Class numbers (N,): sparse_categorical_crossentropy. One-hot (N, K): categorical_crossentropy."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if subject.y is None:
            return
        yield from self._without(subject)
        for target in subject.targets:
            if target.own or target.labels is None or target.predicted is None or target.some is None:
                continue
            given, out = named(target.labels.shape), named((None, *target.predicted.shape[1:]))
            told, advice = _told(target)
            _, refused = target.apply()
            if refused and not _in_range(target):
                continue
            if told or refused:
                under = f" under {target.kind}" if target.kind else ""
                why = f": {told}" if told else f" ({refused[:160]})"
                what = f"labels {given} do not go with output {out}{under}{why}"
                yield self.found(what, where=target.where, advice=advice or None, labels=given, output=out)

    def _without(self, subject: Subject) -> Iterator[Finding]:
        """Outputs that have a loss and no labels, where others have some."""
        losses = [target for target in subject.targets if target.loss is not None]
        bare = [target.name for target in losses if target.labels is None]
        if bare:
            what = f"labels are given for {len(losses) - len(bare)} of {len(losses)} outputs with a loss, not for "
            advice = "Give labels for each: a list in the order of the outputs, or a dict (in a file y.NAME) by name."
            yield self.found(f"{what}{', '.join(bare)}", where="labels", advice=advice, outputs=bare)


def _in_range(target: Target) -> bool:
    """Whether the labels are ones the loss can take: others are for the rules on their values."""
    labels, units = target.labels, target.units
    if target.kind != SPARSE or labels is None or labels.dtype.kind not in "iuf" or not labels.size or not units:
        return True
    if target.predicted is not None and labels.ndim == target.predicted.ndim and labels.shape[-1] != 1:
        return True
    return bool(labels.min() >= 0 and labels.max() < units)


def _told(target: Target) -> tuple[str, str]:
    """Why, in words, and what to do; empty where only Keras can say."""
    labels, out = target.labels, target.predicted
    assert labels is not None and out is not None
    known = target.loss is None or target.kind in (*CROSS, *ELEMENTWISE)
    if known and out.ndim == 3 and labels.ndim <= 2 and (labels.ndim == 1 or labels.shape[1] == 1):
        return (
            "the output has one row per step, the labels one per sequence",
            "return_sequences=False in the last recurrent layer.",
        )
    if target.kind == SPARSE and labels.ndim == out.ndim and labels.shape == out.shape and labels.shape[-1] > 1:
        return "the labels are one-hot, the loss wants class numbers", "loss='categorical_crossentropy'."
    if target.kind == DENSE and (labels.ndim < out.ndim or labels.shape[-1] != out.shape[-1]):
        column = labels.ndim < out.ndim or labels.shape[-1] == 1
        if column:
            return (
                "the labels are class numbers, the loss wants one-hot rows",
                "loss='sparse_categorical_crossentropy'.",
            )
        return f"one-hot rows of {labels.shape[-1]} for {out.shape[-1]} units", "As many units as classes."
    if target.kind == BINARY and out.ndim == 2 and labels.ndim <= 2:
        width = labels.shape[1] if labels.ndim == 2 else 1
        if width != out.shape[1]:
            fit = "Dense(1, 'sigmoid') for labels of 0 and 1, or categorical_crossentropy for one-hot rows."
            return f"{width} label per row for {out.shape[1]} units", fit
    return "", ""

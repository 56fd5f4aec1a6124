"""M235: from_logits of the loss against the last activation."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject
from mismatch.check.targets import DENSE, SPARSE, Target

SQUASHES = ("sigmoid", "softmax", "hard_sigmoid")
APART = 0.01
"""How far from 1 the sum of a row may be."""


class Logits(Rule):
    """Whether the loss takes the output for what it is: probabilities, or logits."""

    code = "M235"
    name = "logits"
    severity = "error"
    meaning = "A cross-entropy takes raw outputs for probabilities, or probabilities for raw outputs; or (a warning) "
    meaning += "outputs of classes do not sum to 1."
    why = "Raw outputs are clipped to [0, 1] without a word: where they lie outside, there is no gradient."
    example = "Dense(2) with sparse_categorical_crossentropy; Dense(2, 'softmax') with from_logits=True."
    instead = "Dense(K, 'softmax') with the loss by its name, or Dense(K) with from_logits=True."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for target in subject.targets:
            if target.logits is True and target.activation in SQUASHES:
                what = f"{target.kind}(from_logits=True) on the output of {target.activation}: it is squashed twice, "
                what += "unless Keras finds what stood in front of it"
                yield self.found(what, where=target.name or "output", severity="warning")
            elif target.logits is False and (told := _raw(target)):
                what = f"{target.kind} with from_logits=False on raw outputs: {told}"
                yield self.found(what, where=target.name or "output", activation=target.activation)
            elif target.logits is False and (told := _sums(target)):
                what = f"{target.kind} wants shares of classes; {told}: Keras divides each row by its sum"
                yield self.found(what, where=target.name or "output", severity="warning", activation=target.activation)


def _raw(target: Target) -> str:
    """How it is known that outputs are no probabilities; empty where they may be."""
    out = target.predicted
    if out is None or not out.size or target.activation in SQUASHES:
        return ""
    outside = np.count_nonzero((out < 0) | (out > 1))
    if outside:
        return f"{outside} of {out.size} lie outside 0 to 1"
    return "the last layer has no activation" if target.activation == "linear" else ""


def _sums(target: Target) -> str:
    """How far the outputs of most rows are from shares that sum to 1; empty where they are shares."""
    out = target.predicted
    if target.kind not in (SPARSE, DENSE) or out is None or not out.size or out.shape[-1] < 2:
        return ""
    sums = out.sum(axis=-1)
    if not np.mean(np.abs(sums - 1) > APART) > 0.5:
        return ""
    made = f"outputs of {target.activation}" if target.activation else "outputs"
    return f"{made} sum to {sums.min():.3g} to {sums.max():.3g} in a row, not to 1"

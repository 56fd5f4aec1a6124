"""M215: Masking behind a layer that learns, or that adds noise."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject
from mismatch.check.trace import Call

SAFE = ("Masking", "InputLayer", "Embedding", "Identity", "Dropout")


class MaskAfterWeights(Rule):
    """What stands in front of every Masking."""

    code = "M215"
    name = "mask_after_weights"
    severity = "warning"
    meaning = "Masking looks at the output of a layer with weights, in place of the data."
    why = "Zeros go in and a bias comes out: right at initial weights, and unmasked after the first updates. "
    why += "A ReLU does the opposite: real steps become zero and are masked."
    example = "Dense, then Masking."
    instead = "Put Masking first: Dense hands the mask on."

    def look(self, subject: Subject) -> Iterator[Finding]:
        made = {id(tensor): call for call in subject.trace.leaves for tensor in call.outputs}
        for call in subject.trace.leaves:
            source = made.get(id(call.inputs[0])) if call.kind == "Masking" and call.inputs else None
            if source is not None and _moves(source):
                yield self.found(f"it masks what {source.where} gives, which changes in training", where=call.where)


def _moves(call: Call) -> bool:
    """Whether a zero step that goes in may come out as another."""
    layer = call.layer
    if call.kind in SAFE or not getattr(layer, "weights", None):
        return call.kind == "GaussianNoise"
    linear = getattr(getattr(layer, "activation", None), "__name__", "") == "linear"
    return not (call.kind == "Dense" and linear and not layer.use_bias)

"""M204: the batch has another number of steps than the model declares, which Keras lets pass."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.shapes import named, unlike
from mismatch.check.subject import Subject


class DeclaredLength(Rule):
    """Axis 1 of an input against its declared size."""

    code = "M204"
    name = "declared_length"
    severity = "warning"
    meaning = "An input is longer or shorter than the model declares, and Keras says nothing."
    why = "Weights of a GRU do not depend on T, so any length runs: data cut or padded otherwise than in training pass."
    example = "(32, 9, 4) given to Input((6, 4))."
    instead = "Cut or pad to the declared length as in training, or declare Input((None, D)) if any length is meant."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for fed in subject.inputs if subject.given else ():
            if "steps" not in unlike(fed) or 0 in fed.shape or not fed.declared:
                continue
            steps, wanted = fed.shape[1], fed.declared[1]
            way = "longer" if wanted is not None and steps > wanted else "shorter"
            what = f"{fed.name} {named(fed.shape)} has {steps} steps, {way} than the {wanted} declared"
            refused = subject.trace.error is not None
            what += ": a later layer of fixed size refuses it" if refused else ": Keras runs it without a word"
            yield self.found(
                what, where=fed.name, severity="error" if refused else None, given=steps, declared=wanted, way=way
            )

"""M201: the batch has another number of features than the model was built for."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.shapes import named, unlike
from mismatch.check.subject import Subject


class FeatureSize(Rule):
    """The last axis of an input against its declared size."""

    code = "M201"
    name = "feature_size"
    severity = "error"
    meaning = "An input has more or fewer features per step than the model was built for."
    why = "Kernels have one row for each feature: Keras refuses, in words that depend on when it does."
    example = "GRU built on Input((6, 4)), given (32, 6, 3)."
    instead = "Declare the size that the data have, or add or cut features before the model, as in training."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for fed in subject.inputs if subject.given else ():
            if "features" in unlike(fed):
                size, wanted = fed.shape[-1], fed.declared[-1] if fed.declared else None
                what = f"{fed.name} {named(fed.shape)} has {size} features per step, the model was built for {wanted}"
                yield self.found(what, where=fed.name, given=size, declared=wanted)

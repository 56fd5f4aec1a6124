"""M205: the batch has more or fewer axes than the model declares."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.inputs import Fed
from mismatch.check.rule import Rule
from mismatch.check.shapes import named, unlike
from mismatch.check.subject import Subject


class Rank(Rule):
    """The number of axes of an input against the declared number."""

    code = "M205"
    name = "rank"
    severity = "error"
    meaning = "An input has more or fewer axes than declared; a last axis of 1 is added or dropped in silence."
    why = "Where Keras adds or drops the last axis, a batch that was meant otherwise trains without a word."
    example = "(32, 6) or (32, 6, 4, 1) given to Input((6, 4))."
    instead = "Give (N, T, D): one number per step is x[..., None]; a channel axis that images have is x[..., 0]."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for fed in subject.inputs if subject.given else ():
            words = unlike(fed)
            shape, wanted = named(fed.shape), named(fed.declared or ())
            if "rank" in words:
                what = f"{fed.name} {shape} has {len(fed.shape)} axes, the model needs {wanted}{_flat(fed)}"
                yield self.found(what, where=fed.name, given=fed.shape, declared=fed.declared)
            elif "expanded" in words:
                what = f"{fed.name} {shape} is taken for {wanted}: Keras adds an axis without a word"
                advice = f"Write {fed.name}[..., None] if one number per step is meant."
                yield self.found(
                    what, where=fed.name, severity="warning", advice=advice, given=fed.shape, declared=fed.declared
                )
            elif "squeezed" in words:
                what = f"{fed.name} {shape} is taken for {wanted}: Keras drops the last axis without a word"
                yield self.found(what, where=fed.name, severity="warning", given=fed.shape, declared=fed.declared)


def _flat(fed: Fed) -> str:
    """Whether the row is the declared one with all its axes in one."""
    sizes = [size for size in (fed.declared or ())[1:] if size is not None]
    if len(fed.shape) == 2 and len(sizes) == 2 and fed.shape[1] == sizes[0] * sizes[1]:
        return f"; {fed.shape[1]} is {sizes[0]} x {sizes[1]}: the rows were flattened"
    return ""

"""M211: pads reach a recurrent layer without a mask."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.fading import fade
from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.steps import Reached, reached
from mismatch.check.subject import Subject


class UnmaskedPads(Rule):
    """Pads of the batch, followed to every recurrent layer."""

    code = "M211"
    name = "unmasked_pads"
    severity = "warning"
    meaning = "A recurrent layer reads pads as steps, because no mask reaches it."
    why = "With initial weights the update gate of a GRU is about one half on zeros: what it knows, and its gradient, "
    why += "shrink with every pad behind the data. Behind 25 to 35 of them a GRU learns nothing."
    example = "Post-padded (32, 48, 4) into Input, GRU, Dense."
    instead = "Put Masking in front of it, or pad at the start (padding='pre'), as in training."

    def look(self, subject: Subject) -> Iterator[Finding]:
        told: set[object] = set()
        for seen in reached(subject):
            if seen.stream.fed.path not in told and id(seen.call.layer) not in told:
                yield from self._one(subject, seen)
            told |= {seen.stream.fed.path, id(seen.call.layer)}

    def _one(self, subject: Subject, seen: Reached) -> Iterator[Finding]:
        after, before = seen.after[seen.after > 0], seen.before[seen.before > 0]
        backwards = getattr(seen.call.layer, "go_backwards", False)
        both = seen.call.kind == "Bidirectional"
        late = after if not backwards else before
        rows, of = len(seen.after), f" of {seen.stream.fed.name}" if len(subject.inputs) > 1 else ""
        if not len(late) and not both:
            what = f"{len(before)} of {rows} rows{of} have pads in front of their data, and no mask at this layer"
            what += ": at initial weights they change nothing, once trained they shift the start"
            yield self.found(what, where=seen.call.where, severity="note", rows=len(before))
            return
        pads = late if len(late) else before
        many = int(np.median(pads))
        what = f"{len(pads)} of {rows} rows{of} carry {_range(pads)} pads behind their data into it without a mask"
        left = fade(subject, seen)
        grade = None
        if left is not None:
            per = left ** (1 / max(many, 1))
            what += f": of a change in the last real step {_share(left)} is left after {many} pads ({per:.2f} per pad)"
            grade = "error" if left < 0.01 else None
        yield self.found(
            what, where=seen.call.where, severity=grade, keras=_code(seen), rows=len(pads), pads=many, left=left
        )


def _range(pads: np.ndarray) -> str:
    low, high = int(pads.min()), int(pads.max())
    return str(low) if low == high else f"{low} to {high}"


def _share(left: float) -> str:
    return "less than 0.01 %" if left < 1e-4 else f"{100 * left:.2g} %"


def _code(seen: Reached) -> str:
    """The layer that masks these pads."""
    found = seen.stream.pads
    if any(call.kind == "Embedding" for call in seen.stream.calls):
        return "keras.layers.Embedding(..., mask_zero=True)"
    value = None if found.value is None else np.unique(found.value)
    return "" if value is None or len(value) != 1 else f"keras.layers.Masking(mask_value={float(value[0]):g})"

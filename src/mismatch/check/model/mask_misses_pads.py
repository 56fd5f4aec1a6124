"""M214: the batch has pads, and the layer that should mask them does not see them."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.masks import made
from mismatch.check.rule import Rule
from mismatch.check.streams import Stream
from mismatch.check.subject import Subject


class MaskMissesPads(Rule):
    """Masks that Masking and Embedding make, against the pads of the batch."""

    code = "M214"
    name = "mask_misses_pads"
    severity = "error"
    meaning = "Masking or Embedding(mask_zero=True) lets pads through, because they hold another value."
    why = "Standardising, noise or another pad value after padding makes pads unlike the mask value: no step is masked."
    example = "x padded with zeros, then standardised, then Masking()."
    instead = "Standardise before padding, pad last, and give Masking the value you padded with."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for stream in subject.streams:
            yield from self._of(subject, stream)

    def _of(self, subject: Subject, stream: Stream) -> Iterator[Finding]:
        found, padded = stream.pads, ~stream.real
        for call, mask in made(subject):
            if not any(call is other for other in stream.calls):
                continue
            missed = np.count_nonzero(mask & padded) if mask.shape == padded.shape else 0
            if not missed:
                continue
            value = getattr(call.layer, "mask_value", 0)
            held = "" if found.value is None else f" hold {', '.join(f'{v:g}' for v in found.value[:4])}, it"
            what = f"{missed} of {np.count_nonzero(padded)} pads{held} masks {float(np.ravel(value)[0]):g}"
            yield self.found(what, where=call.where, missed=missed, pads=np.count_nonzero(padded))

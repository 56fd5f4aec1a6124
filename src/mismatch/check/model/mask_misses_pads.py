"""M214: the batch has pads, and the layer that should mask them does not see them."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.guard import as_numpy
from mismatch.check.masks import made
from mismatch.check.pads import Pads
from mismatch.check.rule import Rule
from mismatch.check.streams import Stream
from mismatch.check.subject import Subject
from mismatch.check.trace import Call


class MaskMissesPads(Rule):
    """Masks that Masking and Embedding make, against the pads of the batch."""

    code = "M214"
    name = "mask_misses_pads"
    severity = "error"
    meaning = "Masking or Embedding(mask_zero=True) lets pads through, because they hold another value."
    why = "Standardising, noise or another pad value after padding makes pads unlike the mask value: no step is masked."
    example = "x padded with zeros, then standardised, then Masking()."
    instead = "Standardise before padding, pad last in all features, and give Masking the value you padded with."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for stream in subject.streams:
            yield from self._of(subject, stream)

    def _of(self, subject: Subject, stream: Stream) -> Iterator[Finding]:
        found, padded = stream.pads, ~stream.real
        for call, mask in made(subject):
            if not any(call is other for other in stream.calls):
                continue
            missed = mask & padded if mask.shape == padded.shape else np.zeros_like(mask)
            if not missed.any():
                continue
            count, rows = int(missed.sum()), int(missed.any(1).sum())
            if found.own:
                what = f"{rows} of {len(mask)} rows repeat a step of their own at an end, {count} times in all, and it "
                what += f"masks {_value(call)}: they look like pads that were changed row by row"
            else:
                what = f"{count} of {np.count_nonzero(padded)} pads {_held(found, call, missed)}; "
                what += f"it masks {_value(call)}"
            severity = "warning" if found.own and not mask.all() else None
            yield self.found(
                what, where=call.where, severity=severity, missed=count, rows=rows, pads=np.count_nonzero(padded)
            )


def _value(call: Call) -> str:
    return f"{float(np.ravel(getattr(call.layer, 'mask_value', 0))[0]):g}"


def _held(found: Pads, call: Call, missed: np.ndarray) -> str:
    """What the pads hold where the layer sees them, the first of them where they differ."""
    there = as_numpy(call.inputs[0])[missed]
    there = np.unique(there.reshape(len(there), -1), axis=0)
    said = f"reach it as {'' if len(there) == 1 else 'steps such as '}{_listed(there[0])}"
    if found.running:
        columns = ", ".join(map(str, found.running[:4]))
        return f"{said}: feature {columns} runs on through them, and a step is masked where all features are equal"
    changed = found.value is not None and not (there.shape[1] == len(found.value) and np.all(there == found.value))
    return f"{said} (in the batch {_listed(found.value)})" if changed and found.value is not None else said


def _listed(step: np.ndarray) -> str:
    return ", ".join(f"{value:.4g}" for value in step[:4]) + (", ..." if len(step) > 4 else "")

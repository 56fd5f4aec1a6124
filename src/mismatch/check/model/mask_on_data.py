"""M212: a mask hides steps between real ones: values of the data equal the mask value."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.masks import made
from mismatch.check.pads import Pads
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject


class MaskOnData(Rule):
    """Masks that Masking and Embedding make of the batch, against where its data are."""

    code = "M212"
    name = "mask_on_data"
    severity = "warning"
    meaning = "Masking or Embedding(mask_zero=True) skips steps inside sequences, not only pads."
    why = "A step that equals the mask value is data that the model skips: counts, gaps and silence are lost."
    example = "Bits coded 0 and 1 under Masking(); a vocabulary whose first word has id 0."
    instead = "Pad with a value that no step can have, with Masking(mask_value=that); give id 0 to no token."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for call, mask in made(subject) if subject.given else ():
            hidden, whose = _hidden(subject, mask)
            if not hidden.any():
                continue
            steps, rows = int(hidden.sum()), int(hidden.any(1).sum())
            share = steps / max(int((mask | hidden).sum()), 1)
            what = f"it hides {steps} steps {whose} in {rows} of {len(mask)} rows ({100 * share:.2g} % of their steps)"
            yield self.found(what, where=call.where, steps=steps, rows=rows, share=share)


def _hidden(subject: Subject, mask: np.ndarray) -> tuple[np.ndarray, str]:
    """Steps that are masked and are data, and how that is known."""
    known = subject.pads
    if known is not None and known.known:
        return ~mask & known.real[subject.rows], "that the mask you gave calls data"
    edges = Pads(mask)
    place = np.arange(mask.shape[1])
    inside = (place >= edges.before[:, None]) & (place < mask.shape[1] - edges.after[:, None])
    return ~mask & inside & ~edges.empty[:, None], "that stand between others"

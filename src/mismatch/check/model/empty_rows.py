"""M216: rows in which every step is masked."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.masks import as_array
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject


class EmptyRows(Rule):
    """Masks that leave nothing of a row."""

    code = "M216"
    name = "empty_rows"
    severity = "warning"
    meaning = "Some rows are masked as a whole."
    why = "A GRU then gives its initial state, whatever the label; GlobalAveragePooling1D gives NaN, cuDNN fails."
    example = "An empty text under Embedding(mask_zero=True)."
    instead = "Leave such rows out, or give them one step that says they are empty."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for call in subject.trace.leaves if subject.given else ():
            mask = as_array(call.output_masks[0]) if call.output_masks else None
            if mask is None or mask.ndim != 2 or call.masked:
                continue
            empty = np.count_nonzero(~mask.astype(bool).any(1))
            if empty:
                pooled = any(other.kind == "GlobalAveragePooling1D" for other in subject.trace.leaves)
                told = "; GlobalAveragePooling1D makes NaN of them" if pooled else ""
                what = f"{empty} of {len(mask)} rows are masked as a whole{told}"
                yield self.found(what, where=call.where, severity="error" if pooled else None, rows=empty)

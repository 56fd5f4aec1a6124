"""M242: rows and steps are swapped in batches of as many rows as steps."""

from collections.abc import Iterator

import numpy as np

from mismatch.check import layout
from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject

LITTLE, MUCH = 3.0, 6.0
"""Standard deviations: labels that say nothing of their rows, and labels that clearly do."""


class RowsAndSteps(Rule):
    """Labels against rows, as given and with rows and steps swapped within every T rows."""

    code = "M242"
    name = "rows_and_steps"
    severity = "error"
    meaning = "Rows are what steps should be: axes 0 and 1 are swapped, by how values run or what labels tell."
    why = "In batches (T, N, D) with N = T Keras takes steps for sequences: every row mixes all sequences of a batch."
    example = "A time-major loader with batches of T rows."
    instead = "Put the batch first: swapaxes(0, 1) on every batch."

    def look(self, subject: Subject) -> Iterator[Finding]:
        main, labels = subject.main, subject.labels
        if not subject.given or main is None or main.values.ndim < 3 or main.values.dtype.kind not in "iuf":
            return
        if 0 in main.shape or main.shape[1] < 3 or not np.isfinite(main.values).all():
            return
        turned = layout.blocks_turned(main.values)
        if turned is None:
            return
        rough = layout.roughness(main.values.astype(float), 1), layout.roughness(turned.astype(float), 1)
        if main.shape[1] >= 8 and rough[0] > 0.8 and rough[1] < 0.25:
            what = f"values run like noise along time (roughness {rough[0]:.2f}; 1 is noise) and smoothly "
            what += f"({rough[1]:.2f}) from row to row of every {main.shape[1]} rows"
            yield self.found(what, where=main.name, given=rough[0], swapped=rough[1])
            return
        if labels is None or len(labels) != len(main.values):
            return
        labels = labels[: len(turned)]
        given, other = layout.association(main.values[: len(turned)], labels), layout.association(turned, labels)
        if given is None or other is None or given > LITTLE or other < MUCH:
            return
        what = f"labels are unrelated to rows as given ({given:.1f} standard deviations from shuffled labels) and "
        what += f"clearly related ({other:.0f}) with rows and steps swapped in every {main.shape[1]} rows"
        yield self.found(what, where=main.name, given=given, swapped=other)

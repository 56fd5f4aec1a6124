"""D104: the sequences look padded already: equal lengths, with tails (or heads) of one value of unequal length."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.ends import Ends, padded_ends
from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share
from mismatch.config.counting import counted


class AlreadyPadded(Rule):
    code, name, severity = "D104", "already_padded", "warning"
    meaning = "All sequences have one length, and many end (or begin) in runs of one value that differ in length."
    why = (
        "Pads that came with the file count as data: they are neither masked nor left out of means and deviations, and "
        "the lengths, which everything here rests on, are wrong."
    )
    example = "An array (270, 29, 12) of recordings of 7 to 29 steps, with zeros after each."
    instead = "Give the true lengths (an array `lengths` beside the padded one), or cut the pads off."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for ends in padded_ends(subject):
            long, runs, size = ends.long, ends.runs, int(subject.lengths[0])
            total = share(int(runs[long].sum()), runs.size * size)
            told = "nan" if np.isnan(ends.value) else f"{ends.value:g}"
            yield self.found(
                f"{counted(int(long.sum()), 'sequence')} ({share(float(long.mean()))}) {ends.side} in runs of {told}, "
                f"of {runs[long].min()} to {runs[long].max()} steps: {total} of all steps",
                keras=_code(ends, size),
                value=ends.value,
                sequences=int(long.sum()),
                shortest_run=int(runs[long].min()),
                longest_run=int(runs[long].max()),
            )


def _code(ends: Ends, size: int) -> str:
    """Lines that tell the steps of an array x (N, T, d) from its pads."""
    real = "real = ~numpy.isnan(x).all(axis=2)" if np.isnan(ends.value) else f"real = (x != {ends.value!r}).any(axis=2)"
    if ends.side == "end":
        return f"{real}  # x: (N, {size}, d)\nlengths = (real * numpy.arange(1, {size + 1})).max(axis=1)"
    return f"{real}  # x: (N, {size}, d)\nsequences = [row[steps.argmax():] for row, steps in zip(x, real)]"

"""D105: values that are missing, infinite or beyond 32 bits, which become NaN in every weight after one update."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import LARGEST, Subject
from mismatch.check.words import named, share
from mismatch.config.counting import counted


class MissingValues(Rule):
    code, name, severity = "D105", "missing_values", "error"
    meaning = "Values are missing (NaN), infinite, or larger than 32 bits hold."
    why = "One NaN makes the loss NaN, and every weight with it, at the first batch that holds it; Keras does not stop."
    example = "A sensor that drops out for three steps in one of 5,000 recordings."
    instead = "Fill gaps within their own sequence, and say so; take out what is infinite. Masking does not match NaN."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if subject.is_text:
            return
        gone, wrong = np.isnan(subject.raw), np.abs(subject.raw) > LARGEST
        for bad, what, settings in (
            (gone, "missing", f"{subject.command} data.missing=linear"),
            (wrong, "infinite or beyond 32 bits", ""),
        ):
            if not bad.any():
                continue
            rows = np.unique(subject.owner[bad.any(axis=1)])
            columns = np.flatnonzero(bad.any(axis=0))
            counts = bad.sum(axis=0)
            yield self.found(
                f"{counted(int(bad.sum()), 'value')} ({share(int(bad.sum()), bad.size)}) are {what}, in "
                f"{counted(len(rows), 'sequence')} ({subject.places(rows)})",
                where=named([f"{subject.feature(int(k))} ({counts[k]:,})" for k in columns]),
                settings=settings,
                values=int(bad.sum()),
                sequences=len(rows),
                features={subject.feature(int(k)): int(counts[k]) for k in columns},
            )

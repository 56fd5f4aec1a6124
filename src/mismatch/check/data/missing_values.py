"""D105: values that are missing, infinite or beyond 32 bits, which become NaN in every weight after one update."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import LARGEST, Subject
from mismatch.check.words import named, share
from mismatch.config.counting import counted
from mismatch.data.sources.named import typed


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
        advice, fill = _filled(subject, gone)
        for bad, what, settings, todo in (
            (gone, "missing", fill, advice),
            (wrong, "infinite or beyond 32 bits", "", ""),
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
                advice=todo or None,
                settings=settings,
                values=int(bad.sum()),
                sequences=len(rows),
                features={subject.feature(int(k)): int(counts[k]) for k in columns},
            )


def _filled(subject: Subject, gone: np.ndarray) -> tuple[str, str]:
    """What to do, where gaps alone are not all that is missing, and the settings; gone: (sum L, d) bool."""
    empty = np.asarray(gone.all(axis=0))
    names = [subject.feature(k) for k in range(subject.width)]
    without = [name for name, bare in zip(names, empty, strict=True) if bare]
    rest = [name for name, bare in zip(names, empty, strict=True) if not bare]
    kept = f"{typed('data.features', rest)} " if without and rest else ""
    counts = [np.bincount(subject.owner, gone[:, k], len(subject.items)) for k in np.flatnonzero(~empty)]
    bare = sum(np.any([(each == subject.lengths) & (subject.lengths > 0) for each in counts], axis=0)) if counts else 0
    settings = f"{subject.command} {kept}data.missing={'zero' if bare else 'linear'}"
    said = [f"Leave out {named(without)}, without any value."] if without else []
    if bare:
        said.append(
            f"In {counted(int(bare), 'sequence')} a feature has no value to fill gaps with: take 0, or leave them out."
        )
    return " ".join(said), settings

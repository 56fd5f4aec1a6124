"""D120: sequences without a step, and sequences of a single one."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share, verb
from mismatch.config.counting import counted

MOST = 0.5


class EmptySequences(Rule):
    code, name, severity = "D120", "empty_sequences", "warning"
    meaning = "Sequences have no step (texts: no token), or most have a single one."
    why = (
        "A sequence of pads alone is masked whole: the output is the initial state, a masked mean is NaN, and cuDNN "
        "refuses the batch. A single step has no order to learn."
    )
    example = "A review that holds an emoji alone; a long table whose id changes with every row."
    instead = "Leave empty ones out, counted; where most have one step, look at which column is the id, or the text."

    def look(self, subject: Subject) -> Iterator[Finding]:
        lengths = subject.lengths
        empty = np.flatnonzero(lengths == 0)
        if len(empty):
            noun = "text without a token" if subject.is_text else "sequence without a step"
            plural = noun.replace(" ", "s ", 1) if len(empty) > 1 else noun
            yield self.found(
                f"{len(empty):,} {plural} ({share(len(empty), len(lengths))}): {subject.places(empty)}",
                severity="warning",
                advice="leave them out; the datasets text and series do, and say how many",
                sequences=len(empty),
            )
        single = int((lengths == 1).sum())
        if single > MOST * len(lengths):
            has = verb(single, "has", "have")
            what = f"{counted(single, 'text')} of {len(lengths):,} {has} a single token"
            advice = "a token has no order: look whether the column holds texts; data.tokens=characters splits words"
            if not subject.is_text:
                what = f"{counted(single, 'sequence')} of {len(lengths):,} {has} a single step"
                advice = "look at the id: does its column name sequences, or steps?"
            yield self.found(
                what,
                advice=advice,
                sequences=single,
            )

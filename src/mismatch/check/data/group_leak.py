"""D111: a group (a speaker, a patient, a film) stands on both sides of the file's own parts."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share, verb
from mismatch.config.counting import counted


class GroupLeak(Rule):
    code, name, severity = "D111", "group_leak", "error"
    meaning = "A group stands in the test part and in the training part of the file."
    why = "A model can know the speaker instead of the word: the test tells nothing about speakers it has never heard."
    example = "Nine recordings of a patient to train on, the tenth to test on."
    instead = "Leave the file's parts aside and split by group: a group is then never on both sides."

    def look(self, subject: Subject) -> Iterator[Finding]:
        tested, groups = subject.tested, subject.items.groups
        if tested is None or groups is None:
            return
        both = np.intersect1d(groups[tested], groups[~tested])
        if not len(both):
            return
        rows = np.flatnonzero(tested & np.isin(groups, both))
        stand = verb(len(both), "stands", "stand")
        yield self.found(
            f"{counted(len(both), 'group')} of {len(np.unique(groups)):,} {stand} on both sides, with "
            f"{counted(len(rows), 'sequence')} ({share(len(rows), int(tested.sum()))}) of the test part "
            f"({subject.places(rows)})",
            settings=f"{subject.command} data.group=COLUMN  # without data.split",
            groups=len(both),
            rows=len(rows),
        )

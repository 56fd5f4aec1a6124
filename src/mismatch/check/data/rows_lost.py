"""D129: many rows of the file are left out, for want of a text, a label, an id or a time."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share
from mismatch.data.sources.base import Dropped

WARN, REFUSE = 0.05, 0.5


class RowsLost(Rule):
    code, name, severity = "D129", "rows_lost", "error"
    meaning = "More than 5 % of the sequences, or of their steps, are left out (half: an error; data= refuses them)."
    why = "What is left is another set than the file: rows without a label are seldom a random choice of all rows."
    example = "A column of labels that was filled in for 142 of 1,057 reports."
    instead = "Fill in what is missing, name another column, or say of which rows your results are."

    def look(self, subject: Subject) -> Iterator[Finding]:
        reading = subject.items.reading
        whole = [each for each in reading.dropped if not each.steps]
        yield from self._lost(whole, reading.read, "rows" if subject.is_text else "sequences")
        steps = [each for each in reading.dropped if each.steps]
        yield from self._lost(steps, int(subject.lengths.sum()) + sum(each.count for each in steps), "steps")

    def _lost(self, dropped: list[Dropped], total: int, noun: str) -> Iterator[Finding]:
        lost = sum(each.count for each in dropped)
        if lost <= WARN * total:
            return
        reasons = "; ".join(f"{each.reason}: {each.count:,} ({', '.join(each.examples)})" for each in dropped)
        yield self.found(
            f"{lost:,} of {total:,} {noun} ({share(lost, total)}) are left out: {reasons}",
            severity="error" if lost > REFUSE * total else "warning",
            lost=lost,
            read=total,
            reasons={each.reason: each.count for each in dropped},
        )

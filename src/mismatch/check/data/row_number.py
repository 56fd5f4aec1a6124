"""D128: a feature numbers the rows of the file."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share
from mismatch.data.sources.giveaways import numbers_rows, told


class RowNumber(Rule):
    code, name, severity = "D128", "row_number", "error"
    meaning = (
        "A feature numbers all steps of all sequences: whole numbers, each once. An error where each class has a range "
        "of these numbers, else a warning."
    )
    why = (
        "It tells sequences apart, and in a file that is sorted by class it hands over the label. No two sequences are "
        "equal beside it, so that copies, conflicting labels and steps of the pad value stay hidden."
    )
    example = "The index that `to_csv()` of pandas and `write.csv` of R put before the columns of a table."
    instead = "Leave it out: data.features names those to keep. Write tables with index=False (R: row.names=FALSE)."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if subject.is_text or len(subject.items) < 2 or not subject.lengths.all() or subject.lengths.max() < 2:
            return
        for column in range(subject.width):
            values = subject.values[:, column]
            if not numbers_rows(values):
                continue
            tells = told(values[subject.offsets], subject.items.labels, len(subject.items.classes))
            gives = f", and names the class of {share(tells.share)} of the sequences" if tells else ""
            yield self.found(
                f"numbers the {len(values):,} steps from {values.min():g} to {values.max():g}{gives}",
                where=subject.feature(column),
                severity="error" if tells else "warning",
                rows=len(values),
                named=tells.share if tells else None,
            )

"""D128: a feature numbers the rows of the file, or its sequences."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share
from mismatch.data.sources.giveaways import numbers_rows, steady, told


class RowNumber(Rule):
    code, name, severity = "D128", "row_number", "error"
    meaning = (
        "A feature numbers all steps, or all sequences: whole numbers, each once. An error where each class has a "
        "range of the numbers of its steps, else a warning."
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
        still = steady(subject.values, subject.lengths)
        for column in range(subject.width):
            values = subject.values[:, column]
            if still[column]:
                yield from self._sequences(subject, column)
            if not numbers_rows(values):
                continue
            tells = told(values[subject.offsets], subject.items.labels, len(subject.items.classes))
            gives = f", and names the class of {share(tells.share)} of the sequences" if tells else ""
            yield self.found(
                f"numbers the {len(values):,} steps from {_range(values)}{gives}",
                where=subject.feature(column),
                severity="error" if tells else "warning",
                rows=len(values),
                named=tells.share if tells else None,
            )

    def _sequences(self, subject: Subject, column: int) -> Iterator[Finding]:
        """A feature that has one number in each sequence, such as the id of a table that was divided by it."""
        first = subject.values[subject.offsets, column]
        if numbers_rows(first):
            yield self.found(
                f"numbers the {len(first):,} sequences from {_range(first)}",
                where=subject.feature(column),
                severity="warning",
                advice="Leave it out: it names a sequence, and is no property of it.",
                sequences=len(first),
            )


def _range(values: np.ndarray) -> str:
    """``0 to 1,575``."""
    return f"{values.min():,.0f} to {values.max():,.0f}"

"""M222: ids without a row in the table that looks them up."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.ids import tables
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject


class IdsOutOfRange(Rule):
    """What reaches every Embedding, against its input_dim."""

    code = "M222"
    name = "ids_out_of_range"
    severity = "error"
    meaning = "An Embedding is given ids beyond its last row, below 0, or that are no whole numbers."
    why = "A CPU stops there; a GPU gives zeros without a word, and fractions are cut on both."
    example = "Ids 0 to 16 into Embedding(16, 8)."
    instead = "Embedding(largest id + 1, ...), and the vocabulary of the training data for all data."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for call, ids, what in tables(subject):
            if what:
                yield self.found(what, where=call.where, smallest=float(ids.min()), largest=float(ids.max()))

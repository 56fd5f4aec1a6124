"""D124: numbers that look like token ids are about to be read as measurements."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.wordids import word_ids


class TokenIds(Rule):
    code, name, severity = "D124", "token_ids", "warning"
    meaning = "The one feature holds whole numbers from 0, many and large, that jump from step to step."
    why = "As numbers they saturate the gates, and say that token 900 is more than token 3. An Embedding looks them up."
    example = "Indexed texts, padded, with a last axis of 1 added so that the GRU takes them."
    instead = "Put an Embedding in front (mask_zero=True where 0 is the pad); or give the texts themselves."

    def look(self, subject: Subject) -> Iterator[Finding]:
        ids = word_ids(subject)
        if ids is None:
            return
        yield self.found(
            f"{ids.distinct:,} distinct whole numbers from {ids.smallest} to {ids.largest:,}, each unlike the one "
            f"before (roughness {ids.roughness:.2f}; 1 for shuffled steps, near 0 for a signal)",
            where=subject.feature(0),
            keras=f"keras.layers.Embedding({ids.largest + 1}, 16, mask_zero=True)",
            distinct=ids.distinct,
            largest=ids.largest,
            roughness=ids.roughness,
        )

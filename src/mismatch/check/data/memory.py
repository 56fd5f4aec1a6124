"""D115: the padded array takes gigabytes."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.lengths import cut
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import memory as shown

LARGE, HUGE = 2**30, 2**33
"""Bytes from which on it is noted, and from which on it is a warning."""


class Memory(Rule):
    code, name, severity = "D115", "memory", "warning"
    meaning = "The padded array (N, T, d) of 32-bit numbers takes 1 GiB or more (8 GiB: a warning)."
    why = "It is made before training starts, and often held twice: a process that is killed for it says nothing."
    example = "10,000 recordings of 12 features, one of them an hour long."
    instead = "Choose a smaller T, or pad batch by batch (tf.data.Dataset.padded_batch)."

    def look(self, subject: Subject) -> Iterator[Finding]:
        at_all = cut(subject.lengths, subject.width, subject.steps or subject.quantile(1.0))
        at_most = cut(subject.lengths, subject.width, subject.quantile(0.95))
        if at_all.size < LARGE:
            return
        lazily = f"dataset.padded_batch(32, padded_shapes=([None, {subject.width}], []))"
        yield self.found(
            f"{len(subject.items):,} x {at_all.steps:,} x {subject.width:,} numbers take {shown(at_all.size)}; "
            f"T={at_most.steps}, which holds 95% of the sequences whole, takes {shown(at_most.size)}",
            severity="warning" if at_all.size >= HUGE else "note",
            settings=f"length.steps={at_most.steps}",
            keras="dataset.padded_batch(32)" if subject.is_text else lazily,
            bytes=at_all.size,
            bytes_95=at_most.size,
        )

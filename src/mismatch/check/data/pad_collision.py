"""D103: real steps hold the pad value in every feature, so that `Masking` deletes them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mismatch.check.ends import edges, padded_ends
from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.wordids import word_ids
from mismatch.check.words import share, verb
from mismatch.config.counting import counted

SERIOUS, SLIGHT = 0.01, 0.001
"""Shares of the steps: an error from the first on, below the second a note."""


@dataclass(frozen=True)
class Hits:
    """Steps that hold the pad value: before the first other one, between, after the last; blank: of nothing else."""

    leading: int
    inside: int
    trailing: int
    blank: int
    sequences: int
    blank_sequences: int

    @property
    def steps(self) -> int:
        return self.leading + self.inside + self.trailing + self.blank


class PadCollision(Rule):
    code, name, severity = "D103", "pad_collision", "error"
    meaning = "Steps of the data equal the pad value in all features."
    why = (
        "Masking tells pads by their value: it deletes these steps too, in silence. Where silence is the signal, "
        "accuracy falls to chance; a sequence of nothing else is masked whole."
    )
    example = "Spike trains of 0 and 1, padded with 0 and masked: every step without a spike is gone."
    instead = "Pad with a value that no step holds, or give the mask computed from the lengths instead of Masking."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if subject.is_text or not len(subject.values):
            return
        hits = count(subject)
        ids = word_ids(subject) if subject.pad_value == 0 else None
        if not hits.steps or (ids is not None and not hits.inside):
            return  # zeros at the ends of ids are pads, which an Embedding masks
        total = len(subject.values)
        free = free_value(subject)
        parts = ((hits.inside, "inside"), (hits.leading, "leading"), (hits.trailing, "trailing"))
        places = ", ".join(f"{number:,} {word}" for number, word in parts if number)
        blank = f"{counted(hits.blank_sequences, 'sequence')} of nothing else" if hits.blank_sequences else ""
        yield self.found(
            f"{counted(hits.steps, 'step')} ({share(hits.steps, total)}) in {counted(hits.sequences, 'sequence')} "
            f"{verb(hits.steps, 'equals', 'equal')} the pad value "
            f"{subject.pad_value:g}: {', '.join(filter(None, (places, blank)))}",
            severity=severity(hits, total),
            settings="" if ids else f"mask=explicit  or  length.pad_value={free:g} mask=masking",
            advice="Give the id 0 to no token: number them from 1 before padding." if ids else None,
            keras=_of_ids(ids.largest) if ids else _of_numbers(free),
            **vars(hits),
            share=hits.steps / total,
            pad_value=subject.pad_value,
            free_value=free,
        )


def _of_numbers(free: float) -> str:
    """Lines that pad with a value that is free, and mask it."""
    x = f'x = keras.utils.pad_sequences(sequences, dtype="float32", value={free!r})'
    return f"{x}\nkeras.layers.Masking(mask_value={free!r})"


def _of_ids(largest: int) -> str:
    """Lines that free the id 0 for pads."""
    return f"sequences = [s + 1 for s in sequences]\nkeras.layers.Embedding({largest + 2}, 16, mask_zero=True)"


def count(subject: Subject) -> Hits:
    """Where steps hold the pad value, other than in pads that came with the file."""
    holds = (subject.values == subject.pad_value).all(axis=1)
    hit = holds & ~_pads(subject)
    owner, (before, behind) = subject.owner, edges(subject, holds)
    blank = hit & before & behind
    leading, trailing = hit & ~blank & before, hit & ~blank & behind
    inside = hit & ~(blank | leading | trailing)
    sequences = len(np.unique(owner[hit])), len(np.unique(owner[blank]))
    return Hits(int(leading.sum()), int(inside.sum()), int(trailing.sum()), int(blank.sum()), *sequences)


def _pads(subject: Subject) -> np.ndarray:
    """(sum L,) bool: steps that look like pads of this value, which `already_padded` speaks of."""
    found = np.zeros(len(subject.values), bool)
    for ends in padded_ends(subject):
        if ends.value == subject.pad_value:
            found |= ends.steps(int(subject.lengths[0])).ravel()
    return found


def severity(hits: Hits, total: int) -> str:
    if hits.blank_sequences or hits.steps >= SERIOUS * total:
        return "error"
    return "warning" if hits.steps >= SLIGHT * total else "note"


def free_value(subject: Subject) -> float:
    """A whole number that no value equals: -1 where it is free, else the next below the smallest."""
    values = subject.values[np.isfinite(subject.values)]
    taken = len(values) and bool((values == -1).any())
    return float(np.floor(values.min()) - 1) if taken else -1.0

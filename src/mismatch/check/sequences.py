"""Data as the rules look at them: `Items` with what several rules need, each worked out once.

In: `Items` of a reader, and the pad value and T that are meant. Out: lengths, tokens, sides and codes of equal
sequences. Texts are taken as their tokens, numbers as they stand in the file.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mismatch.check.near import near_series, near_texts
from mismatch.check.overlap import Overlap, overlap
from mismatch.data._tokens import Numbered, tokenise
from mismatch.data.sources.base import Items

LARGEST = float(np.finfo(np.float32).max)
"""What a model can be given: it computes in 32 bits."""


@dataclass(frozen=True, eq=False)
class Subject:
    """pad_value: what pads will hold, and what ``Masking`` takes for a pad. steps: T, or None where it is not chosen.

    path: what a person typed, for lines they can type again.
    """

    items: Items
    pad_value: float = 0.0
    steps: int | None = None
    path: str = ""

    @property
    def is_text(self) -> bool:
        return self.items.texts is not None

    @cached_property
    def tokens(self) -> Numbered:
        """Tokens of each text."""
        return Numbered(self.items.texts or (), tokenise)

    @cached_property
    def lengths(self) -> np.ndarray:
        """Steps of each sequence, tokens of each text: (N,) int64."""
        if self.items.lengths is not None:
            return self.items.lengths
        return self.tokens.lengths()

    @cached_property
    def offsets(self) -> np.ndarray:
        """Where each sequence starts among all steps, (N,) int64."""
        return np.cumsum(self.lengths) - self.lengths

    @cached_property
    def owner(self) -> np.ndarray:
        """The sequence that each step belongs to: (sum L,) int64."""
        return np.repeat(np.arange(len(self.items)), self.lengths)

    @property
    def raw(self) -> np.ndarray:
        """Numbers as they stand in the file: (sum L, d) float64."""
        assert self.items.values is not None
        return self.items.values

    @cached_property
    def values(self) -> np.ndarray:
        """The numbers, NaN where one is missing, infinite or beyond 32 bits: (sum L, d) float64."""
        usable = np.abs(self.raw) <= LARGEST  # NaN compares false
        return self.raw if usable.all() else np.where(usable, self.raw, np.nan)

    @cached_property
    def ids(self) -> np.ndarray:
        """A number for each token, the same for equal ones: (sum L,) int64."""
        return self.tokens.joined(range(len(self.tokens))).astype(np.int64)

    @cached_property
    def words(self) -> Counter[str]:
        """How often each token stands in all texts."""
        counts = np.bincount(self.ids)  # first: it makes the tokens
        return Counter(dict(zip(self.tokens.words, counts.tolist(), strict=True)))

    @cached_property
    def characters(self) -> Counter[str]:
        """How often each character stands in all texts."""
        return Counter("".join(self.items.texts or ()))

    @cached_property
    def counts(self) -> np.ndarray:
        """Sequences of each class: (K,) int64."""
        return np.bincount(self.items.labels, minlength=len(self.items.classes))

    @cached_property
    def same(self) -> np.ndarray:
        """A number for each sequence, the same for those that hold the same: (N,) int64. Texts by their tokens."""
        flat = self.ids if self.is_text else self.raw
        known: dict[bytes, int] = {}
        ends = np.cumsum(self.lengths)
        each = (
            known.setdefault(flat[end - size : end].tobytes(), len(known))
            for end, size in zip(ends, self.lengths, strict=True)
        )
        return np.fromiter(each, np.int64, len(self.items))

    @cached_property
    def near(self) -> np.ndarray:
        """Pairs of sequences that are nearly equal, but not equal: (M, 2) int64."""
        if self.is_text:
            return near_texts(self.ids, self.lengths, self.same)
        rows, values = self._whole
        if len(rows) < 2:
            return np.empty((0, 2), np.int64)
        return rows[near_series(values, self.lengths[rows], self.same[rows])]

    @cached_property
    def _whole(self) -> tuple[np.ndarray, np.ndarray]:
        """Sequences of numbers without a gap (M,), and their values end to end."""
        gaps = np.bincount(self.owner[~self.finite], minlength=len(self.items)) > 0
        return np.flatnonzero(~gaps), self.values[~gaps[self.owner]]

    @cached_property
    def overlap(self) -> Overlap | None:
        """Series that share half of their steps and more, shifted against each other; None: there are none."""
        if self.is_text:
            return None
        rows, values = self._whole
        tested = None if self.tested is None else self.tested[rows]
        found = overlap(values, self.lengths[rows], self.same[rows], tested)
        if found is None:
            return None
        one, other = found.pair
        return Overlap(rows[found.rows], (int(rows[one]), int(rows[other])), rows[found.across])

    @cached_property
    def tested(self) -> np.ndarray | None:
        """Which sequences the file names for testing: (N,) bool, or None where it names no parts."""
        return None if self.items.parts is None else self.items.parts == "test"

    @cached_property
    def finite(self) -> np.ndarray:
        """Which steps hold numbers in every feature: (sum L,) bool."""
        return np.isfinite(self.values).all(axis=1)

    @property
    def width(self) -> int:
        """Features of a step: d; 1 for token ids."""
        return 1 if self.is_text else self.values.shape[1]

    def feature(self, column: int) -> str:
        """The name of a feature."""
        names = self.items.features
        return names[column] if column < len(names) else f"feature {column}"

    def quantile(self, share: float) -> int:
        """The least T that cuts no more than 1 - `share` of the sequences, at least 1."""
        return max(int(np.quantile(self.lengths, share, method="inverted_cdf")), 1)

    def places(self, rows: np.ndarray, most: int = 3) -> str:
        """Where the first of some sequences stand, for a line."""
        named = ", ".join(self.items.places[row] for row in rows[:most])
        return f"{named}, ..." if len(rows) > most else named

    @property
    def command(self) -> str:
        """``data=text`` or ``data=series``: the dataset that reads it."""
        return f"data={'text' if self.is_text else 'series'}"

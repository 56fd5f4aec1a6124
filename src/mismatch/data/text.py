"""Your own labelled texts, in any language: ``data=text data.path=my.csv data.text=review data.label=stars``.

The file is a table (CSV, TSV, JSONL, Parquet, Feather, any of them as .gz) or a folder with one folder of texts per
class. Whatever is left out of it, or out of a text, is counted and said.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from mismatch.config.fields import choice, free, plain, ranged, require
from mismatch.config.paths import shown
from mismatch.data._described import REFUSE, WARN
from mismatch.data._own import Own
from mismatch.data._text import Corpus, Text
from mismatch.data._tokens import Kept, Numbered, measure, tokenise
from mismatch.data.sources.base import Items
from mismatch.data.sources.table import texts


@dataclass
class YourText(Text, Own):
    """`text`, `label`, `split` and `group` name columns; a folder has none.

    max_length: left out, it is the longest text, or no limit where some are set aside: the longest may be one of them.
    tokens: words, characters, or auto: words, but characters where a script puts no spaces between them.
    """

    name: str = "text"
    text: str | None = free("text", meaning="column of the texts")
    tokens: str = choice("auto", "auto", "words", "characters", meaning="what a timestep is: see the README")
    max_length: int | None = ranged(None, low=1)  # type: ignore[assignment]
    train: int | None = ranged(None, low=1)
    probe: int | None = ranged(None, low=1)
    test: int | None = ranged(None, low=1)

    READ: ClassVar[tuple[str, ...]] = (*Own.READ, "text")
    NOUN: ClassVar[str] = "text"

    def settle(self) -> None:
        self.text = None if self.text is None else str(self.text)
        super().settle()
        if Path(self.path).is_dir():
            for key in ("split", "group", "separator"):
                given = getattr(self, key)
                require(given is None, f"data.{key}", given, f"must be left out: {shown(self.path)} is a folder")
            self.text = self.label = None  # cannot act
            return
        for key in ("text", "label"):
            require(bool(getattr(self, key)), f"data.{key}", getattr(self, key), "must name a column of data.path")

    def settled(self) -> None:
        kept = self.kept()
        share = f"{1 - kept.share:.0%} of the letters, digits and signs{_such_as(kept)}"
        accepted = f"must hold texts that data.tokens={self.tokens} can read, which loses {share}"
        require(kept.share >= 1 - REFUSE, "data.path", shown(self.path), accepted)
        lengths = self.lengths()
        shortest = int(lengths[lengths > 0].min())
        accepted = f"must be at least {shortest}, the tokens of the shortest text"
        require((self.max_length or shortest) >= shortest, "data.max_length", self.max_length, accepted)
        if self.hold == "none":  # else the longest text may be one that is set aside: no limit is given
            self.max_length = self.max_length or int(lengths.max())

    def read(self) -> Items:
        columns = (str(self.text), str(self.label), self.split, self.group)
        return texts(self.path, *columns, self.separator, self.encoding, self.test_path)

    def corpus(self) -> Corpus:
        return _corpus(self._key(self.READ), self.tokens)

    def kept(self) -> Kept:
        """How much of the texts the tokens keep."""
        return _kept(self._key(self.READ), self.tokens)

    def lengths(self) -> np.ndarray:
        return self.corpus().lengths

    def usable(self) -> np.ndarray:
        lengths = self.lengths()
        return np.flatnonzero((lengths >= 1) & (lengths <= (self.max_length or lengths.max())))

    def contents(self) -> Sequence[Hashable]:
        tokens = self.corpus().tokens
        return [tokens.numbers(row).tobytes() for row in range(len(tokens))]

    def limit(self) -> int | None:
        return self.max_length

    @property
    def shortest(self) -> int:
        return 1

    @property
    def longest(self) -> int:
        return self.max_length or int(self.seen().max())

    def extra(self) -> list[str]:
        kept, corpus, pool = self.kept(), self.corpus(), self.pool()
        rows = pool.rows[pool.seen]
        counts = corpus.counts(rows)
        counts = np.sort(counts[counts > 0])[::-1]
        total = int(counts.sum())
        known = counts[: self.vocabulary - 2].sum() / total
        warned = [] if kept.share >= 1 - WARN else [f"warning: tokens lose {1 - kept.share:.1%} of the characters"]
        share = f"{kept.share:.1%} of letters, digits and signs kept{_such_as(kept)}"
        own = f"{len(counts)} distinct, {known:.1%} of all within data.vocabulary={self.vocabulary}"
        return [*warned, f"tokens: {total / len(rows):.1f} per text ({self.tokens}), {share}; {own}"]


def _such_as(kept: Kept) -> str:
    return f" (lost: {', '.join(plain(sign) for sign in kept.lost)})" if kept.lost else ""


@lru_cache(maxsize=2)
def _corpus(key: tuple[tuple[str, Any], ...], mode: str) -> Corpus:
    items = YourText(**dict(key)).items()
    assert items.texts is not None
    return Corpus(Numbered(items.texts, lambda text: tokenise(text, mode)), items.labels)


@lru_cache(maxsize=2)
def _kept(key: tuple[tuple[str, Any], ...], mode: str) -> Kept:
    tokens = _corpus(key, mode).tokens
    return measure(tokens.texts, tokens)

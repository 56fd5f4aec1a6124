"""Texts as tokens, in any script, and how much of a text they keep.

In: a text. Out: its lower-case tokens: words of letters, marks and digits with their apostrophes, ``!`` and ``?``, and
signs such as emoji; single characters for scripts that put no spaces between words, or for all. Of many texts: the same
as numbers.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

import numpy as np

ENGLISH = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[!?]")
BETWEEN = re.compile(r"[^a-z0-9]+")
"""What of lower-case ASCII is no letter and no digit; all that is one stands in a token."""
UNSPACED = (
    "\u0e00-\u0e3e\u0e40-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f"
    "\u3005-\u3007\u3021-\u3029\u3038-\u303c\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
)
"""Thai, Lao, Myanmar, Khmer; Hiragana, Katakana, Han."""
JOINERS = "\u200c\u200d"
"""Unseen: they shape a word of Persian or Hindi, and make one emoji of several."""
FLAGS, SKINS = "\U0001f1e6-\U0001f1ff", "\U0001f3fb-\U0001f3ff"
ALIKE = dict.fromkeys("\u2018\u2019\u02bc\u00b4", "'") | dict.fromkeys("\u061f\u037e", "?")
"""Apostrophes and question marks that are one character to a reader."""
UNSEEN = dict.fromkeys("\u00ad\u200e\u200f\u2060\ufe0e\ufe0f\ufeff", "")
"""Soft hyphens, marks of direction and of how a character is drawn: inside a word, they would make two of it."""
SEPARATORS = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po"})


def english(text: str) -> list[str]:
    """Tokens of the shipped English texts: whatever is not ASCII parts words, as it did when they were first used."""
    return ENGLISH.findall(text.lower().replace("<br />", " "))


def tokenise(text: str, mode: str = "auto") -> list[str]:
    """Lower-case tokens of a text.

    mode: ``words``, between spaces in any script; ``characters``, each with its marks, a run of spaces as one blank;
    ``auto``, words, but characters for scripts without spaces. Of ASCII, words are those of `english`.
    """
    plain = normal(text)
    if mode == "characters":
        return _patterns().characters.findall(" ".join(plain.split()))
    if plain.isascii():
        return ENGLISH.findall(plain)
    found, unspaced = _patterns().words.findall(plain.replace("_", " ")), _patterns().unspaced
    if mode == "words" or not unspaced.search(plain):
        return found
    return [part for word in found for part in unspaced.split(word) if part]


class Numbered(Sequence[list[str]]):
    """Tokens of texts, made when they are asked for and kept as numbers, equal ones for equal tokens.

    texts: of which tokens are made; how: the tokens of one of them.
    """

    def __init__(self, texts: Sequence[Any], how: Callable[[Any], Iterable[str]]) -> None:
        self.texts, self._how = texts, how
        self._numbers: dict[str, int] = defaultdict(count().__next__)
        self._made: list[np.ndarray | None] = [None] * len(texts)
        self._words: list[str] = []

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, row: Any) -> Any:
        numbers = self.numbers(row).tolist()
        words = self.words
        return [words[number] for number in numbers]

    def numbers(self, row: int) -> np.ndarray:
        """Of the tokens of one text, (L,) int32."""
        found = self._made[row]
        if found is None:
            found = np.array([self._numbers[token] for token in self._how(self.texts[row])], np.int32)
            self._made[row] = found
        return found

    def lengths(self, rows: Iterable[int] | None = None) -> np.ndarray:
        """How many tokens each of several texts has, or each of all, (N,) int64."""
        return np.array([len(self.numbers(row)) for row in (range(len(self)) if rows is None else rows)], np.int64)

    def joined(self, rows: Iterable[int]) -> np.ndarray:
        """Of the tokens of several texts, end to end, (sum L,) int32."""
        return np.concatenate([np.empty(0, np.int32), *map(self.numbers, rows)])

    @property
    def words(self) -> list[str]:
        """The token of each number, so far."""
        if len(self._words) < len(self._numbers):
            self._words = list(self._numbers)
        return self._words


def normal(text: str) -> str:
    """Lower case, each character written in one way (Unicode's NFKC), and no line breaks of HTML."""
    lower = text.lower().replace("<br />", " ")
    if lower.isascii():
        return lower
    for sign, other in (ALIKE | UNSEEN).items():
        lower = lower.replace(sign, other)
    composed = unicodedata.normalize("NFKC", lower).lower()  # a letter in a circle is one now, and may be large
    return unicodedata.normalize("NFKC", composed)


@dataclass(frozen=True)
class Kept:
    """characters: of all texts, spaces and punctuation apart; kept: those that tokens hold; lost: the most frequent."""

    characters: int
    kept: int
    lost: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Of the characters, those that tokens hold."""
        return self.kept / self.characters if self.characters else 0.0


def measure(texts: Sequence[str], tokens: Sequence[list[str]]) -> Kept:
    """How much of the texts their tokens keep; tokens: those of `tokenise`, whatever the mode."""
    characters, lost = 0, Counter[str]()
    for row, text in enumerate(texts):
        plain = normal(text)
        if plain.isascii():
            characters += len(BETWEEN.sub("", plain))
            continue
        signs = Counter(plain)
        for sign in [sign for sign in signs if _parts(sign)]:
            del signs[sign]
        characters += signs.total()
        lost += signs - Counter("".join(tokens[row]))
    return Kept(characters, characters - lost.total(), tuple(sign for sign, _ in lost.most_common(3)))


@cache
def _parts(sign: str) -> bool:
    """Whether a character stands between words: spaces, punctuation, what is not seen, and the symbols of ASCII."""
    return unicodedata.category(sign) in SEPARATORS or (sign.isascii() and not sign.isalnum())


@dataclass(frozen=True)
class _Patterns:
    """What a token is in texts that are not ASCII alone; unspaced: a character of a script without spaces."""

    words: re.Pattern[str]
    characters: re.Pattern[str]
    unspaced: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    marks, symbols = _ranges("M"), _ranges("S")
    inner = f"[\\w{marks}]"
    word = f"[^\\W_]{inner}*(?:[{JOINERS}]{inner}+)*(?:'(?:[^\\W\\d_]|[{marks}])+)?"
    emoji = f"[{FLAGS}]{{2}}|[{symbols}](?:[{marks}{SKINS}]|\u200d[{symbols}])*"
    return _Patterns(
        re.compile(f"{word}|[!?]|{emoji}"),
        re.compile(f"{emoji}|.[{marks}]*", re.DOTALL),
        re.compile(f"((?=[\\w{marks}])[{UNSPACED}][{marks}]*)"),
    )


def _ranges(kind: str) -> str:
    """The characters beyond ASCII whose category begins with `kind`, for the inside of a character class."""
    assigned = (*range(0x80, 0x20000), *range(0xE0000, 0xE0200))  # letters alone between them
    found = [code for code in assigned if unicodedata.category(chr(code)).startswith(kind)]
    starts = [code for code, before in zip(found, [-1, *found[:-1]], strict=True) if code != before + 1]
    ends = [code for code, after in zip(found, [*found[1:], -1], strict=True) if code + 1 != after]
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in zip(starts, ends, strict=True))

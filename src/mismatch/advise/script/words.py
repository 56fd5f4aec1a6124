"""How a script makes tokens of a text: the simplest way that makes those of the dataset of every text of the parts.

In: texts and their tokens. Out: constants, and lines that make tokens ``s`` of a text ``s``. Plain English takes one
line; marks, emoji and scripts without spaces between words take more.
"""

import unicodedata
from collections.abc import Iterator, Sequence

from mismatch.advise.script.piece import Piece, indented
from mismatch.advise.script.reading import run
from mismatch.data._tokens import ALIKE, UNSEEN, UNSPACED, normal

LOWER, BREAKS = "s.lower()", 's.lower().replace("<br />", " ")'
ENGLISH = r"""WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[!?]")"""
LETTERS = r"""WORD = re.compile(r"[^\W_]+(?:'[^\W\d_]+)?|[!?]")"""
SAME = f"SAME = str.maketrans({''.join(ALIKE)!a}, {''.join(ALIKE.values())!a}, {''.join(UNSEEN)!a})"
NORMAL = (
    f"s = {BREAKS}.translate(SAME)",
    's = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", s).lower())',
)
"""Each character written in one way, and marks that are not seen taken out."""
EMOJI = r"""EMOJI = f"[\U0001f1e6-\U0001f1ff]{{2}}|[{SIGNS}](?:[{MARKS}\U0001f3fb-\U0001f3ff]|\u200d[{SIGNS}])*" """
WORDS = (
    r"""f"[^\\W_][\\w{MARKS}]*(?:[\u200c\u200d][\\w{MARKS}]+)*"""
    r"""(?:'(?:[^\\W\\d_]|[{MARKS}])+)?|[!?]|{EMOJI}" """
)
APART = r"""APART = re.compile(f"((?=[\\w{MARKS}])[{UNSPACED}][{MARKS}]*)")"""
SIGN = r"""SIGN = re.compile(f"{EMOJI}|.[{MARKS}]*", re.DOTALL)"""
RE, UNICODE = ("import re",), ("import re", "import unicodedata")


def tokens(texts: Sequence[str], wanted: Sequence[list[str]], mode: str) -> Piece | None:
    """The simplest of the ways that make the `wanted` tokens of all `texts`, or None; mode: as ``data.tokens``."""
    pairs = sorted(zip(texts, wanted, strict=True), key=lambda pair: pair[0].isascii())  # what fails, fails early
    return next((way for way in _ways(texts, mode) if _right(way, pairs)), None)


def _right(way: Piece, pairs: Sequence[tuple[str, list[str]]]) -> bool:
    inside = ("def tokens(s):", *indented((*way.lines, "return s")))
    space = run(Piece(way.imports, way.given, way.made, inside))
    return space is not None and all(space["tokens"](text) == found for text, found in pairs)


def _ways(texts: Sequence[str], mode: str) -> Iterator[Piece]:
    yield from _characters() if mode == "characters" else _words()
    given, signs = (("MARKS, SIGNS", _beyond(texts)),), (SAME, EMOJI.strip())
    if mode == "characters":
        yield Piece(UNICODE, given, (*signs, SIGN), (*NORMAL, 's = SIGN.findall(" ".join(s.split()))'))
        return
    found, made = 'WORD.findall(s.replace("_", " "))', (*signs, f"WORD = re.compile({WORDS.strip()})")
    yield Piece(UNICODE, given, made, (*NORMAL, f"s = {found}"))
    if mode == "auto":
        apart = f"s = [each for word in {found} for each in APART.split(word) if each]"
        yield Piece(UNICODE, (*given, ("UNSPACED", UNSPACED)), (*made, APART), (*NORMAL, apart))


def _beyond(texts: Sequence[str]) -> tuple[str, str]:
    """The marks and the signs beyond ASCII that stand in the texts; one at least, as a class of none is no class."""
    found = sorted({char for text in texts if not text.isascii() for char in normal(text) if char > "\x7f"})
    kinds = {kind: "".join(char for char in found if unicodedata.category(char)[0] == kind) for kind in "MS"}
    return kinds["M"] or "\u0301", kinds["S"] or "\u20ac"


def _characters() -> Iterator[Piece]:
    for lower in (LOWER, BREAKS):
        yield Piece(lines=(f's = list(" ".join({lower}.split()))',))
    yield Piece(("import unicodedata",), (), (SAME,), (*NORMAL, 's = list(" ".join(s.split()))'))


def _words() -> Iterator[Piece]:
    for word in (ENGLISH, LETTERS):
        for lower in (LOWER, BREAKS):
            yield Piece(RE, (), (word,), (f"s = WORD.findall({lower})",))
    yield Piece(UNICODE, (), (SAME, LETTERS), (*NORMAL, "s = WORD.findall(s)"))

"""Bytes to text: by the mark at their start, as UTF-8, in the encoding a person names, or in the only one that fits.

In: the bytes of a file. Out: `Decoded`, with the encoding's name and whether it was given or found. Where more than one
encoding makes sense of the bytes, or none does, it has to be given: a wrong one would change texts in silence.
"""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError
from mismatch.data.sources.alphabets import readings
from mismatch.data.sources.words import quoted

MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
"""Byte order marks; those of UTF-32 stand first, as that of UTF-16 is how one of them starts."""
SAMPLE = 200_000
"""Bytes of lines beyond ASCII that are looked at to find an encoding."""
LINES = 1000
"""Lines of them in which encodings are looked for to differ."""
MOJIBAKE = re.compile(r"[ÃÂ][\x80-\xbf]|â€[™œ\x9d“”]|Ð[\x80-\xbf°µ¾]")
JIS = re.compile(rb"\x1b\$[@B]")


@dataclass(frozen=True)
class Decoded:
    """text: without the mark at its start. kind: ``UTF-8``, ``cp1251 (given)``. warnings: what looks damaged."""

    text: str
    kind: str
    warnings: tuple[str, ...] = ()


def decode(raw: bytes, encoding: str | None, shown: str, key: str = "data.path") -> Decoded:
    """The text of `raw`, in `encoding` or in the one that it is found to have; `shown` names the file in messages.

    Raises:
        ConfigError: for an encoding nobody knows, bytes that are not in it, and text that holds NUL.
    """
    zeros = b"\0" in raw and not (encoding or _marked(raw) or _wide(raw))
    text, kind = ("\0", "") if zeros else _given(raw, encoding, shown) if encoding else _found(raw, shown)
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        line = raw.count(b"\n", 0, max(raw.find(0), 0)) + 1
        accepted = f"line {line} holds a zero byte (NUL): no text, or in another encoding than {encoding or 'UTF-8'}"
        raise ConfigError(key, shown, accepted)
    return Decoded(text, kind, tuple(_damage(text)))


def _marked(raw: bytes) -> str | None:
    return next((name for mark, name in MARKS if raw.startswith(mark)), None)


def _given(raw: bytes, encoding: str, shown: str) -> tuple[str, str]:
    try:
        known = codecs.lookup(encoding)._is_text_encoding
    except (LookupError, ValueError, TypeError):
        known = False
    if not known:
        accepted = "must be an encoding that Python knows, such as utf-8, utf-16, cp1252, cp1251, shift_jis, gb18030"
        raise ConfigError("data.encoding", encoding, accepted)
    try:
        return raw.decode(encoding), f"{encoding} (given)"
    except (UnicodeError, ValueError) as error:
        raise ConfigError("data.encoding", encoding, f"{shown} is not in it: {_where(raw, error)}") from None


def _found(raw: bytes, shown: str) -> tuple[str, str]:
    marked = _marked(raw)
    name = marked or _wide(raw) or "UTF-8"
    try:
        text = raw.decode(name)
    except UnicodeError as error:
        if name != "UTF-8" or marked:
            raise _asked(f"{shown} starts like {name}, but is not: {_where(raw, error)}") from None
        return _guessed(raw, f"{shown} is not UTF-8 ({_where(raw, error)})")[:2]
    if JIS.search(raw):
        raise _asked(f"{shown} switches between ways of writing, as iso2022_jp does")
    return text, f"{name}, by its mark" if marked else name


def _wide(raw: bytes) -> str | None:
    """UTF-16 without a mark: zeros stand in one half of every pair of bytes alone, and lines end where pairs do."""
    high, low = raw[1::2].count(0), raw[::2].count(0)
    if len(raw) % 2 or min(high, low) or max(high, low) < len(raw) / 20:
        return None
    name = "UTF-16-LE" if high else "UTF-16-BE"
    ends = raw.decode(name, "replace").count("\n")
    return name if ends and 2 * ends >= raw.count(b"\n") else None


def _guessed(raw: bytes, problem: str) -> tuple[str, str, str]:
    """Text in the only encoding of a region in which `raw` makes sense, how it was found, and its name.

    Raises:
        ConfigError: where several do, or none; with what each would read.
    """
    wrong, sound = _broken(raw)
    if wrong * 10 < sound:
        raise _asked(f"{problem}; all but {counted(wrong, 'byte')} of it is: mend these, or name another encoding")
    sample = _sample(raw)
    ways = readings(sample)
    if len(ways) != 1:
        names = (list(ways) or ["cp1252", "cp1251", "shift_jis"])[:4]
        read = ", ".join(
            f"{name} reads {quoted(text)}" for name, text in zip(names, _apart(sample, names), strict=True)
        )
        raise _asked(f"{problem} and {'more than one' if ways else 'no'} other makes sense of it: {read}")
    [(name, (language, _))] = ways.items()
    try:
        return raw.decode(name), f"{name} (found: only this reads as text, {language})", name
    except UnicodeError as error:
        raise _asked(f"{problem}; it starts like {name}, but is not: {_where(raw, error)}") from None


def decode_all(raws: Sequence[bytes], encoding: str | None, shown: Sequence[str], key: str) -> list[Decoded]:
    """The texts of many files that belong together; those that are no UTF-8 are told apart by all of them at once."""
    odd = [] if encoding else [number for number, raw in enumerate(raws) if not _sound(raw)]
    kind = name = ""
    if odd:
        problem = f"UTF-8 is not what {len(odd):,} of {counted(len(raws), 'file')} hold (the first: {shown[odd[0]]})"
        _, kind, name = _guessed(b"\n".join(raws[number] for number in odd), problem)
    found = []
    guessed = set(odd)
    for number, raw in enumerate(raws):
        mine = name if number in guessed else encoding
        text = decode(raw, mine, shown[number], key)
        found.append(replace(text, kind=kind) if mine == name and name else text)
    return found


def _sound(raw: bytes) -> bool:
    """Whether `raw` needs no guess."""
    try:
        raw.decode()
        return True
    except UnicodeError:
        return bool(_marked(raw) or _wide(raw))


def _asked(why: str) -> ConfigError:
    return ConfigError("data.encoding", None, f"must be given: {why}")


def _broken(raw: bytes) -> tuple[int, int]:
    """Bytes of `raw` that are no UTF-8, and characters beyond ASCII that are."""
    text = raw.decode("utf-8", "surrogateescape")
    wrong = sum("\udc80" <= char <= "\udcff" for char in text)
    return wrong, sum(char > "\x7f" for char in text) - wrong


def _sample(raw: bytes) -> bytes:
    """The first lines that are not ASCII; a line end is part of no character in any encoding looked for."""
    lines, size = [], 0
    for line in raw.splitlines():
        if not line.isascii():
            lines.append(line[:SAMPLE])
            size += len(line)
        if size > SAMPLE:
            break
    return b"\n".join(lines)


def _apart(sample: bytes, encodings: Sequence[str]) -> list[str]:
    """What each of the encodings reads about the first place at which most of them differ."""
    most, texts, place = 0, [""] * len(encodings), 0
    for line in sample.split(b"\n")[:LINES]:
        readings = [line.decode(name, "replace") for name in encodings]
        for at, chars in enumerate(zip_longest(*readings)):
            if len(set(chars)) > most and any(char and char > "\x7f" for char in chars):
                most, texts, place = len(set(chars)), readings, at
        if most == len(encodings):
            break
    return [text[max(place - 8, 0) : place + 16] for text in texts]


def _where(raw: bytes, error: Exception) -> str:
    start = getattr(error, "start", None)
    if start is None:
        return str(error)
    return f"byte 0x{raw[start]:02x} in line {raw.count(10, 0, start) + 1}"


def _line(text: str, place: int) -> str:
    return f"line {text.count(chr(10), 0, place) + 1}"


def _damage(text: str) -> list[str]:
    """What an earlier conversion to another encoding has done to the text for good."""
    found = []
    lost = text.count("\ufffd")
    if lost:
        where = _line(text, text.index("\ufffd"))
        found.append(f"lost in an earlier conversion: {counted(lost, 'character')} (U+FFFD), the first in {where}")
    twice = MOJIBAKE.search(text)
    if twice:
        many = counted(len(MOJIBAKE.findall(text)), "piece")
        what = f"{_line(text, twice.start())}: {quoted(text[max(twice.start() - 8, 0) : twice.end() + 8])}"
        found.append(f"read as cp1252 in an earlier conversion: {many} of UTF-8, the first in {what}")
    return found

"""Bytes to text: by the mark at their start, by UTF-8 itself, or in the encoding a person names.

In: the bytes of a file. Out: `Decoded`, with the encoding's name and whether it was given or found.
"""

import codecs
from dataclasses import dataclass

from mismatch.config.fields import ConfigError

MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; those of UTF-32 stand first, as that of UTF-16 is how one of them starts."""


@dataclass(frozen=True)
class Decoded:
    """text: without the mark at its start. kind: ``UTF-8``, ``cp1251 (given)``."""

    text: str
    kind: str
    notes: tuple[str, ...] = ()


def decode(raw: bytes, encoding: str | None, shown: str, key: str = "data.path") -> Decoded:
    """The text of `raw`, in `encoding` or in the one that it is found to have.

    Raises:
        ConfigError: for an encoding nobody knows, bytes that are not in it, and text that holds NUL.
    """
    decoded = _given(raw, encoding, shown) if encoding else _found(raw, shown)
    if "\0" in decoded.text:
        line = decoded.text.count("\n", 0, decoded.text.index("\0")) + 1
        raise ConfigError(key, shown, f"line {line} holds a NUL character: no text, or text in another encoding")
    return decoded


def _given(raw: bytes, encoding: str, shown: str) -> Decoded:
    try:
        known = codecs.lookup(encoding)
        textual = known._is_text_encoding
    except (LookupError, ValueError, TypeError):
        textual = False
    if not textual:
        accepted = "must be an encoding that Python knows, such as utf-8, utf-16, cp1252, cp1251, shift_jis, gb18030"
        raise ConfigError("data.encoding", encoding, accepted)
    marked = known.name == "utf-8" and raw.startswith(codecs.BOM_UTF8)
    try:
        return Decoded(raw.decode("utf-8-sig" if marked else encoding).removeprefix("\ufeff"), f"{encoding} (given)")
    except (UnicodeError, ValueError) as error:
        raise ConfigError("data.encoding", encoding, f"{shown} is not in it: {_where(raw, error)}") from None


def _found(raw: bytes, shown: str) -> Decoded:
    name = next((name for mark, name in MARKS if raw.startswith(mark)), "utf-8")
    try:
        title = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with a mark at its start"}.get(name, name.upper())
        return Decoded(raw.decode(name), title)
    except UnicodeError as error:
        accepted = f"must be given, such as cp1252, cp1251, shift_jis or gb18030: {shown} is not {name.upper()}"
        raise ConfigError("data.encoding", None, f"{accepted} ({_where(raw, error)})") from None


def _where(raw: bytes, error: Exception) -> str:
    start = getattr(error, "start", None)
    if start is None:
        return str(error)
    return f"byte 0x{raw[start]:02x} in line {raw.count(10, 0, start) + 1}"

"""What text in a language looks like, to tell by which of several encodings a file reads as text at all.

In: text as one encoding reads it. Out: the language it passes for, or None. What passes: letters of one alphabet, the
frequent ones among them frequent, capitals where capitals stand, punctuation that people type. A test may let wrong
readings through only where a person would, too: there more than one encoding fits, and a person is asked.
"""

# ruff: noqa: RUF001
import re
from collections import Counter
from collections.abc import Callable
from functools import partial

RARE = 0.02
"""Share of letters of another alphabet, and of odd punctuation, that a text may hold."""
ODD = 0.05
"""Share of odd words: capitals inside, or letters of two scripts."""
FREQUENT = {0: 0.0, 8: 0.2, 16: 0.4, 50: 0.5}
"""Share that the ten or so most frequent letters of an alphabet have at least, from so many letters on.

0.6 to 0.75 is usual.
"""
FEW = 20
"""So many characters of Chinese or Korean need not hold frequent ones."""
PUNCTUATION = set("’‘“”„–—…«»€£§°·©®™•\xa0¿¡²³½¼¾ªº×´±†№")

LATIN = {
    "French": "àâæçèéêëîïôœùûüÿ",
    "German": "äöüßéàèç",
    "Spanish": "áéíóúüñçà",
    "Catalan": "àçèéíïòóúüñ",
    "Portuguese": "áâãàçéêíóôõúü",
    "Italian": "àèéìíîòóùúç",
    "Dutch": "éëïöüèáóíúêçä",
    "Danish": "æøåéöäüèóò",
    "Swedish": "åäöéüèà",
    "Icelandic": "áéíóúýþæöð",
    "English": "éèêëïñöüçáíóôâäå",
}
CENTRAL = {
    "Polish": "ąćęłńóśźżéöü",
    "Czech": "áčďéěíňóřšťúůýžöüä",
    "Slovak": "áäčďéíĺľňóôŕšťúýžö",
    "Hungarian": "áéíóöőúüűä",
    "Romanian": "ăâîşţéö",
    "Croatian": "čćđšžé",
}
BALTIC = {"Estonian": "äõöüšžé", "Latvian": "āčēģīķļņšūžé", "Lithuanian": "ąčęėįšųūžé"}
TURKISH = {"Turkish": "çğıİöşüâîûé"}
CYRILLIC = {
    "Russian": ("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "оеаинтсрвлк"),
    "Ukrainian": ("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", "оаиніверткл"),
    "Belarusian": ("абвгдеёжзійклмнопрстуўфхцчшыьэюя", "анеіртслкоы"),
    "Serbian": ("абвгдђежзијклљмнњопрстћуфхцчџш", "аоиенрстјук"),
}
GREEK = {"Greek": ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ", "αοιετσςνηυρ")}
HEBREW = {"Hebrew": ("אבגדהוזחטיךכלםמןנסעףפץצקרשת", "יוהלארתבמש")}
ARABIC = {"Arabic": ("ابتثجحخدذرزسشصضطظعغفقكلمنهويىءآأؤإئةپچژگکًٌٍَُِّْـ،؛؟", "اليمنورتبه")}
THAI = {"Thai": ("".join(map(chr, range(0x0E01, 0x0E5C))), "านรอกเงทมยลวดสต่้ีัิแ")}
HANZI = "的一是不了在人有我他这為为這之来來大以个個中上们們到说說国國和地也子时時道出而要于就下得可你年生很好看都没沒"
"""Characters that make a quarter of most Chinese texts, in both ways of writing."""

SYLLABLES = "이다는의가에을를은고하한지로어기도리서아사인나정있그"
"""Syllables that make a third of most Korean texts."""

WORD = re.compile(r"[^\W\d_]+")
SCRIPTS = re.compile(rf"[A-Za-z][^\x00-\x7f{''.join(PUNCTUATION)}]|[^\x00-\x7f{''.join(PUNCTUATION)}][A-Za-z]")
SIGMA = re.compile(r"σ\b|ς\B")
TOUCHING = re.compile(
    r"[^\W\d_][“”„«»€£§°©®™•¿¡²³½¼¾×±†]+[^\W\d_]|[^\W\d_][€£]|\d[^\W\d_\x00-\x7f]|[^\W\d_\x00-\x7f]\d"
)


def _beyond(text: str) -> Counter[str]:
    return Counter(char for char in text if char > "\x7f")


def _frequent(found: Counter[str], frequent: str) -> float:
    return sum(found[char] for char in set(frequent)) / max(found.total(), 1)


def _odd(word: str) -> bool:
    """Whether capitals stand inside a word that is no capitals throughout."""
    return word[1:] != word[1:].lower() and word != word.upper()


def _plain(text: str, letters: str, mixed: bool) -> bool:
    """Whether what is not ASCII in `text` is letters of this alphabet in sound words, and punctuation."""
    found = _beyond(text)
    known = set(letters)
    foreign = sum(n for char, n in found.items() if not ({char, char.lower()} & known) and char not in PUNCTUATION)
    words = [word for word in WORD.findall(text) if not word.isascii()]
    odd = sum(_odd(word) for word in words) + len(TOUCHING.findall(text)) + len(SIGMA.findall(text))
    odd += 0 if mixed else len(SCRIPTS.findall(text))
    return foreign <= RARE * found.total() and odd <= ODD * max(len(words), 1)


def _latin(languages: dict[str, str], text: str) -> str | None:
    return next((name for name, letters in languages.items() if _plain(text, letters, mixed=True)), None)


def _scripted(languages: dict[str, tuple[str, str]], text: str) -> str | None:
    """A language with an alphabet of its own: its frequent letters have to be frequent."""
    found = Counter(char for char in text.lower() if char > "\x7f" and char not in PUNCTUATION)
    for name, (letters, frequent) in languages.items():
        least = max(share for letters_from, share in FREQUENT.items() if found.total() >= letters_from)
        if _frequent(found, frequent) >= least and _plain(text, letters, mixed=False):
            return name
    return None


def _between(char: str, *ranges: tuple[int, int]) -> bool:
    return any(low <= ord(char) <= high for low, high in ranges)


KANA, HALF, HANGUL, JAMO = ((0x3041, 0x30FF),), ((0xFF66, 0xFF9F),), ((0xAC00, 0xD7A3),), ((0x3131, 0x318E),)
IDEOGRAPHS = ((0x4E00, 0x9FFF), (0x3005, 0x3007))
COMMON = ((0x3000, 0x3002), (0x3008, 0x3011), (0x2010, 0x2026), (0xFF01, 0xFF65), (0x00A5, 0x00B7))


def _share(found: Counter[str], *ranges: tuple[int, int]) -> float:
    return sum(n for char, n in found.items() if _between(char, *ranges)) / max(found.total(), 1)


def _asian(name: str, text: str) -> str | None:
    found = _beyond(text)
    if _share(found, *KANA, *HANGUL, *JAMO, *IDEOGRAPHS, *COMMON) < 1 - RARE:
        return None
    kana, hangul, han = _share(found, *KANA), _share(found, *HANGUL), _share(found, *IDEOGRAPHS)
    few = found.total() < FEW and not SCRIPTS.search(text)
    passes = {
        "Japanese": kana > 0.15 and _share(found, *HANGUL, *JAMO, *HALF) <= RARE,
        "Korean": hangul > 0.5 and kana + han <= 0.1 and (_frequent(found, SYLLABLES) > 0.15 or few),
        "Chinese": han > 0.5 and kana + hangul <= RARE and (_frequent(found, HANZI) > 0.05 or few),
    }
    return name if passes[name] else None


Test = Callable[[str], str | None]
WESTERN, CENTER, CYRILLICS = partial(_latin, LATIN), partial(_latin, CENTRAL), partial(_scripted, CYRILLIC)
ENCODINGS: dict[str, Test] = {
    **dict.fromkeys(("cp1252", "iso8859_15", "mac_roman", "cp850"), WESTERN),
    **dict.fromkeys(("cp1250", "iso8859_2", "cp852"), CENTER),
    **dict.fromkeys(("cp1251", "koi8_r", "koi8_u", "cp866", "iso8859_5", "mac_cyrillic"), CYRILLICS),
    **dict.fromkeys(("cp1253", "iso8859_7"), partial(_scripted, GREEK)),
    "cp1254": partial(_latin, TURKISH),
    "cp1255": partial(_scripted, HEBREW),
    "cp1256": partial(_scripted, ARABIC),
    "cp1257": partial(_latin, BALTIC),
    "cp874": partial(_scripted, THAI),
    **dict.fromkeys(("cp932", "euc_jp"), partial(_asian, "Japanese")),
    **dict.fromkeys(("gb18030", "big5"), partial(_asian, "Chinese")),
    "cp949": partial(_asian, "Korean"),
}
"""Encodings that files still have, each with the languages that are written in it."""


def readings(raw: bytes) -> dict[str, tuple[str, str]]:
    """Encoding -> (language, text) for every way in which `raw` reads as text of a language; equal texts once."""
    found: dict[str, tuple[str, str]] = {}
    for encoding, language_of in ENCODINGS.items():
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        language = language_of(text)
        if language and all(text != other for _, other in found.values()):
            found[encoding] = (language, text)
    return found

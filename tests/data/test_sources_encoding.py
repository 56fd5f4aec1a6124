"""Encodings: a mark, UTF-8, a given name, or the only reading that makes sense; else a person is asked."""

# ruff: noqa: RUF001
import re

import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.sources.alphabets import ENCODINGS, readings
from mismatch.data.sources.encoding import decode, decode_all

TEXTS = {
    "French": "Un très beau film, émouvant et drôle.\nMauvais scénario, déçu par la fin, où est passé le rôle ?",
    "German": "Ein schöner Film über Freundschaft, großartig gespielt.\nLeider völlig überflüssig.",
    "Spanish": "La película es muy buena, el niño actuó con pasión.\n¿Qué pasó con el guión? Una decepción.",
    "Polish": "Świetny film, który wciąga od początku do końca.\nSłaby scenariusz, żenujące dialogi i mnóstwo błędów.",
    "Czech": "Skvělý film, který mě úplně dostal, herci jsou výborní.\nPříšerný scénář, žádná zábava, ztráta času.",
    "Russian": "Фильм хороший, актёры играют прекрасно, советую всем.\nУжасный сценарий, потерял два часа жизни.",
    "Ukrainian": "Дуже гарний фільм, раджу подивитися всім друзям.\nЖахливий сценарій, нічого цікавого. Її роль!",
    "Greek": "Πολύ καλή ταινία, οι ηθοποιοί είναι εξαιρετικοί.\nΚακό σενάριο, χάσιμο χρόνου.",
    "Turkish": "Çok güzel bir film, oyuncular şahane, herkese öneririm.\nBerbat senaryo, iki saatim boşa gitti, ağır.",
    "Hebrew": "סרט טוב מאוד, השחקנים מצוינים.\nתסריט נורא, בזבוז של זמן.\nאפשר לראות פעם אחת.",
    "Arabic": "فيلم جيد جدا والممثلون رائعون.\nسيناريو سيئ ومضيعة للوقت.",
    "Thai": "หนังดีมาก นักแสดงเล่นดี\nบทแย่มาก เสียเวลา",
    "Japanese": "とても良い映画でした。俳優の演技が素晴らしい。\nひどい脚本で、時間の無駄だった。",
    "Chinese": "非常好的电影,演员的表演很精彩。\n剧本很糟糕,浪费时间。\n可以看一次。",
    "Taiwanese": "非常好的電影，演員的表演很精彩。\n劇本很糟糕，浪費時間。\n可以看一次。",
    "Korean": "아주 좋은 영화입니다. 배우들의 연기가 훌륭해요.\n각본이 형편없고 시간 낭비였다.",
}
WRITTEN = {
    "French": ("cp1252", "latin-1", "mac_roman", "cp850"),
    "German": ("cp1252", "latin-1", "cp850"),
    "Spanish": ("cp1252", "latin-1", "mac_roman", "cp850"),
    "Polish": ("cp1250", "iso8859-2"),
    "Czech": ("cp1250", "iso8859-2"),
    "Russian": ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac_cyrillic"),
    "Ukrainian": ("cp1251", "koi8-u"),
    "Greek": ("cp1253", "iso8859-7"),
    "Turkish": ("cp1254", "iso8859-9"),
    "Hebrew": ("cp1255",),
    "Arabic": ("cp1256",),
    "Thai": ("cp874",),
    "Japanese": ("shift_jis", "euc_jp"),
    "Chinese": ("gb18030", "gbk"),
    "Taiwanese": ("big5",),
    "Korean": ("euc_kr", "cp949"),
}
CASES = [(language, encoding) for language, encodings in WRITTEN.items() for encoding in encodings]


def refused(raw, encoding=None):
    with pytest.raises(ConfigError) as error:
        decode(raw, encoding, "a.csv")
    return str(error.value)


@pytest.mark.parametrize(("language", "encoding"), CASES)
def test_two_sentences_are_enough_to_find_an_encoding(language, encoding):
    text = TEXTS[language]
    found = decode(text.encode(encoding), None, "a.csv")
    assert found.text == text and "found: only this reads as text" in found.kind


@pytest.mark.parametrize(("language", "encoding"), CASES)
def test_no_word_is_read_wrongly_for_certain(language, encoding):
    """A single word may leave open what it says; it never has one reading that is another word."""
    for word in TEXTS[language].split():
        ways = [text for _, text in readings(word.encode(encoding)).values()]
        assert word.isascii() or len(ways) != 1 or ways == [word]


@pytest.mark.parametrize(
    ("raw", "ways"),
    [
        ("Voilà!".encode("cp1252"), ["cp1252 reads 'Voilà!'", "cp1250 reads 'Voilŕ!'"]),
        ("хорошо".encode("cp1251"), ["cp1251 reads 'хорошо'", "koi8_r reads 'УНПНЬН'"]),
    ],
)
def test_more_than_one_reading_is_a_question_with_what_each_would_read(raw, ways):
    message = refused(b"text,label\n" + raw)
    assert (
        message.startswith("data.encoding=None: must be given: a.csv is not UTF-8 (byte 0x")
        and " in line 2)" in message
    )
    assert "more than one other makes sense of it" in message and all(way in message for way in ways)


def test_the_place_that_is_shown_tells_the_encodings_apart():
    message = refused(("\u201cword\u201d 0 \u2013 caf\u00e9\n" * 9 + "na\u00efve\n").encode("cp1252"))
    ways = dict(re.findall(r"(\w+) reads '(.*?)'", message))
    assert {"cp1252", "cp1250"} < set(ways) and len(set(ways.values())) == len(ways) and ways["cp1252"] == "na\u00efve"


def test_bytes_that_no_encoding_makes_sense_of_are_a_question_too():
    assert "and no other makes sense of it: cp1252 reads '" in refused(bytes(range(1, 256)))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_names_the_encoding_and_is_no_text(encoding):
    found = decode("фильм,label\n".encode(encoding), None, "a.csv")
    assert found.text == "фильм,label\n" and found.kind.endswith(", by its mark")


@pytest.mark.parametrize(("encoding", "kind"), [("utf-16-le", "UTF-16-LE"), ("utf-16-be", "UTF-16-BE")])
def test_utf_16_without_a_mark_is_found_by_its_zeros(encoding, kind):
    found = decode("text,label\nnaïve,pos\n".encode(encoding), None, "a.csv")
    assert found.text == "text,label\nnaïve,pos\n" and found.kind == kind


def test_a_mark_that_lies_is_refused():
    assert refused(b"\xff\xfea").startswith("data.encoding=None: must be given: a.csv starts like UTF-16, but is not")
    assert "starts like UTF-8, but is not: byte 0xff in line 1" in refused(b"\xef\xbb\xbf\xff")


def test_utf_8_with_a_few_wrong_bytes_is_told_for_what_it_is():
    message = refused("naïve café\n".encode() * 30 + b"caf\xe9\n")
    assert "is not UTF-8 (byte 0xe9 in line 31); all but 1 byte of it is: mend these, or name another" in message


@pytest.mark.parametrize("raw", [b"a,b\nx\0y,1\n", b"a,b\n\0\0\0,1\n"])
def test_text_that_holds_nul_is_refused_with_its_line(raw):
    assert refused(raw, "latin-1").endswith("no text, or in another encoding than latin-1")
    assert refused(raw).startswith("data.path=a.csv: line 2 holds a zero byte (NUL): no text, or in ano")


def test_a_given_encoding_is_used_and_said():
    assert decode("café".encode("latin-1"), "latin-1", "a.csv").kind == "latin-1 (given)"
    assert decode("плохо".encode("koi8-r"), "koi8-r", "a.csv").text == "плохо"
    assert decode(b"\xef\xbb\xbfa", "utf-8", "a.csv").text == "a"  # the mark is no text under any name


@pytest.mark.parametrize("name", ["nonsense", "rot13", "hex", "a\0b"])
def test_an_encoding_that_is_none_is_refused(name):
    assert "must be an encoding that Python knows, such as utf-8" in refused(b"text", name)


def test_bytes_that_are_not_in_the_given_encoding_are_refused_with_their_line():
    assert refused(b"ok\ncaf\xe9", "utf-8") == "data.encoding=utf-8: a.csv is not in it: byte 0xe9 in line 2"


def test_text_that_switches_encodings_by_escapes_is_not_taken_for_ascii():
    assert "as iso2022_jp does" in refused("日本".encode("iso2022_jp"))


def test_what_an_earlier_conversion_has_lost_is_a_warning():
    [lost, twice] = decode("ok\ncaf\ufffd\nIt\u00e2\u20ac\u2122s caf\u00c3\u00a9\n".encode(), None, "a.csv").warnings
    assert lost == "lost in an earlier conversion: 1 character (U+FFFD), the first in line 2"
    assert twice.startswith("read as cp1252 in an earlier conversion: 2 pieces of UTF-8, the first in line 3")
    assert decode("Ã la carte, São Paulo, ÀÂÃ, déjà".encode(), None, "a.csv").warnings == ()


def test_files_that_belong_together_are_told_apart_together():
    """The second alone is open; with the first it is not. The third is UTF-8, and stays it."""
    raws = [TEXTS["Russian"].encode("cp1251"), "плохо".encode("cp1251"), "хорошо".encode()]
    texts = decode_all(raws, None, ["a", "b", "c"], "data.path")
    assert [one.text for one in texts] == [TEXTS["Russian"], "плохо", "хорошо"]
    assert [one.kind.split(" ")[0] for one in texts] == ["cp1251", "cp1251", "UTF-8"]
    with pytest.raises(ConfigError, match=r"1 of 2 files .*more than one other makes sense"):
        decode_all(raws[1:], None, ["b", "c"], "data.path")


def test_lines_beyond_the_sample_are_held_to_the_encoding_found(monkeypatch):
    from mismatch.data.sources import encoding

    monkeypatch.setattr(encoding, "SAMPLE", 60)
    raw = TEXTS["Russian"].encode("cp1251") + b"\n" + b"x\x98y\n"  # 0x98 stands for nothing in cp1251
    assert "it starts like cp1251, but is not: byte 0x98 in line 3" in refused(raw)


def test_every_encoding_looked_for_is_one_python_knows():
    for name in ENCODINGS:
        assert "a".encode(name) == b"a"

"""Tokens of texts in any script, and the share of a text that they keep."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mismatch.data._tokens import english, measure, tokenise


def test_tokens_are_lower_case_words_without_markup():
    assert tokenise("It's GREAT!<br />Isn't it? (9/10)") == ["it's", "great", "!", "isn't", "it", "?", "9", "10"]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("фильм хороший 7 — м\u2019яч!", "фильм хороший 7 м'яч !"),
        ("Schöne GRÜSSE, Straße", "schöne grüsse straße"),
        ("映画は面白い。10点\uff01iPhone手机", "映 画 は 面 白 い 10 点 ! iphone 手 机"),
        ("コーヒー・ﾊﾟﾝ", "コ ー ヒ ー パ ン"),
        ("الفيلم جيد جدًا؟ ١٢", "الفيلم جيد جدًا ? ١٢"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # noqa: RUF001
        ("หนังดีมาก", "ห นั ง ดี ม า ก"),
        ("हिन्दी अच्छी फ़िल्म", "हिन्दी अच्छी फ़िल्म"),
        ("한국어 영화", "한국어 영화"),
        ("😀😀 great👍🏽 👩\u200d👩\u200d👧 🇩🇪🇫🇷 ❤\ufe0f", "😀 😀 great 👍🏽 👩\u200d👩\u200d👧 🇩🇪 🇫🇷 ❤"),
        ("Café cafe\u0301 \uff23\uff21\uff26\uff25\uff11", "café café cafe1"),
        ("Donau\u00addampf l\u2019été 5€ naïve_bayes", "donaudampf l'été 5 € naïve bayes"),
        ("ភាសា မြန်", "ភា សា မြ န်"),
    ],
)
def test_words_of_any_script_stay_whole_and_scripts_without_spaces_become_characters(text, tokens):
    assert tokenise(text) == tokens.split(" ")
    kept = measure([text], [tokenise(text)])
    assert kept.share == 1 and kept.lost == ()


def test_the_mode_says_what_a_token_is():
    assert tokenise("映画は 面白い!", "words") == ["映画は", "面白い", "!"]
    assert tokenise("Né,  à 3", "characters") == ["n", "é", ",", " ", "à", " ", "3"]
    assert tokenise("my-site.com", "characters") == list("my-site.com")


@given(st.text(st.characters(max_codepoint=127)))
def test_words_of_ascii_are_what_they_were_when_the_shipped_texts_were_first_used(text):
    assert tokenise(text) == tokenise(text, "words") == english(text)


@given(st.lists(st.text(), max_size=4), st.sampled_from(["auto", "words", "characters"]))
def test_any_text_has_tokens_and_a_share_between_none_and_all(texts, mode):
    tokens = [tokenise(text, mode) for text in texts]
    kept = measure(texts, tokens)
    assert all(token for found in tokens for token in found)
    assert 0 <= kept.kept <= kept.characters and 0 <= kept.share <= 1


def test_what_tokens_lose_is_counted_and_named():
    text = "ab \ue000\ue000\ue001 , -"
    kept = measure([text], [tokenise(text)])
    assert (kept.characters, kept.kept, kept.lost) == (5, 2, ("\ue000", "\ue001"))
    assert measure(["фильм хороший 7"], [english("фильм хороший 7")]).kept == 1  # what used to be lost in silence


def test_punctuation_alone_is_no_text():
    assert measure(["... --- ,"], [tokenise("... --- ,")]).share == 0

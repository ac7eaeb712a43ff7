"""Texts and questions are cut the same way, whatever they are written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.backends import analysis


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("直播帶貨", "直播带货"),
        ("ＷｉＦｉ密码", "wifi密码"),
        ("Café", "cafe"),
        ("一一零", "110"),
        ("二〇二六年", "2026年"),
        ("三百二十亩", "320亩"),
        ("十二点", "12点"),
        ("一千零五块", "1005块"),
        ("两万三千人", "23000人"),
        # About as many, one in a thousand words, and what is no number at all.
        ("两三天", "两三天"),
        ("万一", "万一"),
        ("千万别点", "千万别点"),
        ("第一步", "第一步"),
    ],
)
def test_normalised(written: str, same: str) -> None:
    assert analysis.normalised(written) == same


def test_index_terms_are_characters_and_pairs_of_each_run() -> None:
    assert list(analysis.index_terms("收款码, wifi payments")) == ["收", "款", "码", "收款", "款码", "wifi", "payment"]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("直播带货怎么开播", ["直播", "带货", "怎么", "开播"]),
        ("手机微信收款", ["手机", "微信", "收款"]),
        ("微信pay", ["微信", "pay"]),
        ("“';--😀", []),
    ],
)
def test_words_of_a_question(question: str, words: list[str]) -> None:
    assert analysis.words(question) == words


def test_a_long_run_of_letters_keeps_what_an_index_keeps() -> None:
    assert analysis.words("a" * 5000) == ["a" * analysis.LONGEST]


@given(st.text(max_size=60))
def test_a_word_of_a_text_is_found_by_what_the_index_has_of_the_text(text: str) -> None:
    """Recall: whatever is cut out of a text by the dictionary, its terms are in the index of that text."""
    said = analysis.normalised(text)
    terms = set(analysis.index_terms(said))

    for word in analysis.words(said):
        assert set(analysis.word_terms(word)) <= terms


@given(st.text(max_size=60))
def test_terms_need_no_escaping(text: str) -> None:
    for term in analysis.index_terms(analysis.normalised(text)):
        assert term
        assert not set(term) & set("'\"\\%_:*^(){}[]-+<>&|! \0")


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = analysis.normalised(text)

    assert list(analysis.index_terms(analysis.normalised(once))) == list(analysis.index_terms(once))

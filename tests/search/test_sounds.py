"""What is typed by ear."""

import pytest

from search.backends import analysis, sounds


def test_sounds_of_a_word() -> None:
    assert sounds.sounds_of("支付宝") == ("zhifubao", "zfb", "zi fu bao")


@pytest.mark.parametrize(
    ("typed", "meant"), [("只付宝", "支付宝"), ("放骗", "防骗"), ("差凭", "差评"), ("自播", "直播")]
)
def test_words_that_are_mixed_up_sound_the_same(typed: str, meant: str) -> None:
    assert sounds.sounds_of(typed)[2] == sounds.sounds_of(meant)[2]


@pytest.mark.parametrize(
    ("typed", "syllables"),
    [
        ("shoukuanma", ["shou", "kuan", "ma"]),
        ("fangpian", ["fang", "pian"]),
        ("nvren", ["nv", "ren"]),
        ("zbdh", None),
        ("wifi", None),
        ("Zhibo", None),
        ("", None),
        ("a" * 400, None),
    ],
)
def test_spelled(typed: str, syllables: list[str] | None) -> None:
    assert sounds.spelled(typed) == syllables


def test_slips_of_two_letters() -> None:
    assert ["fang", "pian"] in sounds.slips("fangpain")


def test_what_can_be_typed_to_choose() -> None:
    assert sounds.as_sounds("直播带货, WiFi") == "zhibodaihuo zbdh"


def test_dictionaries_can_be_loaded_before_the_first_question() -> None:
    loaded = (sounds._pinyin, sounds._syllables, analysis._segmenter, analysis._simplifier, analysis._stemmer)
    for each in loaded:
        each.cache_clear()

    sounds.load_dictionaries()

    assert [each.cache_info().currsize for each in loaded] == [1] * len(loaded)

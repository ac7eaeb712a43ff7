"""What an SMS says, how long it is, and what never stands in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.notices.domain.wording import LINK, LONGEST_VARIABLE, SmsWords, plain, shown, sms_words
from lms.notices.models import Message
from tests.notices.world import LATE, SAID


def test_sms_has_signature_variables_and_the_providers_template(settings):
    settings.SMS_TEMPLATE_COURSE = "T-7"

    words = sms_words(LATE, {**SAID, "org": "不进短信"})

    assert words.text == "【田间课堂】您的“手机防骗”该在2026年11月1日前学完，还没学完，请登录学习。"
    assert words.template_id == "T-7"
    assert words.variables == {"course": "手机防骗", "due": "2026年11月1日"}


@pytest.mark.parametrize(("length", "segments"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)])
def test_a_long_sms_is_paid_in_parts_of_67(length, segments):
    assert SmsWords("t", {}, "字" * length).segments == segments


def test_characters_outside_the_basic_plane_count_twice():
    assert SmsWords("t", {}, "𠮷" * 35).segments == 1
    assert SmsWords("t", {}, "𠮷" * 36).segments == 2


@pytest.mark.parametrize(
    "title",
    [
        "去 http://x.cn 领奖",
        "www.evil.com",
        "点 t.cn/abc",
        "HTTPS://X",
        "看x.top吧",
        "a\u200bb://c",
        "10.0.0.1",
        "去 村务.中国 看",
        "ABC.VIP",
    ],
)
def test_a_title_with_a_link_never_reaches_a_phone(title):
    assert sms_words(LATE, {**SAID, "course": title}).variables["course"] == "…"


@pytest.mark.parametrize("title", ["手机防骗 2.0", "Node.js 入门", "3.5 亿人", "第1.2节", "A.B.C"])
def test_a_title_that_only_has_dots_stays(title):
    assert plain(title) == title


def test_a_title_cannot_forge_a_signature_or_a_second_line():
    text = sms_words(LATE, {**SAID, "course": "【银行】中奖\n\u202e了" + "长" * 100}).text

    assert text.count("【") == 1
    assert "\n" not in text and "\u202e" not in text


@given(st.text())
def test_a_variable_is_one_short_line_without_a_link(text):
    value = plain(text)

    assert len(value) <= LONGEST_VARIABLE
    assert not LINK.search(value)
    assert not set("\n\r【】\x00") & set(value)


def test_a_message_of_an_unknown_template_says_so_and_breaks_nothing():
    gone = shown(Message(template="gone", variables={}))
    broken = shown(Message(template=LATE.code, variables={"course": "x"}))

    assert gone.title and gone.text and not gone.action
    assert broken.text == gone.text

"""What somebody means by what she typed."""

import pytest

from search.backends import analysis
from search.domain.indexing import count
from search.models import SynonymGroup
from search.queries.ranking import Line, Texts, held, stand
from search.queries.understanding import Question, forget_synonyms, understood

pytestmark = pytest.mark.django_db

LINES = [
    "今天说说直播带货",
    "直播前先看一遍规矩",
    "点开收款码给人扫",
    "用支付宝付款",
    "防骗三句话",
    "手机用久了会卡",
    "手机要设密码",
    "手机连上wifi",
]


@pytest.fixture(autouse=True)
def said() -> None:
    """What is in the index."""
    forget_synonyms()
    count(map(analysis.normalised, LINES))
    count(["直播带货"], are_pages=True)


def meant(asked: str) -> str:
    question = understood(asked)
    return question.taken_for or question.text


@pytest.mark.parametrize(
    ("typed", "taken_for"),
    [
        ("只付宝", "支付宝"),
        ("放骗", "防骗"),
        ("收宽码", "收款码"),
        ("shoukuanma", "收款码"),
        ("shou kuan ma", "收款码"),
        ("fangpain", "防骗"),
        ("zbdh", "直播带货"),
        ("zhibo", "直播"),
        ("zibo", "直播"),
        ("shoujimima", "手机密码"),
    ],
)
def test_what_is_typed_by_ear_is_taken_for_what_is_there(typed: str, taken_for: str) -> None:
    assert meant(typed) == taken_for


@pytest.mark.parametrize("typed", ["直播", "手机密码", "wifi", "WIFI 密码", "苹果怎么卖"])
def test_what_is_there_or_like_nothing_is_left_as_it_is(typed: str) -> None:
    assert understood(typed).taken_for == ""


def test_two_characters_that_may_be_meant_are_kept_and_what_they_sound_like_is_looked_for_as_well() -> None:
    count(["放下手里的活", "骗不了人"])

    question = understood("放骗")

    assert question.taken_for == ""
    assert [word.text for word in question.words] == ["放", "骗", "防骗"]


def test_a_question_of_words_that_are_there_is_not_taken_for_names_that_sound_like_it() -> None:
    count(["播俭利哪", "直播间里说什么", "哪些话不能说"])

    assert understood("直播间里哪些话不能说").taken_for == ""


def test_rare_words_tell_more_and_asking_words_hardly_anything() -> None:
    question = understood("手机收款码怎么弄")

    assert [word.text for word in question.telling] == ["收款码", "手机"]
    assert [word.text for word in question.words if word.is_asking] == ["怎么弄"]


def test_asking_words_alone_are_what_is_asked() -> None:
    assert [word.text for word in understood("怎么办").telling] == ["怎么办"]


def test_synonyms_hold_what_the_word_itself_does_not() -> None:
    SynonymGroup.objects.create(words="扫码\n收款码")

    (word,) = understood("扫码").words

    assert held(word, "点开收款码给人扫") > 0.5
    assert held(word, "大家好") == 0


@pytest.mark.parametrize("asked", ["", "  ", "“”……", "😀", "\x00"])
def test_nothing_but_signs_asks_nothing(asked: str) -> None:
    assert understood(asked) == Question(analysis.normalised(asked).strip())


def test_ten_thousand_characters_are_read_in_part() -> None:
    assert len(understood("手机" * 5000).words) <= 16


def score(asked: str, **texts: object) -> float:
    return stand(understood(asked), Texts(**{"title": "", **texts}), most_moments=3).score  # type: ignore[arg-type]


def test_title_before_teaching_before_what_is_said() -> None:
    said = [Line(1, 0, "直播带货")]

    assert score("直播带货", title="直播带货") > score("直播带货", title="一课", teaches="直播带货")
    assert score("直播带货", title="一课", teaches="直播带货") > score("直播带货", title="一课", lines=said) > 0


def test_phrase_before_words() -> None:
    assert score("直播带货", title="直播带货一课") > score("直播带货", title="带货直播一课")


def test_more_words_before_fewer_and_rare_before_common() -> None:
    assert (
        score("手机 密码", title="手机密码")
        > score("手机 密码", title="密码两个")
        > score("手机 密码", title="手机两个")
    )


def test_fresh_own_and_liked_only_tip_the_scales() -> None:
    plain = score("手机密码", title="手机密码")
    tipped = score("手机密码", title="手机密码", freshness=1.0, liking=1.0, is_own_track=True)

    assert plain < tipped < 1.1 * plain


def test_moments_are_the_lines_that_say_most_and_no_neighbours() -> None:
    lines = [
        Line(1, 0, "手机拿好"),
        Line(2, 4000, "点开收款码给人扫"),
        Line(3, 8000, "收款码"),
        Line(9, 30_000, "别人的收款码不扫"),
    ]

    standing = stand(understood("收款码给人扫"), Texts("", lines=lines), most_moments=3)

    assert [line.number for line in standing.moments] == [2, 9]


def test_a_lesson_says_why_it_stands_where_it_does() -> None:
    standing = stand(understood("手机密码"), Texts("手机密码", teaches="防骗"), most_moments=3)

    assert {"title", "phrase", "pairs"} <= set(standing.reasons)
    assert standing.score == pytest.approx(sum(standing.reasons.values()))

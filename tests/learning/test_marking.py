"""What is drawn and what is right, for every kind of question."""

from random import Random

import pytest

from courses.enums import QuestionKind
from courses.models.asking import plain
from lms.learning.domain.marking import draw, in_words, is_answered, is_right, open_part
from tests.factories.people import OrgFactory
from tests.learning.papers import one_of_each, right, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper():
    return draw(list(one_of_each(OrgFactory()).questions.all()), 0, chance=Random(4))


@pytest.mark.parametrize("kind", QuestionKind.values)
def test_each_kind_tells_right_from_wrong_and_nothing_from_an_answer(paper, kind):
    item = next(each for each in paper if each["kind"] == kind)

    assert is_answered(item, right(item))
    assert is_right(item, right(item))
    assert is_answered(item, wrong(item))
    assert not is_right(item, wrong(item))
    assert in_words(item, right(item))
    for nothing in (None, "", [], {}, "nonsense?", ["nonsense"], {"nonsense": 1}, 7):
        assert not is_answered(item, nothing) or kind == QuestionKind.SHORT


def test_all_right_ones_must_be_chosen_and_no_other(paper):
    item = next(each for each in paper if each["kind"] == QuestionKind.MULTIPLE)
    every = [option["id"] for option in item["options"]]

    assert not is_right(item, item["key"][:1])
    assert not is_right(item, every)
    assert is_right(item, list(reversed(item["key"])))


def test_a_place_given_twice_is_no_answer(paper):
    item = next(each for each in paper if each["kind"] == QuestionKind.ORDER)

    assert not is_answered(item, dict.fromkeys(item["key"], 1))


@pytest.mark.parametrize("given", ["110", " １１０ ", "110。", "一一零", "壹壹零"])
def test_short_answers_forgive_width_blanks_and_punctuation(paper, given):
    item = next(each for each in paper if each["kind"] == QuestionKind.SHORT)

    assert is_right(item, given) == (given != "壹壹零")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＷｉＦｉ", "wi-fi"),
        ("網絡", "网络"),
        ("“防骗”三句话！", "防骗三句话"),
        ("12,000", "12000"),
        ("Wechat Pay", "wechatpay"),
    ],
)
def test_the_same_said_in_other_signs_is_the_same(one, other):
    assert plain(one) == plain(other)


@pytest.mark.parametrize(("one", "other"), [("3.5", "35"), ("-5", "5"), ("50%", "50"), ("对", "错")])
def test_numbers_keep_what_makes_them_other_numbers(one, other):
    assert plain(one) != plain(other)


def test_nothing_that_travels_tells_the_key(paper):
    for item in paper:
        sent = open_part(item)
        assert not {"key", "question", "source", "explanation", "image", "audio"} & sent.keys()
        assert all(option.keys() == {"id", "text"} for option in sent["options"])


def test_as_many_as_wanted_are_drawn_and_all_of_them_in_time():
    questions = list(one_of_each(OrgFactory()).questions.all())

    seen = {item["question"] for _try in range(60) for item in draw(questions, 2)}

    assert len(draw(questions, 2)) == 2
    assert len(draw(questions, 0)) == len(draw(questions, 99)) == 6
    assert seen == {question.pk for question in questions}


def test_choices_stand_in_every_order_and_their_names_never_come_twice():
    (single,) = [each for each in one_of_each(OrgFactory()).questions.all() if each.kind == QuestionKind.SINGLE]

    papers = [draw([single], 0)[0] for _try in range(120)]

    orders = {tuple(option["text"] for option in item["options"]) for item in papers}
    names = [option["id"] for item in papers for option in item["options"]]
    assert len(orders) == 6
    assert len(set(names)) == len(names)

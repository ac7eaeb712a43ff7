"""A script that reads the captions to answer what is asked in between: it gains no more than watching, often less.

What a lesson asks is written by its teachers. Nothing is ever drawn from what was recognised: a lesson with captions
and without questions asks nothing and earns no hours by watching.
"""

import pytest

from courses.domain.publishing import why_not_publishable
from courses.models import Choice, LessonPage, Question, QuestionSet
from lms.learning.domain.presence import questions_about
from lms.learning.models import LessonCompletion, PresenceCheck
from media.domain.captioning import approve, import_captions
from tests.attacks.test_presence import TWENTY_MINUTES, Cheat
from tests.cast import Cast
from tests.factories import learning as make

pytestmark = pytest.mark.django_db

LINES = [
    "先打开手机设置",
    "再点无线网络",
    "密码要写在纸上收好",
    "陌生人要验证码不能给",
    "照片要先备份再删除",
    "充电时不要接电话",
]


class Reader:
    """Chooses what shares most pairs of characters with the captions."""

    def __init__(self, lines: list[str]) -> None:
        self.pairs = {line[place : place + 2] for line in lines for place in range(len(line) - 1)}

    def __call__(self, question: dict) -> str:
        def shared(choice: dict) -> int:
            text = choice["text"]
            return sum(text[place : place + 2] in self.pairs for place in range(len(text) - 1))

        return max(question["choices"], key=shared)["id"]


def asked(org, questions: dict[str, list[str]]) -> QuestionSet:
    """Questions by their text; the first choice is right."""
    made = QuestionSet.objects.create(org=org, title="在线确认的问题")
    for number, (text, choices) in enumerate(questions.items()):
        question = Question.objects.create(question_set=made, text=text, sort_order=number)
        for place, choice in enumerate(choices):
            Choice.objects.create(question=question, text=choice, is_right=place == 0, sort_order=place)
    return made


def captioned(lesson: LessonPage, cast: Cast, clock) -> LessonPage:
    cues = "\n\n".join(f"00:{number:02}.000 --> 00:{number + 1:02}.000\n{line}" for number, line in enumerate(LINES))
    draft = import_captions(lesson.video, f"WEBVTT\n\n{cues}\n", language="zh", by=cast.trainer, at=clock.now)
    approve(draft, by=cast.first_reviewer, at=clock.now)
    return lesson


def test_questions_whose_answers_stand_in_the_captions_are_passed_and_gain_what_watching_gains(cast, clock):
    """Reading the captions is as good as having heard them; the clock still asks for the time of watching."""
    course = make.credit_course()
    questions = asked(
        course.org, {f"第{n}句说了什么？": [line, "种水稻", "修水渠", "养蜜蜂"] for n, line in enumerate(LINES)}
    )
    lesson = captioned(make.credit_lesson(course, seconds=TWENTY_MINUTES, presence_questions=questions), cast, clock)
    cheat = Cheat(clock, Reader(LINES))

    cheat.claim(lesson)

    _gained, rate = cheat.report("captions read, answers that stand in them")
    assert (cheat.failed, cheat.passed >= 1) == (0, True)
    assert rate <= 120


def test_questions_about_the_sense_are_not_passed_by_looking_for_words(cast, clock):
    """Every choice is made of words of the lesson; the right one says what they mean."""
    course = make.credit_course()
    wrong = ["密码可以给陌生人写在纸上", "照片先删除再备份", "充电时先打开手机设置"]
    questions = asked(course.org, {f"下面哪个做法对？（{n}）": ["有人问您要码，不告诉他", *wrong] for n in range(4)})
    lesson = captioned(make.credit_lesson(course, seconds=TWENTY_MINUTES, presence_questions=questions), cast, clock)
    cheat = Cheat(clock, Reader(LINES))

    for _time in range(3):
        cheat.claim(lesson, until=900)

    cheat.report("captions read, questions about the sense")
    assert cheat.passed == 0
    assert cheat.failed >= 1
    assert not LessonCompletion.objects.exists()


def test_captions_alone_make_no_question_and_no_lesson_that_earns_hours(cast, clock):
    lesson = make.credit_lesson(seconds=TWENTY_MINUTES, presence_questions=None)
    before = Question.objects.count()
    captioned(lesson, cast, clock)
    cheat = Cheat(clock, Reader(LINES))

    cheat.claim(lesson, until=900)

    cheat.report("captions and no questions")
    assert questions_about(lesson) == []
    assert (Question.objects.count(), PresenceCheck.objects.count()) == (before, 0)
    reasons = why_not_publishable(LessonPage.objects.get(pk=lesson.pk))
    assert [reason for reason in reasons if "在线确认" in reason] != []

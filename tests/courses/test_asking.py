"""What makes a question one that learners can be asked, for every kind; and editing it in the admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from courses.models import QuestionSet
from courses.models.asking import Asked, Option, chance_of_guessing
from courses.validators import MOST_AUDIO_BYTES, check_audio
from tests.cast import Cast
from tests.factories.learning import quiz_of

TWO = (Option("甲", True), Option("乙"))
PAIRS = (Option("甲", partner="1"), Option("乙", partner="2"))


@pytest.mark.parametrize(
    "asked",
    [
        Asked("single", "问", TWO),
        Asked("multiple", "问", (Option("甲", True), Option("乙", True))),
        Asked("true_false", "问", is_true=False),
        Asked("short", "问", accepted=("110",)),
        Asked("order", "问", TWO),
        Asked("match", "问", (*PAIRS, Option("", partner="3"))),
    ],
)
def test_a_whole_question_of_each_kind_has_no_defect(asked: Asked) -> None:
    assert asked.defect() == ""


@pytest.mark.parametrize(
    "asked",
    [
        Asked("single", " ", TWO),
        Asked("single", "问" * 2001, TWO),
        Asked("single", "问", (Option("甲", True), Option("乙", True))),
        Asked("single", "问", (Option("甲"), Option("乙"))),
        Asked("single", "问", (Option("甲", True),)),
        Asked("single", "问", (Option("甲", True), Option("甲"))),
        Asked("single", "问", (Option("甲", True), Option(" "))),
        Asked("single", "问", (Option("甲", True), Option("乙" * 301))),
        Asked("multiple", "问", (Option("甲"), Option("乙"))),
        Asked("multiple", "问", tuple(Option(str(number), True) for number in range(21))),
        Asked("true_false", "问"),
        Asked("short", "问"),
        Asked("short", "问", accepted=("……",)),
        Asked("short", "问", accepted=("长" * 101,)),
        Asked("order", "问", (Option("甲"),)),
        Asked("match", "问", (Option("甲", partner="1"), Option("", partner="2"))),
        Asked("match", "问", (*PAIRS, Option("丙"))),
        Asked("match", "问", (*PAIRS, Option("甲", partner="3"))),
        Asked("essay", "问", TWO),
    ],
)
def test_what_cannot_be_asked_says_why(asked: Asked) -> None:
    assert asked.defect()


def test_the_same_question_is_recognised_in_other_signs() -> None:
    one = Asked("single", "验证码，给不给？", (Option("不给", True), Option("给")))
    other = Asked("single", "驗證碼,給不給?", (Option("给。"), Option("不给", True)))

    assert one.fingerprint() == other.fingerprint()
    assert one.fingerprint() != Asked("multiple", one.text, one.options).fingerprint()
    assert Asked("order", "问", TWO).fingerprint() != Asked("order", "问", TWO[::-1]).fingerprint()


@pytest.mark.parametrize(
    ("name", "content", "is_fine"),
    [
        ("a.mp3", b"ID3....", True),
        ("a.m4a", b"\0\0\0\x20ftypM4A ", True),
        ("a.wav", b"RIFF....WAVE", True),
        ("a.ogg", b"OggS....", True),
        ("a.mp3", b"<html>", False),
        ("a.html", b"ID3....", False),
        ("a.mp3", b"ID3" + b"0" * MOST_AUDIO_BYTES, False),
        ("a.mp3", b"", False),
    ],
)
def test_a_sound_is_small_and_what_its_name_says(name: str, content: bytes, is_fine: bool) -> None:
    file = ContentFile(content, name)
    if is_fine:
        check_audio(file)
    else:
        with pytest.raises(ValidationError):
            check_audio(file)


def test_how_many_guessers_pass() -> None:
    three = [
        Asked("single", str(number), tuple(Option(str(choice), not choice) for choice in range(3)))
        for number in range(3)
    ]
    short = [Asked("short", "问", accepted=("110",))] * 3

    assert chance_of_guessing(three, drawn=0, pass_mark=60) == pytest.approx(7 / 27)
    assert chance_of_guessing(three * 4, drawn=10, pass_mark=60) == pytest.approx(0.0766, abs=0.0001)
    assert chance_of_guessing(short, drawn=0, pass_mark=60) == 0
    assert chance_of_guessing([], drawn=0, pass_mark=60) == 0
    assert Asked("match", "问", PAIRS).chance() == 1 / 4
    assert Asked("order", "问", TWO).chance() == 1 / 2
    assert Asked("multiple", "问", TWO).chance() == 1 / 3


@pytest.mark.django_db
def test_defects_name_the_question_and_a_draw_of_too_many(cast: Cast) -> None:
    quiz = quiz_of(cast.orgs.provider, questions=2)
    quiz.draw_count = 3
    question = quiz.questions.last()
    question.kind = "short"
    question.save()

    defects = quiz.defects()

    assert len(defects) == 2
    assert "2" in defects[0]


def _form_of(quiz: QuestionSet, question: dict[str, Any], choices: list[dict[str, Any]]) -> dict[str, Any]:
    data = {
        "title": quiz.title,
        "org": quiz.org_id,
        "pass_mark": 60,
        "draw_count": 0,
        "attempt_limit": 0,
        "pause_minutes": 1,
        "questions-TOTAL_FORMS": 1,
        "questions-INITIAL_FORMS": 0,
        "questions-0-ORDER": 1,
        "questions-0-choices-TOTAL_FORMS": len(choices),
        "questions-0-choices-INITIAL_FORMS": 0,
        **{f"questions-0-{name}": value for name, value in question.items()},
    }
    for number, choice in enumerate(choices):
        data |= {f"questions-0-choices-{number}-{name}": value for name, value in choice.items()}
        data[f"questions-0-choices-{number}-ORDER"] = number + 1
    return data


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["match", "true_false", "short"])
def test_a_trainer_writes_each_kind_in_the_admin(cast: Cast, at_desk: Callable[[Any], Client], kind: str) -> None:
    quiz = quiz_of(cast.orgs.provider, questions=0)
    question = {"kind": kind, "text": "新问题"}
    choices: list[dict[str, Any]] = []
    if kind == "match":
        choices = [{"text": "甲", "partner": "1"}, {"text": "乙", "partner": "2"}]
    if kind == "true_false":
        question["is_true"] = "false"
    if kind == "short":
        question["accepted"] = "110\r\n一一零"
        question["audio"] = ContentFile(b"ID3" + b"0" * 40, "号码.mp3")

    answer = at_desk(cast.trainer).post(
        reverse("courses_quizzes:edit", args=[quiz.pk]), _form_of(quiz, question, choices)
    )

    assert answer.status_code == 302
    made = QuestionSet.objects.get(pk=quiz.pk).questions.get()
    assert (made.kind, made.asked.defect()) == (kind, "")
    assert bool(made.audio) == (kind == "short")
    assert "号码" not in made.audio.name


@pytest.mark.django_db
def test_saving_an_unfinished_question_says_what_is_missing(cast: Cast, at_desk: Callable[[Any], Client]) -> None:
    quiz = quiz_of(cast.orgs.provider, questions=0)

    page = at_desk(cast.trainer).post(
        reverse("courses_quizzes:edit", args=[quiz.pk]),
        _form_of(quiz, {"kind": "true_false", "text": "新问题"}, []),
        follow=True,
    )

    assert any("1" in str(message) for message in page.context["messages"] if message.level_tag == "warning")

"""Which texts of a lesson are read aloud, and that publishing has them spoken."""

from typing import Any

import pytest
from django.utils import timezone
from django_tasks import default_task_backend
from wagtail.models import Page

from courses.domain.reading_aloud import (
    all_texts_of,
    paragraphs_of,
    speak_lesson,
    texts_of_lesson,
    texts_of_question,
    wanted_texts,
)
from courses.models import LessonPage, Question
from courses.tasks import speak_lesson_task
from media.backends.speak.dummy import DummyVoice
from media.domain.speaking import found_for
from tests.factories.learning import lesson, quiz_of
from tests.factories.people import OrgFactory
from tests.speaking import speaker

__all__ = ["speaker"]
pytestmark = pytest.mark.django_db
BODY = [
    ("heading", "先看一看"),
    ("paragraph", "<p>点<b>绿色</b>的图标。</p><ul><li>第一样</li><li> </li><li>第二样&amp;别的</li></ul><p>……</p>"),
    ("steps", ["打开手机", "点开微信"]),
]


@pytest.fixture
def read() -> LessonPage:
    return lesson(body=BODY, kind="reading", completion_rule="reading", video=None)


def test_a_lesson_is_read_in_the_order_of_its_page(read: LessonPage) -> None:
    assert texts_of_lesson(read) == ["先看一看", "点绿色的图标。", "第一样", "第二样&别的", "打开手机", "点开微信"]


def test_a_break_within_a_paragraph_is_a_break_in_speech() -> None:
    assert paragraphs_of("<p>一行<br/>又一行</p>没有标签") == ["一行\n又一行", "没有标签"]


def test_a_question_and_its_choices_are_texts_apart() -> None:
    question = Question.objects.filter(question_set=quiz_of(OrgFactory())).first()
    assert question is not None

    assert texts_of_question(question) == [question.text, "对的", "错的", "也错"]


def test_right_or_wrong_is_spoken_too(read: LessonPage) -> None:
    read.quiz = quiz_of(read.org, questions=1)
    read.quiz.questions.update(kind="true_false", is_true=True)

    assert list(all_texts_of(read))[-2:] == ["对", "错"]


def test_live_lessons_alone_are_wanted(read: LessonPage) -> None:
    assert set(texts_of_lesson(read)) <= set(wanted_texts())

    Page.objects.filter(pk=read.pk).update(live=False)

    assert list(wanted_texts()) == []


@pytest.fixture
def queue(settings: Any) -> None:
    """A dummy queue of this test, whatever the suite runs with."""
    settings.TASKS = {"default": {**settings.TASKS["default"], "BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def sent() -> list[tuple[str, str, list[int]]]:
    found = [(each.task.name, each.task.queue_name, each.args) for each in default_task_backend.results]
    return [each for each in found if each[0] == "speak_lesson_task"]


@pytest.mark.usefixtures("speaker", "queue")
def test_publishing_sends_the_lesson_to_the_voice(read: LessonPage, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        read.save_revision().publish()

    assert sent() == [("speak_lesson_task", "media", [read.pk])]


@pytest.mark.usefixtures("queue")
def test_without_a_voice_nothing_is_sent(read: LessonPage, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        read.save_revision().publish()

    assert sent() == []


def test_the_task_has_text_and_questions_spoken(read: LessonPage, speaker: DummyVoice) -> None:
    LessonPage.objects.filter(pk=read.pk).update(quiz=quiz_of(read.org, questions=1))

    speak_lesson_task.call(read.pk)

    texts = [*texts_of_lesson(read), "问题0", "对的", "错的", "也错"]
    assert list(found_for(texts)) == texts


def test_a_lesson_that_is_no_longer_live_is_not_spoken(read: LessonPage, speaker: DummyVoice) -> None:
    Page.objects.filter(pk=read.pk).update(live=False)

    assert speak_lesson(read.pk, at=timezone.now()).spoken == 0

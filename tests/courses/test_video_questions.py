"""Questions in a video: rows of the lesson's editor, written as on a player, of one's own organisation alone."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset

from courses.domain.publishing import why_not_publishable
from courses.models import LessonPage, Question, VideoQuestion
from courses.models.forms import MomentField
from media.models import Video
from tests.cast import Cast
from tests.courses.test_publishing_ways import form_of
from tests.factories.learning import quiz_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("2:35", 155), ("0:05", 5), ("1:02:03", 3723), ("2：35", 155), (" 12:00 ", 720), ("90:00", 5400)],
)
def test_a_moment_is_written_as_on_a_player(written: str, seconds: int) -> None:
    assert MomentField().clean(written) == seconds


@pytest.mark.parametrize("written", ["155", "2.35", "2:75", "-1:00", "二:三", "1:2:3:4", "", "٢:٣٥"])
def test_what_is_no_moment_is_told(written: str) -> None:
    with pytest.raises(ValidationError):
        MomentField().clean(written)


def rows(*given: tuple[str, int]) -> dict[str, Any]:
    return {"video_questions": inline_formset([{"at_seconds": at, "question": str(pk)} for at, pk in given])}


def saved(page: LessonPage) -> list[tuple[int, int]]:
    newest = LessonPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    return [(row.at_seconds, row.question_id) for row in newest.video_questions.all()]


@pytest.fixture
def desk(cast: Cast, at_desk: Callable[[Any], Client]) -> Client:
    return at_desk(cast.trainer)


def test_the_editor_saves_rows_and_shows_them_as_written(desk: Client, unready: LessonPage) -> None:
    question = quiz_of(unready.org).questions.first()
    address = reverse("wagtailadmin_pages:edit", args=[unready.pk])

    assert desk.post(address, form_of(unready, **rows(("2:35", question.pk)))).status_code == 302

    assert saved(unready) == [(155, question.pk)]
    page = BeautifulSoup(desk.get(address).content, "html.parser")
    assert page.select_one('[name="video_questions-0-at_seconds"]')["value"] == "2:35"
    chosen = page.select_one('[name="video_questions-0-question"] option[selected]')
    assert chosen["value"] == str(question.pk)


def test_questions_of_others_are_neither_offered_nor_taken_nor_shown(
    desk: Client, cast: Cast, unready: LessonPage
) -> None:
    theirs = quiz_of(cast.orgs.neighbour_provider).questions.first()
    Question.objects.filter(pk=theirs.pk).update(text="邻县的秘密题目")
    address = reverse("wagtailadmin_pages:edit", args=[unready.pk])

    refused = desk.post(address, form_of(unready, **rows(("2:35", theirs.pk))))

    assert refused.status_code == 200 and saved(unready) == []
    assert "邻县的秘密题目" not in refused.content.decode() + desk.get(address).content.decode()


@pytest.mark.parametrize("count", [1, 5])
def test_the_bank_is_read_once_however_many_rows_there_are(desk: Client, unready: LessonPage, count: int) -> None:
    questions = quiz_of(unready.org, 5).questions.all()
    VideoQuestion.objects.bulk_create(
        VideoQuestion(page=unready, at_seconds=at, question=questions[at], sort_order=at) for at in range(count)
    )
    address = reverse("wagtailadmin_pages:edit", args=[unready.pk])
    desk.get(address)

    with CaptureQueriesContext(connection) as asked:
        desk.get(address)

    read = [each["sql"] for each in asked.captured_queries if each["sql"].startswith('SELECT "courses_question"."id"')]
    assert sum('ORDER BY "courses_questionset"."title"' in sql for sql in read) == 1


def test_the_gate_says_which_row_cannot_be_asked(cast: Cast, ready: LessonPage) -> None:
    quiz = quiz_of(ready.org, 4)
    fine, short, twice, late = quiz.questions.all()
    Question.objects.filter(pk=short.pk).update(kind="short", accepted="是")
    Video.objects.filter(pk=ready.video_id).update(decoded_seconds=100)
    lesson = LessonPage.objects.get(pk=ready.pk)
    theirs = quiz_of(cast.orgs.neighbour_provider).questions.first()
    for at, question in ((10, fine), (20, short), (10, twice), (100, late), (40, theirs)):
        lesson.video_questions.add(VideoQuestion(at_seconds=at, question=Question.objects.get(pk=question.pk)))

    reasons = why_not_publishable(lesson)

    assert len(reasons) == 4
    for moment, reason in zip(("0:20", "0:10", "1:40", "0:40"), reasons, strict=True):
        assert moment in reason


def test_a_course_is_not_published_with_the_test_of_others_or_with_an_empty_one(cast: Cast, ready: LessonPage) -> None:
    course = ready.course
    for test, word in ((quiz_of(cast.orgs.neighbour_provider), "课前课后测"), (quiz_of(course.org, 0), "没有题")):
        course.knowledge_test = test
        assert [word in reason for reason in why_not_publishable(course)] == [True]
    course.knowledge_test = quiz_of(course.org)
    assert why_not_publishable(course) == []

"""Season, what is on show, and how many queries that takes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from courses.enums import Season
from courses.models import CoursePage, LessonPage
from courses.policies import can_enter, can_play
from courses.queries import season_courses, season_is_on, tracks_on_show
from tests.cast import Cast
from tests.factories.learning import quiz_of

BEIJING = ZoneInfo("Asia/Shanghai")
Lessons = Callable[..., LessonPage]


@pytest.mark.parametrize(
    ("season", "moment", "on"),
    [
        (Season.SPRING, datetime(2026, 2, 1, 0, 0, 30, tzinfo=BEIJING), True),
        (Season.SPRING, datetime(2026, 1, 31, 23, 59, 30, tzinfo=BEIJING), False),
        (Season.SPRING, datetime(2026, 5, 31, 23, 59, 30, tzinfo=BEIJING), True),
        (Season.SPRING, datetime(2026, 6, 1, 0, 0, 30, tzinfo=BEIJING), False),
        (Season.WINTER, datetime(2026, 12, 31, 23, 59, 30, tzinfo=BEIJING), True),
        (Season.WINTER, datetime(2027, 1, 1, 0, 0, 30, tzinfo=BEIJING), True),
        (Season.AUTUMN, datetime(2026, 12, 1, 0, 0, 30, tzinfo=BEIJING), False),
        ("", datetime(2026, 4, 1, tzinfo=BEIJING), False),
    ],
)
def test_season_is_on_by_months_of_beijing(season: str, moment: datetime, on: bool) -> None:
    assert season_is_on(season, moment) is on


def test_course_in_season_comes_first(course: CoursePage, cast: Cast, new_lesson: Lessons) -> None:
    spring = course.get_parent().add_child(
        instance=CoursePage(title="春耕", slug="spring", code="spring", org=cast.orgs.provider, season="spring")
    )
    spring.save_revision().publish()
    new_lesson(into=spring).save_revision().publish()

    april = tracks_on_show(datetime(2026, 4, 1, tzinfo=BEIJING))
    october = tracks_on_show(datetime(2026, 10, 1, tzinfo=BEIJING))

    assert [entry.course.code for entry in april[0].courses] == ["spring", "safe"]
    assert [entry.course.code for entry in october[0].courses] == ["safe", "spring"]
    assert [entry.course.code for entry in season_courses(april)] == ["spring"]
    assert season_courses(october) == []


def test_tracks_on_show_takes_the_same_queries_for_one_and_three(
    course: CoursePage, new_lesson: Lessons, django_assert_num_queries: Any
) -> None:
    new_lesson().save_revision().publish()
    with django_assert_num_queries(3):
        tracks_on_show(timezone.now())
    new_lesson().save_revision().publish()
    new_lesson().save_revision().publish()
    with django_assert_num_queries(3):
        entries = tracks_on_show(timezone.now())
    assert [len(entry.lessons) for entry in entries[0].courses] == [3]


def test_who_may_enter_and_play_with_the_whole_cast(cast: Cast, course: CoursePage, new_lesson: Lessons) -> None:
    made = new_lesson()
    made.save_revision().publish()
    now = timezone.now()

    def entering() -> set[str]:
        lesson = LessonPage.objects.get(pk=made.pk)
        return {name for name, person in cast.everybody.items() if can_enter(person, lesson, now)}

    assert entering() == set(cast.everybody)
    assert can_play(None, LessonPage.objects.get(pk=made.pk), now)
    CoursePage.objects.filter(pk=course.pk).update(access="signed_in")
    assert entering() == set(cast.everybody)
    assert not can_enter(None, LessonPage.objects.get(pk=made.pk), now)
    CoursePage.objects.filter(pk=course.pk).update(access="audience", audience=["village_cadre"])
    assert entering() == {"learner", "neighbour_learner"}
    CoursePage.objects.get(pk=course.pk).unpublish()
    assert entering() == set()


def test_quiz_lesson_needs_answerable_questions(cast: Cast, new_lesson: Lessons) -> None:
    quiz = quiz_of(cast.orgs.provider)
    lesson = new_lesson(ready=False, kind="practice", completion_rule="quiz", quiz=quiz, body="[]")
    lesson.body = [("paragraph", "<p>读一读</p>")]
    assert lesson.why_not_publishable() == []

    question = quiz.questions.first()
    question.choices.update(is_right=False)
    quiz.refresh_from_db()

    assert len(lesson.why_not_publishable()) == 1


def test_class_in_person_needs_no_recording_and_is_elective(new_lesson: Lessons, client: Client) -> None:
    lesson = new_lesson(ready=False, kind="offline")
    lesson.save_revision().publish()

    shown = LessonPage.objects.get(pk=lesson.pk)
    assert (shown.live, shown.course_type, shown.completion_rule) == (True, "elective", "offline")
    assert client.get(shown.url).status_code == 200

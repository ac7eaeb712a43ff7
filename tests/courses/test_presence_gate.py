"""A lesson for which hours are given has presence checks or a quiz, else it is not published."""

import pytest
from django.core.exceptions import ValidationError

from courses.domain.publishing import why_not_publishable
from courses.models import CoursePage, LessonPage
from courses.models.presence import questions_needed
from courses.validators import NotPublishable
from media.models import Video
from tests.factories.learning import presence_questions, quiz_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(course: CoursePage, new_lesson) -> LessonPage:
    """A lesson of twenty minutes that is ready, in a course for village cadres."""
    course.credit_for = ["village_cadre"]
    course.save_revision().publish()
    made = new_lesson(into=course)
    Video.objects.filter(pk=made.video_id).update(decoded_seconds=1200)
    return LessonPage.objects.get(pk=made.pk)


def test_two_questions_for_every_eight_minutes():
    assert [questions_needed(seconds) for seconds in (0, 479, 480, 959, 960, 1200, 3600)] == [0, 0, 2, 2, 4, 4, 14]


def test_a_long_lesson_without_questions_says_how_many_it_needs(lesson):
    with pytest.raises(NotPublishable, match=r"\b20\b.*\b4\b.*\b0\b"):
        lesson.save_revision().publish()

    assert not LessonPage.objects.get(pk=lesson.pk).live


@pytest.mark.parametrize(("questions", "choices", "ready"), [(4, 4, True), (3, 4, False), (4, 3, False), (5, 5, True)])
def test_questions_of_four_choices_are_enough_when_there_are_two_for_each_check(lesson, questions, choices, ready):
    lesson.presence_questions = presence_questions(lesson.org, questions, choices)

    assert (why_not_publishable(lesson) == []) == ready


def test_a_quiz_of_its_own_will_do_but_not_an_empty_one(lesson):
    lesson.quiz = quiz_of(lesson.org, 0)
    assert why_not_publishable(lesson)

    lesson.quiz = quiz_of(lesson.org, 3)
    assert why_not_publishable(lesson) == []


def test_short_lessons_and_lessons_without_hours_need_none(lesson, course):
    Video.objects.filter(pk=lesson.video_id).update(decoded_seconds=479)
    assert why_not_publishable(LessonPage.objects.get(pk=lesson.pk)) == []

    Video.objects.filter(pk=lesson.video_id).update(decoded_seconds=1200)
    course.credit_for = []
    course.save_revision().publish()
    assert why_not_publishable(LessonPage.objects.get(pk=lesson.pk)) == []


def test_questions_of_another_organisation_are_refused(lesson, cast):
    lesson.presence_questions = presence_questions(cast.orgs.neighbour_provider)

    assert len(why_not_publishable(lesson)) == 1


def test_a_course_is_not_made_eligible_over_lessons_without_questions(lesson, course):
    course.credit_for = []
    course.save_revision().publish()
    lesson.save_revision().publish()

    course.credit_for = ["village_cadre"]
    with pytest.raises(NotPublishable, match=lesson.title):
        course.save_revision().publish()
    track = course.track
    track.credit_for = ["village_cadre"]
    with pytest.raises(ValidationError, match=lesson.title):
        track.save_revision()

    assert CoursePage.objects.get(pk=course.pk).credit_for == []

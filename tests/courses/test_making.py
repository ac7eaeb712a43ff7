"""A recording becomes the draft of a lesson, once, in a course of its own organisation."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from courses.domain.making import CannotMake, make_lesson, words_of
from courses.models import CoursePage, LessonPage
from lms.people.models import Person
from media.models import Cue, Video
from tests.cast import Cast
from tests.courses.conftest import approve_captions
from tests.factories.learning import ready_video

pytestmark = pytest.mark.django_db
AtDesk = Callable[[Person], Client]


@pytest.fixture
def video(cast: Cast) -> Video:
    return ready_video(cast.orgs.provider, seconds=125)


def make_page(video: Video) -> str:
    return reverse("courses_studio:make_lesson", args=[video.code])


def test_a_draft_is_made_with_what_is_known(cast: Cast, at_desk: AtDesk, video: Video, course: CoursePage):
    approve_captions(video, "打开手机。", "点<视频>")

    answer = at_desk(cast.trainer).post(make_page(video), {"course": course.pk})

    lesson = LessonPage.objects.get()
    assert answer["Location"] == reverse("wagtailadmin_pages:edit", args=[lesson.pk])
    assert (lesson.title, lesson.video, lesson.planned_minutes, lesson.org) == ("测试录像", video, 3, course.org)
    assert (lesson.live, lesson.has_unpublished_changes, lesson.owner) == (False, True, cast.trainer)
    assert lesson.latest_revision.user == cast.trainer
    assert lesson.get_parent().specific == course
    assert [str(block.value) for block in lesson.body] == ["<p>打开手机。点&lt;视频&gt;</p>"]
    assert at_desk(cast.trainer).get(answer["Location"]).status_code == 200


def test_asked_twice_the_same_draft_is_the_answer(cast: Cast, video: Video, course: CoursePage):
    assert make_lesson(video, course, by=cast.trainer) == make_lesson(video, course, by=cast.trainer)
    assert LessonPage.objects.count() == 1


def test_words_stand_in_paragraphs_and_only_after_approval(video: Video):
    assert words_of(video) == []

    transcript = approve_captions(video, "先开机", "再点视频", "好了")
    Cue.objects.filter(transcript=transcript, number=3).update(start_ms=13000, end_ms=15000)

    assert words_of(video) == ["<p>先开机 再点视频</p>", "<p>好了</p>"]


def test_a_recording_that_was_taken_down_makes_none(cast: Cast, video: Video, course: CoursePage):
    video.taken_down_at = video.ready_at

    with pytest.raises(CannotMake):
        make_lesson(video, course, by=cast.trainer)


def test_only_courses_of_the_recordings_organisation_are_offered(
    cast: Cast, at_desk: AtDesk, video: Video, course: CoursePage, neighbour_course: CoursePage
):
    desk = at_desk(cast.trainer)

    page = desk.get(make_page(video))
    refused = desk.post(make_page(video), {"course": neighbour_course.pk})
    foreign = at_desk(cast.neighbour_trainer).get(make_page(video))

    assert page.context["courses"] == [course]
    assert (refused.status_code, foreign.status_code) == (422, 404)
    assert not LessonPage.objects.exists()


def test_an_organisation_without_courses_is_told_what_to_do(cast: Cast, at_desk: AtDesk, video: Video):
    page = at_desk(cast.trainer).get(make_page(video))

    assert page.status_code == 200
    assert reverse("wagtailadmin_explore_root") in page.content.decode()

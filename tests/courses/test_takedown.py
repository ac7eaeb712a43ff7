"""Takedown is one action; what was earned stays. Pages with history are not deleted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from courses.domain.takedown import TakedownRefused, lift_takedown, take_down
from courses.enums import NoticeKind
from courses.models import CoursePage, EditorNotice, LessonPage, OutlineVersion, Takedown
from courses.policies import can_enter, deletable
from courses.queries import current_outline
from courses.signals import lesson_taken_down
from courses.validators import NotPublishable
from lms.audit.models import AuditEntry
from media.domain.taking_down import put_back
from media.domain.taking_down import take_down as take_down_video
from media.models import Video
from tests.cast import Cast

Desk = Callable[[Any], Client]
Lessons = Callable[..., LessonPage]


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture
def shown(new_lesson: Lessons) -> LessonPage:
    lesson = new_lesson()
    lesson.save_revision().publish()
    return LessonPage.objects.get(pk=lesson.pk)


def test_take_down_stops_lesson_recording_and_outline(
    cast: Cast, shown: LessonPage, course: CoursePage, at: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    before = current_outline(course)
    told: list[int] = []

    def listen(lesson_id: int, **kwargs: Any) -> None:
        told.append(lesson_id)

    lesson_taken_down.connect(listen)

    with django_capture_on_commit_callbacks(execute=True):
        takedown = take_down(shown, by=cast.trainer, reason=" 内容有误 ", at=at)
    lesson_taken_down.disconnect(listen)

    page = LessonPage.objects.get(pk=shown.pk)
    after = current_outline(course)
    assert (page.live, page.video.is_playable, takedown.reason) == (False, False, "内容有误")
    assert not can_enter(cast.learner, page, at)
    assert before is not None
    assert after is not None
    assert [lesson["code"] for lesson in before.lessons] == [shown.code]
    assert (after.number, after.lessons) == (before.number + 1, [])
    assert told == [shown.pk]
    entry = AuditEntry.objects.get(action="courses.page_taken_down")
    assert (entry.actor_id, entry.subject_id, entry.detail["reason"]) == (cast.trainer.pk, shown.code, "内容有误")


def test_take_down_twice_keeps_the_first(cast: Cast, shown: LessonPage, at: datetime) -> None:
    first = take_down(shown, by=cast.trainer, reason="一", at=at)
    second = take_down(shown, by=cast.final_reviewer, reason="二", at=at)

    assert first == second
    assert Takedown.objects.get().reason == "一"
    assert AuditEntry.objects.filter(action="courses.page_taken_down").count() == 1


def test_take_down_of_a_course_takes_its_lessons_and_reviews(
    cast: Cast, shown: LessonPage, unready: LessonPage, course: CoursePage, at: datetime
) -> None:
    unready.get_workflow().start(unready, cast.trainer)

    take_down(course, by=cast.trainer, reason="整门课重做", at=at)

    assert not Page.objects.filter(pk__in=[course.pk, shown.pk], live=True).exists()
    assert LessonPage.objects.get(pk=unready.pk).current_workflow_state is None


def test_nothing_taken_down_is_published_until_lifted(
    cast: Cast, shown: LessonPage, course: CoursePage, at: datetime
) -> None:
    takedown = take_down(course, by=cast.trainer, reason="内容有误", at=at)
    for page in (course, shown):
        with pytest.raises(NotPublishable):
            page.save_revision().publish()

    lift_takedown(takedown, by=cast.trainer, at=at)
    lift_takedown(takedown, by=cast.trainer, at=at)

    CoursePage.objects.get(pk=course.pk).save_revision().publish()
    assert AuditEntry.objects.filter(action="courses.takedown_lifted").count() == 1


def test_take_down_needs_a_reason_and_a_page_of_ours(cast: Cast, shown: LessonPage, at: datetime) -> None:
    for page, reason in ((shown, "  "), (shown.course.get_parent(), "方向")):
        with pytest.raises(TakedownRefused):
            take_down(page, by=cast.trainer, reason=reason, at=at)

    assert LessonPage.objects.get(pk=shown.pk).live


def test_take_down_page_with_the_whole_cast(cast: Cast, at_desk: Desk, shown: LessonPage) -> None:
    address = reverse("courses_take_down", args=[shown.pk])
    opened = {name for name, person in cast.everybody.items() if at_desk(person).get(address).status_code == 200}
    desk = at_desk(cast.trainer)
    empty = desk.post(address, {"reason": ""})
    done = desk.post(address, {"reason": "家长投诉"}, follow=True)

    assert opened == {"trainer", "final_reviewer"}
    assert empty.status_code == 422
    assert done.status_code == 200
    assert not LessonPage.objects.get(pk=shown.pk).live
    assert "家长投诉" in desk.get(address).content.decode()
    desk.post(reverse("courses_lift_takedown", args=[shown.pk]))
    assert Takedown.objects.get().lifted_at is not None


def test_deleting_a_course_with_history_is_refused_politely(
    cast: Cast, at_desk: Desk, shown: LessonPage, course: CoursePage
) -> None:
    desk = at_desk(cast.trainer)
    shown.unpublish()
    track = course.get_parent()

    assert deletable([course]) != []
    assert deletable([track.get_parent()]) == deletable([track]) == deletable([course])
    bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    response = desk.post(f"{bulk}?id={course.pk}&next=/admin/", follow=True)

    assert response.status_code == 200
    assert CoursePage.objects.filter(pk=course.pk).exists()


def test_deleting_a_taken_down_lesson_is_refused_politely(
    cast: Cast, at_desk: Desk, shown: LessonPage, at: datetime
) -> None:
    take_down(shown, by=cast.trainer, reason="内容有误", at=at)
    desk = at_desk(cast.trainer)

    single = desk.post(reverse("wagtailadmin_pages:delete", args=[shown.pk]), follow=True)
    bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    many = desk.post(f"{bulk}?id={shown.pk}&next=/admin/", follow=True)

    for response in (single, many):
        assert response.status_code == 200
        assert list(response.context["messages"]) or "messages" in response.content.decode()
    assert LessonPage.objects.filter(pk=shown.pk).exists()


def test_drafts_without_history_are_deleted(cast: Cast, at_desk: Desk, unready: LessonPage) -> None:
    at_desk(cast.trainer).post(reverse("wagtailadmin_pages:delete", args=[unready.pk]))

    assert not LessonPage.objects.filter(pk=unready.pk).exists()


def test_outline_is_written_when_anything_of_the_course_changes(
    new_lesson: Lessons, course: CoursePage, django_capture_on_commit_callbacks: Any
) -> None:
    first, second = new_lesson(), new_lesson()
    first.save_revision().publish()
    second.save_revision().publish()
    numbers = [2]

    def written() -> list[str]:
        outline = current_outline(course)
        assert outline is not None
        numbers.append(outline.number)
        return [lesson["code"] for lesson in outline.lessons]

    assert written() == [first.code, second.code]
    Page.objects.get(pk=second.pk).move(Page.objects.get(pk=first.pk), pos="left")
    assert written() == [second.code, first.code]
    LessonPage.objects.get(pk=first.pk).unpublish()
    assert written() == [second.code]
    with django_capture_on_commit_callbacks(execute=True):
        LessonPage.objects.get(pk=second.pk).delete()
    assert written() == []
    assert numbers == [2, 2, 3, 4, 5]


def test_outline_follows_the_track_and_republishing_writes_nothing_new(shown: LessonPage, course: CoursePage) -> None:
    LessonPage.objects.get(pk=shown.pk).get_latest_revision().publish()
    assert OutlineVersion.objects.filter(course=course).count() == 1

    Video.objects.filter(pk=shown.video_id).update(decoded_seconds=300)  # too short for presence checks
    track = course.track
    track.credit_for = ["village_cadre"]
    track.save_revision().publish()

    outline = current_outline(course)
    assert outline is not None
    assert (outline.number, outline.credit_for) == (2, ["village_cadre"])


def test_lifting_puts_back_the_recordings_that_it_stopped_and_says_so(
    cast: Cast, shown: LessonPage, course: CoursePage, at: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        takedown = take_down(course, by=cast.trainer, reason="整门课重做", at=at)
    assert EditorNotice.objects.filter(page=shown, kind=NoticeKind.RECORDING_TAKEN_DOWN, settled_at=None).exists()

    with django_capture_on_commit_callbacks(execute=True):
        lift_takedown(takedown, by=cast.final_reviewer, at=at + timedelta(hours=1))

    page = LessonPage.objects.get(pk=shown.pk)
    assert (page.video.is_playable, page.video.taken_down_reason, page.live) == (True, "", False)
    assert not EditorNotice.objects.filter(page=shown, settled_at=None).exists()
    entry = AuditEntry.objects.get(action="media.video_put_back")
    assert (entry.actor_id, entry.subject_id) == (cast.final_reviewer.pk, page.video.code)
    assert AuditEntry.objects.get(action="courses.takedown_lifted").detail == {"recordings": [page.video.code]}


def test_lifting_leaves_a_recording_down_that_has_a_reason_of_its_own(
    cast: Cast, shown: LessonPage, at: datetime
) -> None:
    take_down_video(shown.video, by=cast.trainer, reason="画面里有别人的身份证", at=at)
    takedown = take_down(LessonPage.objects.get(pk=shown.pk), by=cast.trainer, reason="内容有误", at=at)

    lift_takedown(takedown, by=cast.trainer, at=at)

    video = LessonPage.objects.get(pk=shown.pk).video
    assert (video.is_playable, video.taken_down_reason) == (False, "画面里有别人的身份证")


def test_a_recording_put_back_and_taken_down_anew_meanwhile_stays_down(
    cast: Cast, shown: LessonPage, at: datetime
) -> None:
    takedown = take_down(shown, by=cast.trainer, reason="内容有误", at=at)
    video = Video.objects.get()
    put_back(video, by=cast.trainer, reason="录像没有问题", at=at + timedelta(hours=1))
    take_down_video(video, by=cast.trainer, reason="画面里有别人的身份证", at=at + timedelta(hours=2))

    lift_takedown(takedown, by=cast.trainer, at=at + timedelta(hours=3))

    assert Video.objects.get().taken_down_reason == "画面里有别人的身份证"


def test_a_recording_of_two_lessons_comes_back_with_the_last_takedown(
    cast: Cast, shown: LessonPage, new_lesson: Lessons, at: datetime
) -> None:
    other = new_lesson(ready=False, video=shown.video)
    other.save_revision().publish()
    first = take_down(shown, by=cast.trainer, reason="一", at=at)
    second = take_down(LessonPage.objects.get(pk=other.pk), by=cast.trainer, reason="二", at=at + timedelta(hours=1))

    lift_takedown(first, by=cast.trainer, at=at + timedelta(hours=2))
    assert not Video.objects.get().is_playable
    lift_takedown(second, by=cast.trainer, at=at + timedelta(hours=3))

    assert Video.objects.get().is_playable


def test_lifting_twice_puts_back_once(cast: Cast, shown: LessonPage, at: datetime) -> None:
    takedown = take_down(shown, by=cast.trainer, reason="内容有误", at=at)
    lift_takedown(takedown, by=cast.trainer, at=at)
    take_down_video(Video.objects.get(), by=cast.trainer, reason="自己的原因", at=at + timedelta(hours=1))

    lift_takedown(takedown, by=cast.trainer, at=at + timedelta(hours=2))

    assert not Video.objects.get().is_playable


def test_when_a_recording_cannot_be_put_back_nothing_is_lifted(
    cast: Cast, shown: LessonPage, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    takedown = take_down(shown, by=cast.trainer, reason="内容有误", at=at)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("courses.domain.takedown.put_back", fail)

    with pytest.raises(RuntimeError):
        lift_takedown(takedown, by=cast.trainer, at=at)

    assert Takedown.objects.get().lifted_at is None

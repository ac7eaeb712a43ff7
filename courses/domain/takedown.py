"""Takedown (下架) of a course or lesson: at once, everywhere; what was earned stays."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Revision

from courses.domain.outlines import write_outline
from courses.models import CoursePage, GatedPage, LessonPage, Takedown
from courses.queries import course_of
from courses.signals import announce, lesson_taken_down
from lms.audit.domain import record
from lms.people.models import Person
from media.domain.taking_down import put_back
from media.domain.taking_down import take_down as take_down_video
from media.models import Video


class TakedownRefused(ValueError):
    """The page cannot be taken down; the text says why."""


def take_down(page: Page, *, by: Person | None, reason: str, at: datetime) -> Takedown:
    """Unpublish the course or lesson and all below it, stop its recordings, and keep the reason.

    Reviews in progress end, schedules are withdrawn, and the course's next outline version is written. Completions
    and hours are untouched. Told twice, the first takedown stands. Until it is lifted, nothing of it is published.
    """
    specific: Any = page.specific
    reason = reason.strip()
    if not isinstance(page.specific, GatedPage):
        raise TakedownRefused(_("Only courses and lessons can be taken down."))
    if not reason:
        raise TakedownRefused(_("Please say why it is taken down. The reason is kept."))
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=page.pk)
        takedown, created = Takedown.objects.get_or_create(
            page_id=page.pk,
            lifted_at=None,
            defaults={"reason": reason[:300], "taken_down_at": at, "taken_down_by": by},
        )
        if not created:
            return takedown
        pages = specific.get_descendants(inclusive=True).specific()
        lessons = [each for each in pages if isinstance(each, LessonPage)]
        for each in pages:
            Revision.objects.for_instance(each).update(approved_go_live_at=None)
            if each.current_workflow_state:
                each.current_workflow_state.cancel(user=by)
            if each.live:
                each.unpublish(user=by)
        for lesson in lessons:
            if lesson.video is not None:
                _stop(takedown, lesson.video)
            announce(lesson_taken_down, lesson_id=lesson.pk)
        course = course_of(specific)
        if course is not None:
            write_outline(course, at)
        record(
            "courses.page_taken_down",
            actor=by,
            subject_kind="course" if isinstance(specific, CoursePage) else "lesson",
            subject_id=specific.code,
            detail={"reason": takedown.reason, "lessons": [lesson.code for lesson in lessons]},
            at=at,
        )
    return takedown


def _stop(takedown: Takedown, video: Video) -> None:
    """Stop a recording in the name of this takedown, beside others; one with a reason of its own stays out of it."""
    if video.taken_down_at is None:
        take_down_video(video, by=takedown.taken_down_by, reason=takedown.reason, at=takedown.taken_down_at)
    elif not _stopped_with_a_page(video):
        return
    takedown.recordings.add(video)


def _stopped_with_a_page(video: Video) -> bool:
    """Whether it is down since a page with it was taken down, at that very moment."""
    at = video.taken_down_at
    return at is not None and Takedown.objects.filter(recordings=video, taken_down_at=at).exists()


def _is_free(video: Video) -> bool:
    """Whether only takedowns of pages stopped it, and all of them are lifted."""
    return _stopped_with_a_page(video) and not Takedown.objects.filter(recordings=video, lifted_at=None).exists()


def lift_takedown(takedown: Takedown, *, by: Person | None, at: datetime) -> Takedown:
    """Allow the page to be published again, and put the recordings back that its takedown stopped.

    The page stays a draft until it is published anew. A recording that another takedown still holds, or that was taken
    down for a reason of its own, stays down. Told twice, lifted once.
    """
    with transaction.atomic():
        lifted = Takedown.objects.filter(pk=takedown.pk, lifted_at=None).update(lifted_at=at, lifted_by=by)
        takedown.refresh_from_db()
        if lifted:
            page = takedown.page.specific
            back = [video for video in takedown.recordings.order_by("pk") if _is_free(video)]
            for video in back:
                put_back(video, by=by, reason=gettext("%(page)s may be published again.") % {"page": page}, at=at)
            record(
                "courses.takedown_lifted",
                actor=by,
                subject_kind="course" if isinstance(page, CoursePage) else "lesson",
                subject_id=page.code,
                detail={"recordings": [video.code for video in back]},
                at=at,
            )
    return takedown

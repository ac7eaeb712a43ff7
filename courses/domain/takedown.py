"""Taking a course or lesson off the site (下架): one action, at once, everywhere; what was earned stays."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.domain.outlines import write_outline_of
from courses.models import LessonPage, Takedown
from courses.signals import announce, lesson_taken_down
from lms.audit.domain import record
from media.domain.taking_down import take_down as take_down_video


class TakedownRefused(ValueError):
    """The message says, to whoever asked, why nothing was done."""


def take_down(page: Page, *, by: Any, reason: str, at: datetime) -> Takedown:
    """Unpublish the page and all below it, stop their recordings, and keep who did it, when and why.

    Told twice, the first takedown stands. Raises TakedownRefused without a reason.
    """
    reason = _checked(reason)
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=page.pk)
        takedown, made = Takedown.objects.get_or_create(
            page_id=page.pk, lifted_at=None, defaults={"reason": reason, "taken_down_at": at, "taken_down_by": by}
        )
        if not made:
            return takedown
        lessons = list(LessonPage.objects.descendant_of(page, inclusive=True).select_related("video"))
        for each in page.get_descendants(inclusive=True).live().specific():
            each.unpublish(user=by, log_action="wagtail.unpublish")
        for lesson in lessons:
            if lesson.video is not None:
                take_down_video(lesson.video, by=by, reason=reason, at=at)
            announce(lesson_taken_down, lesson_id=lesson.pk)
        write_outline_of(page, at)
        _record("courses.page_taken_down", page, by, reason, at)
    return takedown


def lift_takedown(page: Page, *, by: Any, reason: str, at: datetime) -> None:
    """Let the page be published again; its recordings stay down and must be replaced. Raises TakedownRefused."""
    reason = _checked(reason)
    with transaction.atomic():
        lifted = Takedown.objects.filter(page_id=page.pk, lifted_at=None).update(lifted_at=at, lifted_by=by)
        if not lifted:
            raise TakedownRefused(_("This page has not been taken down."))
        _record("courses.takedown_lifted", page, by, reason, at)


def _checked(reason: str) -> str:
    if not reason.strip():
        raise TakedownRefused(_("Please say why."))
    return reason.strip()[:300]


def _record(action: str, page: Page, by: Any, reason: str, at: datetime) -> None:
    record(action, actor=by, subject_kind="page", subject_id=page.pk, detail={"reason": reason}, at=at)

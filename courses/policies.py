"""Who may play a lesson, and which pages must not be deleted."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from courses.enums import Access
from courses.models import LessonPage, OutlineVersion, Takedown
from lms.lib.durations import beijing_day
from lms.people.queries import categories_on

Blocker = Callable[[list[Page]], list[str]]
_blockers: list[Blocker] = []


def is_on_show(lesson: LessonPage) -> bool:
    """Whether learners find the lesson: it, its course and its track are live and none is taken down."""
    above = lesson.get_ancestors().filter(depth__gt=1)
    return lesson.live and not above.filter(live=False).exists() and lesson.open_takedown is None


def can_enter(person: Any, lesson: LessonPage, at: datetime) -> bool:
    """Whether this person (None or an anonymous user: somebody who is not signed in) may open the lesson now."""
    if not is_on_show(lesson):
        return False
    course = lesson.course
    if course.access == Access.PUBLIC:
        return True
    if person is None or not person.is_authenticated or not person.is_active:
        return False
    if course.access == Access.SIGNED_IN:
        return True
    return not categories_on(person, beijing_day(at)).isdisjoint(course.effective_audience)


def can_play(person: Any, lesson: LessonPage, at: datetime) -> bool:
    """Whether this person may open the lesson now and there is a recording to play."""
    return lesson.video is not None and lesson.video.is_playable and can_enter(person, lesson, at)


def register_blocker(blocker: Blocker) -> None:
    """Let a higher floor name reasons (a function of the pages and all below them) against deleting pages."""
    if blocker not in _blockers:
        _blockers.append(blocker)


def deletable(pages: Iterable[Page]) -> list[str]:
    """The reasons why these pages, and all below them, may not be deleted; empty when they may."""
    doomed: dict[int, Page] = {}
    for page in pages:
        doomed.update({each.pk: each for each in page.get_descendants(inclusive=True)})
    reasons = []
    if OutlineVersion.objects.filter(course__in=doomed).exists():
        reasons.append(str(_("The course has been published before. Unpublish it instead; its history is kept.")))
    if Takedown.objects.filter(page__in=doomed).exists():
        reasons.append(str(_("A page was taken down before; the record of that is kept.")))
    for blocker in _blockers:
        reasons += blocker(list(doomed.values()))
    return reasons

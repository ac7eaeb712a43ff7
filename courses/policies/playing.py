"""Who may play a lesson."""

from datetime import datetime
from typing import Any

from courses.enums import Access
from courses.models import LessonPage
from lms.lib.durations import beijing_day
from lms.people.queries import categories_on


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

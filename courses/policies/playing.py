"""Who may play a lesson."""

from datetime import datetime
from typing import Any

from courses.enums import Access
from courses.models import CoursePage, LessonPage
from lms.lib.durations import beijing_day
from lms.people.queries import categories_on


def is_on_show(page: LessonPage | CoursePage) -> bool:
    """Whether learners find the lesson or course: it and what it stands in are live, and none is taken down."""
    above = page.get_ancestors().filter(depth__gt=1)
    return page.live and not above.filter(live=False).exists() and page.open_takedown is None


def can_enter(person: Any, lesson: LessonPage, at: datetime) -> bool:
    """Whether this person (None or an anonymous user: somebody who is not signed in) may open the lesson now."""
    return is_on_show(lesson) and _is_admitted(person, lesson.course, at)


def can_enter_course(person: Any, course: CoursePage, at: datetime) -> bool:
    """The same for the course itself."""
    return is_on_show(course) and _is_admitted(person, course, at)


def _is_admitted(person: Any, course: CoursePage, at: datetime) -> bool:
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

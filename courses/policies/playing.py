"""Who may play a lesson."""

from datetime import date, datetime
from typing import Any

from django.db.models import Q

from courses.enums import Access
from courses.models import CoursePage, LessonPage
from lms.lib.durations import beijing_day
from lms.people.enums import FARMERS, LearnerCategory
from lms.people.models import Post
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
    return course.access == Access.SIGNED_IN or admits(course, categories_on(person, beijing_day(at)))


def admits(course: CoursePage, categories: frozenset[str]) -> bool:
    """Whether the course is open to a signed-in person of these categories."""
    return course.access != Access.AUDIENCE or not categories.isdisjoint(course.effective_audience)


def admitted_to(course: CoursePage, on: date) -> Q:
    """The persons for whom `_is_admitted` says yes on the day, as a condition on signed-in persons."""
    if course.access != Access.AUDIENCE:
        return Q()
    audience = set(course.effective_audience)
    posts = Post.objects.on(on)
    if LearnerCategory.CADRE not in audience:
        posts = posts.filter(category__in=audience)
    admitted = Q(pk__in=posts.values("person")) | Q(merged_from__in=posts.values("person"))
    # Being a cadre is not a claim: only posts make somebody one.
    admitted |= Q(kind__in=audience - {LearnerCategory.CADRE})
    return admitted | Q(kind__in=FARMERS) if LearnerCategory.FARMER in audience else admitted


def can_play(person: Any, lesson: LessonPage, at: datetime) -> bool:
    """Whether this person may open the lesson now and there is a recording to play."""
    return lesson.video is not None and lesson.video.is_playable and can_enter(person, lesson, at)

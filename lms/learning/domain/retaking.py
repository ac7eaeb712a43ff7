"""A completed course is taken again, in a new round, where a rule counts it anew.

Which rule that is, the floors above know: they register an opener here. Without one nobody takes a course twice.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import CoursePage
from courses.queries import current_outline
from lms.learning.domain.enrolling import lock_clock
from lms.learning.models import CourseCompletion, CourseEnrolment
from lms.people.models import Person

RoundOpener = Callable[[Person, list[CourseCompletion], datetime], set[UUID]]
"""Of these completions, each the person's newest of a course: the keys of the courses that may be taken again now."""

_openers: list[RoundOpener] = []


class CannotRetake(Exception):
    """The course is not to be taken again now; the text says why."""


def register_round_opener(opener: RoundOpener) -> None:
    """Ask this function too whether a course may be taken again; called in `ready()`."""
    if opener not in _openers:
        _openers.append(opener)


def retakable(person: Person, courses: Iterable[CoursePage], *, at: datetime) -> set[UUID]:
    """The keys of those courses that the person completed in her newest round and may take again now."""
    keys = [course.translation_key for course in courses]
    rows = CourseCompletion.objects.of(person).filter(course_key__in=keys).select_related("outline_version")
    newest = {row.course_key: row for row in rows.order_by("round")}
    rounds = dict(
        CourseEnrolment.objects.of(person)
        .filter(course_key__in=newest)
        .order_by("round")
        .values_list("course_key", "round")
    )
    done = [row for key, row in newest.items() if row.round >= rounds.get(key, row.round)]
    if not done:
        return set()
    return {key for opener in _openers for key in opener(person, done, at)}


def retake(person: Person, course: CoursePage, *, at: datetime) -> CourseEnrolment:
    """Enrol the person in the next round of the course, by its current outline; her earlier rounds stay as they are.

    Told twice, the open round is returned. Raises CannotRetake, leaving nothing.
    """
    with transaction.atomic():
        lock_clock(person)
        last = CourseEnrolment.objects.of(person).filter(course_key=course.translation_key).first()
        done = CourseCompletion.objects.of(person).filter(course_key=course.translation_key).order_by("-round").first()
        if last and (done is None or last.round > done.round) and last.round > 1:
            return last
        outline = current_outline(course)
        if done is None or outline is None or course.translation_key not in retakable(person, [course], at=at):
            raise CannotRetake(_("This course cannot be taken again now. What you completed stays on your record."))
        return CourseEnrolment.objects.create(
            person=person,
            course_key=course.translation_key,
            page=course,
            outline_version=outline,
            round=done.round + 1,
            enrolled_at=at,
        )

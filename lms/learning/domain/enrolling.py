"""A person takes up a course; from then on an outline version says what it consists of for her."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from courses.models import CoursePage, LessonPage, OutlineVersion
from courses.queries import current_outline
from lms.learning.domain import clocks
from lms.learning.models import CourseEnrolment, StudyClock
from lms.people.models import Person


class NotPublished(Exception):
    """The course has no outline, so there is nothing to complete yet."""


@dataclass(frozen=True, slots=True)
class Terms:
    """By which rule a lesson is completed: its entry in an outline version, and the round."""

    outline_version: OutlineVersion
    entry: dict[str, Any]
    round: int

    @property
    def needed_seconds(self) -> int | None:
        """How many seconds must be covered, where covering them is the rule."""
        if self.entry["rule"] != "coverage" or not self.entry["decoded_seconds"]:
            return None
        return -(-self.entry["decoded_seconds"] * self.entry["coverage_percent"] // 100)


def lock_clock(person: Person) -> StudyClock:
    """Lock the one row that every story about a person's learning locks; call within a transaction."""
    return clocks.lock_clock(person.pk)


def enrol(person: Person, course: CoursePage, *, at: datetime) -> CourseEnrolment:
    """The person's enrolment in the course, in its latest round; made, with the current outline pinned, if new.

    Whoever calls holds the person's clock.
    """
    known = CourseEnrolment.objects.of(person).filter(course_key=course.translation_key).first()
    if known:
        return known
    outline = current_outline(course)
    if outline is None:
        raise NotPublished(course.title)
    return CourseEnrolment.objects.create(
        person=person.survivor, course_key=course.translation_key, page=course, outline_version=outline, enrolled_at=at
    )


def terms_of(enrolment: CourseEnrolment, lesson: LessonPage) -> Terms:
    """By what the lesson is judged: the pinned outline, or the current one where the lesson is new or has changed.

    A lesson whose recording was replaced is judged by the new recording's length.
    """
    pinned = enrolment.outline_version
    entry = pinned.lesson(lesson.translation_key)
    if entry is not None and entry["video_id"] == lesson.video_id:
        return Terms(pinned, entry, enrolment.round)
    current = current_outline(enrolment.page)
    entry = current.lesson(lesson.translation_key) if current else None
    if current is None or entry is None or entry["video_id"] != lesson.video_id:
        raise NotPublished(lesson.title)
    return Terms(current, entry, enrolment.round)

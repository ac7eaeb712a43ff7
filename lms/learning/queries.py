"""Reads shared by several callers: how far a person has come, in as many queries for many lessons as for one."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import CoursePage, LessonPage, OutlineVersion
from courses.queries import current_outlines
from lms.learning.enums import CheckOutcome, RefusalReason
from lms.learning.models import (
    CourseCompletion,
    CourseEnrolment,
    LessonCompletion,
    PresenceCheck,
    RefusedStretch,
    WatchRecord,
)
from lms.lib.durations import format_seconds
from lms.lib.stretches import Stretches
from lms.people.models import Person

PARTS_SHOWN = 5
ADVICE = {
    RefusalReason.CLOCK: _("Play one lesson at a time, on one device, and this will not happen."),
    RefusalReason.TAKEN_DOWN: _("What you watched before that counts."),
    RefusalReason.CHECK: _("Watch this part again, and answer the next question."),
    RefusalReason.TOO_LATE: _("Connect to the network at least once in seven days while you learn."),
    RefusalReason.PACKAGE_OVER: _("Connect to the network within seven days, then fetch the lesson again."),
    RefusalReason.DAY_FULL: _("Watch this part again on another day, or with network."),
}


@dataclass(frozen=True, slots=True)
class LessonState:
    """How far a person has come with a lesson: `done`, `started` or `new`."""

    state: str
    percent: int
    resume_point: int

    @property
    def is_done(self) -> bool:
        return self.state == "done"


@dataclass(frozen=True, slots=True)
class CourseState:
    """How far a person has come with a course: lessons done out of those asked for."""

    done: int
    asked: int
    is_done: bool

    @property
    def percent(self) -> int:
        return 100 if self.is_done else self.done * 100 // self.asked if self.asked else 0

    @property
    def missing(self) -> int:
        return 0 if self.is_done else self.asked - self.done


class Progress:
    """Everything a person has begun, read once."""

    def __init__(self, person: Person) -> None:
        mine = Q(person=person) | Q(person__merged_into=person)
        self.lessons_done = set(LessonCompletion.objects.of(person).values_list("lesson_key", flat=True))
        self.courses_done = set(CourseCompletion.objects.of(person).values_list("course_key", flat=True))
        records = WatchRecord.objects.filter(mine).defer("online", "offline", "group").order_by("last_watched_at")
        self.records = {record.lesson_key: record for record in records}
        enrolments = CourseEnrolment.objects.filter(mine).select_related("outline_version").order_by("round")
        self.enrolments = {enrolment.course_key: enrolment for enrolment in enrolments}
        courses = CoursePage.objects.filter(pk__in={each.page_id for each in self.enrolments.values()})
        self.current = {outline.course_key: outline for outline in current_outlines(courses).values()}

    def lesson(self, lesson: LessonPage) -> LessonState:
        record = self.records.get(lesson.translation_key)
        percent = record.percent if record else 0
        state = "done" if lesson.translation_key in self.lessons_done else "started" if record else "new"
        return LessonState(state, percent, record.resume_point if record else 0)

    def course(self, course: CoursePage) -> CourseState | None:
        """None where the person has not begun the course."""
        enrolment = self.enrolments.get(course.translation_key)
        if enrolment is None:
            return None
        asked = asked_keys(enrolment.outline_version, self.current.get(enrolment.course_key))
        return CourseState(len(asked & self.lessons_done), len(asked), course.translation_key in self.courses_done)


def counted_keys(outline: OutlineVersion) -> set[UUID]:
    """The lessons by which the course is judged: the required ones, or all that are taught where none is required."""
    return {UUID(lesson["translation_key"]) for lesson in outline.counted_lessons}


def asked_keys(outline: OutlineVersion, current: OutlineVersion | None) -> set[UUID]:
    """The counted lessons that are still offered; those that the current outline no longer has are waived."""
    return counted_keys(outline) & {UUID(lesson["translation_key"]) for lesson in current.lessons} if current else set()


def open_check(person_id: int) -> PresenceCheck | None:
    """The check that waits for this person's answer."""
    return PresenceCheck.objects.filter(person_id=person_id, outcome=CheckOutcome.OPEN).first()


@dataclass(frozen=True, slots=True)
class Unpaid:
    """Part of a lesson that did not count, and still does not."""

    row: RefusedStretch
    stretches: Stretches

    @property
    def parts(self) -> str:
        """The stretches as on a player: 0:20–1:05, 2:00–2:10."""
        shown = [f"{format_seconds(start)}–{format_seconds(end)}" for start, end in self.stretches.pairs[:PARTS_SHOWN]]
        return ", ".join(shown) + (" …" if len(self.stretches.pairs) > PARTS_SHOWN else "")

    @property
    def advice(self) -> str:
        """What the person can do about it."""
        return str(ADVICE[RefusalReason(self.row.reason)])


def unpaid_of(person: Person, *, newest: int = 20) -> list[Unpaid]:
    """The person's refused stretches, newest first, without what was watched again and counted since."""
    rows = RefusedStretch.objects.filter(person=person).select_related("page", "record").order_by("-day", "-last_at")
    found = [Unpaid(row, Stretches.from_bytes(row.stretches) - row.record.covered) for row in rows[:newest]]
    return [each for each in found if each.stretches]


def unfinished(progress: Progress, *, newest: int = 5) -> list[tuple[LessonPage, LessonState]]:
    """The lessons begun and not done, latest first, with how far the person has come."""
    open_records = [record for key, record in progress.records.items() if key not in progress.lessons_done]
    latest = sorted(open_records, key=lambda record: record.last_watched_at, reverse=True)[:newest]
    pages = _live_pages(record.page_id for record in latest)
    return [
        (pages[record.page_id], progress.lesson(pages[record.page_id])) for record in latest if record.page_id in pages
    ]


def begun_courses(progress: Progress) -> list[tuple[CoursePage, CourseState]]:
    """The live courses that the person has begun, those with something missing first."""
    ids = [enrolment.page_id for enrolment in progress.enrolments.values()]
    found = [(course, progress.course(course)) for course in CoursePage.objects.live().filter(pk__in=ids)]
    states = [(course, state) for course, state in found if state]
    return sorted(states, key=lambda entry: (entry[1].is_done, entry[0].path))


def _live_pages(ids: Iterable[int]) -> dict[int, LessonPage]:
    return {page.pk: page for page in LessonPage.objects.live().defer("body").filter(pk__in=list(ids))}

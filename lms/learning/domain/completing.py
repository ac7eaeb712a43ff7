"""A lesson is complete; with it, perhaps, a course."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from courses.models import LessonPage, OutlineVersion
from courses.queries import current_outline
from lms.learning.domain.enrolling import Terms, lock_clock
from lms.learning.enums import EvidenceKind, SettlementOutcome
from lms.learning.models import CourseCompletion, CourseEnrolment, LessonCompletion, WatchRecord
from lms.learning.queries import asked_keys, counted_keys
from lms.learning.signals import announce, course_completed, lesson_completed
from lms.people.models import Person


def complete_lesson(
    person: Person, lesson: LessonPage, terms: Terms, *, evidence: dict[str, Any], at: datetime
) -> LessonCompletion:
    """Write down that the person met the lesson's rule, and complete the course if that was the last thing missing.

    Told twice in a round it returns the first completion, be it that of a merged account. What an account merged into
    another still brings completes it for the one that stays. Whoever calls holds the person's clock and has found the
    rule met.
    """
    person = person.survivor
    mine = LessonCompletion.objects.of(person)
    known = mine.filter(lesson_key=lesson.translation_key, round=terms.round).first()
    if known:
        return known
    completion = LessonCompletion.objects.create(
        person=person,
        lesson_key=lesson.translation_key,
        page=lesson,
        outline_version=terms.outline_version,
        round=terms.round,
        rule=terms.entry["rule"],
        completed_at=at,
        decoded_seconds=terms.entry["decoded_seconds"],
        evidence=evidence,
    )
    announce(lesson_completed, completion_id=completion.pk)
    enrolment = (
        CourseEnrolment.objects.of(person)
        .filter(course_key=terms.outline_version.course_key, round=terms.round)
        .first()
    )
    if enrolment:
        complete_course(enrolment, at=at)
    return completion


def complete_watched(record: WatchRecord, *, at: datetime) -> LessonCompletion | None:
    """Complete the lesson by the terms on which it was last opened, if what is known of it by now meets them.

    For what comes otherwise than by a report: a settlement, or another account of the same human being. Whoever calls
    holds the person's clock.
    """
    session = record.sessions.select_related("outline_version").order_by("-opened_at", "-pk").first()
    entry = session.outline_version.lesson(record.lesson_key) if session else None
    if session is None or entry is None:
        return None
    terms = Terms(session.outline_version, entry, record.round)
    if terms.needed_seconds is None or record.covered_seconds < terms.needed_seconds:
        return None
    granted = record.settlements.filter(outcome=SettlementOutcome.GRANTED).values_list("pk", flat=True)
    evidence = {
        "watch_record": record.pk,
        "video": record.video_id,
        "needed_seconds": terms.needed_seconds,
        "covered_seconds": record.covered_seconds,
        **{f"{kind}_seconds": record.coverage(kind).seconds for kind in EvidenceKind.values},
        "settlements": sorted(granted),
    }
    return complete_lesson(record.person, record.page, terms, evidence=evidence, at=at)


def complete_course(enrolment: CourseEnrolment, *, at: datetime) -> CourseCompletion | None:
    """Write down that the enrolment's person met the course's rule, if so; whoever calls holds her clock.

    The pinned outline decides, lessons withdrawn since then waived. Where only a newer outline is met, the pin
    moves to it first.
    """
    mine = CourseCompletion.objects.of(enrolment.person)
    known = mine.filter(course_key=enrolment.course_key, round=enrolment.round).first()
    if known:
        return known
    done = completed_lessons(enrolment)
    current = current_outline(enrolment.page)
    for outline in _outlines_to_meet(enrolment, current):
        counted, asked = counted_keys(outline), asked_keys(outline, current)
        met = counted & done.keys()
        if asked - met or not met:
            continue
        if outline != enrolment.outline_version:
            enrolment.outline_version = outline
            enrolment.save(update_fields=["outline_version"])
        completion = CourseCompletion.objects.create(
            person=enrolment.person.survivor,
            course_key=enrolment.course_key,
            round=enrolment.round,
            page_id=enrolment.page_id,
            outline_version=outline,
            completed_at=at,
            evidence={
                "lesson_completions": sorted(done[lesson_key] for lesson_key in met),
                "waived": sorted(str(lesson_key) for lesson_key in counted - met),
            },
        )
        announce(course_completed, completion_id=completion.pk)
        return completion
    return None


def completed_lessons(enrolment: CourseEnrolment) -> dict[UUID, int]:
    """The completions of the enrolment's person in this round, by lesson; those of merged accounts are hers."""
    rows = LessonCompletion.objects.of(enrolment.person).filter(round=enrolment.round)
    return dict(rows.values_list("lesson_key", "pk"))


def _outlines_to_meet(enrolment: CourseEnrolment, current: OutlineVersion | None) -> list[OutlineVersion]:
    pinned = enrolment.outline_version
    return [pinned] if current is None or current == pinned else [pinned, current]


def complete_missing_courses(*, at: datetime, dry_run: bool = False) -> list[CourseEnrolment]:
    """The sweeper: complete every course whose rule is met without anybody having noticed; returns the enrolments.

    That happens where a lesson is withdrawn, or a newer outline asks for less.
    """
    completed = CourseCompletion.objects.filter(
        person=OuterRef("person"), course_key=OuterRef("course_key"), round=OuterRef("round")
    )
    found = []
    waiting = CourseEnrolment.objects.filter(~Exists(completed))
    waiting = waiting.select_related("person__merged_into", "page", "outline_version")
    for enrolment in waiting.order_by("pk").iterator(chunk_size=500):
        with transaction.atomic():
            lock_clock(enrolment.person)
            completion = complete_course(enrolment, at=at)
            # Another account of the same human being may have completed it long ago.
            if completion and completion.completed_at == at:
                found.append(enrolment)
                if dry_run:
                    transaction.set_rollback(True)
    return found

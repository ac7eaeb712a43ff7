"""What is complete is registered, what is registered is held against what is required; merged accounts count once."""

from typing import Any
from uuid import UUID

from django.utils import timezone

from lms.credits.domain.assessing import BATCH
from lms.credits.domain.missing import tested_completions, waiting_completions
from lms.credits.domain.reassessing import ask_for_reassessment
from lms.credits.enums import SourceKind
from lms.credits.signals import credit_registered, duty_changed, import_confirmed, import_undone
from lms.credits.tasks import (
    assess_people_task,
    assess_person_task,
    part_records_task,
    reassess_task,
    regain_hours_task,
    register_credit_task,
    settle_import_task,
    strike_hours_task,
    unite_record_task,
)
from lms.learning.models import LessonCompletion, QuizAttempt, WatchRecord
from lms.learning.signals import course_completed, evidence_improved, lesson_completed, lesson_objected, quiz_passed
from lms.people.models import Person
from lms.people.signals import persons_merged, persons_separated, posts_changed


def register_completed_lesson(completion_id: int, **kwargs: Any) -> None:
    register_credit_task.enqueue(SourceKind.LESSON_COMPLETION.value, completion_id)


def register_completed_course(completion_id: int, **kwargs: Any) -> None:
    register_credit_task.enqueue(SourceKind.COURSE_COMPLETION.value, completion_id)


def register_improved_evidence(watch_record_id: int, **kwargs: Any) -> None:
    """More was watched, or better, than when the lesson was completed: a stricter rule may be met now."""
    record = WatchRecord.objects.select_related("person__merged_into").filter(pk=watch_record_id).first()
    if record is None:
        return
    person = record.person.survivor
    completions = LessonCompletion.objects.of(person).filter(lesson_key=record.lesson_key, round=record.round)
    for completion in completions.select_related("outline_version"):
        register_waiting(person, completion.outline_version.course_key, record.round)
        if completion.objections.exists():
            regain_hours_task.enqueue(completion.pk)


def strike_objected(completion_id: int, **kwargs: Any) -> None:
    strike_hours_task.enqueue(completion_id)


def register_vouched(attempt_id: int, **kwargs: Any) -> None:
    """A quiz was passed with network: what was watched or answered without it may give its hours now."""
    attempts = QuizAttempt.objects.select_related("person__merged_into", "outline_version")
    attempt = attempts.filter(pk=attempt_id, answered_offline=False).first()
    if attempt is None:
        return
    person, course_key = attempt.person.survivor, attempt.outline_version.course_key
    register_waiting(person, course_key, attempt.round)
    # They may have given hours for their length and none for the test.
    for kind, completion_id in tested_completions(person, course_key, attempt.lesson_key, attempt.round):
        register_credit_task.enqueue(kind, completion_id)


def register_waiting(person: Person, course_key: UUID, round_number: int) -> None:
    """Look again at what the person completed of a course and what has no hours for its length yet."""
    for kind, completion_id in waiting_completions(person, course_key, round_number):
        register_credit_task.enqueue(kind, completion_id)


def unite_merged_records(survivor_id: int, **kwargs: Any) -> None:
    unite_record_task.enqueue(survivor_id)
    assess_person_task.enqueue(survivor_id)


def assess_registered(person_id: int, **kwargs: Any) -> None:
    assess_person_task.enqueue(person_id)


def assess_changed_duty(person_id: int | None, **kwargs: Any) -> None:
    if person_id is None:
        reassess_task.enqueue(ask_for_reassessment(at=timezone.now()).pk)
    else:
        assess_person_task.enqueue(person_id)


def assess_changed_posts(person_ids: list[int], **kwargs: Any) -> None:
    """A roster was taken in or undone: in batches, so that no task is long."""
    for first in range(0, len(person_ids), BATCH):
        assess_people_task.enqueue(list(person_ids[first : first + BATCH]))


def settle_confirmed_import(batch_id: int, **kwargs: Any) -> None:
    settle_import_task.enqueue(batch_id)


def part_separated_records(merging_id: int, **kwargs: Any) -> None:
    part_records_task.enqueue(merging_id)


def register_receivers() -> None:
    """Called once, when the app is ready."""
    lesson_completed.connect(register_completed_lesson, dispatch_uid="credits.register_completed_lesson")
    course_completed.connect(register_completed_course, dispatch_uid="credits.register_completed_course")
    evidence_improved.connect(register_improved_evidence, dispatch_uid="credits.register_improved_evidence")
    lesson_objected.connect(strike_objected, dispatch_uid="credits.strike_objected")
    quiz_passed.connect(register_vouched, dispatch_uid="credits.register_vouched")
    persons_merged.connect(unite_merged_records, dispatch_uid="credits.unite_merged_records")
    credit_registered.connect(assess_registered, dispatch_uid="credits.assess_registered")
    duty_changed.connect(assess_changed_duty, dispatch_uid="credits.assess_changed_duty")
    posts_changed.connect(assess_changed_posts, dispatch_uid="credits.assess_changed_posts")
    import_confirmed.connect(settle_confirmed_import, dispatch_uid="credits.settle_confirmed_import")
    import_undone.connect(settle_confirmed_import, dispatch_uid="credits.settle_undone_import")
    persons_separated.connect(part_separated_records, dispatch_uid="credits.part_separated_records")

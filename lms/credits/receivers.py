"""When learning says that something is complete, hours are registered; when accounts are merged, each counts once."""

from typing import Any

from lms.credits.enums import SourceKind
from lms.credits.tasks import register_credit_task, unite_record_task
from lms.learning.models import LessonCompletion, WatchRecord
from lms.learning.signals import course_completed, evidence_improved, lesson_completed
from lms.people.signals import persons_merged


def register_completed_lesson(completion_id: int, **kwargs: Any) -> None:
    register_credit_task.enqueue(SourceKind.LESSON_COMPLETION.value, completion_id)


def register_completed_course(completion_id: int, **kwargs: Any) -> None:
    register_credit_task.enqueue(SourceKind.COURSE_COMPLETION.value, completion_id)


def register_improved_evidence(watch_record_id: int, **kwargs: Any) -> None:
    """More was watched than when the lesson was completed: a stricter rule may be met now."""
    record = WatchRecord.objects.filter(pk=watch_record_id).first()
    if record is None:
        return
    completions = LessonCompletion.objects.filter(
        person=record.person_id, lesson_key=record.lesson_key, round=record.round
    )
    for completion_id in completions.values_list("pk", flat=True):
        register_credit_task.enqueue(SourceKind.LESSON_COMPLETION.value, completion_id)


def unite_merged_records(survivor_id: int, **kwargs: Any) -> None:
    unite_record_task.enqueue(survivor_id)


def register_receivers() -> None:
    """Called once, when the app is ready."""
    lesson_completed.connect(register_completed_lesson, dispatch_uid="credits.register_completed_lesson")
    course_completed.connect(register_completed_course, dispatch_uid="credits.register_completed_course")
    evidence_improved.connect(register_improved_evidence, dispatch_uid="credits.register_improved_evidence")
    persons_merged.connect(unite_merged_records, dispatch_uid="credits.unite_merged_records")

"""What is still missing before a completion gives hours."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from uuid import UUID

from django.db.models import Exists, OuterRef

from lms.credits.domain.recognising import NOTHING, Step, step
from lms.credits.domain.registering import recognise_completion
from lms.credits.domain.studying import COMPLETION_MODELS, source_of
from lms.credits.enums import Component, SourceKind
from lms.credits.models import CreditLedgerEntry
from lms.learning.models import CourseCompletion, LessonCompletion
from lms.lib.durations import beijing_midnight
from lms.people.models import Person


def not_yet_because(person: Person, achievement_key: str, *, round_number: int = 1) -> list[Step]:
    """What is missing before the achievement gives hours; empty when it has, or has been taken back."""
    unit, _colon, key = achievement_key.partition(":")
    model = COMPLETION_MODELS[SourceKind(f"{unit}_completion")]
    completion = model.objects.of(person.survivor).filter(**{f"{unit}_key": UUID(key)}, round=round_number).first()
    if completion is None:
        return [step("not_completed")]
    recognition, _study, _rule = recognise_completion(completion)
    entries = CreditLedgerEntry.objects.caused_by(*source_of(completion))
    known = set(entries.values_list("component", flat=True))
    if any(part.component not in known for part in recognition.parts):
        return [*recognition.missing, step("not_registered")]
    return recognition.missing if recognition.parts or not known else []


def waiting_completions(person: Person, course_key: UUID, round_number: int) -> list[tuple[str, int]]:
    """Completions of a course and of its lessons that could give hours for their length and have not: kind and id."""
    found = []
    for kind, model in COMPLETION_MODELS.items():
        given = CreditLedgerEntry.objects.filter(source_kind=kind, source_id=OuterRef("pk"), component=Component.BASE)
        completions = model.objects.of(person.survivor).filter(
            ~Exists(given), outline_version__course_key=course_key, round=round_number
        )
        waiting = completions.exclude(outline_version__credit_for=[]).order_by("pk")
        found += [(kind.value, pk) for pk in waiting.values_list("pk", flat=True)]
    return found


def tested_completions(person: Person, course_key: UUID, lesson_key: UUID, round_number: int) -> list[tuple[str, int]]:
    """The completion of a lesson whose quiz was answered without network, and of its course; none where it was not."""
    mine = LessonCompletion.objects.of(person.survivor).filter(lesson_key=lesson_key, round=round_number)
    lesson = mine.filter(evidence__answered_offline=True).first()
    if lesson is None:
        return []
    courses = CourseCompletion.objects.of(person.survivor).filter(course_key=course_key, round=round_number)
    return [(SourceKind.LESSON_COMPLETION.value, lesson.pk)] + [
        (SourceKind.COURSE_COMPLETION.value, pk) for pk in courses.values_list("pk", flat=True)
    ]


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A completion without hours, why, and the hours that are only waiting to be written down."""

    title: str
    day: date
    missing: list[Step]
    hours: Decimal = NOTHING


# More are not explained on one page; each costs some queries.
MOST_UNPAID = 10


def unpaid_completions(person: Person, year: int) -> list[Unpaid]:
    """The newest completions of a year (Beijing) that could give hours and gave none, each with what is missing.

    Courses are left out where the rule counts lessons, and lessons where it counts courses.
    """
    unpaid: list[Unpaid] = []
    for kind, model in COMPLETION_MODELS.items():
        entries = CreditLedgerEntry.objects.filter(source_kind=kind, source_id=OuterRef("pk"))
        found = (
            model.objects.of(person.survivor)
            .filter(~Exists(entries), completed_at__gte=beijing_midnight(date(year, 1, 1)))
            .filter(completed_at__lt=beijing_midnight(date(year + 1, 1, 1)))
            .exclude(outline_version__credit_for=[])
            .select_related("person__merged_into", "outline_version")
            .order_by("-completed_at")
        )
        for completion in islice(found, MOST_UNPAID):
            recognition, study, _rule = recognise_completion(completion)
            missing = recognition.missing or [step("not_registered")]
            if missing[0]["code"] not in {"counted_by_lesson", "counted_by_course"}:
                waiting = sum((part.hours for part in recognition.parts), NOTHING)
                unpaid.append(Unpaid(study.title, study.day, missing, waiting))
    return sorted(unpaid, key=lambda one: one.day, reverse=True)

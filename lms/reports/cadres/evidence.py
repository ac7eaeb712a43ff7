"""What an hour rests on: from an entry of the ledger to what was watched, answered, listed or claimed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, QuerySet

from lms.credits.enums import SourceKind
from lms.credits.models import ClaimFile, CreditClaim, CreditLedgerEntry, ImportedHours
from lms.learning.enums import EvidenceKind
from lms.learning.models import (
    CourseCompletion,
    LessonCompletion,
    OfflinePackage,
    PlaySession,
    PresenceCheck,
    QuizAttempt,
    Settlement,
    WatchRecord,
)
from lms.people.models import Person
from lms.people.queries import same_person_ids


@dataclass
class LessonEvidence:
    """A completed lesson: what of it was watched (seconds by kind), in which sessions, and what was answered."""

    completion: LessonCompletion
    title: str
    watched: list[tuple[str, int]] = field(default_factory=list)
    covered_seconds: int = 0
    sessions: Sequence[Any] = ()
    packages: Sequence[OfflinePackage] = ()
    checks: Sequence[PresenceCheck] = ()
    attempts: Sequence[QuizAttempt] = ()
    settlements: Sequence[Settlement] = ()

    @property
    def percent(self) -> int | None:
        """How much of the recording was watched by any kind of evidence; None where there is no recording."""
        seconds = self.completion.decoded_seconds
        return self.covered_seconds * 100 // seconds if seconds else None


@dataclass
class EntryEvidence:
    """The cause of an entry: completed lessons (of one lesson, or of a course), a row of an import, or a claim.

    `origin` is the entry that a reversal or correction is about; it has the cause.
    """

    origin: CreditLedgerEntry | None = None
    course: CourseCompletion | None = None
    lessons: list[LessonEvidence] = field(default_factory=list)
    imported: ImportedHours | None = None
    claim: CreditClaim | None = None
    files: Sequence[ClaimFile] = ()


def evidence_of(entry: CreditLedgerEntry) -> EntryEvidence:
    """The cause of the entry, read from the facts themselves; a correction shows the cause of what it corrects."""
    if entry.source_kind in {SourceKind.REVERSED_ENTRY, SourceKind.CORRECTED_ENTRY}:
        origin = CreditLedgerEntry.objects.get(pk=entry.source_id)
        found = evidence_of(origin)
        found.origin = found.origin or origin
        return found
    if entry.source_kind == SourceKind.LESSON_COMPLETION:
        lessons = LessonCompletion.objects.filter(pk=entry.source_id)
        return EntryEvidence(lessons=_lessons(lessons, entry.person))
    if entry.source_kind == SourceKind.COURSE_COMPLETION:
        course = CourseCompletion.objects.select_related("outline_version").get(pk=entry.source_id)
        lessons = LessonCompletion.objects.filter(pk__in=course.evidence.get("lesson_completions", []))
        return EntryEvidence(course=course, lessons=_lessons(lessons, entry.person))
    if entry.source_kind == SourceKind.IMPORTED_HOURS:
        rows = ImportedHours.objects.select_related("batch__platform", "batch__authority", "batch__confirmed_by")
        return EntryEvidence(imported=rows.get(pk=entry.source_id))
    claim = CreditClaim.objects.select_related("submission").get(pk=entry.source_id)
    return EntryEvidence(claim=claim, files=list(claim.files.filter(is_current=True)))


def _lessons(completions: QuerySet[LessonCompletion], person: Person) -> list[LessonEvidence]:
    """Each completion with its evidence; as many queries for one lesson as for a course of them."""
    rows = list(completions.select_related("outline_version").order_by("completed_at", "pk"))
    ids, keys = same_person_ids(person), {row.lesson_key for row in rows}
    hers: dict[str, Any] = {"person__in": ids, "lesson_key__in": keys}
    records = list(WatchRecord.objects.filter(**hers).order_by("pk"))
    sessions = (
        PlaySession.objects.filter(**hers)
        .select_related("record")
        .annotate(reports=Count("receipts"), last_at=Max("receipts__received_at"))
        .order_by("opened_at", "pk")
    )
    packages = list(OfflinePackage.objects.filter(**hers).select_related("record").order_by("issued_at", "pk"))
    checks = list(
        PresenceCheck.objects.filter(person__in=ids, session__lesson_key__in=keys)
        .select_related("session__record")
        .order_by("opened_at", "pk")
    )
    attempts = list(QuizAttempt.objects.filter(**hers).order_by("submitted_at", "pk"))
    settlements = list(
        Settlement.objects.filter(record__in=records).select_related("appeal", "record").order_by("settled_at", "pk")
    )
    opened = list(sessions)
    found = []
    for row in rows:
        own = [one for one in records if (one.lesson_key, one.round) == (row.lesson_key, row.round)]
        own_ids = {one.pk for one in own}
        watched, covered = _watched(own, row)
        found.append(
            LessonEvidence(
                completion=row,
                title=(row.outline_version.lesson(row.lesson_key) or {}).get("title", ""),
                watched=watched,
                covered_seconds=covered,
                sessions=[one for one in opened if one.record_id in own_ids],
                packages=[one for one in packages if one.record_id in own_ids],
                checks=[one for one in checks if one.session.record_id in own_ids],
                attempts=[one for one in attempts if (one.lesson_key, one.round) == (row.lesson_key, row.round)],
                settlements=[one for one in settlements if one.record_id in own_ids],
            )
        )
    return found


def _watched(records: list[WatchRecord], completion: LessonCompletion) -> tuple[list[tuple[str, int]], int]:
    """Seconds by kind of evidence as the completion keeps them, and all together; else as the record has them now."""
    kept = completion.evidence
    if "covered_seconds" in kept:
        seconds = {kind: int(kept.get(f"{kind.value}_seconds", 0)) for kind in EvidenceKind}
        covered = int(kept["covered_seconds"])
    else:
        best = max(records, key=lambda record: record.covered_seconds, default=None)
        seconds = {kind: best.coverage(kind).seconds if best else 0 for kind in EvidenceKind}
        covered = best.covered_seconds if best else 0
    return [(str(kind.label), count) for kind, count in seconds.items() if count], covered

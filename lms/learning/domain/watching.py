"""A person opens a lesson, and her player reports what was played."""

from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import LessonPage, Takedown
from courses.policies import can_play
from lms.learning.domain import clocks, evidence
from lms.learning.domain.completing import complete_lesson
from lms.learning.domain.enrolling import NotPublished, Terms, enrol, lock_clock, terms_of
from lms.learning.domain.presence import hangs_on, held, hold_back
from lms.learning.enums import EvidenceKind, RefusalReason
from lms.learning.models import OfflinePackage, PlaySession, Receipt, RefusedStretch, StudyClock, WatchRecord
from lms.learning.signals import announce, evidence_improved
from lms.lib.durations import beijing_day
from lms.lib.rows import insert_row, update_row
from lms.lib.stretches import Stretches
from lms.people.models import Person

# A player rounds; what lies further behind the end was never played.
END_TOLERANCE_SECONDS = 2
# Somebody who opens more lessons than this in ten minutes is not a person with a phone.
SESSIONS_IN_TEN_MINUTES = 60
# Going on within the last moments of a recording would show nothing.
LAST_MOMENTS_SECONDS = 5


# What gives a person the right to report on a lesson.
Right = PlaySession | OfflinePackage


class CannotPlay(Exception):
    """The lesson is not there for this person; the text says so."""


class BeyondLesson(Exception):
    """The report names seconds that the lesson does not have."""


class TooOften(Exception):
    """More came than a person can send; `retry_after_seconds` says when to come again."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(_("Too many requests. Please wait a moment."))
        self.retry_after_seconds = max(1, ceil(retry_after.total_seconds()))


def open_session(person: Person, lesson: LessonPage, *, at: datetime) -> PlaySession:
    """Give the person the right to report on the lesson, enrolling her in its course if she is new to it."""
    if not can_play(person, lesson, at):
        raise CannotPlay(_("This lesson cannot be played at the moment."))
    with transaction.atomic():
        lock_clock(person)
        since = at - timedelta(minutes=10)
        if PlaySession.objects.filter(person=person, opened_at__gt=since).count() >= SESSIONS_IN_TEN_MINUTES:
            raise TooOften(timedelta(minutes=1))
        terms, record = record_of(person, lesson, at=at)
        session = PlaySession.objects.create(
            person=person,
            lesson_key=lesson.translation_key,
            page=lesson,
            video_id=record.video_id,
            outline_version=terms.outline_version,
            record=record,
            needed_seconds=terms.needed_seconds,
            has_checks=hangs_on(person, terms, record, at=at),
            opened_at=at,
        )
        if meets(session, record):
            complete_by_coverage(session, record, at=at)
    return session


def adopt_resume_point(person: Person, lesson: LessonPage, *, resume_point: int, at: datetime) -> WatchRecord:
    """Let somebody who watched without an account go on where she stopped; the place is adopted, nothing counts."""
    if not can_play(person, lesson, at):
        raise CannotPlay(_("This lesson cannot be played at the moment."))
    with transaction.atomic():
        lock_clock(person)
        _terms, record = record_of(person, lesson, at=at)
        if record.resume_point == 0:
            record.resume_point = min(resume_point, record.decoded_seconds)
            record.save(update_fields=["resume_point"])
    return record


def record_of(person: Person, lesson: LessonPage, *, at: datetime) -> tuple[Terms, WatchRecord]:
    """By what the lesson is judged, and the person's record of it; both made if new. Raises CannotPlay."""
    try:
        terms = terms_of(enrol(person, lesson.course, at=at), lesson)
    except NotPublished as error:
        raise CannotPlay(_("This lesson cannot be played at the moment.")) from error
    what = {"lesson_key": lesson.translation_key, "video_id": terms.entry["video_id"], "round": terms.round}
    record = WatchRecord.objects.of(person).filter(**what).first()
    if record is None:
        record = WatchRecord.objects.create(
            person=person.survivor,
            page=lesson,
            decoded_seconds=terms.entry["decoded_seconds"],
            last_watched_at=at,
            **what,
        )
    return terms, record


def accept_report(session: PlaySession, number: int, *, stretches: Stretches, at: datetime) -> Receipt:
    """Add the stretches of one watch report, in whole seconds of lesson time, and say what counted.

    Stretches are clipped to the recording and paid from the person's clock; what cannot be paid is kept with its
    reason, and what lies behind a presence check waits. A number already seen returns its first receipt. Completing
    the lesson is part of this story; whoever calls has checked that the session is the person's own, or that of an
    account merged into hers: then her clock pays. Raises BeyondLesson and TooOften, leaving nothing.
    """
    with transaction.atomic():
        clock = clocks.lock_clock(session.person_id)
        newest = Receipt.objects.newest(session.pk)
        last_number, last_contact_at = (newest.number, newest.received_at) if newest else (0, session.opened_at)
        if number <= last_number and (known := session.receipts.filter(number=number).first()):
            return known
        record = WatchRecord.objects.for_report(session.record_id)
        if stretches.end > record.decoded_seconds + END_TOLERANCE_SECONDS:
            raise BeyondLesson(_("The report names a part that this lesson does not have."))
        busy_until = evidence.admit(clock.busy_until, at)
        if busy_until is None:
            raise TooOften(evidence.REPORT_SPACING)

        before = held(session, clock, record)
        verdict = evidence.judge(
            stretches,
            covered=record.coverage(EvidenceKind.ONLINE) | before.waiting,
            lesson_seconds=record.decoded_seconds,
            paid=evidence.PaidTime.from_bytes(clock.paid),
            opened_at=session.opened_at,
            last_contact_at=last_contact_at,
            at=at,
            taken_down_at=taken_down_at(record) if record.is_withdrawn else None,
        )
        verdict, now = hold_back(session, clock, before, verdict, at=at)
        was_met = meets(session, record)
        place = stretches.end if stretches and number > last_number else None
        _add(record, verdict, was_met=was_met, resume_point=place, at=at)
        clock.paid, clock.busy_until = verdict.paid.to_bytes(), busy_until
        update_row(clock, ("paid", "busy_until", *(["unchecked_seconds"] if session.has_checks else [])))
        if verdict.refused and verdict.reason:
            keep_refused(session, verdict.refused, verdict.reason, person_id=clock.person_id, at=at)
        is_met = meets(session, record)
        receipt = Receipt(
            session=session,
            number=number,
            received_at=at,
            body={
                "number": number,
                "accepted": [[start, end] for start, end in verdict.accepted.pairs],
                "refused": [[start, end, verdict.reason] for start, end in verdict.refused.pairs],
                "percent": record.percent,
                "resume_point": record.resume_point,
                "completed": is_met,
                **({"waiting": [[start, end] for start, end in now.waiting.pairs]} if now.waiting else {}),
                **({"check_due": now.check.due} if now.check else {}),
            },
        )
        insert_row(receipt)
        if is_met and not was_met:
            complete_by_coverage(session, record, at=at)
    return receipt


def taken_down_at(record: WatchRecord) -> datetime | None:
    """When the recording or the lesson was taken down, if it was."""
    if record.video.taken_down_at:
        return record.video.taken_down_at
    above = [record.page_id, *record.page.get_ancestors().values_list("pk", flat=True)]
    takedown = Takedown.objects.filter(page__in=above, lifted_at=None).order_by("taken_down_at").first()
    return takedown.taken_down_at if takedown else None


def _add(
    record: WatchRecord, verdict: evidence.Verdict, *, was_met: bool, resume_point: int | None, at: datetime
) -> None:
    """Unite what is new into the record, and announce it where it betters what was complete or known before."""
    online, group = record.coverage(EvidenceKind.ONLINE), record.coverage(EvidenceKind.GROUP)
    if verdict.new and (was_met or verdict.new & (record.coverage(EvidenceKind.OFFLINE) | group)):
        shares = [
            tuple(known.seconds * 100 // record.decoded_seconds for known in (share, share | group))
            for share in (online, online | verdict.new)
        ]
        if shares[0] != shares[1]:
            announce(evidence_improved, watch_record_id=record.pk)
    record.online = (online | verdict.new).to_bytes()
    record.covered_seconds = record.covered.seconds
    if resume_point is not None:
        record.resume_point = min(resume_point, record.decoded_seconds)
    record.last_watched_at = max(record.last_watched_at, at)
    update_row(record, ("online", "covered_seconds", "resume_point", "last_watched_at"))
    if record.is_united:
        clocks.share_with_twins(record)


def keep_refused(session: Right, refused: Stretches, reason: RefusalReason, *, person_id: int, at: datetime) -> None:
    """Unite what did not count of a report; `person_id` is whose clock judged it."""
    unite_refused(
        refused,
        reason,
        person_id=person_id,
        lesson_key=session.lesson_key,
        page_id=session.page_id,
        record_id=session.record_id,
        at=at,
    )


def unite_refused(
    refused: Stretches,
    reason: RefusalReason,
    *,
    person_id: int,
    lesson_key: UUID,
    page_id: int,
    record_id: int,
    at: datetime,
) -> None:
    """Unite what did not count into the row of its person, lesson, reason and day."""
    row, made = RefusedStretch.objects.get_or_create(
        person_id=person_id,
        lesson_key=lesson_key,
        reason=reason,
        day=beijing_day(at),
        defaults={"page_id": page_id, "record_id": record_id, "stretches": refused.to_bytes(), "last_at": at},
    )
    if not made:
        row.stretches = (Stretches.from_bytes(row.stretches) | refused).to_bytes()
        row.last_at = max(row.last_at, at)
        row.save(update_fields=["stretches", "last_at"])


def meets(session: Right, record: WatchRecord) -> bool:
    """Whether covering enough completes the lesson, and enough is covered."""
    return session.needed_seconds is not None and record.covered_seconds >= session.needed_seconds


def complete_by_coverage(session: Right, record: WatchRecord, *, at: datetime) -> None:
    """Complete the lesson by the terms under which the right to report on it was given."""
    entry = session.outline_version.lesson(session.lesson_key)
    if entry is None:  # an outline version never changes, and the session was opened by its entry
        raise LookupError(f"Outline {session.outline_version_id} has no lesson {session.lesson_key}.")
    terms = Terms(session.outline_version, entry, record.round)
    complete_lesson(session.person, session.page, terms, evidence=_coverage_evidence(session, record), at=at)


def _coverage_evidence(session: Right, record: WatchRecord) -> dict[str, int | None]:
    """What the completion rests on."""
    return {
        "watch_record": record.pk,
        "video": record.video_id,
        "needed_seconds": session.needed_seconds,
        "covered_seconds": record.covered_seconds,
        **{f"{kind}_seconds": record.coverage(kind).seconds for kind in EvidenceKind.values},
    }


def resume_point(record: WatchRecord) -> int:
    """Where the player starts: where the person stopped, or at the beginning after the end."""
    ends = record.resume_point + LAST_MOMENTS_SECONDS >= record.decoded_seconds
    return 0 if ends else record.resume_point


def count_waiting(session: PlaySession, stretches: Stretches, *, at: datetime) -> None:
    """Count what was paid for with its report and waited for a check to be answered; may complete the lesson.

    Whoever calls holds the person's clock.
    """
    record = WatchRecord.objects.for_report(session.record_id)
    was_met = meets(session, record)
    counted = evidence.Verdict(stretches, stretches, Stretches(), None, evidence.PaidTime())
    _add(record, counted, was_met=was_met, resume_point=None, at=record.last_watched_at)
    if meets(session, record) and not was_met:
        complete_by_coverage(session, record, at=at)


def refuse_waiting(session: PlaySession, clock: StudyClock, stretches: Stretches, *, at: datetime) -> None:
    """Keep as refused what waited for a check that was answered wrongly; whoever calls holds the person's clock."""
    keep_refused(session, stretches, RefusalReason.CHECK, person_id=clock.person_id, at=at)

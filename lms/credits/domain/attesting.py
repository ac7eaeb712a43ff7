"""开证明: hours of a year or cycle (学时证明) or a finished course (课程学习证明), under a number; and 撤销."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.credits.domain.binding import Span
from lms.credits.domain.figures import what_it_says
from lms.credits.domain.holding import read_rows, spans_of
from lms.credits.domain.vouching import verdict_of
from lms.credits.enums import AttestationKind, AttestationState, Period
from lms.credits.models import Attestation, AttestationRevocation
from lms.credits.policies import department_that_attests, org_that_certifies, org_that_revokes
from lms.learning.models import CourseCompletion, LessonCompletion
from lms.lib.durations import beijing_day, beijing_midnight
from lms.lib.sealing import public_key, sign
from lms.people.models import Org, Person
from lms.people.queries import same_person_ids

# What one person may take out by herself in a day (Beijing): each is a row that is kept for ever.
MOST_A_DAY = 20
REASON_LENGTH = 200


class AttestationRefused(Exception):
    """Nothing was issued or revoked; the message can be shown."""


def periods_of(year: int) -> list[Span]:
    """The year, and the cycles of requirements in which it lies."""
    return spans_of(year, read_rows())


def attest_hours(person: Person, span: Span, *, by: Person, at: datetime) -> Attestation:
    """Issue a 学时证明 of the span: by the person herself, or by an officer of the department that manages her.

    Told again on one day while nothing has changed, the first is returned; else the newer supersedes the older.
    """
    today = beijing_day(at)
    if span.first_day > today:
        raise AttestationRefused(_("This year has not begun."))
    person = person.survivor
    org = _issuer(person, department_that_attests, by=by, at=at)
    with transaction.atomic():
        _lock(person)
        says = what_it_says(same_person_ids(person), span, today=today)
        if not says["rows"]:
            raise AttestationRefused(_("There are no hours on the record in this time, so there is nothing to attest."))
        subject = f"hours:{'cycle' if span.period == Period.FIVE_YEAR_CYCLE else 'year'}:{span.first_year}"
        return _issue(person, AttestationKind.CREDIT_STATEMENT, subject, says, by=by, org=org, at=at)


def attest_course(completion: CourseCompletion, *, by: Person, at: datetime) -> Attestation:
    """Issue a 课程学习证明 for a finished course, to whoever finished it, by her or whoever answers for hers.

    Told twice, the first is returned.
    """
    person = completion.person.survivor
    org = _issuer(person, org_that_certifies, by=by, at=at)
    outline = completion.outline_version
    lessons = LessonCompletion.objects.filter(pk__in=completion.evidence.get("lesson_completions", []))
    says = {
        "completion": completion.pk,
        "course_key": str(completion.course_key),
        "title": outline.title,
        "round": completion.round,
        "outline": outline.number,
        "outline_sha256": outline.sha256,
        "lessons": lessons.count(),
        "seconds": lessons.aggregate(total=Sum("decoded_seconds"))["total"] or 0,
        "completed": beijing_day(completion.completed_at).isoformat(),
    }
    with transaction.atomic():
        _lock(person)
        subject = f"course:{completion.course_key}:{completion.round}"
        return _issue(person, AttestationKind.COURSE_CERTIFICATE, subject, says, by=by, org=org, at=at)


def _issuer(person: Person, answering: Callable[..., Org | None], *, by: Person, at: datetime) -> Org | None:
    """None where she takes it out herself; else the organisation for which an officer may."""
    return None if by.survivor == person else _answering(answering(by, person, on=beijing_day(at)))


def _answering(org: Org | None) -> Org:
    if org is None:
        raise AttestationRefused(_("Only an officer of the organisation that answers for this person may."))
    return org


def _lock(person: Person) -> None:
    """One attestation of a person at a time."""
    Person.objects.select_for_update().get(pk=person.pk)


def _issue(
    person: Person,
    kind: AttestationKind,
    subject: str,
    says: dict[str, Any],
    *,
    by: Person,
    org: Org | None,
    at: datetime,
) -> Attestation:
    before = Attestation.objects.filter(person.owns(), subject=subject, successor__isnull=True)
    last = before.order_by("issued_at", "pk").last()
    if last is not None:
        verdict = verdict_of(last)
        if verdict.is_valid and last.says == says and (org is None or last.org_id == org.pk):
            return last
        if verdict.state == AttestationState.REVOKED and org is None:
            raise AttestationRefused(
                _("The last one was revoked. Ask the organisation that revoked it, which can issue another.")
            )
    if org is None:
        _check_ration(person, at)
    attestation = Attestation(
        person=person,
        kind=kind,
        subject=subject,
        says=says,
        issued_at=at,
        issued_by=by,
        org=org,
        supersedes=last,
        public_key=public_key(),
    )
    attestation.signature = sign(attestation.signed_bytes)
    attestation.save(force_insert=True)
    if org is not None:
        detail = {"kind": kind, "person": person.pk, "org": org.code}
        record(
            "attestation_issued",
            actor=by,
            subject_kind="attestation",
            subject_id=attestation.number,
            detail=detail,
            at=at,
        )
    return attestation


def _check_ration(person: Person, at: datetime) -> None:
    since = beijing_midnight(beijing_day(at))
    mine = Attestation.objects.filter(
        person=person, org=None, issued_at__gte=since, issued_at__lt=since + timedelta(days=1)
    )
    if mine.count() >= MOST_A_DAY:
        raise AttestationRefused(_("That is enough for today. You can take out another one tomorrow."))


def revoke(attestation: Attestation, *, reason: str, by: Person, at: datetime) -> AttestationRevocation:
    """Say that it is not to be relied on, by an officer of the organisation that answers for it. Told twice: once."""
    org = _answering(org_that_revokes(by, attestation, on=beijing_day(at)))
    reason = " ".join(reason.split())
    if not reason:
        raise AttestationRefused(_("Say why it is revoked."))
    if len(reason) > REASON_LENGTH:
        raise AttestationRefused(_("Write at most %(count)s characters.") % {"count": REASON_LENGTH})
    with transaction.atomic():
        _lock(attestation.person)
        known = AttestationRevocation.objects.filter(attestation=attestation).first()
        if known is not None:
            return known
        revocation = AttestationRevocation.objects.create(attestation=attestation, at=at, by=by, reason=reason)
        detail = {"kind": attestation.kind, "person": attestation.person_id, "org": org.code, "reason": reason}
        record(
            "attestation_revoked",
            actor=by,
            subject_kind="attestation",
            subject_id=attestation.number,
            detail=detail,
            at=at,
        )
    return revocation

"""A person fetches a lesson to watch it without network, and hands in later what was watched."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import LessonPage
from courses.policies import can_play
from lms.learning.domain import evidence
from lms.learning.domain.clocks import days_of, share_with_twins
from lms.learning.domain.enrolling import lock_clock
from lms.learning.domain.watching import (
    END_TOLERANCE_SECONDS,
    BeyondLesson,
    CannotPlay,
    TooOften,
    complete_by_coverage,
    keep_refused,
    meets,
    record_of,
    taken_down_at,
)
from lms.learning.enums import EvidenceKind
from lms.learning.models import OfflinePackage, PackageReceipt, WatchRecord
from lms.lib.durations import beijing_day
from lms.lib.stretches import Stretches
from lms.people.models import Person

# Whole courses are fetched before a week in the fields; more in an hour is not a person with a phone.
PACKAGES_IN_AN_HOUR = 60


def issue_package(person: Person, lesson: LessonPage, *, at: datetime) -> OfflinePackage:
    """Give the person the right to report on the lesson without network, enrolling her if she is new to its course.

    Each fetching gives a package of its own, paid from the same clock. Raises CannotPlay and TooOften, leaving
    nothing.
    """
    if not can_play(person, lesson, at):
        raise CannotPlay(_("This lesson cannot be played at the moment."))
    with transaction.atomic():
        lock_clock(person)
        since = at - timedelta(hours=1)
        if OfflinePackage.objects.filter(person=person, issued_at__gt=since).count() >= PACKAGES_IN_AN_HOUR:
            raise TooOften(timedelta(minutes=10))
        terms, record = record_of(person, lesson, at=at)
        package = OfflinePackage.objects.create(
            person=person,
            lesson_key=lesson.translation_key,
            page=lesson,
            video_id=record.video_id,
            outline_version=terms.outline_version,
            record=record,
            needed_seconds=terms.needed_seconds,
            issued_at=at,
            valid_until=at + evidence.PACKAGE_VALID,
        )
        if meets(package, record):
            complete_by_coverage(package, record, at=at)
    return package


def ended_among(person: Person, codes: list[str], *, at: datetime) -> list[str]:
    """Which of her packages give no right to play any more: over, or the lesson was taken from her or from everybody.

    Of codes that are not hers nothing is said: on a phone that several people use, each asks for her own.
    """
    packages = OfflinePackage.objects.filter(person.owns(), code__in=codes).select_related("page", "video")
    playable: dict[int, bool] = {}
    for package in packages:
        if package.page_id not in playable:
            playable[package.page_id] = can_play(person, package.page, at)
    return sorted(
        package.code
        for package in packages
        if package.valid_until <= at or not package.video.is_playable or not playable[package.page_id]
    )


def accept_package_report(
    package: OfflinePackage, number: int, *, stretches: Stretches, at: datetime
) -> PackageReceipt:
    """Add the stretches of one report of a package, in whole seconds of lesson time, and say what counted.

    As `watching.accept_report`, with the window of packages (`evidence.judge_package`). What was fetched by an
    account merged since then is paid from the clock of whoever it was merged into. Whoever calls has checked that
    the package is the person's own. Raises BeyondLesson and TooOften, leaving nothing.
    """
    with transaction.atomic():
        clock = lock_clock(package.person)
        paid, days = evidence.PaidTime.from_bytes(clock.paid), days_of(clock)
        known = package.receipts.filter(number=number).first()
        if known:
            return known
        record = WatchRecord.objects.for_report(package.record_id)
        if stretches.end > record.decoded_seconds + END_TOLERANCE_SECONDS:
            raise BeyondLesson(_("The report names a part that this lesson does not have."))
        busy_until = evidence.admit(clock.busy_until, at)
        if busy_until is None:
            raise TooOften(evidence.REPORT_SPACING)
        verdict, spent = evidence.judge_package(
            stretches,
            covered=record.covered,
            lesson_seconds=record.decoded_seconds,
            paid=paid,
            days=days,
            issued_at=package.issued_at,
            valid_until=package.valid_until,
            at=at,
            taken_down_at=taken_down_at(record) if record.is_withdrawn else None,
        )
        was_met = meets(package, record)
        _add(record, verdict, at=at)
        clock.paid, clock.busy_until = verdict.paid.to_bytes(), busy_until
        clock.offline_days = {day.isoformat(): seconds for day, seconds in _summed(days, spent, at=at).items()}
        clock.save(update_fields=["paid", "offline_days", "busy_until"])
        if verdict.refused and verdict.reason:
            keep_refused(package, verdict.refused, verdict.reason, person_id=clock.person_id, at=at)
        is_met = meets(package, record)
        receipt = PackageReceipt.objects.create(
            package=package,
            number=number,
            received_at=at,
            body={
                "number": number,
                "accepted": [[start, end] for start, end in verdict.accepted.pairs],
                "refused": [[start, end, verdict.reason] for start, end in verdict.refused.pairs],
                "days": {day.isoformat(): seconds for day, seconds in spent.items()},
                "percent": record.percent,
                "resume_point": record.resume_point,
                "completed": is_met,
            },
        )
        if is_met and not was_met:
            complete_by_coverage(package, record, at=at)
    return receipt


def _summed(days: dict[date, int], spent: dict[date, int], *, at: datetime) -> dict[date, int]:
    """What each day has paid in all, without the days that no package reaches any more."""
    oldest = beijing_day(at - evidence.PAID_KEPT)
    kept = sorted(day for day in days.keys() | spent.keys() if day >= oldest)
    return {day: days.get(day, 0) + spent.get(day, 0) for day in kept}


def _add(record: WatchRecord, verdict: evidence.Verdict, *, at: datetime) -> None:
    """Unite what counts into the record.

    What was known online is written down as watched offline, too: so the record does not depend on which of the
    two was heard of first. Somebody may have gone on online since; so the place to go on only moves forward.
    """
    record.offline = (record.coverage(EvidenceKind.OFFLINE) | verdict.accepted).to_bytes()
    record.covered_seconds = record.covered.seconds
    record.resume_point = max(record.resume_point, verdict.accepted.end)
    record.last_watched_at = max(record.last_watched_at, at)
    record.save(update_fields=["offline", "covered_seconds", "resume_point", "last_watched_at"])
    if record.is_united:
        share_with_twins(record)

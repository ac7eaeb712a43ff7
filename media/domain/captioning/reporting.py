"""What learners find wrong in captions (字幕有误): told, limited in number, corrected or answered."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lms.lib.encryption import keyed_index
from lms.people.models import Person, Tally
from media.captions_text import clean
from media.enums import ReportOutcome
from media.models import CaptionReport, CaptionTrack

_SCOPE = "caption-report"
_WINDOW = timedelta(hours=1)


class CannotReport(ValueError):
    """The report was not taken; the message says why."""


class TooManyReports(CannotReport):
    """More reports within an hour than one person writes."""


def report_captions(
    track: CaptionTrack, *, at_ms: int, words: str, by: Person | None, address: str, at: datetime
) -> CaptionReport:
    """Keep that somebody found these captions wrong at a moment of the recording.

    `address` is counted in a keyed index alone, and only where nobody is signed in. The same report of the same person
    while it is open gives the first. Raises CannotReport and TooManyReports.
    """
    length_ms = (track.video.decoded_seconds or 0) * 1000
    if not 0 <= at_ms <= length_ms:
        raise CannotReport(_("This moment does not lie in the recording. Write minutes and seconds, such as 1:25."))
    words = " ".join(clean(words).split())[:300]
    same = CaptionReport.objects.filter(
        video=track.video, language=track.language, at_ms=at_ms, words=words, outcome=ReportOutcome.OPEN, reported_by=by
    )
    if by and (first := same.first()):
        return first
    with transaction.atomic():
        _count(keyed_index(f"person {by.pk}" if by else f"address {address}", "tally"), at)
        return CaptionReport.objects.create(
            video=track.video,
            language=track.language,
            transcript=track.transcript,
            at_ms=at_ms,
            words=words,
            reported_by=by,
            reported_at=at,
        )


def _count(key: str, at: datetime) -> None:
    tally, _created = Tally.objects.get_or_create(scope=_SCOPE, key=key, window_start=Tally.window(at, _WINDOW))
    room = Tally.objects.filter(pk=tally.pk, count__lt=settings.CAPTIONS_REPORTS_PER_HOUR)
    if not room.update(count=F("count") + 1):
        raise TooManyReports(_("Thank you, that is enough for now. Please report more in an hour."))


def settle_report(
    report: CaptionReport, *, outcome: ReportOutcome, reply: str, by: Person, at: datetime
) -> CaptionReport:
    """Say what became of a report: corrected, or found to be right. Told twice, the first answer stands."""
    if outcome == ReportOutcome.OPEN:
        raise ValueError("A report is settled with an outcome.")
    CaptionReport.objects.filter(pk=report.pk, outcome=ReportOutcome.OPEN).update(
        outcome=outcome, reply=" ".join(clean(reply).split())[:300], settled_by=by, settled_at=at
    )
    report.refresh_from_db()
    return report


def forget_reports(*, at: datetime, dry_run: bool = False) -> int:
    """Delete settled reports whose time is over; how many."""
    days = CaptionReport.RETENTION.days or 0
    old = CaptionReport.objects.filter(settled_at__lt=at - timedelta(days=days))
    return old.count() if dry_run else old.delete()[0]

"""Offline packages over HTTP: fetching a lesson, and the reports of one; see lms/docs/watch-reports.md."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib.auth import SESSION_KEY, get_user
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.learning.domain.addresses import addresses_of
from lms.learning.domain.carrying import carry, mark_of
from lms.learning.domain.packages import accept_package_report, issue_package
from lms.learning.domain.queueing import in_turn
from lms.learning.domain.watching import BeyondLesson, CannotPlay, TooOften
from lms.learning.enums import RefusalReason
from lms.learning.models import OfflinePackage
from lms.learning.views.json_api import answers_json, merged_away, too_often
from lms.learning.views.playing import cannot_play, lesson_named, signed_in
from lms.learning.wire import Refused, Report, beyond_lesson
from lms.people.models import Person


@answers_json
def packages(request: HttpRequest, sent: dict[str, Any]) -> dict[str, Any]:
    """Fetch a lesson to watch it without network: the right to report on it, and where its one file lies."""
    at = timezone.now()
    person = signed_in(request)
    lesson = lesson_named(sent.get("lesson"))
    addresses = addresses_of(lesson.video, at=at) if lesson.video else {}
    if not addresses.get("offline"):
        raise Refused("no_copy", _("There is no copy of this lesson to keep on the phone yet."), HTTPStatus.NOT_FOUND)
    try:
        package = issue_package(person, lesson, at=at)
    except CannotPlay as error:
        raise cannot_play(error) from error
    return {
        "package": package.code,
        "valid_until": package.valid_until.isoformat(),
        "valid_seconds": int((package.valid_until - at).total_seconds()),
        "seconds": package.record.decoded_seconds,
        "covered": package.record.covered.pairs,
        "resume_point": package.record.resume_point,
        "address": addresses["offline"],
        "size_bytes": addresses["sizes"]["offline"],
        "captions": addresses["captions"],
        "expires_at": addresses["expires_at"],
        "recording": package.video.code,
        "title": lesson.title,
        "course": lesson.course.title,
        "page": lesson.url,
        "mark": mark_of(person),
        "parts": [{"name": part.name, "address": part.address} for part in carry(package, at=at)],
    }


def accept_report_of_package(request: HttpRequest, sent: Report, at: datetime) -> dict[str, Any]:
    """The receipt of a report that names a package."""
    package = package_of_hers(request, sent.session)
    try:
        with in_turn():
            receipt = accept_package_report(package, sent.number, stretches=sent.stretches, at=at)
    except BeyondLesson as error:
        raise beyond_lesson() from error
    except TooOften as error:
        raise too_often(error) from error
    body = {name: value for name, value in receipt.body.items() if name != "days"}
    refused = refused_json(receipt.body["refused"])
    return {"package": package.code, **body, "refused": refused, "credit": None, "check_due": None}


def refused_json(refused: list[Any]) -> list[dict[str, Any]]:
    """What did not count as players read it; reasons are said in the person's language."""
    return [
        {"from": start, "to": end, "reason": reason, "text": str(RefusalReason(reason).label)}
        for start, end, reason in refused
    ]


def package_of_hers(request: HttpRequest, code: str) -> OfflinePackage:
    """The package with this code, if whoever is signed in here fetched it, or an account merged into hers did."""
    # Reports come a short way on which nobody has asked for the user.
    person = get_user(request)
    if not isinstance(person, Person) or not person.is_active:
        merged = merged_away(request.session.get(SESSION_KEY))
        raise merged or Refused(
            "sign_in", _("Please sign in again. What you watched is kept."), HTTPStatus.UNAUTHORIZED
        )
    mine = person.owns()
    package = OfflinePackage.objects.filter(mine, code=code).select_related("person__merged_into").first()
    if package is None:
        raise Refused(
            "unknown_package", _("This lesson was not fetched here. Please fetch it again."), HTTPStatus.NOT_FOUND
        )
    return package

"""Watch reports over HTTP; the contract stands in lms/docs/watch-reports.md."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from lms.learning.domain.queueing import in_turn
from lms.learning.domain.watching import BeyondLesson, TooOften, accept_report
from lms.learning.models import PlaySession, Receipt
from lms.learning.views.json_api import answers_json, counted, too_often
from lms.learning.views.packages import accept_report_of_package, refused_json
from lms.learning.wire import Refused, Report, beyond_lesson, read_batch, read_report
from lms.people.models import Person


@answers_json
def report(request: HttpRequest, sent: dict[str, Any]) -> dict[str, Any]:
    """One report, or several in `reports`, each answered on its own."""
    at = timezone.now()
    if "reports" not in sent:
        return _accept(request, read_report(sent), at)
    return {"receipts": [_answer(request, each, at) for each in read_batch(sent["reports"])]}


def _answer(request: HttpRequest, sent: Any, at: datetime) -> dict[str, Any]:
    """The receipt of one report of a batch, or why there is none."""
    try:
        return _accept(request, read_report(sent), at)
    except Refused as error:
        right = "package" if isinstance(sent, dict) and "package" in sent else "session"
        named = {name: sent.get(name) for name in (right, "number")} if isinstance(sent, dict) else {}
        return {**named, **counted(error).answer}


def _accept(request: HttpRequest, sent: Report, at: datetime) -> dict[str, Any]:
    if sent.is_package:
        return accept_report_of_package(request, sent, at)
    session = _own_session(request, sent.session)
    try:
        with in_turn():
            receipt = accept_report(session, sent.number, stretches=sent.stretches, at=at)
    except BeyondLesson as error:
        raise beyond_lesson() from error
    except TooOften as error:
        raise too_often(error) from error
    return receipt_json(session, receipt)


def _own_session(request: HttpRequest, code: str) -> PlaySession:
    """The play session with this code, if it belongs to whoever is signed in here.

    One query finds the session and its person, whom `request.user` would cost another.
    """
    person_id = request.session.get(SESSION_KEY)
    if person_id is None:
        raise Refused("sign_in", _("Please sign in again. What you watched is kept."), HTTPStatus.UNAUTHORIZED)
    session = PlaySession.objects.for_report(code, int(person_id))
    if session is None:
        raise Refused(
            "unknown_session", _("This lesson was not opened here. Please open it again."), HTTPStatus.NOT_FOUND
        )
    signed_in_as = Person(password=session.person_password).get_session_auth_hash()
    if not session.person_is_active or not constant_time_compare(
        request.session.get(HASH_SESSION_KEY, ""), signed_in_as
    ):
        raise Refused("sign_in", _("Please sign in again. What you watched is kept."), HTTPStatus.UNAUTHORIZED)
    return session


def receipt_json(session: PlaySession, receipt: Receipt) -> dict[str, Any]:
    """The receipt as players read it; reasons are said in the person's language."""
    refused = refused_json(receipt.body["refused"])
    return {"session": session.code, "credit": None, "check_due": None, **receipt.body, "refused": refused}

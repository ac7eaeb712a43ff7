"""Watch reports over HTTP; the contract stands in lms/docs/watch-reports.md.

Here come reports that show a sign-in cookie, in batches or alone, and whatever views/quick.py has doubts about.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db import OperationalError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from lms.learning.domain.gathering import GROUP
from lms.learning.domain.grouping import NotTheirs, Sent
from lms.learning.domain.tokens import give_token
from lms.learning.domain.watching import BeyondLesson, TooOften
from lms.learning.models import PlaySession
from lms.learning.pressure import busy, send_away_when_crowded
from lms.learning.views.json_api import answers_json, counted, merged_away, too_often
from lms.learning.views.packages import accept_report_of_package, refused_json
from lms.learning.wire import Refused, Report, beyond_lesson, read_batch, read_report
from lms.people.models import Person

# Shown with a report, and given anew in its answer where the one shown is good no longer.
TOKEN_HEADER = "X-Play-Token"  # noqa: S105  (no secret: a name)


@answers_json
def report(request: HttpRequest, sent: dict[str, Any]) -> dict[str, Any] | JsonResponse:
    """One report, or several in `reports`, each answered on its own."""
    send_away_when_crowded(GROUP.underway)
    at = timezone.now()
    if "reports" in sent:
        sessions: dict[str, PlaySession] = {}
        answers = _answers(request, read_batch(sent["reports"]), sessions, at)
        return _with_token(request, JsonResponse({"receipts": answers}), list(sessions.values()), at)
    read = read_report(sent)
    if read.is_package:
        return accept_report_of_package(request, read, at)
    session = _own_session(request, read.session)
    taken = _sent(session, read, at)
    GROUP.take([taken])
    return _with_token(request, JsonResponse(_receipt(taken)), [session], at)


def _with_token(
    request: HttpRequest, response: JsonResponse, sessions: list[PlaySession], at: datetime
) -> JsonResponse:
    """With a new play token where one was shown that is good no longer, and it is clear for which session."""
    if TOKEN_HEADER in request.headers and len(sessions) == 1:
        (session,) = sessions
        response[TOKEN_HEADER] = give_token(
            session_id=session.pk, person_id=session.shown_by_id, password=session.person_password, at=at
        )
    return response


def _answers(
    request: HttpRequest, batch: list[Any], sessions: dict[str, PlaySession], at: datetime
) -> list[dict[str, Any]]:
    """The receipts of a batch in its order, or in the place of one why there is none; fills in its own `sessions`.

    Those of sessions are taken first: their window is short, that of a package long.
    """
    answers: list[dict[str, Any] | Sent | Report] = []
    for each in batch:
        try:
            read = read_report(each)
            if not read.is_package and read.session not in sessions:
                sessions[read.session] = _own_session(request, read.session)
            answers.append(read if read.is_package else _sent(sessions[read.session], read, at))
        except Refused as error:
            answers.append(_refused(each, error))
    taken = [answer for answer in answers if isinstance(answer, Sent)]
    if taken:
        GROUP.take(taken)
    return in_turns([answer if isinstance(answer, dict) else _answer(request, answer, at) for answer in answers])


def _answer(request: HttpRequest, read: Sent | Report, at: datetime) -> dict[str, Any]:
    """The receipt of a report that was read, or why there is none."""
    try:
        return _receipt(read) if isinstance(read, Sent) else accept_report_of_package(request, read, at)
    except Refused as error:
        code = read.code if isinstance(read, Sent) else read.session
        right = "session" if isinstance(read, Sent) else "package"
        return _refused({right: code, "number": read.number}, error)


def batch_json(batch: list[Sent]) -> dict[str, Any]:
    """What a batch of one session is answered. Raises NotTheirs where the token does not hold."""
    answers = []
    for sent in batch:
        try:
            answers.append(receipt_json(sent.code, judged(sent)))
        except Refused as error:
            answers.append(_refused({"session": sent.code, "number": sent.number}, error))
    return {"receipts": in_turns(answers)}


def in_turns(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of several that came too often each is told when its own turn is, so that a phone need not ask for each."""
    refused = [answer for answer in answers if answer.get("error") == "too_often"]
    for place, answer in enumerate(refused, start=1):
        answer["retry_after"] *= place
    return answers


def _receipt(taken: Sent) -> dict[str, Any]:
    try:
        return receipt_json(taken.code, judged(taken))
    except NotTheirs as error:  # it changed since the sign-in was looked up
        raise _signed_out() from error


def _refused(sent: Any, error: Refused) -> dict[str, Any]:
    right = "package" if isinstance(sent, dict) and "package" in sent else "session"
    named = {name: sent.get(name) for name in (right, "number")} if isinstance(sent, dict) else {}
    wait = {"retry_after": error.retry_after_seconds} if error.retry_after_seconds else {}
    return {**named, **counted(error).answer, **wait}


def _sent(session: PlaySession, read: Report, at: datetime) -> Sent:
    return Sent(session.pk, session.shown_by_id, session.code, read.number, read.stretches, at)


def judged(taken: Sent) -> dict[str, Any]:
    """The receipt's body. Raises Refused with what stood against it, NotTheirs where the token does not hold."""
    try:
        return taken.receipt
    except BeyondLesson as error:
        raise beyond_lesson() from error
    except TooOften as error:
        raise too_often(error) from error
    except OperationalError as error:  # the database is locked or away: that passes, and the phone keeps its report
        raise busy() from error


def _own_session(request: HttpRequest, code: str) -> PlaySession:
    """The play session with this code, if it belongs to whoever is signed in here, or to an account merged into hers.

    One query finds the session and the person, whom `request.user` would cost another.
    """
    person_id = request.session.get(SESSION_KEY)
    if person_id is None:
        raise _signed_out()
    session = PlaySession.objects.for_report(code, int(person_id))
    if session is None:
        raise Refused(
            "unknown_session", _("This lesson was not opened here. Please open it again."), HTTPStatus.NOT_FOUND
        )
    signed_in_as = Person(password=session.person_password).get_session_auth_hash()
    if not constant_time_compare(request.session.get(HASH_SESSION_KEY, ""), signed_in_as):
        raise _signed_out()
    if not session.person_is_active:
        raise merged_away(session.shown_by_id) or _signed_out()
    return session


def _signed_out() -> Refused:
    return Refused("sign_in", _("Please sign in again. What you watched is kept."), HTTPStatus.UNAUTHORIZED)


def receipt_json(code: str, body: dict[str, Any]) -> dict[str, Any]:
    """The receipt as players read it; reasons are said in the person's language."""
    return {"session": code, "credit": None, "check_due": None, **body, "refused": refused_json(body["refused"])}

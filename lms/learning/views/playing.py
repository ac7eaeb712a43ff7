"""Opening a lesson to play it, renewing its addresses, adopting the place reached without an account."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import LessonPage
from courses.policies import can_play
from lms.learning.domain.addresses import addresses_of
from lms.learning.domain.devices import is_device_code, new_device_code, see_device
from lms.learning.domain.evidence import HOLD_BACK, TOP_SPEED
from lms.learning.domain.tokens import give_token
from lms.learning.domain.watching import CannotPlay, adopt_resume_point, open_session, resume_point
from lms.learning.models import PlaySession
from lms.learning.queries import open_check
from lms.learning.views.json_api import answers_json, merged_away
from lms.learning.wire import MAX_NUMBER, Refused, read_code, read_places, read_whole
from lms.people.models import Person

REPORT_EVERY_SECONDS = 15
# Sent to this one address, read by no script; renewed with each opening.
DEVICE_COOKIE, DEVICE_COOKIE_AGE = "device", timedelta(days=90)


@answers_json
def sessions(request: HttpRequest, sent: dict[str, Any]) -> dict[str, Any] | JsonResponse:
    """Open a play session for whoever is signed in."""
    at = timezone.now()
    person = signed_in(request)
    lesson = lesson_named(sent.get("lesson"))
    try:
        session = open_session(person, lesson, at=at)
    except CannotPlay as error:
        raise cannot_play(error) from error
    opened = _opened(session, person, at)
    if not session.has_checks:
        return opened
    # Where credit hangs on watching, an officer may ask about a phone that several people use (domain/devices.py).
    code = request.COOKIES.get(DEVICE_COOKIE, "")
    code = code if is_device_code(code) else new_device_code()
    see_device(session, code, at=at)
    response = JsonResponse(opened)
    response.set_cookie(
        DEVICE_COOKIE,
        code,
        max_age=DEVICE_COOKIE_AGE,
        path=request.path,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def _opened(session: PlaySession, person: Person, at: datetime) -> dict[str, Any]:
    """What a player is told about its session."""
    record = session.record
    check = open_check(person.pk)
    asks = check is not None and (session.has_checks or check.session.lesson_key == session.lesson_key)
    return {
        "session": session.code,
        "token": give_token(session_id=session.pk, person_id=person.pk, password=person.password, at=at),
        "seconds": record.decoded_seconds,
        "resume_point": resume_point(record),
        "percent": record.percent,
        "covered": record.covered.pairs,
        "completed": session.needed_seconds is not None and record.covered_seconds >= session.needed_seconds,
        "addresses": addresses_of(session.video, at=at),
        "report_every_seconds": REPORT_EVERY_SECONDS,
        "hold_back_seconds": int(HOLD_BACK.total_seconds()),
        "top_speed": TOP_SPEED,
        "check_due": check.due if check and asks else None,
    }


@answers_json
def addresses(request: HttpRequest, sent: dict[str, Any], code: str) -> dict[str, Any]:
    """New addresses for a play session whose old ones run out, while the lesson may still be played."""
    at = timezone.now()
    person = signed_in(request)
    mine = person.owns()
    session = PlaySession.objects.filter(mine, code=read_code(code)).select_related("video", "page").first()
    if session is None:
        raise Refused(
            "unknown_session", _("This lesson was not opened here. Please open it again."), HTTPStatus.NOT_FOUND
        )
    if not session.video.is_playable or not can_play(person, session.page, at):
        raise cannot_play(CannotPlay(_("This lesson cannot be played at the moment.")))
    return {"addresses": addresses_of(session.video, at=at)}


@answers_json
def lesson_addresses(request: HttpRequest, sent: dict[str, Any]) -> dict[str, Any]:
    """New addresses of a lesson for somebody who is not signed in; only public lessons have them."""
    at = timezone.now()
    lesson = lesson_named(sent.get("lesson"))
    if lesson.video is None or not can_play(request.user, lesson, at):
        raise cannot_play(CannotPlay(_("This lesson cannot be played at the moment.")))
    return {"addresses": addresses_of(lesson.video, at=at)}


@answers_json
def adopt(request: HttpRequest, sent: dict[str, Any]) -> dict[str, Any]:
    """Go on where one stopped before signing in. What cannot be played any more is left out in silence."""
    at = timezone.now()
    person = signed_in(request)
    adopted = 0
    for lesson_id, position in read_places(sent.get("places")):
        lesson = LessonPage.objects.live().filter(pk=lesson_id).first()
        if lesson is None:
            continue
        try:
            adopt_resume_point(person, lesson, resume_point=position, at=at)
        except CannotPlay:
            continue
        adopted += 1
    return {"adopted": adopted}


def signed_in(request: HttpRequest) -> Person:
    """The person signed in here, or Refused."""
    if not isinstance(request.user, Person) or not request.user.is_active:
        merged = merged_away(request.session.get(SESSION_KEY))
        raise merged or Refused("sign_in", _("Please sign in first."), HTTPStatus.UNAUTHORIZED)
    return request.user


def lesson_named(sent: Any) -> LessonPage:
    """The live lesson with this page id, or Refused."""
    lesson_id = read_whole(sent, "lesson", least=1, most=MAX_NUMBER)
    lesson = LessonPage.objects.live().select_related("video").filter(pk=lesson_id).first()
    if lesson is None:
        raise cannot_play(CannotPlay(_("This lesson cannot be played at the moment.")))
    return lesson


def cannot_play(error: CannotPlay) -> Refused:
    """The answer where a lesson is not there for this person."""
    return Refused("cannot_play", str(error), HTTPStatus.FORBIDDEN)

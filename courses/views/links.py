"""Short links of lessons: where they lead, the code to scan, the picture for chats, the sheet for the village board."""

from http import HTTPStatus
from io import BytesIO

import qrcode
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathFillImage

from courses.domain.cards import SHAPES, card_of
from courses.domain.linking import Found, NoSuchLink, Where, find_link, read_code
from courses.enums import Access
from lms.lib.files import StorageFailed
from lms.people.backends.addresses import client_address
from lms.people.domain.pacing import is_spent, take_try
from media.views.files import send_stored

# Well-formed codes that lead nowhere, from one address; a slip of the pen is not well-formed and costs nothing.
MISSES_AN_HOUR = 30
_SCOPE = "short-link"
# On one sheet of A4, each of them A6.
_SLIPS = 4
_DAY = "public, max-age=86400"


class _TooMany(Exception):
    """This address has tried too many codes that lead nowhere."""


def _find(request: HttpRequest, code: str) -> Found:
    """Where it leads. Raises NoSuchLink; or _TooMany, whatever the code is."""
    at, who = timezone.now(), f"address {client_address(request)}"
    if is_spent(_SCOPE, who, most=MISSES_AN_HOUR, at=at):
        raise _TooMany
    try:
        return find_link(code)
    except NoSuchLink as error:
        if not error.is_slip:
            take_try(_SCOPE, who, most=MISSES_AN_HOUR, at=at)
        raise


def _say(request: HttpRequest, what: str, status: HTTPStatus) -> HttpResponse:
    response = render(request, "courses/links/says.html", {"what": what}, status=status)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@require_safe
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """To the lesson where it stands today, for now only: it may move. Nothing is kept of who followed."""
    known = read_code(code)
    try:
        found = _find(request, known)
    except _TooMany:
        return _say(request, "slow", HTTPStatus.TOO_MANY_REQUESTS)
    except NoSuchLink as error:
        return _say(request, "slip" if error.is_slip else "unknown", HTTPStatus.NOT_FOUND)
    address = found.lesson.get_url(request)
    if found.where == Where.LESSON and address:
        return redirect(address)
    if found.where == Where.TAKEN_DOWN:
        return _say(request, "taken_down", HTTPStatus.GONE)
    return _say(request, "hidden", HTTPStatus.NOT_FOUND)


def _shown(request: HttpRequest, code: str) -> Found:
    """A lesson that is on show; raises Http404 for all else."""
    try:
        found = _find(request, code)
    except (NoSuchLink, _TooMany) as error:
        raise Http404 from error
    if found.where != Where.LESSON:
        raise Http404
    return found


@require_safe
def board(request: HttpRequest, code: str) -> HttpResponse:
    """A sheet for the village notice board: title, code to scan, the short link in large type."""
    found = _shown(request, code)
    small = request.GET.get("size") == "small"
    context = {
        "lesson": found.lesson,
        "small": small,
        "sheets": range(_SLIPS if small else 1),
        "is_public": found.lesson.course.access == Access.PUBLIC,
    }
    return render(request, "courses/links/board.html", context)


@require_safe
def qr(request: HttpRequest, code: str) -> HttpResponse:
    """The short link as a code to scan."""
    found = _shown(request, code)
    picture = BytesIO()
    drawn = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4, image_factory=SvgPathFillImage)
    drawn.add_data(request.build_absolute_uri(found.link.get_absolute_url()))
    drawn.make_image().save(picture)
    response = HttpResponse(picture.getvalue(), content_type="image/svg+xml")
    response["Cache-Control"] = _DAY
    return response


@require_safe
def card(request: HttpRequest, code: str, shape: str) -> HttpResponseBase:
    """The picture that a chat shows beside the link."""
    if shape not in SHAPES:
        raise Http404
    found = _shown(request, code)
    try:
        response = send_stored(request, card_of(found.link, shape), "image/jpeg")
    except (FileNotFoundError, StorageFailed):
        return HttpResponse("Please try again in a moment.", status=503, content_type="text/plain")
    response["Cache-Control"] = _DAY
    return response

"""What every address of the player's HTTP has in common: POST, JSON, same origin, refusals answered and counted."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from lms.learning.counters import count
from lms.learning.domain.watching import TooOften
from lms.learning.wire import MAX_BODY_BYTES, Refused, read_object
from lms.lib.durations import beijing_day
from lms.people.domain.merging import number_to_prove
from lms.people.models import Person

View = Callable[..., dict[str, Any] | JsonResponse]


def comes_from_here(request: HttpRequest) -> bool:
    """Whether one of our own pages sent the request.

    Browsers say so in Sec-Fetch-Site or Origin, which pages cannot forge. Old web views that say neither must send
    JSON by name, which a foreign page cannot do without being asked first.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    if origin is not None:
        return urlsplit(origin).netloc == request.get_host() or origin in settings.CSRF_TRUSTED_ORIGINS
    return request.content_type == "application/json"


def answers_json(view: View, *, most_bytes: int = MAX_BODY_BYTES) -> Callable[..., JsonResponse]:
    """Make a view out of a function of request and JSON object that raises Refused or TooOften.

    It returns a dict, or the response where it needs headers of its own.
    """

    @csrf_exempt  # comes_from_here stands in for the token, which sendBeacon cannot carry
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        try:
            sent = _read(request, most_bytes)
            answered = view(request, sent, *args, **kwargs)
            return answered if isinstance(answered, JsonResponse) else JsonResponse(answered)
        except TooOften as error:
            return refusal(too_often(error))
        except Refused as error:
            return refusal(error)

    return answer


def _read(request: HttpRequest, most_bytes: int) -> dict[str, Any]:
    """The JSON object that one of our pages sent."""
    if request.method != "POST":
        raise Refused("method", _("Only POST is answered here."), HTTPStatus.METHOD_NOT_ALLOWED)
    if not comes_from_here(request):
        raise Refused("cross_site", _("This request came from another site."), HTTPStatus.FORBIDDEN)
    if int(request.META.get("CONTENT_LENGTH") or 0) > most_bytes:
        raise Refused("too_large", _("The message is too large."), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return read_object(request.body)


def too_often(error: TooOften) -> Refused:
    """Said anew, in the language of whoever is answered here."""
    sentence = _("Too many requests. Please wait a moment.")
    return Refused("too_often", sentence, HTTPStatus.TOO_MANY_REQUESTS, retry_after_seconds=error.retry_after_seconds)


def merged_away(person_id: object) -> Refused | None:
    """What is answered where somebody is signed in to an account that was merged into another; else None.

    Nothing is lost: the phone keeps what was watched until she is signed in where it counts.
    """
    if not str(person_id).isdecimal():
        return None
    merged = Person.objects.filter(pk=int(str(person_id)), merged_into__is_active=True).select_related("merged_into")
    account = merged.first()
    if account is None or account.merged_into is None:
        return None
    contact = number_to_prove(account.merged_into, at=timezone.now())
    sentence = _("Your two accounts are one now. Sign in here with %(phone)s: what you watched is kept and will count.")
    number = contact.masked if contact else _("your number")
    return Refused("merged", sentence % {"phone": number}, HTTPStatus.UNAUTHORIZED)


def counted(refused: Refused) -> Refused:
    """The refusal, counted."""
    count(refused.code, beijing_day(timezone.now()))
    return refused


def refusal(refused: Refused) -> JsonResponse:
    """The answer, counted."""
    response = JsonResponse(counted(refused).answer, status=refused.status)
    if refused.retry_after_seconds:
        response["Retry-After"] = str(refused.retry_after_seconds)
    if refused.status == HTTPStatus.METHOD_NOT_ALLOWED:
        response["Allow"] = "POST"
    return response

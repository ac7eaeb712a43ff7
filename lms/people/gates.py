"""The gate before the staff pages: signed in with a password, a role on this day, a fresh second factor."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from lms.lib.durations import beijing_day
from lms.lib.encryption import keyed_index
from lms.people.domain.groups import keep_groups
from lms.people.enums import DESK_ROLES, RoleKind
from lms.people.policies import FACTOR_SEEN_AT, has_second_factor, has_staff_password, is_password_old, roles_today

Params = ParamSpec("Params")
View = Callable[Concatenate[HttpRequest, Params], HttpResponseBase]

# A request within this time of the last one need not be written into the session again.
SEEN_EVERY_SECONDS = 60
# Wagtail tells every few seconds that an editing page is still open.
PINGS = "/admin/editing-sessions/"


def safe_next(request: HttpRequest, fallback: str) -> str:
    """The page to go on to, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return fallback


def admit(request: HttpRequest, kinds: frozenset[RoleKind] | None) -> HttpResponse | None:
    """None if the staff page opens; else the answer that leads there, or says why it stays shut.

    `kinds` are the roles that open it; None means any role. Groups are brought in line with the roles of this
    day first, so that a role that ended at midnight opens nothing in the morning.
    """
    if not (request.user.is_authenticated and has_staff_password(request)):
        return _detour(request, "staff:sign_in")
    roles = roles_today(request)
    if not roles or (kinds is not None and not any(role.kind in kinds for role in roles)):
        return render(request, "staff/no_role.html", {"without_role": not roles}, status=HTTPStatus.FORBIDDEN)
    if not has_second_factor(request):
        return _detour(request, "staff:factor")
    keep_groups(request.user, on=beijing_day(timezone.now()), roles=roles)
    _note_activity(request)
    if is_password_old(request.user) and request.path not in {reverse("staff:password"), reverse("people:sign_out")}:
        return redirect("staff:password")
    return None


def _note_activity(request: HttpRequest) -> None:
    now = timezone.now().timestamp()
    if _is_activity(request) and now - request.session[FACTOR_SEEN_AT] > SEEN_EVERY_SECONDS:
        request.session[FACTOR_SEEN_AT] = now


def _is_activity(request: HttpRequest) -> bool:
    """Opening a page and sending something are; what an open page asks for by itself would guard an empty chair."""
    if request.method in {"GET", "HEAD"}:
        return not is_in_background(request)
    return not request.path.startswith(PINGS)


def is_in_background(request: HttpRequest) -> bool:
    """Whether a script of an open page asks, and nobody looks at the answer."""
    return request.headers.get("X-Requested-With") == "XMLHttpRequest" or request.headers.get(
        "Sec-Fetch-Dest", "document"
    ) not in {"document", "iframe"}


def _detour(request: HttpRequest, page: str) -> HttpResponse:
    if is_in_background(request):
        return JsonResponse({"error": "second_factor_needed", "page": reverse(page)}, status=HTTPStatus.FORBIDDEN)
    if request.method not in {"GET", "HEAD"}:
        # What was typed stays in the other tab: the page says how to send it again.
        return render(request, "staff/stale.html", {"page": reverse(page)}, status=HTTPStatus.FORBIDDEN)
    return redirect(f"{reverse(page)}?{urlencode({'next': request.get_full_path()})}")


def role_required(*kinds: RoleKind) -> Callable[[View[Params]], View[Params]]:
    """The view opens to holders of one of the roles (of any role, if none is named) with a fresh second factor."""

    def decorate(view: View[Params]) -> View[Params]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponseBase:
            return admit(request, frozenset(kinds) or None) or view(request, *args, **kwargs)

        return guarded

    return decorate


def staff_required(view: View[Params]) -> View[Params]:
    """Any role on this day, and a fresh second factor."""
    return role_required()(view)


def officer_required(view: View[Params]) -> View[Params]:
    """A role that the desk is for, and a fresh second factor."""
    return role_required(*DESK_ROLES)(view)


def username_index(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What axes counts failures by: never what was typed, which may be a phone."""
    typed = (credentials or {}).get("username") or request.POST.get("username", "")
    return keyed_index(str(typed), "staff-sign-in")


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Too many wrong passwords: when to try again, and whom to ask."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "staff/locked_out.html", {"minutes": minutes}, status=HTTPStatus.TOO_MANY_REQUESTS)

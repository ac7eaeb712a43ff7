"""The gate before the Wagtail admin, the officer's desk and the studio, and a word to whose account was merged away."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.people.domain.merging import number_to_prove
from lms.people.enums import ADMIN_ROLES, DESK_ROLES, RoleKind
from lms.people.gates import admit, is_in_background
from lms.people.models import Person

GATES = {"/admin/": ADMIN_ROLES, "/desk/": DESK_ROLES, "/studio/": frozenset({RoleKind.TRAINER})}
# Wagtail's own ways in, which know neither invitations nor second factors.
REPLACED = ("/admin/login/", "/admin/password_reset/")
ALWAYS_OPEN = ("/admin/logout/", "/admin/jsi18n/", "/admin/sprite/")


class StaffGateMiddleware:
    """Staff pages open only to a signed-in person with a role on this day whose second factor is fresh.

    One gate before whole paths, so that no view of Wagtail's, ours or a package's can be forgotten.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.startswith(REPLACED):
            return redirect("staff:sign_in")
        for start, kinds in GATES.items():
            if path.startswith(start) and not path.startswith(ALWAYS_OPEN):
                refusal = admit(request, kinds)
                if refusal is not None:
                    return refusal
        return self.get_response(request)


class MergedAccountMiddleware:
    """Whoever is still signed in to an account that was merged away is told where it went, and signs in there.

    Only where a page is opened with a session: such a page looks up its reader anyway, so nobody else waits longer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        opens_page = request.method == "GET" and not is_in_background(request)
        if opens_page and settings.SESSION_COOKIE_NAME in request.COOKIES and not request.user.is_authenticated:
            survivor = self._survivor(request)
            if survivor is not None:
                return self._lead_on(request, survivor)
        return self.get_response(request)

    @staticmethod
    def _survivor(request: HttpRequest) -> Person | None:
        merged = Person.objects.filter(pk=request.session.get(SESSION_KEY)).select_related("merged_into").first()
        return merged.merged_into if merged else None

    @staticmethod
    def _lead_on(request: HttpRequest, survivor: Person) -> HttpResponse:
        logout(request)
        contact = number_to_prove(survivor, at=timezone.now())
        number = contact.masked if contact else _("your number")
        sentence = _("Your two accounts are one now. Sign in here with %(phone)s: all you learned is there.")
        messages.info(request, sentence % {"phone": number})
        return redirect(f"{reverse('people:sign_in')}?{urlencode({'next': request.get_full_path()})}")

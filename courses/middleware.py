"""A refusal to publish is answered politely, by whichever of Wagtail's views it was met in."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from courses.validators import NotPublishable


class NotPublishableMiddleware:
    """Turns NotPublishable into a message with the reasons and the page's editor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, NotPublishable) or not request.path.startswith("/admin/"):
            return None
        if request.path.startswith("/admin/api/"):
            return JsonResponse({"detail": str(exception), "reasons": exception.reasons}, status=400)
        if not request.accepts("text/html"):  # the editor saves by itself
            refusal = {"success": False, "error_code": "refused", "error_message": exception.sentence}
            return JsonResponse(refusal, status=400)
        messages.error(request, exception.sentence)
        address = reverse("wagtailadmin_pages:edit", args=[exception.page.pk])
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            return JsonResponse({"step": "success", "redirect": address})  # what Wagtail's dialogs follow
        return redirect(address)

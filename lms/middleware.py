"""Middleware that belongs to the whole site."""

import re
from collections.abc import Callable
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_cache_control


class ChosenLanguageMiddleware:
    """Chinese unless the person chose another language.

    Django's own middleware follows the browser's Accept-Language; a cheap phone set to English by its
    seller would then greet a farmer in English. Only the cookie that the language form sets counts here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


def _policy(**sources: str) -> str:
    return "; ".join(f"{name.replace('_', '-')} {allowed}" for name, allowed in sources.items())


# Everything comes from this site. The player hands the picture to itself as a blob, and so its worker.
_OWN = {
    "default_src": "'self'",
    "img_src": "'self' data:",
    "media_src": "'self' blob:",
    "worker_src": "'self' blob:",
    "object_src": "'none'",
    "base_uri": "'none'",
    "form_action": "'self'",
}
PAGES = _policy(**_OWN, frame_ancestors="'none'")
# Wagtail writes scripts and styles into its pages, shows pictures before they are sent, and previews a page in a frame.
EDITORS = _policy(
    **_OWN
    | {"script_src": "'self' 'unsafe-inline'", "style_src": "'self' 'unsafe-inline'", "img_src": "'self' data: blob:"},
    frame_ancestors="'self'",
)
# A page that shows fixed words and needs nothing else (500.html): it must be readable when nothing else works.
ALONE = _policy(default_src="'none'", style_src="'unsafe-inline'", frame_ancestors="'none'")


class ContentSecurityPolicyMiddleware:
    """What a page may load and run: nothing but what this site serves as a file, whatever somebody got into a page.

    A response that brings its own policy (files that others sent) keeps it, and so do PDF, which browsers show with
    a plugin of theirs, and Django's technical pages.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_technical = settings.DEBUG and response.status_code >= HTTPStatus.BAD_REQUEST
        if is_technical or response.get("Content-Type", "").startswith("application/pdf"):
            return response
        if response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
            policy = ALONE
        else:
            policy = EDITORS if request.path.startswith("/admin/") else PAGES
        response.headers.setdefault("Content-Security-Policy", policy)
        return response


class UnchangedPageMiddleware:
    """A page that says what it said last time is not sent again: a visitor who is not signed in gets "304" instead.

    The mark (ETag) is made of the page without the tokens of its forms, which are masked anew each time, and of the
    secret behind them: the tokens of the page that the browser kept hold as long as that secret does. Whoever carries
    a session gets every page whole.
    """

    _TOKENS = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]*')

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase | None:
        response = self.get_response(request)
        if not self._is_for_anyone(request, response):
            return response
        given = response.cookies.get(settings.CSRF_COOKIE_NAME)
        secret = given.value if given else request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
        mark = blake2b(self._TOKENS.sub(rb"\1", response.content), key=secret.encode()[:64], digest_size=12).hexdigest()
        response.headers["ETag"] = f'W/"{mark}"'
        patch_cache_control(response, private=True, no_cache=True)
        return get_conditional_response(request, etag=response.headers["ETag"], response=response)

    @staticmethod
    def _is_for_anyone(request: HttpRequest, response: HttpResponse) -> bool:
        carries_session = settings.SESSION_COOKIE_NAME in request.COOKIES.keys() | response.cookies.keys()
        is_page = response.status_code == HTTPStatus.OK and response.get("Content-Type", "").startswith("text/html")
        is_settled = response.has_header("ETag") or "no-store" in response.get("Cache-Control", "")
        return request.method == "GET" and is_page and not (carries_session or response.streaming or is_settled)


class RowNumberMiddleware:
    """An address with a number that no row can have leads nowhere; databases fail on it instead of finding nothing."""

    LARGEST = 2**63 - 1

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        if any(isinstance(value, int) and value > self.LARGEST for value in kwargs.values()):
            raise Http404


class NotAllowedPageMiddleware:
    """Whoever opens the address of a button, by reloading or from a bookmark, reads what to do; Django says nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_silent = response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content
        if request.method == "GET" and is_silent and "text/html" in request.headers.get("Accept", ""):
            page = render(request, "405.html", status=response.status_code)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

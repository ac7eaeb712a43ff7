"""The short way for watch reports: most of what comes in is one, and most of the middleware does not concern them."""

from typing import Any

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.utils.module_loading import import_string

# Https and its headers, the session, the language. A report carries no form token (learning/views/json_api.py), opens
# no staff page and asks for no user: its view finds session and person in one query.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lms.middleware.ChosenLanguageMiddleware",
]


class ShortWay:
    """For a handler of Django's: this middleware alone."""

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        # Of BaseHandler; its published types leave it out.
        handler: Any = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]  # of BaseHandler
        for name in reversed(MIDDLEWARE):
            handler = convert_exception_to_response(import_string(name)(handler))
        self._middleware_chain = handler


class ReportHandler(ShortWay, WSGIHandler):
    """What the web server calls for watch reports."""

"""The WSGI entry that a web server calls."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.production")
_whole = get_wsgi_application()

from django.urls import reverse  # noqa: E402  (settings and models are loaded only now)

from lms.handlers import ReportHandler  # noqa: E402
from lms.learning.views.quick import QuickReports  # noqa: E402
from lms.tools.guard import refuse_unsafe_start  # noqa: E402

refuse_unsafe_start()
_quick, _reports = QuickReports(ReportHandler()), reverse("learning:report")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Watch reports go the quick way, or the short one; everything else goes through all of the middleware."""
    handler = _quick if environ.get("PATH_INFO") == _reports else _whole
    return handler(environ, start_response)

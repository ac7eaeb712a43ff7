"""The quick way of watch reports: those of one play session with a good token, answered without Django's handlers.

What it cannot decide at a glance goes `otherwise`, with its body put back: a malformed report, alone or among others, a
batch of several sessions, another method, another site, no token or one that is not good any more, http where https is
asked for. So there is one place for all answers to such requests, and the quick way only does what that place would
do.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse, JsonResponse, parse_cookie
from django.middleware.security import SecurityMiddleware
from django.utils import translation

from lms.learning.domain.gathering import GROUP
from lms.learning.domain.grouping import NotTheirs, Sent
from lms.learning.domain.tokens import PlayToken, read_token
from lms.learning.pressure import send_away_when_crowded
from lms.learning.views.json_api import refusal
from lms.learning.views.reports import TOKEN_HEADER, batch_json, judged, receipt_json
from lms.learning.wire import MAX_BODY_BYTES, Refused, read_batch, read_object, read_report

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]

_TOKEN = f"HTTP_{TOKEN_HEADER.upper().replace('-', '_')}"
_log = logging.getLogger(__name__)


class QuickReports:
    """What a web server calls for watch reports; `otherwise` is the way through Django."""

    def __init__(self, otherwise: Application) -> None:
        self._otherwise = otherwise
        self._safety = {secure: _safety_headers(secure=secure) for secure in (True, False)}

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        language = _language(environ)
        with translation.override(language):
            try:
                send_away_when_crowded(GROUP.underway)
                answer = self._take(environ)
            except Refused as error:
                answer = refusal(error)
        if answer is None:
            return self._otherwise(environ, start_response)
        answer.headers["Content-Language"] = language
        answer.headers["Content-Length"] = str(len(answer.content))
        headers = [*answer.items(), *self._safety[_is_secure(environ)]]
        start_response(f"{answer.status_code} {answer.reason_phrase}", headers)
        return [answer.content]

    def _take(self, environ: Environ) -> HttpResponse | None:
        """The answer to plain reports; None where this is for others to say. Raises Refused."""
        at = datetime.now(UTC)
        token = self._token(environ, at)
        read = _read(environ, token, at) if token else None
        if read is None:
            return None
        sent, is_batch = read
        GROUP.take(sent)
        try:
            if is_batch:
                return JsonResponse(batch_json(sent))
            return JsonResponse(receipt_json(sent[0].code, judged(sent[0])))
        except NotTheirs:
            return None
        except Refused:
            raise
        except Exception:
            _log.exception("A watch report could not be taken.")
            return None

    def _token(self, environ: Environ, at: datetime) -> PlayToken | None:
        """The good token of a request that one of our own pages sent."""
        if (
            environ.get("HTTP_SEC_FETCH_SITE") != "same-origin"
            or environ["REQUEST_METHOD"] != "POST"
            or (settings.SECURE_SSL_REDIRECT and not _is_secure(environ))
        ):
            return None
        return read_token(environ.get(_TOKEN, ""), at=at)


def _read(environ: Environ, token: PlayToken, at: datetime) -> tuple[list[Sent], bool] | None:
    """The reports of one play session in the body, and whether they came as a batch.

    None where it is anything else, with the body there to be read again.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdecimal() and int(length) <= MAX_BODY_BYTES):
        return None
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    try:
        read = read_object(body)
        is_batch = "reports" in read
        reports = [read_report(each) for each in (read_batch(read["reports"]) if is_batch else [read])]
    except Refused:
        return None
    if any(report.is_package or report.session != reports[0].session for report in reports):
        return None
    return [
        Sent(token.session_id, token.person_id, each.session, each.number, each.stretches, at, sign_in=token.sign_in)
        for each in reports
    ], is_batch


def _language(environ: Environ) -> str:
    """As lms.middleware.ChosenLanguageMiddleware finds it."""
    cookies = environ.get("HTTP_COOKIE", "")
    if settings.LANGUAGE_COOKIE_NAME not in cookies:
        return settings.LANGUAGE_CODE
    chosen = parse_cookie(cookies).get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _is_secure(environ: Environ) -> bool:
    """As HttpRequest.is_secure finds it."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, wanted = settings.SECURE_PROXY_SSL_HEADER
        if name in environ:
            return str(environ[name]).split(",", 1)[0].strip() == wanted
    return environ["wsgi.url_scheme"] == "https"


def _safety_headers(*, secure: bool) -> list[tuple[str, str]]:
    """What Django's SecurityMiddleware adds to an answer, asked of it once."""
    scheme = "https" if secure else "http"
    request = WSGIRequest({"REQUEST_METHOD": "POST", "wsgi.url_scheme": scheme, "wsgi.input": BytesIO()})
    bare = HttpResponse()
    named = set(bare.headers)
    dressed = SecurityMiddleware(lambda _request: bare).process_response(request, bare)
    return [(name, value) for name, value in dressed.items() if name not in named]

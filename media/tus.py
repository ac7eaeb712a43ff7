"""The words of tus 1.0, the protocol of resumable uploads (https://tus.io/protocols/resumable-upload).

Of its extensions: creation, expiration, termination. The fingerprint of the whole stands in for checksums of pieces.
"""

import base64
import binascii
import re
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from media.models import Upload

Params = ParamSpec("Params")
View = Callable[Concatenate[HttpRequest, Params], HttpResponse]

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
PIECE = "application/offset+octet-stream"
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}\Z", re.ASCII)


class BadHeader(ValueError):
    """A header that the protocol asks for is missing or not of its form."""


def spoken(view: View[Params]) -> View[Params]:
    """Answers in the protocol: the version on every answer, OPTIONS, and a method hidden in a POST brought to light."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        hidden = request.headers.get("X-HTTP-Method-Override", "")
        if request.method == "POST" and hidden in {"PATCH", "DELETE"}:
            # Old gateways let nothing but GET and POST through.
            request.method = hidden
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
            response["Tus-Extension"] = EXTENSIONS
            response["Tus-Max-Size"] = str(settings.MEDIA_MAX_UPLOAD_MB << 20)
        elif request.headers.get("Tus-Resumable") != VERSION:
            response = HttpResponse(status=412)
        else:
            try:
                response = view(request, *args, **kwargs)
            except BadHeader as error:
                response = refusal(400, str(error))
        response["Tus-Version"] = response["Tus-Resumable"] = VERSION
        response["Cache-Control"] = "no-store"
        return response

    return answered


def refusal(status: int, sentence: str) -> HttpResponse:
    """A refusal that a person can read."""
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def number(request: HttpRequest, header: str) -> int:
    """The whole number in a header. Raises BadHeader."""
    text = request.headers.get(header, "")
    if not _WHOLE_NUMBER.match(text):
        raise BadHeader(f"{header} is not a whole number.")
    return int(text)


def metadata(request: HttpRequest) -> dict[str, str]:
    """The pairs of Upload-Metadata. Raises BadHeader."""
    pairs: dict[str, str] = {}
    for pair in filter(None, request.headers.get("Upload-Metadata", "").split(",")):
        key, _space, value = pair.strip().partition(" ")
        try:
            pairs[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise BadHeader(f"Upload-Metadata: {key} cannot be read.") from error
    return pairs


def describe(response: HttpResponse, upload: Upload, offset: int) -> HttpResponse:
    """Where the upload stands, and until when it can be taken up again."""
    response["Upload-Offset"] = str(offset)
    response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response

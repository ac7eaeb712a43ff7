"""The bytes of recordings: playlists, segments, posters and captions behind signed addresses."""

import re
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from lms.lib.files import StorageFailed, stored
from media.domain.playing import AddressRefused, open_address
from media.domain.speaking import SoundRefused, open_sound
from media.enums import TranscriptState
from media.models import CaptionTrack

TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".jpg": "image/jpeg",
    ".bin": "application/octet-stream",
    ".vtt": "text/vtt; charset=utf-8",
}
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def _refused() -> HttpResponse:
    response = HttpResponseForbidden("This address is no longer valid.", content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def file(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """One file of a recording; the route lets plain file names through, and only known kinds go out."""
    try:
        _code, folder = open_address(token)
    except AddressRefused:
        return _refused()
    kind = TYPES.get(PurePosixPath(name).suffix)
    if kind is None:
        return _not_found()
    return _sent(request, f"{folder}/{name}", kind)


@require_safe
def sound(request: HttpRequest, token: str) -> HttpResponseBase:
    """A text that a machine has spoken."""
    try:
        name = open_sound(token, at=timezone.now())
    except SoundRefused:
        return _refused()
    return _sent(request, name, TYPES[".m4a"])


def _sent(request: HttpRequest, name: str, kind: str) -> HttpResponseBase:
    response: HttpResponseBase
    if settings.MEDIA_SENDER == "nginx":
        # Whether it is there, nginx finds out.
        response = HttpResponse(content_type=kind)
        response["X-Accel-Redirect"] = stored().inner_address(name, kind)
    else:
        try:
            response = send_stored(request, name, kind)
        except FileNotFoundError:
            return _not_found()
        except StorageFailed:
            return HttpResponse("Please try again in a moment.", status=503, content_type="text/plain")
    # Segments and sounds never change. Playlists ask again, so that a takedown is noticed.
    private = "private, max-age=86400, immutable" if kind != TYPES[".m3u8"] else "private, no-cache"
    response["Cache-Control"] = private
    response["Accept-Ranges"] = "bytes"
    return response


def _not_found() -> HttpResponse:
    return HttpResponse("Not found.", status=404, content_type="text/plain")


def send_stored(request: HttpRequest, name: str, kind: str) -> HttpResponseBase:
    """The whole file, or the one stretch of bytes that was asked for. Raises FileNotFoundError, StorageFailed."""
    size = stored().size(name)
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if asked is None or asked[0] == "bytes=-":
        response: Any = StreamingHttpResponse(stored().read(name, 0, size), content_type=kind)
        response["Content-Length"] = str(size)
        return response
    first, last = _stretch(asked[1], asked[2], size)
    if not first <= last < size:
        response = HttpResponse(status=416, content_type=kind)
        response["Content-Range"] = f"bytes */{size}"
        return response
    length = last - first + 1
    response = StreamingHttpResponse(stored().read(name, first, length), status=206, content_type=kind)
    response["Content-Length"] = str(length)
    response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _stretch(first: str, last: str, size: int) -> tuple[int, int]:
    """First and last byte; one that cannot be served has its first behind its last."""
    if not first:
        wanted = int(last)
        return (max(size - wanted, 0), size - 1) if wanted else (1, 0)
    return int(first), min(int(last), size - 1) if last else size - 1


@require_safe
def captions(request: HttpRequest, token: str, language: str) -> HttpResponse:
    """The approved captions in one language; a draft is never served here."""
    try:
        code, _folder = open_address(token)
    except AddressRefused:
        return _refused()
    track = CaptionTrack.objects.filter(
        video__code=code, language=language, transcript__state=TranscriptState.APPROVED
    ).first()
    if track is None:
        return HttpResponse("Not found.", status=404, content_type="text/plain")
    response = HttpResponse(track.vtt, content_type="text/vtt; charset=utf-8")
    response["Cache-Control"] = "private, no-cache"
    return response

"""The bytes of recordings: playlists, segments, posters and captions behind signed addresses."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, Any
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseForbidden, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from media.domain.playing import AddressRefused, open_address
from media.enums import TranscriptState
from media.models import CaptionTrack

TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
    ".bin": "application/octet-stream",
}
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_CHUNK = 1 << 16


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
    stored = f"{folder}/{name}"
    if kind is None or not default_storage.exists(stored):
        return HttpResponse("Not found.", status=404, content_type="text/plain")
    response: HttpResponseBase
    if settings.MEDIA_SENDER == "nginx":
        response = HttpResponse(content_type=kind)
        response["X-Accel-Redirect"] = quote(settings.MEDIA_INTERNAL_PREFIX + stored)
    else:
        response = _send(request, stored, kind)
    # Segments never change. Playlists ask again, so that a takedown is noticed.
    private = "private, max-age=86400, immutable" if kind != TYPES[".m3u8"] else "private, no-cache"
    response["Cache-Control"] = private
    response["Accept-Ranges"] = "bytes"
    return response


def _send(request: HttpRequest, stored: str, kind: str) -> HttpResponseBase:
    """The whole file, or the one stretch of bytes that was asked for."""
    size = default_storage.size(stored)
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if asked is None or asked[0] == "bytes=-":
        return FileResponse(default_storage.open(stored, "rb"), content_type=kind)
    first, last = _stretch(asked[1], asked[2], size)
    if not first <= last < size:
        response: Any = HttpResponse(status=416, content_type=kind)
        response["Content-Range"] = f"bytes */{size}"
        return response
    opened = default_storage.open(stored, "rb")
    opened.seek(first)
    length = last - first + 1
    response = StreamingHttpResponse(_read(opened, length), status=206, content_type=kind)
    response["Content-Length"] = str(length)
    response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _stretch(first: str, last: str, size: int) -> tuple[int, int]:
    """First and last byte; one that cannot be served has its first behind its last."""
    if not first:
        wanted = int(last)
        return (max(size - wanted, 0), size - 1) if wanted else (1, 0)
    return int(first), min(int(last), size - 1) if last else size - 1


def _read(opened: IO[bytes], length: int) -> Iterator[bytes]:
    with opened:
        while length > 0 and (chunk := opened.read(min(length, _CHUNK))):
            length -= len(chunk)
            yield chunk


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

"""The bytes of recordings: playlists, segments, posters and captions behind signed addresses."""

from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from lms.lib.files import StorageFailed, stored
from lms.lib.ranges import NoSuchRange, asked_range
from media.domain.playing import POSTER_PERIOD_SECONDS, AddressRefused, open_address, open_poster, poster_file
from media.domain.speaking import SoundRefused, open_sound
from media.domain.stills import NoSuchStill, still_at
from media.enums import TranscriptState
from media.models import CaptionTrack

_KEPT = "private, max-age=86400, immutable"
_KEPT_AS_POSTERS = f"private, max-age={POSTER_PERIOD_SECONDS}, immutable"
TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".jpg": "image/jpeg",
    ".avif": "image/avif",
    ".webp": "image/webp",
    ".bin": "application/octet-stream",
    ".vtt": "text/vtt; charset=utf-8",
}


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
    # Segments never change. Playlists ask again, so that a takedown is noticed.
    keeping = _KEPT if kind != TYPES[".m3u8"] else "private, no-cache"
    return _sent(request, f"{folder}/{name}", kind, keeping=keeping)


@require_safe
def poster(request: HttpRequest, token: str, width: str) -> HttpResponseBase:
    """The still of a recording in the newest format that the browser reads, to be kept as long as its address holds."""
    try:
        _code, folder = open_poster(token)
    except AddressRefused:
        return _refused()
    saves_data = request.headers.get("Save-Data", "").lower() == "on"
    name = poster_file(int(width), accepts=request.headers.get("Accept", ""), saves_data=saves_data)
    response = _sent(request, f"{folder}/{name}", TYPES[PurePosixPath(name).suffix], keeping=_KEPT_AS_POSTERS)
    patch_vary_headers(response, ["Accept", "Save-Data"])
    return response


@require_safe
def still(request: HttpRequest, token: str, seconds: str) -> HttpResponse:
    """The picture of a moment, to be kept as long as its address holds."""
    try:
        _code, folder = open_poster(token)
        picture = still_at(folder, int(seconds))
    except AddressRefused:
        return _refused()
    except StorageFailed:
        return _later()
    except (NoSuchStill, OSError):  # or a file that is gone or damaged
        return _not_found()
    response = HttpResponse(picture, content_type=TYPES[".jpg"])
    response["Cache-Control"] = _KEPT_AS_POSTERS
    return response


@require_safe
def sound(request: HttpRequest, token: str) -> HttpResponseBase:
    """A text that a machine has spoken."""
    try:
        name = open_sound(token, at=timezone.now())
    except SoundRefused:
        return _refused()
    return _sent(request, name, TYPES[".m4a"], keeping=_KEPT)


def _sent(request: HttpRequest, stored_name: str, kind: str, *, keeping: str) -> HttpResponseBase:
    response: HttpResponseBase
    if settings.MEDIA_SENDER == "nginx":
        # Whether it is there, nginx finds out.
        response = HttpResponse(content_type=kind)
        response["X-Accel-Redirect"] = stored().inner_address(stored_name, kind)
    else:
        try:
            response = send_stored(request, stored_name, kind)
        except FileNotFoundError:
            return _not_found()
        except StorageFailed:
            return _later()
    response["Cache-Control"] = keeping
    response["Accept-Ranges"] = "bytes"
    return response


def _later() -> HttpResponse:
    return HttpResponse("Please try again in a moment.", status=503, content_type="text/plain")


def _not_found() -> HttpResponse:
    return HttpResponse("Not found.", status=404, content_type="text/plain")


def send_stored(request: HttpRequest, name: str, kind: str) -> HttpResponseBase:
    """The whole file, or the one stretch of bytes that was asked for. Raises FileNotFoundError, StorageFailed."""
    size = stored().size(name)
    response: Any
    try:
        asked = asked_range(request.headers.get("Range", ""), size)
    except NoSuchRange:
        response = HttpResponse(status=416, content_type=kind)
        response["Content-Range"] = f"bytes */{size}"
        return response
    if asked is None:
        response = StreamingHttpResponse(stored().read(name, 0, size), content_type=kind)
        response["Content-Length"] = str(size)
        return response
    first, last = asked
    length = last - first + 1
    response = StreamingHttpResponse(stored().read(name, first, length), status=206, content_type=kind)
    response["Content-Length"] = str(length)
    response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


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

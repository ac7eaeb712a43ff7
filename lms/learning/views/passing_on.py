"""A lesson as one file to pass on."""

import re
from base64 import b64encode
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import qrcode
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.encoding import iri_to_uri
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathFillImage

from courses.domain.linking import link_of
from courses.enums import Access
from courses.models import LessonPage
from lms.learning.domain.passing_on import NoFile, Whole, film_of
from lms.lib.durations import beijing_day
from lms.lib.files import StorageFailed, stored
from lms.lib.ranges import NoSuchRange, asked_range
from lms.people.backends.addresses import client_address
from lms.people.domain.pacing import take_try
from lms.people.models import Person
from media.backends.transcode.base import Label
from media.backends.transcode.command import comment

# A file is as large as a film; nobody passes on more lessons than that in an hour.
FILES_AN_HOUR = 20
# A phone at the edge of the network loses it every few minutes, and some fetch with many hands at once.
RESUMED_AN_HOUR = 300
_SCOPE = "lesson-file"
# Shown by whatever opens it as a page of nobody: what it holds can reach neither this site nor any other.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; media-src blob:; "
    "sandbox allow-scripts allow-popups"
)
_LONGEST_NAME = 60


@require_safe
def lesson_file(request: HttpRequest, lesson_id: int) -> HttpResponseBase:
    """The lesson as one HTML file, or what is missing of it, for whoever may play it."""
    lesson = get_object_or_404(LessonPage.objects.live().select_related("video", "org"), pk=lesson_id)
    person = request.user if isinstance(request.user, Person) else None
    at = timezone.now()
    try:
        film = film_of(person, lesson, at=at)
    except (NoFile, FileNotFoundError) as error:
        raise Http404 from error
    except StorageFailed:
        return HttpResponse("Please try again in a moment.", status=503, content_type="text/plain")
    who = f"person {person.pk}" if person else f"address {client_address(request)}"
    context = _said(request, lesson)
    head = render_to_string("learning/passed_on/head.html", context).encode()
    whole = Whole(head, film, render_to_string("learning/passed_on/tail.html", context).encode())
    try:
        asked = _asked(request, whole)
    except NoSuchRange:
        response: HttpResponseBase = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{whole.size_bytes}"
        return response
    first, last = asked or (0, whole.size_bytes - 1)
    if request.method == "GET" and not _may_fetch(who, first, at=at):
        return render(request, "credits/attestations/slow_down.html", {}, status=429)
    return _sent(whole, first, last, is_part=asked is not None, name=f"{file_name(lesson.title)}.html")


def _asked(request: HttpRequest, whole: Whole) -> tuple[int, int] | None:
    """The stretch that is missing, where what the phone has is a part of these very bytes."""
    if request.method != "GET" or request.headers.get("If-Range", whole.mark) != whole.mark:
        return None
    return asked_range(request.headers.get("Range", ""), whole.size_bytes)


def _may_fetch(who: str, first: int, *, at: datetime) -> bool:
    """A lost connection is no further file; who claims one at every try comes to an end as well."""
    if first:
        return take_try(f"{_SCOPE}-rest", who, most=RESUMED_AN_HOUR, at=at)
    return take_try(_SCOPE, who, most=FILES_AN_HOUR, at=at)


def _sent(whole: Whole, first: int, last: int, *, is_part: bool, name: str) -> HttpResponseBase:
    response = StreamingHttpResponse(
        whole.read(first, last), status=206 if is_part else 200, content_type="text/html; charset=utf-8"
    )
    response["Content-Length"] = str(last - first + 1)
    if is_part:
        response["Content-Range"] = f"bytes {first}-{last}/{whole.size_bytes}"
    response["ETag"] = whole.mark
    response["Accept-Ranges"] = "bytes"
    # Compressed on the way it would have neither a length nor stretches.
    response["Cache-Control"] = "private, no-cache, no-transform"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Security-Policy"] = _POLICY
    response["X-Robots-Tag"] = "noindex"
    return response


def file_name(title: str) -> str:
    """The title as memory cards of phones take it for a name."""
    return re.sub(r'[\\/:*?"<>|\s\x00-\x1f]+', " ", title).strip(" .")[:_LONGEST_NAME].strip() or "lesson"


def _said(request: HttpRequest, lesson: LessonPage) -> dict[str, Any]:
    """What the file says of its lesson: nothing of whoever asked for it."""
    video: Any = lesson.video
    track = video.approved_track()
    cues = list(track.transcript.cues.values_list("start_ms", "end_ms", "text")) if track else []
    address = request.build_absolute_uri(link_of(lesson).get_absolute_url())
    return {
        "lesson": lesson,
        "video": video,
        "label": comment(Label(producer=lesson.org.name if lesson.org else "", content_number=video.code))
        if video.ai_generated
        else "",
        "track": track,
        "cues": cues,
        "is_public": lesson.course.access == Access.PUBLIC,
        "address": iri_to_uri(address),
        "spoken": address.split("://", 1)[-1],
        "qr": _data(_qr(address), "image/svg+xml"),
        "poster": _poster(video.poster.name),
        "made": _changed(video.received_at, lesson.last_published_at, track.published_at if track else None),
        "style": _built("lessonfile.css"),
        "script": _built("passedon.js"),
    }


def _changed(*moments: datetime | None) -> date:
    """The day of the newest that is in the file: the day of the download would make other bytes each midnight."""
    return beijing_day(max(moment for moment in moments if moment))


def _qr(text: str) -> bytes:
    picture = BytesIO()
    drawn = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=3, image_factory=SvgPathFillImage)
    drawn.add_data(text)
    drawn.make_image().save(picture)
    return picture.getvalue()


def _data(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{b64encode(content).decode()}"


def _poster(name: str) -> str:
    """The picture before playing; a file without one plays as well."""
    if not name:
        return ""
    try:
        with stored().open(name) as opened:
            return _data(opened.read(), "image/jpeg")
    except (FileNotFoundError, StorageFailed):
        return ""


def _built(name: str) -> str:
    """A built file of the front end, to be written into the page; no text of anybody's is in it."""
    found = finders.find(name)
    return _read(Path(found), Path(found).stat().st_mtime_ns) if isinstance(found, str) else ""


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> str:
    return path.read_text(encoding="utf-8").replace("</", "<\\/")

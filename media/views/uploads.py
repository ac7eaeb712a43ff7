"""Uploads in pieces, for tus clients; finishing and the question whether a file is known are our own, in JSON.

Beginning one needs what every staff page needs. Going on needs the owner, who signed in with a password today, but no
fresh second factor: a film takes longer to send than a factor stays fresh, and nothing is shown here.
"""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lms.lib.durations import beijing_day
from lms.people.enums import RoleKind
from lms.people.gates import role_required, safe_next
from lms.people.policies import has_staff_password, orgs_of_trainer
from lms.people.views.common import person_of
from media import tus
from media.domain.receiving import CannotReceive, DiskFull, TooLarge, find_same
from media.domain.uploading import (
    AlreadyHere,
    ContentChanged,
    NotWhole,
    OffsetConflict,
    append,
    begin_upload,
    finish_upload,
    give_up,
    offset_of,
)
from media.forms import UploadForm
from media.models import Upload, Video
from media.policies import uploads_of
from media.views.upkeep import video_for

_BLOCK = 1 << 18
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@role_required(RoleKind.TRAINER)
def begin(request: HttpRequest) -> HttpResponse:
    """POST makes an upload of the announced length; `replaces` names the recording in whose place it comes."""
    return _begin(request)


@tus.spoken
def _begin(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)
    size_bytes, given = tus.number(request, "Upload-Length"), tus.metadata(request)
    old = video_for(request, given["replaces"], manage=True) if given.get("replaces") else None
    if old:
        given |= {"org": str(old.org_id), "language": old.language}
    form = UploadForm(given, by=person_of(request), at=timezone.now())
    if not form.is_valid():
        return tus.refusal(HTTPStatus.UNPROCESSABLE_ENTITY, form.first_error())
    try:
        upload = begin_upload(
            by=form.by,
            name=given.get("filename", ""),
            size_bytes=size_bytes,
            at=form.at,
            replaces=old,
            **form.cleaned_data,
        )
    except CannotReceive as error:
        return tus.refusal(_status_of(error), str(error))
    response = HttpResponse(status=HTTPStatus.CREATED)
    response["Location"] = reverse("media:upload", args=[upload.code])
    return tus.describe(response, upload, 0)


@tus.spoken
def upload(request: HttpRequest, code: str) -> HttpResponse:
    """HEAD says how much is here, PATCH adds to it, DELETE gives it up."""
    if (refusal := _not_signed_in(request)) is not None:
        return refusal
    found = _upload(request, code)
    if found.expires_at <= timezone.now():
        return tus.refusal(HTTPStatus.GONE, _("This upload has expired. Please begin again."))
    if request.method == "HEAD":
        response = tus.describe(HttpResponse(), found, offset_of(found))
        response["Upload-Length"] = str(found.size_bytes)
        return response
    if request.method == "DELETE":
        give_up(found)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    if request.method != "PATCH":
        return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)
    if request.content_type != tus.PIECE:
        return HttpResponse(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        offset = append(found, _blocks(request), offset=tus.number(request, "Upload-Offset"))
    except OffsetConflict as conflict:
        return tus.describe(tus.refusal(HTTPStatus.CONFLICT, str(conflict)), found, conflict.offset)
    except CannotReceive as error:
        return tus.refusal(_status_of(error, HTTPStatus.REQUEST_ENTITY_TOO_LARGE), str(error))
    return tus.describe(HttpResponse(status=HTTPStatus.NO_CONTENT), found, offset)


def _blocks(request: HttpRequest) -> Iterator[bytes]:
    """The body as it comes. A line that breaks off ends it: what came before is whole and stays."""
    try:
        while block := request.read(_BLOCK):
            yield block
    except UnreadablePostError:
        return


@require_POST
def finish(request: HttpRequest, code: str) -> HttpResponse:
    """{"sha256", "anyway"?} of the whole file: {"code"} of its recording, or why not, with {"same"} for a known one."""
    if (refusal := _not_signed_in(request)) is not None:
        return refusal
    found, said = _upload(request, code), _json(request)
    if not (sha256 := _fingerprint(said)):
        return _answer(HTTPStatus.BAD_REQUEST, error="sha256")
    try:
        video = finish_upload(found, sha256=sha256, anyway=said.get("anyway") is True, at=timezone.now())
    except Upload.DoesNotExist:
        return _answer(HTTPStatus.NOT_FOUND)
    except NotWhole as error:
        return _answer(HTTPStatus.CONFLICT, error=str(error), offset=error.offset)
    except AlreadyHere as error:
        return _answer(HTTPStatus.CONFLICT, error=str(error), same=_told(error.video))
    except ContentChanged as error:
        return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, error=str(error))
    except CannotReceive as error:
        return _answer(_status_of(error), error=str(error))
    messages.success(request, _("The recording was received and is being converted."))
    return _answer(HTTPStatus.OK, code=video.code)


@require_POST
@role_required(RoleKind.TRAINER)
def known(request: HttpRequest) -> HttpResponse:
    """{"sha256", "org"?}: {"same"} is the recording of these bytes, or null."""
    said = _json(request)
    orgs = orgs_of_trainer(request.user, beijing_day(timezone.now()))
    named = str(said.get("org", ""))
    org = orgs.filter(pk=int(named)).first() if named.isdecimal() else orgs.first()
    same = find_same(_fingerprint(said), org) if org else None
    return _answer(HTTPStatus.OK, same=_told(same) if same else None)


@require_POST
def forget(request: HttpRequest, code: str) -> HttpResponse:
    """The button of a page without script."""
    if (refusal := _not_signed_in(request)) is not None:
        return refusal
    give_up(_upload(request, code))
    return redirect(safe_next(request, reverse("studio:home")))


def _not_signed_in(request: HttpRequest) -> HttpResponse | None:
    if request.user.is_authenticated and has_staff_password(request):
        return None
    return _answer(HTTPStatus.FORBIDDEN, error="sign_in_needed", page=reverse("staff:sign_in"))


def _upload(request: HttpRequest, code: str) -> Upload:
    """404 for whoever is not its owner or works for its organisation no more."""
    found = uploads_of(request.user, on=beijing_day(timezone.now())).select_related("video", "org", "owner")
    upload = found.filter(code=code).first()
    if upload is None:
        raise Http404
    return upload


def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        said = json.loads(request.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _fingerprint(said: dict[str, Any]) -> str:
    """What was said, if it has the form of a fingerprint."""
    sha256 = str(said.get("sha256", "")).lower()
    return sha256 if _SHA256.match(sha256) else ""


def _told(video: Video) -> dict[str, str]:
    """What a person needs to know of a recording that is here already."""
    day = timezone.localtime(video.received_at)
    sentence = _("This recording was sent on %(year)s-%(month)s-%(day)s already: %(title)s.") % {
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "title": video.title,
    }
    return {"code": video.code, "sentence": sentence}


def _status_of(error: CannotReceive, other: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY) -> HTTPStatus:
    if isinstance(error, DiskFull):
        return HTTPStatus.INSUFFICIENT_STORAGE
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if isinstance(error, TooLarge) else other


def _answer(status: HTTPStatus, **said: Any) -> JsonResponse:
    return JsonResponse(said, status=status)

"""A trainer's own recordings, on a page made for a phone: send, see where they stand, try again."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.lib.durations import beijing_day
from lms.people.views.common import person_of
from media.domain import staging
from media.domain.cutting import why_not_cuttable
from media.domain.playing import sign
from media.domain.uploading import offset_of
from media.enums import VideoStatus
from media.forms import RecordingForm
from media.models import Video
from media.policies import may_manage, uploads_of, videos_visible_to

_PER_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Send a recording; below it, the person's own. part=list answers the list alone."""
    now, person = timezone.now(), person_of(request)
    given: tuple[Any, ...] = (request.POST, request.FILES) if request.method == "POST" else ()
    form = RecordingForm(*given, by=person, at=now)
    if form.is_valid() and form.save():
        messages.success(request, _("The recording was received and is being converted."))
        return redirect("studio:home")
    videos = videos_visible_to(person, on=beijing_day(now)).filter(uploaded_by=person)
    page = Paginator(videos, _PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "moving": any(is_moving(video) for video in page)}
    if request.GET.get("part") == "list":
        return render(request, "media/studio/_list.html", context)
    context |= {"form": form, "uploads": unfinished_uploads(request, now)}
    return render(request, "media/studio/home.html", context, status=422 if form.errors else 200)


@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    """One recording and what can be done with it; part=state answers its live part alone."""
    now = timezone.now()
    video = visible_video(request, code, at=now)
    context = {"video": video, "moving": is_moving(video)}
    if request.GET.get("part") == "state":
        return render(request, "media/studio/_state.html", context)
    context |= {
        "addresses": sign(video, at=now) if video.is_streamable else None,
        "pieces": video.pieces.all(),
        "may_manage": may_manage(request.user, video, on=beijing_day(now)),
        "uncuttable": why_not_cuttable(video),
    }
    return render(request, "media/studio/show.html", context)


@require_POST
def retry(request: HttpRequest, code: str) -> HttpResponse:
    """Send a failed recording on its way again."""
    now = timezone.now()
    video = visible_video(request, code, at=now)
    if not may_manage(request.user, video, on=beijing_day(now)):
        raise PermissionDenied
    if staging.retry_by_hand(video, at=now):
        messages.success(request, _("The recording is tried again."))
    return redirect("studio:home")


def visible_video(request: HttpRequest, code: str, *, at: datetime) -> Video:
    """404 for whoever works for another organisation today."""
    videos = videos_visible_to(request.user, on=beijing_day(at)).select_related("org", "cut_from")
    return get_object_or_404(videos, code=code)


def is_moving(video: Video) -> bool:
    """Whether its state will change by itself."""
    return video.status not in (VideoStatus.READY, VideoStatus.FAILED) and not video.taken_down_at


def unfinished_uploads(request: HttpRequest, at: datetime) -> list[dict[str, Any]]:
    """What the person began to send and can go on with: the upload, its bytes here, and their percentage."""
    found = []
    for upload in uploads_of(request.user, on=beijing_day(at)).open(at):
        offset = offset_of(upload)
        found.append({"upload": upload, "offset": offset, "percent": 100 * offset // upload.size_bytes})
    return found

"""Replacing and deleting a recording in the Wagtail admin."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lms.lib.durations import beijing_day
from lms.people.views.common import person_of
from media.domain.deleting import NotDeletable, delete_video, why_not_deletable
from media.forms import ReplacementForm
from media.models import Video
from media.policies import may_manage, videos_visible_to


def video_for(request: HttpRequest, code: str, *, manage: bool = False) -> Video:
    """The recording, 404 where the person may not see it, 403 where she may only look."""
    today = beijing_day(timezone.now())
    video = get_object_or_404(videos_visible_to(request.user, on=today).select_related("org", "uploaded_by"), code=code)
    if manage and not may_manage(request.user, video, on=today):
        raise PermissionDenied
    return video


@require_http_methods(["GET", "POST"])
def replace(request: HttpRequest, code: str) -> HttpResponse:
    """Upload a recording that takes the place of this one once somebody publishes it."""
    old = video_for(request, code, manage=True)
    given: tuple[Any, ...] = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ReplacementForm(*given, old=old, by=person_of(request), at=timezone.now())
    if form.is_valid() and (video := form.save()):
        messages.success(request, _("The new recording was received. Lessons show the old one until you publish."))
        return redirect("media_recordings:show", video.code)
    context = {"form": form, "video": old}
    return render(request, "media/recordings/replace.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, code: str) -> HttpResponse:
    """Say what deleting means or why it cannot be, then delete."""
    video = video_for(request, code, manage=True)
    if request.method == "POST":
        try:
            delete_video(video, by=person_of(request), at=timezone.now())
        except NotDeletable as error:
            return _ask(request, video, error.reasons, status=409)
        messages.success(request, _("“%(title)s” was deleted.") % {"title": video.title})
        return redirect("media_recordings:index")
    return _ask(request, video, why_not_deletable(video))


def _ask(request: HttpRequest, video: Video, reasons: list[str], *, status: int = 200) -> HttpResponse:
    return render(request, "media/recordings/delete.html", {"video": video, "reasons": reasons}, status=status)

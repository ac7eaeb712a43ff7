"""Recordings in the Wagtail admin: upload, list with live state, one recording with its progress and actions."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from lms.lib.durations import beijing_day
from lms.people.policies import orgs_of_trainer
from lms.people.views.common import person_of
from media.domain import staging
from media.domain.playing import sign
from media.domain.queueing import waits
from media.domain.taking_down import put_back, take_down
from media.enums import CLAIMED, WAITING, VideoStatus
from media.forms import ReasonForm, RecordingForm
from media.models import Video
from media.policies import looks_after_work, may_manage, may_retry, videos_listed_for, videos_visible_to
from media.queries import narrowed, processor_seconds, room_of_orgs
from media.views.studio import unfinished_uploads
from media.views.upkeep import delete, replace, video_for
from media.viewsets.caption_tasks import with_caption_tasks

GROUP_NAMES = {
    "": gettext_lazy("all"),
    "ready": gettext_lazy("ready"),
    "moving": gettext_lazy("being worked on or waiting"),
    "failed": gettext_lazy("failed"),
    "taken_down": gettext_lazy("taken down"),
}


def _is_trainer(request: HttpRequest) -> bool:
    return orgs_of_trainer(request.user, beijing_day(timezone.now())).exists()


def index(request: HttpRequest) -> HttpResponse:
    """Every recording whose state concerns the person, newest first; part=rows answers the rows alone."""
    now = timezone.now()
    today = beijing_day(now)
    listed = videos_listed_for(request.user, on=today)
    chosen = {name: request.GET.get(name, "").strip() for name in ("q", "group", "org")}
    videos = narrowed(listed, words=chosen["q"], group=chosen["group"], org=chosen["org"])
    page = Paginator(with_caption_tasks(videos.select_related("org", "uploaded_by")), 30).get_page(request.GET.get("p"))
    opened = set(
        videos_visible_to(request.user, on=today).filter(pk__in=[v.pk for v in page]).values_list("pk", flat=True)
    )
    retried = set(_retryable(request, page, today))
    spent = processor_seconds([video.pk for video in page])
    waiting = waits(at=now) if any(video.status in WAITING for video in page) else {}
    context: dict[str, Any] = {
        "page": page,
        "rows": [
            {
                "video": video,
                "may_open": video.pk in opened,
                "may_retry": video.pk in retried,
                "processor_seconds": spent.get(video.pk),
                "wait": waiting.get(video.pk),
            }
            for video in page
        ],
        "moving": any(video.status in WAITING | CLAIMED and not video.taken_down_at for video in page),
        "asked": request.GET.urlencode(),
    }
    if request.GET.get("part") == "rows":
        return render(request, "media/recordings/_rows.html", context)
    rooms = room_of_orgs(listed)
    context |= {
        "may_add": _is_trainer(request),
        "chosen": chosen,
        "narrowed": any(chosen.values()),
        "groups": GROUP_NAMES,
        "rooms": rooms,
        "kept_bytes": sum(room.kept_bytes for room in rooms),
    }
    return render(request, "media/recordings/index.html", context)


def _retryable(request: HttpRequest, page: Iterable[Video], today: date) -> Iterator[int]:
    """The failed ones of the page that the person may send on their way again."""
    failed = [video for video in page if video.status == VideoStatus.FAILED]
    if looks_after_work(request.user, on=today):
        yield from (video.pk for video in failed)
    elif failed:
        own = set(orgs_of_trainer(request.user, today).values_list("pk", flat=True))
        yield from (video.pk for video in failed if video.org_id in own)


def add(request: HttpRequest) -> HttpResponse:
    """Upload a recording into one of the person's organisations."""
    if not _is_trainer(request):
        raise PermissionDenied
    given: tuple[Any, ...] = (request.POST, request.FILES) if request.method == "POST" else ()
    form = RecordingForm(*given, by=person_of(request), at=timezone.now())
    if form.is_valid() and (video := form.save()):
        messages.success(request, _("The recording was received and is being converted."))
        return redirect("media_recordings:show", video.code)
    context = {"form": form, "uploads": unfinished_uploads(request, form.at)}
    return render(request, "media/recordings/new.html", context, status=422 if form.errors else 200)


def show(request: HttpRequest, code: str) -> HttpResponse:
    """One recording; part=state answers its live part alone."""
    video = video_for(request, code)
    now = timezone.now()
    context: dict[str, Any] = {
        "video": video,
        "moving": video.status not in (VideoStatus.READY, VideoStatus.FAILED) and not video.taken_down_at,
        "may_manage": may_manage(request.user, video, on=beijing_day(now)),
        "wait": waits(at=now).get(video.pk) if video.status in WAITING else None,
    }
    if request.GET.get("part") == "state":
        return render(request, "media/recordings/_state.html", context)
    context |= {
        "addresses": sign(video, at=now) if video.is_streamable else None,
        "renditions": video.renditions.all(),
        "reason_form": ReasonForm(),
        "pieces": video.pieces.all(),
        "runs": video.stage_runs.exclude(end=""),
        "replacement": video.replacements.order_by("-pk").first(),
    }
    return render(request, "media/recordings/show.html", context)


@require_POST
def retry(request: HttpRequest, code: str) -> HttpResponseRedirect:
    """Send a failed recording on its way again; the answer leads back to where the button was."""
    today = beijing_day(timezone.now())
    video = get_object_or_404(videos_listed_for(request.user, on=today).select_related("org"), code=code)
    if not may_retry(request.user, video, on=today):
        raise PermissionDenied
    if staging.retry_by_hand(video, at=timezone.now()):
        messages.success(request, _("The recording is tried again."))
    if request.POST.get("back") == "list":
        return redirect("media_recordings:index")
    return redirect("media_recordings:show", code)


@require_POST
def take_down_recording(request: HttpRequest, code: str) -> HttpResponseRedirect:
    """Take the recording down, with a reason."""
    video = video_for(request, code, manage=True)
    form = ReasonForm(request.POST)
    if form.is_valid():
        take_down(video, by=person_of(request), reason=form.cleaned_data["reason"], at=timezone.now())
        messages.success(request, _("The recording was taken down."))
    else:
        messages.error(request, _("Please say why the recording is taken down."))
    return redirect("media_recordings:show", code)


@require_POST
def put_back_recording(request: HttpRequest, code: str) -> HttpResponseRedirect:
    """Put a recording back that was taken down, with a reason."""
    video = video_for(request, code, manage=True)
    form = ReasonForm(request.POST)
    if form.is_valid():
        put_back(video, by=person_of(request), reason=form.cleaned_data["reason"], at=timezone.now())
        messages.success(request, _("The recording can be played again."))
    else:
        messages.error(request, _("Please say why the recording is put back."))
    return redirect("media_recordings:show", code)


class RecordingsMenuItem(MenuItem):
    """Shown to whoever has recordings to look at."""

    def is_shown(self, request: HttpRequest) -> bool:
        today = beijing_day(timezone.now())
        return (
            _is_trainer(request)
            or looks_after_work(request.user, on=today)
            or videos_visible_to(request.user, on=today).exists()
        )


class RecordingsViewSet(ViewSet):
    """Recordings (录像)."""

    name = "media_recordings"
    url_prefix = "recordings"
    icon = "media"
    menu_label = gettext_lazy("Recordings")
    menu_order = 150
    add_to_admin_menu = True

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", index, name="index"),
            path("new/", add, name="add"),
            path("<str:code>/", show, name="show"),
            path("<str:code>/retry/", retry, name="retry"),
            path("<str:code>/replace/", replace, name="replace"),
            path("<str:code>/delete/", delete, name="delete"),
            path("<str:code>/take-down/", take_down_recording, name="take_down"),
            path("<str:code>/put-back/", put_back_recording, name="put_back"),
        ]

    def get_menu_item(self, order: int | None = None) -> RecordingsMenuItem:
        return RecordingsMenuItem(
            label=self.menu_label,
            url=reverse("media_recordings:index"),
            name="recordings",
            order=order or self.menu_order,
            icon_name=self.icon,
        )


recordings_viewset = RecordingsViewSet()
